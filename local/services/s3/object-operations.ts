import { createReadStream, createWriteStream, openSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { PassThrough, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "../../../lib/crc32";
import { AwsChunkedDecoder } from "./aws-chunked";
import { Checksums, isChecksumHeader } from "./checksums";
import { noSuchKey, notSupported, preconditionFailed, S3Error } from "./errors";
import type { StoredObject } from "./object-index";
import { allowParameters, type S3Request } from "./request";
import { type Bucket, quoted } from "./state";

/** Headers that are stored with an object unchanged. */
const KEPT = /^(content-type|content-language|content-disposition|cache-control|expires|x-amz-meta-.+)$/;
const DEFAULT_TYPE = "application/octet-stream";
const CHUNKED = "aws-chunked";

/** PutObject: streams the body to disk; it becomes the object once it is complete and verified. */
export async function putObject(request: S3Request, response: ServerResponse, bucket: Bucket): Promise<void> {
  allowParameters(request, "PutObject");
  const { headers, key, message } = request;
  if (headers["x-amz-copy-source"] !== undefined) throw notSupported("CopyObject");
  const condition = writeCondition(headers);
  const checksums = new Checksums([...Object.keys(headers), ...announcedTrailers(headers)]);
  const decoder = isChunked(headers) ? new AwsChunkedDecoder() : undefined;
  let size = 0;
  let crc = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      crc = crc32(chunk, crc);
      checksums.update(chunk);
      done(null, chunk);
    },
  });
  const draft = await bucket.draft(key);
  try {
    await pipeline(message, decoder ?? new PassThrough(), meter, createWriteStream(draft.path));
    const expected = headers["x-amz-decoded-content-length"];
    if (expected !== undefined && Number(expected) !== size) {
      throw new S3Error("IncompleteBody", 400, `${size} bytes arrived, ${expected} were announced`);
    }
    const { etag, verified } = checksums.finish({ ...headers, ...decoder?.trailers });
    const kept = { ...keptHeaders(headers), ...verified };
    bucket.commit(draft, { size, crc32: crc, etag, headers: kept }, condition);
    response.writeHead(200, { etag, ...verified, "content-length": 0 }).end();
  } catch (error) {
    await bucket.discard(draft);
    throw error;
  }
}

/** GetObject and HeadObject. */
export async function getObject(request: S3Request, response: ServerResponse, bucket: Bucket): Promise<void> {
  allowParameters(request, "GetObject");
  const { headers, key, method } = request;
  const object = bucket.index.get(key);
  if (object === undefined) throw noSuchKey(key);
  if (!hasEtag(object, headers["if-match"], true)) throw preconditionFailed("If-Match");
  const answer: Record<string, string | number> = {
    etag: object.etag,
    "last-modified": new Date(object.lastModifiedMs).toUTCString(),
    "accept-ranges": "bytes",
  };
  if (hasEtag(object, headers["if-none-match"], false)) {
    response.writeHead(304, answer).end();
    return;
  }
  const path = bucket.checkedPath(object);
  const range = parseRange(headers.range, object.size);
  const withChecksums = headers["x-amz-checksum-mode"]?.toUpperCase() === "ENABLED" && range === undefined;
  for (const [name, value] of Object.entries(object.headers)) {
    if (withChecksums || !isChecksumHeader(name)) answer[name] = value;
  }
  const { start, end } = range ?? { start: 0, end: object.size - 1 };
  answer["content-length"] = end - start + 1;
  if (range) answer["content-range"] = `bytes ${start}-${end}/${object.size}`;
  const status = range ? 206 : 200;
  if (method === "HEAD" || object.size === 0) {
    response.writeHead(status, answer).end();
    return;
  }
  // Opened at once: a delete meanwhile removes the name, not the content.
  const body = createReadStream(path, { fd: openSync(path, "r"), start, end });
  response.writeHead(status, answer);
  await pipeline(body, response);
}

/** DeleteObject: succeeds for a key that does not exist. */
export function deleteObject(request: S3Request, response: ServerResponse, bucket: Bucket): void {
  allowParameters(request, "DeleteObject");
  bucket.delete(request.key, request.headers["if-match"]);
  response.writeHead(204).end();
}

function writeCondition(headers: S3Request["headers"]): { absent?: boolean; etag?: string } {
  const absent = headers["if-none-match"];
  const etag = headers["if-match"];
  if (absent !== undefined && absent !== "*") throw notSupported(`PutObject with If-None-Match: ${absent}`);
  return { ...(absent !== undefined && { absent: true }), ...(etag !== undefined && { etag }) };
}

function hasEtag(object: StoredObject, wanted: string | undefined, ifAbsent: boolean): boolean {
  if (wanted === undefined) return ifAbsent;
  return wanted === "*" || quoted(wanted) === object.etag;
}

function keptHeaders(headers: S3Request["headers"]): Record<string, string> {
  const kept: Record<string, string> = { "content-type": DEFAULT_TYPE };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && KEPT.test(name)) kept[name] = value;
  }
  const encodings = (headers["content-encoding"] ?? "").split(",").map((encoding) => encoding.trim());
  const own = encodings.filter((encoding) => encoding !== CHUNKED && encoding !== "");
  if (own.length > 0) kept["content-encoding"] = own.join(",");
  return kept;
}

function isChunked(headers: S3Request["headers"]): boolean {
  const encoding = headers["content-encoding"] ?? "";
  return encoding.includes(CHUNKED) || (headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");
}

function announcedTrailers(headers: S3Request["headers"]): string[] {
  return (headers["x-amz-trailer"] ?? "").split(",").map((name) => name.trim().toLowerCase());
}

/**
 * The byte range of a Range header, both ends included; undefined for the whole object: without the header,
 * or when it is not a single byte range, as HTTP defines it.
 * @throws S3Error when the range is not satisfiable.
 */
function parseRange(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start >= size || (first === "" && Number(last) === 0)) {
    throw new S3Error("InvalidRange", 416, `The object has ${size} bytes; ${header} is outside of it`);
  }
  return { start, end };
}
