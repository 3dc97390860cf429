import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { PassThrough, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { hasCode } from "../../../lib/error-code";
import type { ShellAnswer } from "../protocol/shell";
import { AwsChunkedDecoder } from "./aws-chunked";
import { Checksums, isChecksumHeader } from "./checksums";
import { entityTooLarge, noSuchKey, notSupported, preconditionFailed, S3Error } from "./errors";
import type { StoredObject } from "./object-index";
import { allowParameters, type S3Request } from "./request";
import { type Bucket, quoted } from "./state";

/** Headers that are stored with an object unchanged. */
const KEPT = /^(content-type|content-language|content-disposition|cache-control|expires|x-amz-meta-.+)$/;
const DEFAULT_TYPE = "application/octet-stream";
const CHUNKED = "aws-chunked";
/** Largest object of one PutObject. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export const MAX_OBJECT_BYTES = 5 * 1024 ** 3;

/** PutObject: streams the body to disk; it becomes the object once it is complete and verified. */
export async function putObject(request: S3Request, bucket: Bucket): Promise<ShellAnswer> {
  allowParameters(request, "PutObject");
  const { headers, key, received } = request;
  const condition = writeCondition(headers);
  const checksums = new Checksums([...Object.keys(headers), ...announcedTrailers(headers)]);
  const decoder = isChunked(headers) ? new AwsChunkedDecoder() : undefined;
  let size = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      checksums.update(chunk);
      if (size > MAX_OBJECT_BYTES) done(entityTooLarge());
      else done(null, chunk);
    },
  });
  const draft = await bucket.draft(key);
  try {
    await pipeline(received.body, decoder ?? new PassThrough(), meter, createWriteStream(draft.path));
    const expected = headers["x-amz-decoded-content-length"];
    if (expected !== undefined && Number(expected) !== size) {
      throw new S3Error("IncompleteBody", 400, `${size} bytes arrived, ${expected} were announced`);
    }
    const { etag, verified } = checksums.finish({ ...headers, ...decoder?.trailers });
    bucket.commit(draft, { size, etag, headers: { ...keptHeaders(headers), ...verified } }, condition);
    return { status: 200, headers: { etag, ...verified } };
  } catch (error) {
    await bucket.discard(draft);
    throw error;
  }
}

/** GetObject and HeadObject. */
export async function getObject(request: S3Request, bucket: Bucket): Promise<ShellAnswer> {
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
  if (hasEtag(object, headers["if-none-match"], false)) return { status: 304, headers: answer };
  const range = parseRange(headers.range, object.size);
  const withChecksums = headers["x-amz-checksum-mode"]?.toUpperCase() === "ENABLED" && range === undefined;
  for (const [name, value] of Object.entries(object.headers)) {
    if (withChecksums || !isChecksumHeader(name)) answer[name] = value;
  }
  const { start, end } = range ?? { start: 0, end: object.size - 1 };
  answer["content-length"] = end - start + 1;
  if (range) answer["content-range"] = `bytes ${start}-${end}/${object.size}`;
  const status = range ? 206 : 200;
  if (method === "HEAD" || object.size === 0) return { status, headers: answer };
  // Opened before the first byte is sent: a delete meanwhile removes the name, not the content.
  const file = await openObject(object);
  return { status, headers: answer, body: file.createReadStream({ start, end }) };
}

/** DeleteObject: succeeds for a key that does not exist. */
export function deleteObject(request: S3Request, bucket: Bucket): ShellAnswer {
  allowParameters(request, "DeleteObject");
  bucket.delete(request.key, request.headers["if-match"]);
  return { status: 204 };
}

async function openObject(object: StoredObject) {
  try {
    return await open(object.path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw noSuchKey(object.key);
    throw error;
  }
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
