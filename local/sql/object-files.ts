import { readdirSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";

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

const DATA = ".data";
const METADATA = ".meta.json";

/** The object files of fauxqs: `buckets/<bucket>/objects/<key>.data`. @param storageDirectory its `s3StorageDir` */
export function fauxqsFiles(storageDirectory: string): ObjectFiles {
  const directory = resolve(storageDirectory, "buckets");
  return {
    directory,
    list(bucket, prefix) {
      const objects = join(directory, bucket, "objects");
      const folders = prefix.split("/").slice(0, -1);
      const files: ObjectFile[] = [];
      walk(join(objects, ...folders.map(encodeSegment)), folders.map((name) => `${name}/`).join(""), files);
      return files.filter(({ key }) => key.startsWith(prefix)).sort((a, b) => (a.key < b.key ? -1 : 1));
    },
  };
}

/** A file without metadata beside it is still being written, or just being deleted. */
function walk(folder: string, keyPrefix: string, files: ObjectFile[]): void {
  const entries = readFolder(folder);
  const names = new Set(entries.map(({ name }) => name));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path, `${keyPrefix}${decodeSegment(entry.name)}/`, files);
    else if (entry.name.endsWith(DATA)) {
      const stem = entry.name.slice(0, -DATA.length);
      if (!names.has(stem + METADATA)) continue;
      const { size, mtimeMs } = statSync(path);
      files.push({ key: keyPrefix + decodeSegment(stem), path, size, lastModified: Math.trunc(mtimeMs) });
    }
  }
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) {
      return [];
    }
    throw error;
  }
}

/** As fauxqs spells a part of a key on disk. */
function encodeSegment(segment: string): string {
  if (segment === "." || segment === ".." || segment.includes(sep)) {
    throw new RangeError(`"${segment}" cannot be a part of an object's key on disk`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the store escapes them
  return segment.replace(/[<>:"|?*\\%\x00-\x1f]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

function decodeSegment(name: string): string {
  return name.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** A folder or object in S3. */
export interface S3Place {
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
