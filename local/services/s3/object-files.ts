/** An object of the store, and the file that holds its bytes. */
export interface ObjectFile {
  readonly key: string;
  /** Absolute. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
}

/** The objects of the local store as files, for an engine that reads files. */
export interface ObjectFiles {
  /** Every file lies below it, absolute. The engine may read nothing else. */
  readonly directory: string;
  /**
   * The objects whose key starts with `prefix`, in key order, all as of one moment: synchronous, so that the
   * store, which lives in this process, changes nothing meanwhile.
   */
  list(bucket: string, prefix: string): ObjectFile[];
}

/** A folder or object in S3. */
interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

/** Takes `s3://bucket/key` apart; undefined when it is not of that form. */
export function parseS3Url(url: string): S3Place | undefined {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(url) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

/** The folder that a location names, its prefix ending in a slash (or empty for a whole bucket). */
export function parseS3Folder(url: string): S3Place | undefined {
  const place = parseS3Url(url);
  if (!place || place.key === "" || place.key.endsWith("/")) return place;
  return { bucket: place.bucket, key: `${place.key}/` };
}
