import type { ServerResponse } from "node:http";
import { deleteObjects, listBuckets, listObjects } from "./bucket-operations";
import { noSuchBucket, notSupported } from "./errors";
import { deleteObject, getObject, putObject } from "./object-operations";
import { allowParameters, type S3Request } from "./request";
import type { Bucket } from "./state";

/** Answers a request. @throws S3Error for requests that S3 would refuse or the local run does not support */
export async function answer(
  request: S3Request,
  response: ServerResponse,
  buckets: ReadonlyMap<string, Bucket>,
): Promise<void> {
  const { method, key, query } = request;
  if (request.bucket === "") {
    if (method !== "GET") throw notSupported(`${method} without a bucket`);
    allowParameters(request, "ListBuckets");
    return listBuckets(response, [...buckets.keys()]);
  }
  const bucket = buckets.get(request.bucket);
  if (bucket === undefined) throw noSuchBucket(request.bucket);
  if (key === "") {
    if (method === "GET") return listObjects(request, response, bucket);
    if (method === "POST" && query.has("delete")) return deleteObjects(request, response, bucket);
    if (method === "HEAD") return void response.writeHead(200).end();
    throw notSupported(`${method} of a bucket`);
  }
  switch (method) {
    case "PUT":
      return putObject(request, response, bucket);
    case "GET":
    case "HEAD":
      return getObject(request, response, bucket);
    case "DELETE":
      return deleteObject(request, response, bucket);
    default:
      throw notSupported(`${method} of an object (such as a multipart upload)`);
  }
}
