import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { ShellAnswer } from "../protocol/shell";
import { element } from "../protocol/xml-element";
import { S3Error } from "./errors";
import { keptHeaders, writeBody, writeCondition } from "./object-operations";
import { allowParameters, type S3Request } from "./request";
import { type Bucket, type MultipartUpload, type Part, quoted } from "./state";
import { document, MAX_COMPLETE_BYTES, parseCompleteRequest, xmlAnswer } from "./xml";

/** S3's limit of the parts of an upload. */
const MAX_PARTS = 10_000;
/** S3's least size of each part but the last, in bytes. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** CreateMultipartUpload. */
export function createMultipartUpload(request: S3Request, bucket: Bucket): ShellAnswer {
  allowParameters(request, "CreateMultipartUpload", ["uploads"]);
  const { key, headers } = request;
  const uploadId = randomUUID();
  bucket.uploads.set(uploadId, { key, headers: keptHeaders(headers), parts: new Map() });
  return xmlAnswer(
    document(
      "InitiateMultipartUploadResult",
      element("Bucket", request.bucket),
      element("Key", key),
      element("UploadId", uploadId),
    ),
  );
}

/** UploadPart. A part that is uploaded again replaces the earlier one. */
export async function uploadPart(request: S3Request, bucket: Bucket): Promise<ShellAnswer> {
  allowParameters(request, "UploadPart", ["partNumber", "uploadId"]);
  const { headers, key, query, received } = request;
  const { parts } = uploadOf(request, bucket);
  const number = partNumber(query.get("partNumber"));
  const draft = await bucket.draft(key);
  try {
    const { size, etag, verified } = await writeBody(received.body, headers, draft.path);
    const before = parts.get(number);
    uploadOf(request, bucket);
    parts.set(number, { draft, size, etag });
    if (before) await bucket.discard(before.draft);
    return { status: 200, headers: { etag, ...verified } };
  } catch (error) {
    await bucket.discard(draft);
    throw error;
  }
}

/** CompleteMultipartUpload: joins the parts that the request lists. */
export async function completeMultipartUpload(request: S3Request, bucket: Bucket): Promise<ShellAnswer> {
  allowParameters(request, "CompleteMultipartUpload", ["uploadId"]);
  const condition = writeCondition(request.headers);
  const listed = parseCompleteRequest((await request.received.whole(MAX_COMPLETE_BYTES)).toString());
  const { key, headers, parts } = uploadOf(request, bucket);
  if (listed.some(({ number }, at) => number <= (listed[at - 1]?.number ?? 0))) {
    throw new S3Error("InvalidPartOrder", 400, "The list of parts was not in ascending order");
  }
  const chosen = listed.map(({ number, etag }, at) => {
    const part = parts.get(number);
    if (part === undefined || part.etag !== quoted(etag)) {
      throw new S3Error("InvalidPart", 400, `Part ${number} was not uploaded, or its ETag is not ${etag}`);
    }
    if (part.size < MIN_PART_BYTES && at < listed.length - 1) {
      throw new S3Error(
        "EntityTooSmall",
        400,
        `Part ${number} has ${part.size} bytes; each part but the last has ${MIN_PART_BYTES} or more`,
      );
    }
    return part;
  });
  const draft = await bucket.draft(key);
  try {
    const { size, crc32 } = await writeBody(Readable.from(bytesOf(chosen)), {}, draft.path);
    bucket.commit(draft, { size, crc32, etag: joinedEtag(chosen), headers }, condition);
  } catch (error) {
    await bucket.discard(draft);
    throw error;
  }
  await end(request, bucket);
  return xmlAnswer(
    document(
      "CompleteMultipartUploadResult",
      element("Location", `http://${request.headers["host"]}/${request.bucket}/${encodeURIComponent(key)}`),
      element("Bucket", request.bucket),
      element("Key", key),
      element("ETag", joinedEtag(chosen)),
    ),
  );
}

/** AbortMultipartUpload. */
export async function abortMultipartUpload(request: S3Request, bucket: Bucket): Promise<ShellAnswer> {
  allowParameters(request, "AbortMultipartUpload", ["uploadId"]);
  uploadOf(request, bucket);
  await end(request, bucket);
  return { status: 204 };
}

/** @throws S3Error when there is no such upload of the request's key. */
function uploadOf({ key, query }: S3Request, bucket: Bucket): MultipartUpload {
  const uploadId = query.get("uploadId") ?? "";
  const upload = bucket.uploads.get(uploadId);
  if (upload === undefined || upload.key !== key) {
    throw new S3Error("NoSuchUpload", 404, `The upload ${uploadId} of ${key} does not exist, or has ended`);
  }
  return upload;
}

async function end(request: S3Request, bucket: Bucket): Promise<void> {
  const { parts } = uploadOf(request, bucket);
  bucket.uploads.delete(request.query.get("uploadId") ?? "");
  for (const { draft } of parts.values()) await bucket.discard(draft);
}

async function* bytesOf(parts: readonly Part[]): AsyncGenerator<Buffer> {
  for (const { draft } of parts) yield* createReadStream(draft.path) as AsyncIterable<Buffer>;
}

/** S3's ETag of an object of parts: the MD5 of the parts' MD5 digests, and their number. */
function joinedEtag(parts: readonly Part[]): string {
  const md5 = createHash("md5");
  for (const { etag } of parts) md5.update(Buffer.from(etag.slice(1, -1), "hex"));
  return `"${md5.digest("hex")}-${parts.length}"`;
}

function partNumber(given: string | undefined): number {
  const number = Number(given);
  if (!/^\d+$/.test(given ?? "") || number < 1 || number > MAX_PARTS) {
    throw new S3Error(
      "InvalidArgument",
      400,
      `Part number must be an integer between 1 and ${MAX_PARTS}, not ${given}`,
    );
  }
  return number;
}
