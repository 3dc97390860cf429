import type { ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { notSupported, S3Error } from "./errors";
import type { ListPage } from "./object-index";
import { allowParameters, type S3Request } from "./request";
import type { Bucket } from "./state";
import { document, element, escapeXml, parseDeleteRequest, sendXml } from "./xml";

const MAX_KEYS = 1_000;
const LIST_PARAMETERS = ["prefix", "delimiter", "max-keys", "encoding-type"] as const;
const V1_PARAMETERS = [...LIST_PARAMETERS, "marker"];
const V2_PARAMETERS = [...LIST_PARAMETERS, "list-type", "start-after", "continuation-token", "fetch-owner"];

/** ListObjectsV2, and ListObjects for clients that still use it. */
export function listObjects(request: S3Request, response: ServerResponse, bucket: Bucket): void {
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
  sendXml(
    response,
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
export async function deleteObjects(
  request: S3Request,
  response: ServerResponse,
  bucket: Bucket,
): Promise<void> {
  allowParameters(request, "DeleteObjects", ["delete"]);
  const { quiet, items } = parseDeleteRequest(await text(request.message));
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
  sendXml(response, document("DeleteResult", ...results));
}

/** ListBuckets. */
export function listBuckets(response: ServerResponse, buckets: ReadonlyMap<string, Bucket>): void {
  const listed = Array.from(
    buckets,
    ([name, { createdMs }]) =>
      `<Bucket>${element("Name", name)}${element("CreationDate", new Date(createdMs).toISOString())}</Bucket>`,
  );
  sendXml(response, document("ListAllMyBucketsResult", `<Buckets>${listed.join("")}</Buckets>`));
}

/** GetBucketLocation: no constraint for `us-east-1`, as S3 answers. */
export function getBucketLocation(request: S3Request, response: ServerResponse, region: string): void {
  allowParameters(request, "GetBucketLocation", ["location"]);
  sendXml(response, document("LocationConstraint", region === "us-east-1" ? "" : escapeXml(region)));
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
