import type { ShellAnswer } from "../protocol/shell";
import { element } from "../protocol/xml-element";
import { notSupported, S3Error } from "./errors";
import type { ListPage } from "./object-index";
import { allowParameters, type S3Request } from "./request";
import type { Bucket } from "./state";
import { document, MAX_DELETE_BYTES, parseDeleteRequest, xmlAnswer } from "./xml";

const MAX_KEYS = 1_000;
const LIST_PARAMETERS = ["prefix", "delimiter", "max-keys", "encoding-type"] as const;
const V1_PARAMETERS = [...LIST_PARAMETERS, "marker"];
const V2_PARAMETERS = [...LIST_PARAMETERS, "list-type", "start-after", "continuation-token", "fetch-owner"];

/** ListObjectsV2, and ListObjects for clients that still use it. */
export function listObjects(request: S3Request, bucket: Bucket): ShellAnswer {
  const { query } = request;
  const isV2 = query.get("list-type") === "2";
  allowParameters(request, isV2 ? "ListObjectsV2" : "ListObjects", isV2 ? V2_PARAMETERS : V1_PARAMETERS);
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter");
  const limit = maxKeys(query.get("max-keys"));
  const token = query.get("continuation-token");
  const after = token === undefined ? (query.get(isV2 ? "start-after" : "marker") ?? "") : fromToken(token);
  const page = bucket.index.list({ prefix, after, limit, ...(delimiter !== undefined && { delimiter }) });
  const encoding = query.get("encoding-type");
  const encode = encoding === "url" ? encodeURIComponent : (name: string) => name;
  const next = page.next;
  return xmlAnswer(
    document(
      "ListBucketResult",
      element("Name", request.bucket),
      element("Prefix", encode(prefix)),
      element("Delimiter", delimiter && encode(delimiter)),
      element("MaxKeys", limit),
      element("EncodingType", encoding),
      element("IsTruncated", next !== undefined),
      ...(isV2
        ? [
            element("KeyCount", page.items.length),
            element("ContinuationToken", token),
            element("StartAfter", query.get("start-after")),
            element("NextContinuationToken", next === undefined ? undefined : toToken(next)),
          ]
        : [element("Marker", encode(after)), element("NextMarker", next && encode(next))]),
      ...page.items.map((item) => listed(item, encode)),
    ),
  );
}

/** DeleteObjects. */
export async function deleteObjects(request: S3Request, bucket: Bucket): Promise<ShellAnswer> {
  allowParameters(request, "DeleteObjects", ["delete"]);
  const { quiet, items } = parseDeleteRequest(
    (await request.received.whole(MAX_DELETE_BYTES)).toString("utf8"),
  );
  const results = items.map(({ key, etag, versionId }) => {
    try {
      if (versionId !== undefined) throw notSupported("DeleteObjects of a version");
      bucket.delete(key, etag);
      return quiet ? "" : `<Deleted>${element("Key", key)}</Deleted>`;
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      return `<Error>${element("Key", key)}${element("Code", error.code)}${element("Message", error.message)}</Error>`;
    }
  });
  return xmlAnswer(document("DeleteResult", ...results));
}

/** GetBucketLocation; the first region has no name there. */
export function bucketLocation(request: S3Request, region: string): ShellAnswer {
  allowParameters(request, "GetBucketLocation", ["location"]);
  return xmlAnswer(
    region === "us-east-1" ? document("LocationConstraint") : document("LocationConstraint", region),
  );
}

/** HeadBucket. */
export function headBucket(request: S3Request, region: string): ShellAnswer {
  allowParameters(request, "HeadBucket");
  return { status: 200, headers: { "x-amz-bucket-region": region } };
}

/** ListBuckets. */
export function listBuckets(buckets: ReadonlyMap<string, Bucket>): ShellAnswer {
  const items = Array.from(
    buckets,
    ([name, { createdAt }]) =>
      `<Bucket>${element("Name", name)}${element("CreationDate", createdAt.toISOString())}</Bucket>`,
  );
  const owner = `<Owner>${element("ID", "local")}</Owner>`;
  return xmlAnswer(document("ListAllMyBucketsResult", owner, `<Buckets>${items.join("")}</Buckets>`));
}

function listed(item: ListPage["items"][number], encode: (name: string) => string): string {
  if ("commonPrefix" in item) {
    return `<CommonPrefixes>${element("Prefix", encode(item.commonPrefix))}</CommonPrefixes>`;
  }
  const { key, lastModifiedMs, etag, size } = item.object;
  return `<Contents>${[
    element("Key", encode(key)),
    element("LastModified", new Date(lastModifiedMs).toISOString()),
    element("ETag", etag),
    element("Size", size),
    element("StorageClass", "STANDARD"),
  ].join("")}</Contents>`;
}

function maxKeys(given: string | undefined): number {
  const number = Number(given ?? MAX_KEYS);
  if (!Number.isInteger(number) || number < 0) {
    throw new S3Error("InvalidArgument", 400, `max-keys is "${given}"; it must be a whole number, 0 or more`);
  }
  return Math.min(number, MAX_KEYS);
}

function toToken(after: string): string {
  return Buffer.from(after).toString("base64url");
}

function fromToken(token: string): string {
  return Buffer.from(token, "base64url").toString();
}
