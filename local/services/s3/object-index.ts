/** A stored object. */
export interface StoredObject {
  readonly key: string;
  /** Absolute path of the file with its bytes. */
  readonly path: string;
  readonly size: number;
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

/** The objects of one bucket, in S3's order: by the bytes of the keys' UTF-8. */
export class ObjectIndex {
  private readonly objects = new Map<string, StoredObject>();
  private readonly keys: string[] = [];

  get(key: string): StoredObject | undefined {
    return this.objects.get(key);
  }

  set(object: StoredObject): void {
    if (!this.objects.has(object.key)) this.keys.splice(this.position(object.key), 0, object.key);
    this.objects.set(object.key, object);
  }

  delete(key: string): void {
    if (this.objects.delete(key)) this.keys.splice(this.position(key), 1);
  }

  /** Every object whose key starts with `prefix`. */
  *all(prefix: string): Generator<StoredObject> {
    for (let at = this.position(prefix); this.keys[at]?.startsWith(prefix); at++) {
      const object = this.objects.get(this.keys[at] ?? "");
      if (object !== undefined) yield object;
    }
  }

  list({ prefix, delimiter, after, limit }: ListRequest): ListPage {
    const items: ListPage["items"][number][] = [];
    let last = after;
    let at = this.position(compareKeys(after, prefix) > 0 ? after : prefix);
    for (;;) {
      const key = this.keys[at];
      if (key === undefined || !key.startsWith(prefix)) return { items };
      const commonPrefix = commonPrefixOf(key, prefix, delimiter);
      const object = this.objects.get(key);
      const isNew = commonPrefix === undefined ? key !== after : commonPrefix !== after;
      if (isNew) {
        if (items.length === limit) return limit === 0 ? { items } : { items, next: last };
        if (commonPrefix !== undefined) items.push({ commonPrefix });
        else if (object !== undefined) items.push({ object });
        last = commonPrefix ?? key;
      }
      at = commonPrefix === undefined ? at + 1 : this.endOf(commonPrefix);
    }
  }

  /** Index of `key`, or its insertion point. */
  private position(key: string): number {
    return this.firstWhere((candidate) => compareKeys(candidate, key) >= 0);
  }

  /** The first key after those that start with `prefix`. */
  private endOf(prefix: string): number {
    return this.firstWhere((key) => compareKeys(key, prefix) > 0 && !key.startsWith(prefix));
  }

  private firstWhere(holds: (key: string) => boolean): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.keys[middle] ?? "")) high = middle;
      else low = middle + 1;
    }
    return low;
  }
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
