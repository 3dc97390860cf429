import { createHash } from "node:crypto";
import { type AcceptedLine, judgeLine, type RefusedLine, refuse } from "./judge";
import { lineId, recordPrefix } from "./record-id";
import { COLUMNS } from "./retail-transaction";
import { formatTimestamp } from "./timestamp";

/** A record as the stream holds it, whichever service handed it over. */
export interface StreamRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** Place inside an aggregated record that Firehose unpacked. @default 0 */
  readonly subsequenceNumber?: number;
  /** Milliseconds since 1970; fractions are rounded. */
  readonly arrivedAtMs: number;
  readonly data: Uint8Array;
}

/** One line of a record, with its identity and the judgement on it. */
export interface Line {
  readonly recordId: string;
  /** `YYYY-MM-DD HH:MM:SS.fff`, UTC. */
  readonly arrivedAt: string;
  readonly original: Uint8Array;
  readonly verdict: AcceptedLine | RefusedLine;
}

/** A line that keeps the contract, as both layers store it. */
export interface StoredLine extends Line {
  readonly verdict: AcceptedLine;
}

const NEWLINE = 0x0a;
const BLANKS = new Set([0x20, 0x09, 0x0d]);
/** First bytes and MD5 tail of the producer library's aggregated records (its published format). */
const AGGREGATION_MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const MD5_BYTES = 16;

/**
 * Splits a record into lines and judges each. Blank lines are none, but keep their number. Never throws for
 * what a producer sent: a fault of our own becomes a refusal, so that no record can hold up its shard.
 * @throws RangeError when shard id or sequence number are not Kinesis's.
 */
export function judgeRecord(record: StreamRecord, judge = judgeLine): Line[] {
  const prefix = recordPrefix(record.shardId, record.sequenceNumber);
  const arrivedAtMs = Math.round(record.arrivedAtMs);
  const arrivedAt = formatTimestamp(arrivedAtMs);
  const line = (number: number, original: Uint8Array, verdict: Line["verdict"]): Line => ({
    recordId: lineId(prefix, number, record.subsequenceNumber),
    arrivedAt,
    original,
    verdict,
  });
  if (isAggregated(record.data)) {
    const detail = "the record is aggregated by the producer library; send JSON lines instead";
    return [line(0, record.data, refuse("aggregated_record", detail))];
  }
  return splitLines(record.data).map(({ number, bytes }) => {
    try {
      return line(number, bytes, judge(bytes, arrivedAtMs));
    } catch (error) {
      const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return line(number, bytes, refuse("internal_error", detail));
    }
  });
}

/** Whether a line keeps the contract. */
export function isStored(line: Line): line is StoredLine {
  return line.verdict.accepted;
}

/**
 * A line as the raw zone and the index keep it: contract columns in order and in one spelling, unknown ones
 * as they were written, then identity and arrival. It is longer than the original by less than 300 bytes,
 * whatever the original is, and it is one line to every reader: no newline, not at its end either, and no
 * carriage return, which Athena would take for one.
 */
export function storedJson({ verdict, recordId, arrivedAt }: StoredLine): string {
  const members = COLUMNS.map(({ field }) => `"${field}":${JSON.stringify(verdict.values[field])}`);
  for (const { key, rawValue } of verdict.unknown) {
    members.push(`${JSON.stringify(key)}:${rawValue.replaceAll("\r", " ")}`);
  }
  members.push(`"record_id":"${recordId}"`, `"arrived_at":"${arrivedAt}"`);
  return `{${members.join(",")}}`;
}

/** The lines of a record's data with their numbers, from 0; blank ones are left out. */
export function splitLines(data: Uint8Array): { number: number; bytes: Uint8Array }[] {
  const lines: { number: number; bytes: Uint8Array }[] = [];
  let start = 0;
  for (let number = 0; start <= data.length; number++) {
    const found = data.indexOf(NEWLINE, start);
    const end = found === -1 ? data.length : found;
    const bytes = data.subarray(start, end);
    if (!bytes.every((byte) => BLANKS.has(byte))) lines.push({ number, bytes });
    start = end + 1;
  }
  return lines;
}

function isAggregated(data: Uint8Array): boolean {
  if (data.length <= AGGREGATION_MAGIC.length + MD5_BYTES) return false;
  if (!AGGREGATION_MAGIC.equals(data.subarray(0, AGGREGATION_MAGIC.length))) return false;
  const body = data.subarray(AGGREGATION_MAGIC.length, -MD5_BYTES);
  return createHash("md5").update(body).digest().equals(data.subarray(-MD5_BYTES));
}
