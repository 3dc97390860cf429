/**
 * Sequence numbers as Kinesis builds them, 56 decimal digits. Kinesis does not document the format; the fields are those
 * that kinesalite found in numbers of AWS. From the highest bit on:
 *
 * | bits | field |
 * |---|---|
 * | 4 | version: 2 |
 * | 36 | creation of the shard, seconds since 1970 |
 * | 4 | last hexadecimal digit of the shard's index |
 * | 64 | index of the record in the shard, from 1; 0 is the beginning of the shard |
 * | 8 | 0 |
 * | 36 | arrival of the record, seconds since 1970 |
 * | 32 | index of the shard |
 * | 4 | version: 2 |
 */
const VERSION = 2n;
const CREATED_AT = 148n;
const SHARD_DIGIT = 144n;
const INDEX = 80n;
const ARRIVED_AT = 36n;
const SHARD = 4n;

const DECIMAL = /^(0|[1-9]\d{0,128})$/;

/** Fields of a sequence number. */
interface Fields {
  readonly createdAtSeconds: number;
  readonly shard: number;
  readonly index: number;
  readonly arrivedAtSeconds: number;
}

/** Sequence numbers of one shard. */
export class SequenceNumbers {
  private readonly prefix: bigint;
  private readonly suffix: bigint;
  private readonly createdAtSeconds: number;

  constructor(
    createdAtMs: number,
    private readonly shard: number,
  ) {
    this.createdAtSeconds = Math.floor(createdAtMs / 1_000);
    this.prefix =
      (VERSION << 184n) | (BigInt(this.createdAtSeconds) << CREATED_AT) | (BigInt(shard & 15) << SHARD_DIGIT);
    this.suffix = (BigInt(shard) << SHARD) | VERSION;
  }

  /** The number of the record at this index. A higher index has a higher number, whatever its arrival. */
  of(index: number, arrivedAtMs: number): string {
    const arrivedAt = BigInt(Math.floor(arrivedAtMs / 1_000)) << ARRIVED_AT;
    return (this.prefix | (BigInt(index) << INDEX) | arrivedAt | this.suffix).toString();
  }

  /** The number before the first record. */
  get start(): string {
    return this.of(0, this.createdAtSeconds * 1_000);
  }

  /** Whether the number was given by this shard of this stream, and not by an earlier stream of its name. */
  isOwn({ createdAtSeconds, shard }: Fields): boolean {
    return createdAtSeconds === this.createdAtSeconds && shard === this.shard;
  }
}

/** The fields of a sequence number; undefined when it is none. */
export function parseSequenceNumber(text: string): Fields | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const number = BigInt(text);
  const field = (from: bigint, bits: bigint): number => Number((number >> from) & ((1n << bits) - 1n));
  const index = (number >> INDEX) & ((1n << 64n) - 1n);
  const shard = field(SHARD, 32n);
  const isValid =
    number >> 184n === VERSION &&
    (number & 15n) === VERSION &&
    field(SHARD_DIGIT, 4n) === (shard & 15) &&
    index <= BigInt(Number.MAX_SAFE_INTEGER);
  if (!isValid) return undefined;
  return {
    createdAtSeconds: field(CREATED_AT, 36n),
    shard,
    index: Number(index),
    arrivedAtSeconds: field(ARRIVED_AT, 36n),
  };
}
