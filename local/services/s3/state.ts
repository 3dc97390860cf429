import { mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Store } from "../../store/store";
import { noSuchKey, preconditionFailed } from "./errors";
import { objectPath } from "./key-path";
import { checkSize, ObjectBodies } from "./object-body";
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
type Description = Omit<StoredObject, "key" | "version" | "lastModifiedMs">;

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

/**
 * A bucket: the objects are entries in the store, and the bytes of each are in a file of its own, which never changes.
 * Writing the entry creates the object, removing it deletes the object. So a process that is killed at any point leaves
 * each object in its old or its new state, and a reader of an object's path never sees a part of it.
 */
export class Bucket {
  readonly index: ObjectIndex;
  /** Multipart uploads in progress, by their ID. */
  readonly uploads = new Map<string, MultipartUpload>();
  readonly createdAt: Date;
  private readonly bodies = new ObjectBodies();
  private lastVersion = 0;

  /**
   * Removes unfinished files below `folder`.
   * @throws StoreDamageError for an object whose file is missing or has another length
   */
  constructor(
    private readonly name: string,
    private readonly folder: string,
    private readonly store: Store,
  ) {
    this.index = new ObjectIndex(store.table(`objects/${name}`));
    mkdirSync(folder, { recursive: true });
    this.createdAt = statSync(folder).birthtime;
    const paths = new Set<string>();
    for (const object of this.index.all("")) {
      const path = this.pathOf(object);
      checkSize(path, this.urlOf(object), object.size);
      paths.add(path);
      this.lastVersion = Math.max(this.lastVersion, object.version);
    }
    removeOthers(folder, paths);
  }

  /** Opens a draft for `key`: write the bytes to its path, then {@link commit} or {@link discard} it. */
  async draft(key: string): Promise<Draft> {
    this.lastVersion = Math.max(this.lastVersion + 1, Date.now());
    const version = this.lastVersion;
    const path = this.pathOf({ key, version });
    await mkdir(dirname(path), { recursive: true });
    return { key, path, version };
  }

  /**
   * Makes the draft the object of its key. Synchronous, so two conditional writes cannot interleave.
   * @throws S3Error when `condition` does not hold, StoreFullError; the draft must then be discarded.
   */
  commit({ key, version }: Draft, description: Description, condition: WriteCondition): StoredObject {
    this.check(key, condition);
    const before = this.index.get(key);
    const object: StoredObject = { key, version, lastModifiedMs: Date.now(), ...description };
    this.store.commit(() => this.index.set(object));
    if (before) this.removeFile(before);
    return object;
  }

  async discard(draft: Draft): Promise<void> {
    await rm(draft.path, { force: true });
  }

  /**
   * @throws S3Error when the key has another ETag than `etag`, StoreFullError. A key that does not exist is not an error.
   */
  delete(key: string, etag?: string): void {
    const object = this.index.get(key);
    if (etag !== undefined) this.check(key, { etag });
    if (object === undefined) return;
    this.store.commit(() => this.index.delete(key));
    this.removeFile(object);
  }

  /** The absolute path of the file with an object's bytes, after it was compared with the entry. @throws StoreDamageError */
  checkedPath(object: StoredObject): string {
    const path = this.pathOf(object);
    this.bodies.check(path, this.urlOf(object), object);
    return path;
  }

  private pathOf({ key, version }: Pick<StoredObject, "key" | "version">): string {
    return join(this.folder, objectPath(key, version.toString(36)));
  }

  private urlOf({ key }: StoredObject): string {
    return `s3://${this.name}/${key}`;
  }

  /** Without its entry, the file is no object any more. */
  private removeFile(object: StoredObject): void {
    const path = this.pathOf(object);
    rmSync(path, { force: true });
    this.bodies.forget(path);
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

/** Removes the files below `folder` that are not in `paths`, and empty folders. @returns whether nothing is left */
function removeOthers(folder: string, paths: ReadonlySet<string>): boolean {
  let isEmpty = true;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (removeOthers(path, paths)) rmdirSync(path);
      else isEmpty = false;
    } else if (paths.has(path)) {
      isEmpty = false;
    } else {
      rmSync(path);
    }
  }
  return isEmpty;
}
