import { BLANKS } from "../contract/lines";
import { Random } from "./random";
import type { SourceLine } from "./source";

/**
 * A stream's default limit of a record in bytes, the partition key included (Amazon Kinesis Data Streams Developer
 * Guide, "Handle large records"; API reference, PutRecords).
 */
export const MAX_RECORD_BYTES = 1024 * 1024;
/** Limit of records in one PutRecords call (API reference, PutRecords). */
export const MAX_CALL_RECORDS = 500;
/**
 * Bytes of one call, keys included. The service takes 10 MiB, and took 5 MiB until it took large records (API
 * reference, PutRecords). Five shards take 5 MiB a second, so larger calls gain nothing, and emulators refuse them.
 */
export const MAX_CALL_BYTES = 5 * 1024 * 1024;
/** Partition keys are `part-00001` to `part-01024`, so that lines spread over any number of shards. */
const PARTITION_KEYS = Array.from({ length: 1024 }, (_, at) => `part-${String(1 + at).padStart(5, "0")}`);
const KEY_BYTES = "part-00001".length;

/** Several lines in one stream record. */
export interface PackedRecord {
  readonly partitionKey: string;
  /** Each line with a newline behind it; the i-th is line i of the record's identities, from 0. */
  readonly data: Uint8Array;
  /** Numbers of the lines in their source. */
  readonly numbers: readonly number[];
}

const NEWLINE = 0x0a;

/** Bytes that a record counts for against the limits. */
export function sizeOf({ data }: PackedRecord): number {
  return data.length + KEY_BYTES;
}

/** Gathers lines into stream records, in order. */
export class Packer {
  private lines: SourceLine[] = [];
  private bytes = 0;
  private readonly random: Random;

  /** @param linesPerRecord at most; large lines make a record full sooner */
  public constructor(
    private readonly linesPerRecord: number,
    seed: number,
  ) {
    if (!Number.isInteger(linesPerRecord) || linesPerRecord < 1) {
      throw new RangeError(`${linesPerRecord} lines in a stream record: a whole number from 1 is wanted`);
    }
    this.random = new Random(seed, 1);
  }

  /** Whether no line waits for others to fill its record. */
  public get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  /**
   * Adds a line. @returns the records that it completed: the one before it, when it did not fit there, and its own.
   * @throws RangeError for what is not one line: identities count lines, so they would no longer be right.
   */
  public add(line: SourceLine): readonly PackedRecord[] {
    if (line.bytes.includes(NEWLINE) || isBlank(line.bytes)) {
      throw new RangeError(`line ${line.number} of the source is blank or holds a newline`);
    }
    const full = this.bytes + line.bytes.length + 1 + KEY_BYTES > MAX_RECORD_BYTES;
    const completed = full ? this.flush() : NONE;
    this.lines.push(line);
    this.bytes += line.bytes.length + 1;
    if (this.lines.length < this.linesPerRecord) return completed;
    return full ? [...completed, ...this.flush()] : this.flush();
  }

  /** The record that is not full yet, if there is one. */
  public flush(): readonly PackedRecord[] {
    if (this.lines.length === 0) return NONE;
    // From Node's pool where it is small; every byte is written.
    const data = Buffer.allocUnsafe(this.bytes);
    let at = 0;
    for (const { bytes } of this.lines) {
      data.set(bytes, at);
      at += bytes.length;
      data[at++] = NEWLINE;
    }
    const numbers = this.lines.map(({ number }) => number);
    this.lines = [];
    this.bytes = 0;
    return [{ partitionKey: this.random.pick(PARTITION_KEYS), data, numbers }];
  }
}

const NONE: readonly PackedRecord[] = [];

function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (!BLANKS.has(byte)) return false;
  return true;
}

/** Gathers records into calls. */
export class Batcher {
  private records: PackedRecord[] = [];
  private bytes = 0;

  /** Takes a record. @returns the batch that is full now, or undefined. */
  public add(record: PackedRecord): readonly PackedRecord[] | undefined {
    const size = sizeOf(record);
    const full = this.records.length === MAX_CALL_RECORDS || this.bytes + size > MAX_CALL_BYTES;
    const batch = full ? this.flush() : undefined;
    this.records.push(record);
    this.bytes += size;
    return batch;
  }

  /** The incomplete batch; undefined without records. */
  public flush(): readonly PackedRecord[] | undefined {
    if (this.records.length === 0) return undefined;
    const batch = this.records;
    this.records = [];
    this.bytes = 0;
    return batch;
  }
}
