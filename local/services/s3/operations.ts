import type { ServerResponse } from "node:http";
import { deleteObjects, getBucketLocation, listBuckets, listObjects } from "./bucket-operations";
import { noSuchBucket, notSupported } from "./errors";
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from "./multipart";
import { copyObject, deleteObject, getObject, putObject } from "./object-operations";
import { allowParameters, type S3Request } from "./request";
import type { Bucket } from "./state";

/** Answers a request. @throws S3Error for requests that S3 would refuse or the local run does not support */
export async function answer(
  request: S3Request,
  response: ServerResponse,
  buckets: ReadonlyMap<string, Bucket>,
  region: string,
): Promise<void> {
  const { method, key, query } = request;
  if (request.bucket === "") {
    if (method !== "GET") throw notSupported(`${method} without a bucket`);
    allowParameters(request, "ListBuckets");
    return listBuckets(response, buckets);
  }
  const bucket = buckets.get(request.bucket);
  if (bucket === undefined) throw noSuchBucket(request.bucket);
  if (key === "") {
    if (method === "GET" && query.has("location")) return getBucketLocation(request, response, region);
    if (method === "GET") return listObjects(request, response, bucket);
    if (method === "POST" && query.has("delete")) return deleteObjects(request, response, bucket);
    if (method === "HEAD") return void response.writeHead(200).end();
    throw notSupported(`${method} of a bucket`);
  }
  if (query.has("uploads") || query.has("uploadId")) return answerUpload(request, response, bucket);
  switch (method) {
    case "PUT":
      return request.headers["x-amz-copy-source"] === undefined
        ? putObject(request, response, bucket)
        : copyObject(request, response, bucket, buckets);
    case "GET":
    case "HEAD":
      return getObject(request, response, bucket);
    case "DELETE":
      return deleteObject(request, response, bucket);
    default:
      throw notSupported(`${method} of an object`);
  }
}

/** Answers an operation of a multipart upload. */
async function answerUpload(request: S3Request, response: ServerResponse, bucket: Bucket): Promise<void> {
  const { method, query } = request;
  if (query.has("uploads")) {
    if (method === "POST") return createMultipartUpload(request, response, bucket);
    throw notSupported(`${method} of uploads (such as ListMultipartUploads)`);
  }
  switch (method) {
    case "PUT":
      return uploadPart(request, response, bucket);
    case "POST":
      return completeMultipartUpload(request, response, bucket);
    case "DELETE":
      return abortMultipartUpload(request, response, bucket);
    default:
      throw notSupported(`${method} of an upload (such as ListParts)`);
  }
}
