import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { Service } from "../../plan/data-plane";
import type { Store } from "../../store/store";
import { openShell } from "../protocol/shell";
import { splitTarget } from "../protocol/target";
import { element } from "../protocol/xml-element";
import { noSuchBucket, s3ErrorOf } from "./errors";
import type { ObjectFile, ObjectFiles, PutFile } from "./object-files";
import { MAX_OBJECT_BYTES, putFile } from "./object-operations";
import { answer } from "./operations";
import { readRequest } from "./request";
import { Bucket } from "./state";

export { type ObjectFile, type ObjectFiles, type PutFile, parseS3Folder, parseS3Url } from "./object-files";

/** Options of the S3 endpoint. */
interface S3Options {
  /** Keeps the entries of the objects. */
  readonly store: Store;
  /** Names of the buckets; missing buckets are created. */
  readonly buckets: readonly string[];
  /** Keeps the objects' bytes as plain files, one folder for each bucket. */
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
  /** For that engine: a request would only copy the file through the loopback interface. */
  readonly put: PutFile;
}

/**
 * Serves the S3 operations that the stack uses and clients begin with: PutObject (with `If-None-Match: *` or `If-Match`),
 * GetObject, HeadObject, CopyObject, DeleteObject, DeleteObjects, multipart uploads, ListObjects of both versions,
 * HeadBucket, GetBucketLocation and ListBuckets.
 * It answers other operations with `NotImplemented` and their name. It does not verify signatures.
 * @throws StoreDamageError for an object whose file is missing or has another length; Error when the port is taken.
 */
export async function startS3(options: S3Options): Promise<S3Service> {
  const directory = resolve(options.dataDir);
  const buckets = new Map(
    options.buckets.map((name) => [name, new Bucket(name, resolve(directory, name), options.store)]),
  );
  const ports = {
    buckets,
    region: options.region ?? "us-east-1",
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
      list: (name, prefix) => filesOf(buckets.get(name), prefix),
    },
    put: async (name, key, path) => {
      const bucket = buckets.get(name);
      if (bucket === undefined) throw noSuchBucket(name);
      await putFile(bucket, key, path);
    },
    close: () => shell.close(),
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
