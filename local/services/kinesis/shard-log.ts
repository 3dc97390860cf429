import type { Table } from "../../store/store";
import { type Batch, countRecords, encodeRecords, type NewRecord, recordsFrom } from "./batch";
import type { SequenceNumbers } from "./sequence-number";

/** Bytes of the newest batches of a shard that are also kept in memory, so that readers at the tip need not read the store. */
const TAIL_BYTES = 2 * 1024 * 1024;
/** Bytes of a batch in memory besides its records, roughly. */
const BATCH_OVERHEAD = 200;
/** Batches that are read from the store at once: more while they are small, because one can have 10 MiB. */
const FIRST_PAGE = 4;
const LARGEST_PAGE = 256;
const SMALL_PAGE_BYTES = 256 * 1024;
/** Digits of an index in a key; 14 hold every safe integer. */
const INDEX_DIGITS = 14;
const TIME_DIGITS = 11;
/** Sorts after every hexadecimal digit. */
const END = "~";

/** A record as it is read. */
export interface LoggedRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** Milliseconds since 1970; never earlier than that of the record before. */
  readonly arrivedAtMs: number;
  readonly data: Buffer;
}

/** Result of a read. */
export interface ReadResult {
  readonly records: readonly LoggedRecord[];
  /** Bytes of their data and partition keys. */
  readonly bytes: number;
  /** Index at which the next read begins. */
  readonly next: number;
}

/** Bounds of a read. */
export interface ReadLimits {
  readonly records: number;
  /** At least one record is read, whatever its size. */
  readonly bytes: number;
  /** Arrival of the oldest record that is still retained, ms since 1970. */
  readonly retainedFromMs: number;
}

/**
 * The records of one shard, in order, from index 1 on. A batch is stored under the index of its last record and its
 * arrival time, so that the first key from an index on is that of the batch which contains it.
 */
export class ShardLog {
  private readonly tail: Batch[] = [];
  private tailBytes = 0;
  private newest: { readonly last: number; readonly arrivedAtMs: number };

  /** @param prefix of the shard's keys in the table */
  constructor(
    private readonly table: Table,
    private readonly prefix: string,
    readonly numbers: SequenceNumbers,
  ) {
    const [entry] = table.entries({ gte: prefix, lt: prefix + END, limit: 1, reverse: true });
    this.newest = entry === undefined ? { last: 0, arrivedAtMs: 0 } : this.parseKey(entry[0]);
  }

  /** Index of the newest record; 0 before the first. */
  get last(): number {
    return this.newest.last;
  }

  /** Sequence number of the newest record, also if it is no longer retained; undefined before the first. */
  get lastSequenceNumber(): string | undefined {
    const { last, arrivedAtMs } = this.newest;
    return last === 0 ? undefined : this.numbers.of(last, arrivedAtMs);
  }

  /** The batch that these records will be. It counts once it is written and {@link adopt adopted}. */
  prepare(records: readonly NewRecord[], nowMs: number): Batch {
    const { last, arrivedAtMs } = this.newest;
    return {
      first: last + 1,
      last: last + records.length,
      arrivedAtMs: Math.max(nowMs, arrivedAtMs),
      content: encodeRecords(records),
    };
  }

  /** Call it in a commit. */
  write({ last, arrivedAtMs, content }: Batch): void {
    this.table.set(this.key(last) + arrivedAtMs.toString(16).padStart(TIME_DIGITS, "0"), content);
  }

  /** Makes a batch readable after its commit. */
  adopt(batch: Batch): void {
    this.newest = batch;
    this.tail.push(batch);
    this.tailBytes += batch.content.length + BATCH_OVERHEAD;
    let dropped = 0;
    for (const { content } of this.tail) {
      if (this.tailBytes <= TAIL_BYTES) break;
      this.tailBytes -= content.length + BATCH_OVERHEAD;
      dropped++;
    }
    this.tail.splice(0, dropped);
  }

  /** Retained records from an index on. */
  read(from: number, { records: most, bytes: mostBytes, retainedFromMs }: ReadLimits): ReadResult {
    const records: LoggedRecord[] = [];
    let bytes = 0;
    let next = from;
    for (const batch of this.batchesFrom(from)) {
      const { arrivedAtMs, last } = batch;
      if (arrivedAtMs >= retainedFromMs) {
        for (const { index, partitionKey, data } of recordsFrom(batch, next)) {
          const size = data.length + Buffer.byteLength(partitionKey);
          if (records.length === most || (records.length > 0 && bytes + size > mostBytes)) {
            return { records, bytes, next: index };
          }
          bytes += size;
          const sequenceNumber = this.numbers.of(index, arrivedAtMs);
          records.push({ sequenceNumber, partitionKey, arrivedAtMs, data });
        }
      }
      next = last + 1;
      if (records.length === most) break;
    }
    return { records, bytes, next };
  }

  /** Arrival of the record at an index, or of the first after it, ms since 1970; undefined at the tip. */
  arrivalAt(index: number): number | undefined {
    if (index > this.last) return undefined;
    const first = this.tail[0];
    if (first !== undefined && index >= first.first) {
      return this.tail[this.tailPlace(index)]?.arrivedAtMs;
    }
    const [entry] = this.table.entries({ gte: this.key(index), lt: this.prefix + END, limit: 1 });
    return entry && this.parseKey(entry[0]).arrivedAtMs;
  }

  /** Index of the first record that arrived at this time or later; after the newest one if there is none. */
  indexAt(ms: number): number {
    let low = 1;
    let high = this.last + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.arrivalAt(middle) ?? Number.POSITIVE_INFINITY) >= ms) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /**
   * Deletes batches that are no longer retained. The newest stays, because the next sequence number is derived from
   * it. Call it in a commit.
   */
  trim(retainedFromMs: number): void {
    this.table.deleteRange({
      gte: this.prefix,
      lt: this.key(Math.min(this.indexAt(retainedFromMs), this.last)),
    });
  }

  private *batchesFrom(from: number): Generator<Batch> {
    const tailFrom = this.tail[0]?.first ?? this.last + 1;
    let next = from;
    for (let limit = FIRST_PAGE; next < tailFrom; ) {
      const page = [...this.table.entries({ gte: this.key(next), lt: this.prefix + END, limit })];
      if (page.length === 0) return;
      let bytes = 0;
      for (const [key, content] of page) {
        const { last, arrivedAtMs } = this.parseKey(key);
        yield { first: last - countRecords(content) + 1, last, arrivedAtMs, content };
        next = last + 1;
        bytes += content.length;
      }
      if (bytes < SMALL_PAGE_BYTES) limit = Math.min(limit * 2, LARGEST_PAGE);
    }
    yield* this.tail.slice(this.tailPlace(next));
  }

  /** Place in the tail of the first batch with a record at this index or later. */
  private tailPlace(index: number): number {
    let low = 0;
    let high = this.tail.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.tail[middle]?.last ?? index) >= index) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Start of the key of the batch whose last record is at this index. */
  private key(index: number): string {
    return `${this.prefix}${index.toString(16).padStart(INDEX_DIGITS, "0")}/`;
  }

  private parseKey(key: string): { readonly last: number; readonly arrivedAtMs: number } {
    const [last = "", arrivedAtMs = ""] = key.slice(this.prefix.length).split("/");
    return { last: Number.parseInt(last, 16), arrivedAtMs: Number.parseInt(arrivedAtMs, 16) };
  }
}
