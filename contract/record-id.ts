import { createHash } from "node:crypto";

/**
 * The identity of a line: its position in the stream. Fixed-width base 32 (0-9a-v), so that identities are short,
 * reversible, and sort as the stream does: by shard, sequence number, subsequence, line.
 *
 * Widths in base-32 digits (5 bits each):
 * - shard, 8: the id's twelve decimal digits are below 2^40
 * - sequence number, 38: Kinesis assigns 186-bit numbers, and 2^190 fit
 * - subsequence, 5, after a `w` (which sorts after every digit) and only if it is not 0: the index in an aggregated
 *   record
 * - or 20 after an `x`: Firehose's own name for a user record whose index in the aggregated record it does not report
 *   ({@link firehoseName})
 * - line, 5: a record of 10 MiB (the largest that Kinesis takes) has fewer than 2^25 lines
 */
const WIDTH = { shard: 8, sequence: 38, subsequence: 5, firehose: 20, line: 5 } as const;
const FORMAT = /^([0-9a-v]{8})([0-9a-v]{38})(?:w([0-9a-v]{5})|x([0-9a-v]{20}))?([0-9a-v]{5})$/;

/** Characters of the longest identity. */
export const LONGEST_RECORD_ID = WIDTH.shard + WIDTH.sequence + 1 + WIDTH.firehose + WIDTH.line;

/** Most user records of one aggregated record that identities can distinguish. */
export const MOST_SUBSEQUENCES = 32 ** WIDTH.subsequence;
const SHARD_ID = /^shardId-(\d{12})$/;
const DECIMAL = /^(0|[1-9]\d{0,56})$/;

/** Position of a line in the stream. */
export interface StreamPosition {
  /** As Kinesis writes it, such as `shardId-000000000003`. */
  readonly shardId: string;
  /** Decimal digits. */
  readonly sequenceNumber: string;
  /** From 0, blank lines counted. */
  readonly line: number;
  /** Index in an aggregated record; 0 for any other record. */
  readonly subsequenceNumber?: number;
  /** Result of {@link firehoseName}, instead of a subsequence number. */
  readonly firehoseName?: string;
}

function digits(value: bigint | number, width: number, what: string): string {
  const text = value.toString(32);
  const whole = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!whole || text.length > width || text.startsWith("-")) {
    throw new RangeError(`${what} ${value} does not fit ${width} base-32 digits`);
  }
  return text.padStart(width, "0");
}

function bigintOf(base32: string): bigint {
  let value = 0n;
  for (const digit of base32) value = value * 32n + BigInt(Number.parseInt(digit, 32));
  return value;
}

/**
 * The part of the identity that all lines of one record share.
 * @throws RangeError when the shard id or the sequence number is not one of Kinesis's.
 */
export function recordPrefix(shardId: string, sequenceNumber: string): string {
  if (shardId !== knownShard) {
    const shard = SHARD_ID.exec(shardId)?.[1];
    if (shard === undefined) throw new RangeError(`"${shardId}" is not a shard id`);
    knownShardDigits = digits(Number(shard), WIDTH.shard, "shard");
    knownShard = shardId;
  }
  if (!DECIMAL.test(sequenceNumber)) throw new RangeError(`"${sequenceNumber}" is not a sequence number`);
  return knownShardDigits + digits(BigInt(sequenceNumber), WIDTH.sequence, "sequence number");
}

/** The shard of the last record: a function reads many records of one in turn. */
let knownShard = "";
let knownShardDigits = "";

/**
 * The identity of one line of the record that `prefix` (from {@link recordPrefix}) identifies.
 * @param within subsequence number in an aggregated record, or a {@link firehoseName}
 */
export function lineId(prefix: string, line: number, within: number | string = 0): string {
  const lineDigits = digits(line, WIDTH.line, "line");
  if (within === 0) return prefix + lineDigits;
  if (typeof within === "string") return `${prefix}x${within}${lineDigits}`;
  return `${prefix}w${digits(within, WIDTH.subsequence, "subsequence")}${lineDigits}`;
}

/** Firehose's `recordId` as digits of an identity: 100 bits of its SHA-256. */
export function firehoseName(firehoseRecordId: string): string {
  const hash = createHash("sha256").update(firehoseRecordId).digest("hex").slice(0, 25);
  return digits(BigInt(`0x${hash}`), WIDTH.firehose, "name");
}

/** The identity of a line. @throws RangeError when a part is out of range. */
export function encodeRecordId(position: StreamPosition): string {
  const prefix = recordPrefix(position.shardId, position.sequenceNumber);
  return lineId(prefix, position.line, position.firehoseName ?? position.subsequenceNumber);
}

/** The position that an identity encodes. @throws RangeError when `recordId` is not an identity. */
export function decodeRecordId(
  recordId: string,
): StreamPosition & Required<Pick<StreamPosition, "subsequenceNumber">> {
  const match = FORMAT.exec(recordId);
  const [, shard = "", sequence = "", subsequence = "0", name, line = ""] = match ?? [];
  const position = {
    shardId: `shardId-${Number.parseInt(shard, 32).toString().padStart(12, "0")}`,
    sequenceNumber: bigintOf(sequence).toString(),
    subsequenceNumber: Number.parseInt(subsequence, 32),
    line: Number.parseInt(line, 32),
    ...(name !== undefined && { firehoseName: name }),
  };
  // Some texts of the right form encode a shard or a number that Kinesis cannot have.
  if (!match || !SHARD_ID.test(position.shardId) || encodeRecordId(position) !== recordId) {
    throw new RangeError(`"${recordId}" is not a record_id`);
  }
  return position;
}

/** The largest shard number and sequence number that Kinesis can have, as digits of an identity. */
const LAST_SHARD = digits(10 ** 12 - 1, WIDTH.shard, "shard");
const LAST_SEQUENCE = digits(10n ** 57n - 1n, WIDTH.sequence, "sequence number");

/** Whether {@link decodeRecordId} takes a text, which needs no position. */
export function isRecordId(text: string): boolean {
  const [, shard = "", sequence = "", subsequence] = FORMAT.exec(text) ?? [];
  if (shard === "" || subsequence === "00000") return false;
  return shard <= LAST_SHARD && sequence <= LAST_SEQUENCE;
}

/** The part of an identity that all identities of its record begin with: what {@link recordPrefix} makes. */
export function recordPrefixOf(recordId: string): string {
  return recordId.slice(0, WIDTH.shard + WIDTH.sequence);
}

/** The part of an identity that all identities of its shard begin with. */
export function shardPrefix(recordId: string): string {
  return recordId.slice(0, WIDTH.shard);
}
