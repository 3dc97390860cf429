import { keysWithPrefix, type Range, type Table } from "../../store/store";

/** A stored object. */
export interface StoredObject {
  readonly key: string;
  /** Identifies the file with its bytes among those of the key; larger than that of each earlier file of the bucket. */
  readonly version: number;
  readonly size: number;
  /** CRC-32 of its bytes. */
  readonly crc32: number;
  /** With quotes, as S3 returns it. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly lastModifiedMs: number;
  /** Headers that were stored with it and are returned with it, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Parameters of a listing. */
interface ListRequest {
  readonly prefix: string;
  /** Keys that are equal up to the next delimiter after the prefix form one common prefix. */
  readonly delimiter?: string;
  /** Lists only keys after it in key order; a common prefix given here is itself skipped. */
  readonly after: string;
  readonly limit: number;
}

/** A page of a listing: objects and common prefixes, in one order. */
export interface ListPage {
  readonly items: readonly ({ readonly object: StoredObject } | { readonly commonPrefix: string })[];
  /** Value of `after` for the next page; absent on the last page. */
  readonly next?: string;
}

/** The objects of one bucket in the store, whose order of keys is S3's. */
export class ObjectIndex {
  constructor(private readonly table: Table) {}

  get(key: string): StoredObject | undefined {
    const value = this.table.get(key);
    return value && parse(key, value);
  }

  /** Only inside of a commit. */
  set({ key, ...kept }: StoredObject): void {
    this.table.set(key, Buffer.from(JSON.stringify(kept)));
  }

  /** Only inside of a commit. */
  delete(key: string): void {
    this.table.delete(key);
  }

  /** Every object whose key starts with `prefix`. */
  *all(prefix: string): Generator<StoredObject> {
    for (const [key, value] of this.table.entries(keysWithPrefix(prefix))) yield parse(key, value);
  }

  list({ prefix, delimiter, after, limit }: ListRequest): ListPage {
    const items: ListPage["items"][number][] = [];
    const { lt } = keysWithPrefix(prefix);
    const end = lt === undefined ? {} : { lt };
    let start: Range | undefined = { gte: compareKeys(after, prefix) > 0 ? after : prefix };
    let last = after;
    while (start !== undefined) {
      const batch: Entry[] = [
        ...this.table.entries({ ...start, ...end, limit: batchSize(delimiter, limit) }),
      ];
      if (batch.length === 0) break;
      for (const [key, value] of batch) {
        start = { gt: key };
        const commonPrefix = commonPrefixOf(key, prefix, delimiter);
        if ((commonPrefix ?? key) !== after) {
          if (items.length === limit) return limit === 0 ? { items } : { items, next: last };
          items.push(commonPrefix === undefined ? { object: parse(key, value) } : { commonPrefix });
          last = commonPrefix ?? key;
        }
        if (commonPrefix !== undefined) {
          start = behind(commonPrefix);
          break;
        }
      }
    }
    return { items };
  }
}

type Entry = readonly [key: string, value: Buffer];

/** Keys to read at once. With a delimiter, all keys behind the first may be in its common prefix. */
function batchSize(delimiter: string | undefined, limit: number): number {
  return delimiter === undefined ? limit + 2 : BATCH_WITH_DELIMITER;
}

const BATCH_WITH_DELIMITER = 16;

/** The keys behind those that start with `prefix`; undefined when there can be none. */
function behind(prefix: string): Range | undefined {
  const { lt } = keysWithPrefix(prefix);
  return lt === undefined ? undefined : { gte: lt };
}

function commonPrefixOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || delimiter === "") return undefined;
  const found = key.indexOf(delimiter, prefix.length);
  return found === -1 ? undefined : key.slice(0, found + delimiter.length);
}

/** JavaScript's string order differs from the byte order for characters beyond U+FFFF. */
function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function parse(key: string, value: Buffer): StoredObject {
  return { key, ...(JSON.parse(value.toString()) as Omit<StoredObject, "key">) };
}
