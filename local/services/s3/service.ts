import { randomUUID } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import { resolve } from "node:path";
import { closeServer, listenOnLoopback } from "../../../lib/loopback";
import { messageOf } from "../../../lib/message-of";
import type { Service } from "../../plan/data-plane";
import { Bucket } from "./bucket";
import { deleteObjects, listBuckets, listObjects } from "./buckets";
import type { ObjectFiles } from "./object-files";
import { deleteObject, getObject, putObject } from "./objects";
import { allowParameters, readRequest, type S3Request } from "./request";
import { noSuchBucket, notSupported, S3Error } from "./s3-error";
import { element } from "./xml";

/** Options of the S3 endpoint. */
interface S3Options {
  /** Names of the buckets; missing ones are created. */
  readonly buckets: readonly string[];
  /** Keeps the objects as plain files, a folder for each bucket. */
  readonly dataDir: string;
  /** @default a free one */
  readonly port?: number;
}

/** The buckets of the Terraform behind S3's protocol. */
export interface S3Service extends Service {
  readonly url: string;
  /** The same objects, for an engine in this process that reads files. */
  readonly files: ObjectFiles;
}

/**
 * Serves the calls that the stack makes of S3, in path style: PutObject (with `If-None-Match: *` or `If-Match`),
 * GetObject, HeadObject, DeleteObject, DeleteObjects, ListObjects of both versions, HeadBucket and ListBuckets.
 * Other operations are answered with `NotImplemented` and their name. Signatures are not verified.
 * @throws Error when the port is taken.
 */
export async function startS3(options: S3Options): Promise<S3Service> {
  const directory = resolve(options.dataDir);
  const buckets = new Map(options.buckets.map((name) => [name, new Bucket(resolve(directory, name))]));
  const server = createServer((message, response) => {
    let request: S3Request | undefined;
    const handle = async (): Promise<void> => {
      request = readRequest(message);
      await answer(request, response, buckets);
    };
    handle().catch((error: unknown) => sendError(error, request, response));
  });
  const url = await listenOnLoopback(server, options.port ?? 0, "object store");
  return {
    url,
    files: {
      directory,
      list: (name, prefix) =>
        Array.from(buckets.get(name)?.index.all(prefix) ?? [], ({ key, path, size, lastModifiedMs }) => ({
          key,
          path,
          size,
          lastModified: lastModifiedMs,
        })),
    },
    close: () => closeServer(server),
  };
}

async function answer(
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

function sendError(error: unknown, request: S3Request | undefined, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    // The client went away, or is in the middle of a body: the only possible answer is to cut the connection.
    response.destroy();
    return;
  }
  const fault = error instanceof S3Error ? error : new S3Error("InternalError", 500, messageOf(error));
  const resource = request === undefined ? "/" : `/${request.bucket}/${request.key}`;
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${[
    element("Code", fault.code),
    element("Message", fault.message),
    element("Resource", resource),
    element("RequestId", randomUUID()),
  ].join("")}</Error>`;
  response.writeHead(fault.status, { "content-type": "application/xml" });
  response.end(request?.method === "HEAD" ? undefined : xml);
  // An unread body would block the next request of this connection.
  request?.message.resume();
}
