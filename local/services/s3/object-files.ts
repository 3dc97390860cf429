/** An object of the store, and the file that holds its bytes. */
export interface ObjectFile {
  readonly key: string;
  /** Absolute path. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
}

/** The objects of the local store as files, for an engine that reads files. */
export interface ObjectFiles {
  /** Absolute path of the folder that holds every file. The engine may read nothing else. */
  readonly directory: string;
  /**
   * The objects whose key starts with `prefix`, in key order, as one consistent snapshot: it is synchronous, so the
   * store, which runs in this process, changes nothing meanwhile.
   * @throws StoreDamageError for an object whose file does not hold what was stored
   */
  list(bucket: string, prefix: string): ObjectFile[];
}

/** Stores a copy of a file as an object. @throws S3Error when there is no such bucket, StoreFullError */
export type PutFile = (bucket: string, key: string, path: string) => Promise<void>;

/** A folder or object in S3. */
interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

/** Parses `s3://bucket/key`; undefined when it has another form. */
export function parseS3Url(url: string): S3Place | undefined {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(url) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

/** Parses a location as a folder, whose prefix ends in a slash (or is empty for a whole bucket). */
export function parseS3Folder(url: string): S3Place | undefined {
  const place = parseS3Url(url);
  if (!place || place.key === "" || place.key.endsWith("/")) return place;
  return { bucket: place.bucket, key: `${place.key}/` };
}
