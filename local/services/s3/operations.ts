import type { ShellAnswer } from "../protocol/shell";
import { bucketLocation, deleteObjects, headBucket, listBuckets, listObjects } from "./bucket-operations";
import { noSuchBucket, notSupported } from "./errors";
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from "./multipart";
import { copyObject, deleteObject, getObject, putObject } from "./object-operations";
import { operationName } from "./operation-names";
import { allowParameters, type S3Request } from "./request";
import type { Bucket } from "./state";

/** The buckets and where they are. */
export interface S3Ports {
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly region: string;
}

/** Answers a request of one operation. */
type Operation = (request: S3Request, bucket: Bucket, ports: S3Ports) => Promise<ShellAnswer> | ShellAnswer;

const SERVED: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["AbortMultipartUpload", abortMultipartUpload],
  ["CompleteMultipartUpload", completeMultipartUpload],
  ["CopyObject", (request, bucket, { buckets }) => copyObject(request, bucket, buckets)],
  ["CreateMultipartUpload", createMultipartUpload],
  ["DeleteObject", deleteObject],
  ["DeleteObjects", deleteObjects],
  ["GetBucketLocation", (request, _, { region }) => bucketLocation(request, region)],
  ["GetObject", getObject],
  ["HeadBucket", (request, _, { region }) => headBucket(request, region)],
  ["HeadObject", getObject],
  ["ListObjects", listObjects],
  ["ListObjectsV2", listObjects],
  ["PutObject", putObject],
  ["UploadPart", uploadPart],
]);

/** Answers a request. @throws S3Error for requests that S3 would refuse or the local run does not support */
export async function answer(request: S3Request, ports: S3Ports): Promise<ShellAnswer> {
  const name = operationName(request);
  if (name === "ListBuckets") {
    allowParameters(request, name);
    return listBuckets(ports.buckets);
  }
  const operation = SERVED.get(name);
  if (operation === undefined) throw notSupported(name);
  const bucket = ports.buckets.get(request.bucket);
  if (bucket === undefined) throw noSuchBucket(request.bucket);
  return operation(request, bucket, ports);
}
