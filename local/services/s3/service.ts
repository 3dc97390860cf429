import { randomUUID } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import { resolve } from "node:path";
import { closeServer, listenOnLoopback } from "../../../lib/loopback";
import { messageOf } from "../../../lib/message-of";
import type { Service } from "../../plan/data-plane";
import { S3Error } from "./errors";
import type { ObjectFiles } from "./object-files";
import { answer } from "./operations";
import { readRequest, type S3Request } from "./request";
import { Bucket } from "./state";
import { element } from "./xml";

export { type ObjectFile, type ObjectFiles, parseS3Folder, parseS3Url } from "./object-files";

/** Options of the S3 endpoint. */
interface S3Options {
  /** Names of the buckets; missing buckets are created. */
  readonly buckets: readonly string[];
  /** Region of the buckets. @default us-east-1 */
  readonly region?: string;
  /** Stores the objects as plain files, one folder for each bucket. */
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
 * @throws Error when the port is taken.
 */
export async function startS3(options: S3Options): Promise<S3Service> {
  const directory = resolve(options.dataDir);
  const buckets = new Map(options.buckets.map((name) => [name, new Bucket(resolve(directory, name))]));
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

function sendError(error: unknown, request: S3Request | undefined, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    // The client has disconnected or is still receiving a body: the only possible answer is to close the connection.
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
