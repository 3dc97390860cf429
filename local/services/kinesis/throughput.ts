/**
 * Throughput of one shard, the same in both capacity modes.
 * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const RECORDS_PER_SECOND = 1_000;
const WRITE_BYTES_PER_SECOND = 1024 * 1024;
const READ_BYTES_PER_SECOND = 2 * 1024 * 1024;
const READS_PER_SECOND = 5;

/** Capacity that is refilled evenly: a token bucket. */
class Bucket {
  private filledAtMs = 0;
  private level: number;

  constructor(
    private readonly perSecond: number,
    private readonly capacity: number,
  ) {
    this.level = capacity;
  }

  /** The amount that can be taken now; negative after more was taken than there was. */
  available(nowMs: number): number {
    // A clock that was set back refills nothing.
    const elapsedMs = Math.max(0, nowMs - this.filledAtMs);
    this.level = Math.min(this.capacity, this.level + (elapsedMs * this.perSecond) / 1_000);
    this.filledAtMs = nowMs;
    return this.level;
  }

  take(amount: number): void {
    this.level -= amount;
  }

  exhaust(): void {
    this.level = Math.min(this.level, 0);
  }
}

/**
 * Write throughput of a shard: 1,000 records and 1 MiB a second. A second's capacity can be used at once; a stream of larger
 * records can burst to one record of its largest size.
 * https://docs.aws.amazon.com/streams/latest/dev/large-records.html
 */
export class WriteThroughput {
  private readonly records = new Bucket(RECORDS_PER_SECOND, RECORDS_PER_SECOND);
  private readonly bytes: Bucket;

  constructor(maxRecordBytes: number) {
    this.bytes = new Bucket(WRITE_BYTES_PER_SECOND, Math.max(WRITE_BYTES_PER_SECOND, maxRecordBytes));
  }

  /** Takes the capacity for one record, unless it is exceeded. @param bytes of its data and partition key */
  accepts(bytes: number, nowMs: number): boolean {
    if (this.records.available(nowMs) < 1 || this.bytes.available(nowMs) < bytes) return false;
    this.records.take(1);
    this.bytes.take(bytes);
    return true;
  }

  /** Gives back the capacity of a record that could not be stored. */
  release(bytes: number): void {
    this.records.take(-1);
    this.bytes.take(-bytes);
  }
}

/**
 * Read throughput of a shard: five GetRecords and 2 MiB a second. An answer of more than that delays the next one by as
 * many seconds as it would have taken: five for the largest, of 10 MiB.
 */
export class ReadThroughput {
  private readonly reads = new Bucket(READS_PER_SECOND, READS_PER_SECOND);
  private readonly bytes = new Bucket(READ_BYTES_PER_SECOND, READ_BYTES_PER_SECOND);

  /** Takes the capacity for one GetRecords, unless it is exceeded. */
  accepts(nowMs: number): boolean {
    if (this.reads.available(nowMs) < 1 || this.bytes.available(nowMs) < 0) return false;
    this.reads.take(1);
    return true;
  }

  /** Counts the bytes of its answer. */
  count(bytes: number): void {
    if (bytes > READ_BYTES_PER_SECOND) this.bytes.exhaust();
    this.bytes.take(bytes);
  }
}
