import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Service } from "../../plan/data-plane";
import { openShell } from "../protocol/shell";
import { splitTarget } from "../protocol/target";
import { element } from "../protocol/xml-element";
import { s3ErrorOf } from "./errors";
import type { ObjectFiles } from "./object-files";
import { MAX_OBJECT_BYTES } from "./object-operations";
import { answer } from "./operations";
import { readRequest } from "./request";
import { Bucket } from "./state";

export { type ObjectFile, type ObjectFiles, parseS3Folder, parseS3Url } from "./object-files";

/** Options of the S3 endpoint. */
interface S3Options {
  /** Names of the buckets; missing buckets are created. */
  readonly buckets: readonly string[];
  /** Stores the objects as plain files, one folder for each bucket. */
  readonly dataDir: string;
  /** @default a free one */
  readonly port?: number;
  /** @default us-east-1 */
  readonly region?: string;
}

/** The aws-chunked encoding adds a signature to each chunk of at least 8 KiB. */
const MAX_BODY_BYTES = MAX_OBJECT_BYTES * 1.02;

/** The Terraform's buckets, served with S3's API. */
export interface S3Service extends Service {
  readonly url: string;
  /** The same objects, for an engine in this process that reads files. */
  readonly files: ObjectFiles;
}

/**
 * Serves the S3 operations that the stack and its clients use: PutObject (with `If-None-Match: *` or `If-Match`), GetObject,
 * HeadObject, DeleteObject, DeleteObjects, ListObjects of both versions, HeadBucket, GetBucketLocation and ListBuckets.
 * It answers other operations with `NotImplemented` and their name. It does not verify signatures.
 * @throws Error when the port is taken.
 */
export async function startS3(options: S3Options): Promise<S3Service> {
  const directory = resolve(options.dataDir);
  const buckets = new Map(options.buckets.map((name) => [name, new Bucket(resolve(directory, name))]));
  const ports = {
    buckets,
    region: options.region ?? "us-east-1",
    createdAt: (name: string) => statSync(resolve(directory, name)).birthtime,
  };
  const shell = await openShell({
    name: "object store",
    port: options.port ?? 0,
    maxBodyBytes: MAX_BODY_BYTES,
    hasSubdomains: true,
    answer: (request) => answer(readRequest(request), ports),
    errorAnswer: (error, request) => {
      const { code, status, message } = s3ErrorOf(error);
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${[
        element("Code", code),
        element("Message", message),
        element("Resource", splitTarget(request?.target ?? "/").path),
        element("RequestId", randomUUID()),
      ].join("")}</Error>`;
      return { status, headers: { "content-type": "application/xml" }, body };
    },
  });
  return {
    url: shell.url,
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
    close: () => shell.close(),
  };
}
