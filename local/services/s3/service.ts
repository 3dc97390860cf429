import { randomUUID } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import { resolve } from "node:path";
import { closeServer, listenOnLoopback } from "../../../lib/loopback";
import type { Service } from "../../plan/data-plane";
import type { Store } from "../../store/store";
import { faultOf } from "./errors";
import type { ObjectFile, ObjectFiles } from "./object-files";
import { answer } from "./operations";
import { readRequest, type S3Request } from "./request";
import { Bucket } from "./state";
import { element } from "./xml";

export { type ObjectFile, type ObjectFiles, parseS3Folder, parseS3Url } from "./object-files";

/** Options of the S3 endpoint. */
interface S3Options {
  /** Keeps the entries of the objects. */
  readonly store: Store;
  /** Names of the buckets; missing buckets are created. */
  readonly buckets: readonly string[];
  /** Region of the buckets. @default us-east-1 */
  readonly region?: string;
  /** Keeps the objects' bytes as plain files, one folder for each bucket. */
  readonly dataDir: string;
  /** @default a free one */
  readonly port?: number;
}

/** The Terraform's buckets, served with S3's API. */
export interface S3Service extends Service {
  readonly url: string;
  /** The same objects, for an engine in this process that reads files. */
  readonly files: ObjectFiles;
}

/**
 * Serves the S3 operations that the stack uses and clients begin with, in path style: PutObject (with
 * `If-None-Match: *` or `If-Match`), GetObject, HeadObject, CopyObject, DeleteObject, DeleteObjects, multipart uploads,
 * ListObjects of both versions, HeadBucket, GetBucketLocation and ListBuckets.
 * It answers other operations with `NotImplemented` and their name. It does not verify signatures.
 * @throws StoreDamageError for an object whose file is missing or has another length; Error when the port is taken.
 */
export async function startS3(options: S3Options): Promise<S3Service> {
  const directory = resolve(options.dataDir);
  const buckets = new Map(
    options.buckets.map((name) => [name, new Bucket(name, resolve(directory, name), options.store)]),
  );
  const server = createServer((message, response) => {
    let request: S3Request | undefined;
    const handle = async (): Promise<void> => {
      request = readRequest(message);
      await answer(request, response, buckets, options.region ?? "us-east-1");
    };
    handle().catch((error: unknown) => sendError(error, request, response));
  });
  const url = await listenOnLoopback(server, options.port ?? 0, "object store");
  return {
    url,
    files: {
      directory,
      list: (name, prefix) => filesOf(buckets.get(name), prefix),
    },
    close: () => closeServer(server),
  };
}

function filesOf(bucket: Bucket | undefined, prefix: string): ObjectFile[] {
  if (bucket === undefined) return [];
  return Array.from(bucket.index.all(prefix), (object) => ({
    key: object.key,
    path: bucket.checkedPath(object),
    size: object.size,
    lastModified: object.lastModifiedMs,
  }));
}

function sendError(error: unknown, request: S3Request | undefined, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    // The client has disconnected or is still receiving a body: the only possible answer is to close the connection.
    response.destroy();
    return;
  }
  const fault = faultOf(error);
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
