import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { noSuchKey, preconditionFailed } from "./errors";
import { DESCRIPTION_SUFFIX, objectPath } from "./key-path";
import { ObjectIndex, type StoredObject } from "./object-index";

/** Condition on the object under the key at the moment of the write. */
interface WriteCondition {
  /** `If-None-Match: *` */
  readonly absent?: boolean;
  /** `If-Match`: an ETag, or `*` for any. */
  readonly etag?: string;
}

/** A file for the bytes of an object that does not exist yet. */
interface Draft {
  readonly key: string;
  readonly path: string;
  readonly version: number;
}

/** Metadata of an object once its draft holds the bytes. */
type Description = Omit<StoredObject, "key" | "path" | "lastModifiedMs">;

/** An uploaded part. */
export interface Part {
  readonly draft: Draft;
  readonly size: number;
  readonly etag: string;
}

/** An upload in progress. It ends with the process: S3's answer is then NoSuchUpload, and the client begins again. */
export interface MultipartUpload {
  readonly key: string;
  /** Headers to store with the object. */
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Part>;
}

/** An object's metadata as stored beside its file. */
type KeptDescription = Omit<StoredObject, "path"> & { readonly version: number };

/**
 * A bucket as plain files: each object's bytes are in their own file, which never changes, and a description is
 * beside it. Writing the description creates the object, removing it deletes the object. So a process that is
 * killed at any point leaves each object in its old or its new state, and a reader of an object's path never
 * sees a part of it.
 */
export class Bucket {
  readonly index = new ObjectIndex();
  /** Multipart uploads in progress, by their ID. */
  readonly uploads = new Map<string, MultipartUpload>();
  /** Creation time of the bucket, ms since 1970. */
  readonly createdMs: number;
  private lastVersion = 0;

  /** Reads the objects in `folder`, and removes unfinished files. */
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    this.createdMs = statSync(folder).birthtimeMs;
    const kept = new Map<string, KeptDescription & { readonly path: string }>();
    for (const path of tidy(folder)) {
      const description = readDescription(path);
      const other = description && kept.get(description.key);
      if (description === undefined || (other && other.version > description.version)) {
        removeVersion(path);
        continue;
      }
      if (other) removeVersion(other.path);
      kept.set(description.key, { ...description, path });
      this.lastVersion = Math.max(this.lastVersion, description.version);
    }
    for (const { version: _, ...object } of kept.values()) this.index.set(object);
  }

  /** Opens a draft for `key`: write the bytes to its path, then {@link commit} or {@link discard} it. */
  async draft(key: string): Promise<Draft> {
    this.lastVersion = Math.max(this.lastVersion + 1, Date.now());
    const version = this.lastVersion;
    const path = join(this.folder, objectPath(key, version.toString(36)));
    await mkdir(dirname(path), { recursive: true });
    return { key, path, version };
  }

  /**
   * Makes the draft the object of its key. Synchronous, so two conditional writes cannot interleave.
   * @throws S3Error when `condition` does not hold; the draft must then be discarded.
   */
  commit(draft: Draft, description: Description, condition: WriteCondition): StoredObject {
    this.check(draft.key, condition);
    const { key, path, version } = draft;
    const before = this.index.get(key);
    const object: StoredObject = { key, path, lastModifiedMs: Date.now(), ...description };
    const { path: _, ...kept } = object;
    writeFileSync(path + DESCRIPTION_SUFFIX, JSON.stringify({ ...kept, version } satisfies KeptDescription));
    this.index.set(object);
    if (before) removeVersion(before.path);
    return object;
  }

  async discard(draft: Draft): Promise<void> {
    await rm(draft.path, { force: true });
  }

  /** @throws S3Error when the key has another ETag than `etag`. A key that does not exist is not an error. */
  delete(key: string, etag?: string): void {
    const object = this.index.get(key);
    if (etag !== undefined) this.check(key, { etag });
    if (object === undefined) return;
    this.index.delete(key);
    removeVersion(object.path);
  }

  private check(key: string, { absent, etag }: WriteCondition): void {
    const object = this.index.get(key);
    if (absent === true && object !== undefined) throw preconditionFailed("If-None-Match");
    if (etag === undefined) return;
    if (object === undefined) throw noSuchKey(key);
    if (etag !== "*" && quoted(etag) !== object.etag) throw preconditionFailed("If-Match");
  }
}

/** An ETag with quotes: clients send it with and without. */
export function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}

/** Removes an object's description first: without it, the bytes are no longer an object. */
function removeVersion(path: string): void {
  rmSync(path + DESCRIPTION_SUFFIX, { force: true });
  rmSync(path, { force: true });
}

/** The files below `folder` that have a description; files without one and empty folders are removed. */
function tidy(folder: string, isRoot = true): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = new Set(entries.map(({ name }) => name));
  const found: string[] = [];
  let left = entries.length;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      for (const file of tidy(path, false)) found.push(file);
    } else if (entry.name.endsWith(DESCRIPTION_SUFFIX)) {
      if (names.has(entry.name.slice(0, -DESCRIPTION_SUFFIX.length))) continue;
      rmSync(path);
      left--;
    } else if (names.has(entry.name + DESCRIPTION_SUFFIX)) {
      found.push(path);
    } else {
      rmSync(path);
      left--;
    }
  }
  if (left === 0 && !isRoot) rmdirSync(folder);
  return found;
}

/** The description of the file at `path`; undefined when it is incomplete. */
function readDescription(path: string): KeptDescription | undefined {
  const text = readFileSync(path + DESCRIPTION_SUFFIX, "utf8");
  try {
    return JSON.parse(text) as KeptDescription;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
