import type { S3Request } from "./request";

/** Operations by HTTP method. */
type ByMethod = Readonly<Partial<Record<string, string>>>;

const crud = (noun: string, put = `Put${noun}`): ByMethod => ({
  GET: `Get${noun}`,
  PUT: put,
  DELETE: `Delete${noun}`,
});

/**
 * Operations on a bucket by the query parameter that chooses them, as in S3's API reference:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
const OF_BUCKET: Readonly<Record<string, ByMethod>> = {
  accelerate: crud("BucketAccelerateConfiguration"),
  acl: crud("BucketAcl"),
  analytics: crud("BucketAnalyticsConfiguration"),
  cors: crud("BucketCors"),
  delete: { POST: "DeleteObjects" },
  encryption: crud("BucketEncryption"),
  "intelligent-tiering": crud("BucketIntelligentTieringConfiguration"),
  inventory: crud("BucketInventoryConfiguration"),
  lifecycle: { ...crud("BucketLifecycleConfiguration"), DELETE: "DeleteBucketLifecycle" },
  location: { GET: "GetBucketLocation" },
  logging: crud("BucketLogging"),
  metadataConfiguration: {
    ...crud("BucketMetadataConfiguration"),
    POST: "CreateBucketMetadataConfiguration",
  },
  metadataTable: {
    ...crud("BucketMetadataTableConfiguration"),
    POST: "CreateBucketMetadataTableConfiguration",
  },
  metrics: crud("BucketMetricsConfiguration"),
  notification: crud("BucketNotificationConfiguration"),
  "object-lock": crud("ObjectLockConfiguration"),
  ownershipControls: crud("BucketOwnershipControls"),
  policy: crud("BucketPolicy"),
  policyStatus: { GET: "GetBucketPolicyStatus" },
  publicAccessBlock: crud("PublicAccessBlock"),
  replication: crud("BucketReplication"),
  requestPayment: crud("BucketRequestPayment"),
  session: { GET: "CreateSession" },
  tagging: crud("BucketTagging"),
  uploads: { GET: "ListMultipartUploads" },
  versioning: crud("BucketVersioning"),
  versions: { GET: "ListObjectVersions" },
  website: crud("BucketWebsite"),
};

const OF_OBJECT: Readonly<Record<string, ByMethod>> = {
  acl: crud("ObjectAcl"),
  attributes: { GET: "GetObjectAttributes" },
  "legal-hold": crud("ObjectLegalHold"),
  renameObject: { PUT: "RenameObject" },
  restore: { POST: "RestoreObject" },
  retention: crud("ObjectRetention"),
  select: { POST: "SelectObjectContent" },
  tagging: crud("ObjectTagging"),
  torrent: { GET: "GetObjectTorrent" },
  uploads: { POST: "CreateMultipartUpload" },
  uploadId: {
    GET: "ListParts",
    PUT: "UploadPart",
    POST: "CompleteMultipartUpload",
    DELETE: "AbortMultipartUpload",
  },
};

/** Operations without such a parameter. */
const PLAIN: Readonly<Record<"service" | "bucket" | "object", ByMethod>> = {
  service: { GET: "ListBuckets" },
  bucket: {
    GET: "ListObjects",
    HEAD: "HeadBucket",
    PUT: "CreateBucket",
    DELETE: "DeleteBucket",
    POST: "PostObject",
  },
  object: { GET: "GetObject", HEAD: "HeadObject", PUT: "PutObject", DELETE: "DeleteObject" },
};

/** The operation of S3's API that a request asks for; the method and its target where the API has none. */
export function operationName({ method, bucket, key, query, headers }: S3Request): string {
  const level = bucket === "" ? "service" : key === "" ? "bucket" : "object";
  const byParameter = level === "service" ? {} : level === "bucket" ? OF_BUCKET : OF_OBJECT;
  const chosen = [...query.keys()].find((name) => Object.hasOwn(byParameter, name));
  const methods = chosen === undefined ? PLAIN[level] : byParameter[chosen];
  const name = methods !== undefined && Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (name === undefined) {
    return `${method} of ${level === "service" ? "the service" : `${/^[ao]/.test(level) ? "an" : "a"} ${level}`}${chosen === undefined ? "" : ` with "${chosen}"`}`;
  }
  if (name === "ListObjects" && query.get("list-type") === "2") return "ListObjectsV2";
  if (headers["x-amz-copy-source"] === undefined) return name;
  return name === "PutObject" ? "CopyObject" : name === "UploadPart" ? "UploadPartCopy" : name;
}
