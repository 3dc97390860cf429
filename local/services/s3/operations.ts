import type { ShellAnswer } from "../protocol/shell";
import { bucketLocation, deleteObjects, headBucket, listBuckets, listObjects } from "./bucket-operations";
import { noSuchBucket, notSupported } from "./errors";
import { deleteObject, getObject, putObject } from "./object-operations";
import { operationName } from "./operation-names";
import { allowParameters, type S3Request } from "./request";
import type { Bucket } from "./state";

/** The buckets and where they are. */
export interface S3Ports {
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly region: string;
  /** When a bucket was made. */
  readonly createdAt: (bucket: string) => Date;
}

/** Answers a request of one operation. */
type Operation = (request: S3Request, bucket: Bucket, region: string) => Promise<ShellAnswer> | ShellAnswer;

const SERVED: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["DeleteObject", deleteObject],
  ["DeleteObjects", deleteObjects],
  ["GetBucketLocation", bucketLocation],
  ["GetObject", getObject],
  ["HeadBucket", headBucket],
  ["HeadObject", getObject],
  ["ListObjects", listObjects],
  ["ListObjectsV2", listObjects],
  ["PutObject", putObject],
]);

/** Answers a request. @throws S3Error for requests that S3 would refuse or the local run does not support */
export async function answer(
  request: S3Request,
  { buckets, region, createdAt }: S3Ports,
): Promise<ShellAnswer> {
  const name = operationName(request);
  if (name === "ListBuckets") {
    allowParameters(request, name);
    return listBuckets(buckets.keys(), createdAt);
  }
  const operation = SERVED.get(name);
  if (operation === undefined) throw notSupported(name);
  const bucket = buckets.get(request.bucket);
  if (bucket === undefined) throw noSuchBucket(request.bucket);
  return operation(request, bucket, region);
}
