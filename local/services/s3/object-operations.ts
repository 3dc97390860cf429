import { createReadStream, createWriteStream, openSync } from "node:fs";
import { PassThrough, type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "../../../lib/crc32";
import type { ShellAnswer } from "../protocol/shell";
import { decodePath } from "../protocol/target";
import { element } from "../protocol/xml-element";
import { AwsChunkedDecoder } from "./aws-chunked";
import { Checksums, isChecksumHeader } from "./checksums";
import { entityTooLarge, noSuchBucket, noSuchKey, notSupported, preconditionFailed, S3Error } from "./errors";
import type { StoredObject } from "./object-index";
import { allowParameters, type S3Request } from "./request";
import { type Bucket, quoted } from "./state";
import { document, xmlAnswer } from "./xml";

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
  const object = await store(bucket, key, () => received.body, {
    sent: headers,
    kept: keptHeaders(headers),
    condition: writeCondition(headers),
  });
  const verified = Object.entries(object.headers).filter(([name]) => isChecksumHeader(name));
  return { status: 200, headers: { etag: object.etag, ...Object.fromEntries(verified) } };
}

/** Stores a copy of a file as an object. @throws S3Error when it is too large */
export async function putFile(bucket: Bucket, key: string, path: string): Promise<void> {
  await store(bucket, key, () => createReadStream(path), { kept: keptHeaders({}) });
}

/** What comes with a body. */
interface BodyDetails {
  /** The headers of the request that brings it. */
  readonly sent?: S3Request["headers"];
  /** Headers to store with the object, beside the checksums that match. */
  readonly kept: StoredObject["headers"];
  readonly condition?: ReturnType<typeof writeCondition>;
}

/**
 * Writes a body, which becomes the object of its key once it is complete and verified.
 * @param body opens it when it can be read, so that a fault of it has a listener
 * @throws S3Error, StoreFullError
 */
async function store(
  bucket: Bucket,
  key: string,
  body: () => Readable,
  { sent = {}, kept, condition = {} }: BodyDetails,
): Promise<StoredObject> {
  const draft = await bucket.draft(key);
  try {
    const { verified, ...written } = await writeBody(body(), sent, draft.path);
    return bucket.commit(draft, { ...written, headers: { ...kept, ...verified } }, condition);
  } catch (error) {
    await bucket.discard(draft);
    throw error;
  }
}

/** CopyObject, within the local buckets. */
export async function copyObject(
  request: S3Request,
  bucket: Bucket,
  buckets: ReadonlyMap<string, Bucket>,
): Promise<ShellAnswer> {
  allowParameters(request, "CopyObject");
  const { headers, key } = request;
  const unsupported = Object.keys(headers).find((name) => /^x-amz-copy-source-if/.test(name));
  if (unsupported !== undefined) throw notSupported(`CopyObject with ${unsupported}`);
  const from = copySource(headers["x-amz-copy-source"] ?? "");
  const source = buckets.get(from.bucket);
  if (source === undefined) throw noSuchBucket(from.bucket);
  const object = source.index.get(from.key);
  if (object === undefined) throw noSuchKey(from.key);
  const replaces = headers["x-amz-metadata-directive"]?.toUpperCase() === "REPLACE";
  if (source === bucket && from.key === key && !replaces) {
    throw new S3Error(
      "InvalidRequest",
      400,
      "This copy request is illegal because it is trying to copy an object to itself without changing its metadata",
    );
  }
  const condition = writeCondition(headers);
  const kept = replaces ? keptHeaders(headers) : object.headers;
  const content = () => createReadStream(source.checkedPath(object));
  const copy = await store(bucket, key, content, { kept, condition });
  return xmlAnswer(
    document(
      "CopyObjectResult",
      element("LastModified", new Date(copy.lastModifiedMs).toISOString()),
      element("ETag", copy.etag),
    ),
  );
}

/** A body in a file. */
interface WrittenBody {
  /** Bytes. */
  readonly size: number;
  readonly crc32: number;
  /** MD5 of the content, with quotes. */
  readonly etag: string;
  /** The checksum headers that match. */
  readonly verified: Readonly<Record<string, string>>;
}

/**
 * Writes a body to a file.
 * @param headers those of the request that brings it: its encoding, length and checksums
 * @throws S3Error when it is too large, or its length or a checksum differs from what the headers announce
 */
export async function writeBody(
  body: Readable,
  headers: S3Request["headers"],
  path: string,
): Promise<WrittenBody> {
  const checksums = new Checksums([...Object.keys(headers), ...announcedTrailers(headers)]);
  const decoder = isChunked(headers) ? new AwsChunkedDecoder() : undefined;
  let size = 0;
  let crc = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      crc = crc32(chunk, crc);
      checksums.update(chunk);
      if (size > MAX_OBJECT_BYTES) done(entityTooLarge());
      else done(null, chunk);
    },
  });
  await pipeline(body, decoder ?? new PassThrough(), meter, createWriteStream(path));
  const expected = headers["x-amz-decoded-content-length"];
  if (expected !== undefined && Number(expected) !== size) {
    throw new S3Error("IncompleteBody", 400, `${size} bytes arrived, ${expected} were announced`);
  }
  return { size, crc32: crc, ...checksums.finish({ ...headers, ...decoder?.trailers }) };
}

/** GetObject and HeadObject. */
export function getObject(request: S3Request, bucket: Bucket): ShellAnswer {
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
  if (method === "HEAD" || object.size === 0) return { status, headers: answer };
  // Opened at once: a delete meanwhile removes the name, not the content.
  const body = createReadStream(path, { fd: openSync(path, "r"), start, end });
  return { status, headers: answer, body };
}

/** DeleteObject: succeeds for a key that does not exist. */
export function deleteObject(request: S3Request, bucket: Bucket): ShellAnswer {
  allowParameters(request, "DeleteObject");
  bucket.delete(request.key, request.headers["if-match"]);
  return { status: 204 };
}

/** The condition that a request sets on the object under its key. */
export function writeCondition(headers: S3Request["headers"]): { absent?: boolean; etag?: string } {
  const absent = headers["if-none-match"];
  const etag = headers["if-match"];
  if (absent !== undefined && absent !== "*") throw notSupported(`PutObject with If-None-Match: ${absent}`);
  return { ...(absent !== undefined && { absent: true }), ...(etag !== undefined && { etag }) };
}

function hasEtag(object: StoredObject, wanted: string | undefined, ifAbsent: boolean): boolean {
  if (wanted === undefined) return ifAbsent;
  return wanted === "*" || quoted(wanted) === object.etag;
}

/** Headers of a request that are stored with its object. */
export function keptHeaders(headers: S3Request["headers"]): Record<string, string> {
  const kept: Record<string, string> = { "content-type": DEFAULT_TYPE };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && KEPT.test(name)) kept[name] = value;
  }
  const encodings = (headers["content-encoding"] ?? "").split(",").map((encoding) => encoding.trim());
  const own = encodings.filter((encoding) => encoding !== CHUNKED && encoding !== "");
  if (own.length > 0) kept["content-encoding"] = own.join(",");
  return kept;
}

/** The source of a copy: `bucket/key`, encoded as in a URL. */
function copySource(header: string): { readonly bucket: string; readonly key: string } {
  if (/\?versionId=/.test(header)) throw notSupported("CopyObject of a version");
  const [, bucket = "", key = ""] = /^\/?([^/]+)\/(.+)$/s.exec(decodePath(header)) ?? [];
  if (key === "") throw new S3Error("InvalidArgument", 400, `x-amz-copy-source is "${header}"`);
  return { bucket, key };
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
