import { type NotAggregated, unpackAggregate } from "./aggregate";
import type { Column } from "./column";
import { explainRecord } from "./explain";
import { type AcceptedLine, type LineJudge, lineJudge, refuse, type Verdict } from "./judge";
import { answerBytes, growthBytes, MAX_ANSWER_BYTES, maxLines } from "./limits";
import type { Refusal } from "./reasons";
import { lineId, recordPrefix } from "./record-id";
import { EXTRA_COLUMN } from "./stored-columns";
import { formatTimestamp } from "./timestamp";

/** A record as the stream holds it. */
export interface StreamRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** Milliseconds since 1970; fractions are rounded. */
  readonly arrivedAtMs: number;
  readonly data: Uint8Array;
}

/** A user record: a record of the stream, or one of the records that a producer aggregated into it. */
export interface UserRecord extends StreamRecord {
  /**
   * Index in the aggregated record, from 0; or, if Firehose does not report it, Firehose's name for the user record
   * (see record-id.ts). @default 0
   */
  readonly within?: number | string;
}

/** One line of a record, with its identity and its verdict. */
export interface Line {
  readonly recordId: string;
  /** `YYYY-MM-DD HH:MM:SS.fff`, UTC. */
  readonly arrivedAt: string;
  readonly original: Uint8Array;
  readonly verdict: Verdict;
}

/** A line that keeps the contract, as both layers store it. */
export interface StoredLine extends Line {
  readonly verdict: AcceptedLine;
}

const NEWLINE = 0x0a;
/** Bytes that a blank line may have. */
export const BLANKS = new Set([0x20, 0x09, 0x0d]);
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

/** Judges records by the columns of a contract, and writes lines as they are stored. */
export class RecordJudge {
  /** Lines that a record may have. */
  readonly maxLines: number;
  private readonly growthBytes: number;

  /** @param judge of one line; @default the one of `columns` */
  constructor(
    columns: readonly Column[],
    private readonly judge: LineJudge = lineJudge(columns),
  ) {
    this.maxLines = maxLines(columns);
    this.growthBytes = growthBytes(columns);
  }

  /**
   * The lines of a record of the stream, each judged. An aggregated record is unpacked; the user records are numbered
   * in their order. Never throws because of a producer's data. Returns at most {@link maxLines} lines.
   * @throws RangeError when shard id or sequence number are not Kinesis's.
   */
  judgeRecord(record: StreamRecord): Line[] {
    const unpacked = unpackAggregate(record.data);
    if (unpacked.kind !== "aggregated") return this.judgeUnpacked(record, unpacked);
    const count = unpacked.userRecords.reduce((sum, data) => sum + countLines(data), 0);
    if (count > this.maxLines) return [refuseRecord(record, this.tooManyLines(count))];
    return unpacked.userRecords.flatMap((data, within) => this.judgeUserRecord({ ...record, data, within }));
  }

  /**
   * Splits a user record into lines and judges each. Blank lines are skipped, but they count in line numbers. A record
   * is refused as a whole, by one entry, if judging its lines would cost far more than its size, or if no line is
   * acceptable and the whole record explains the fault better.
   *
   * Never throws because of a producer's data: an error in this code becomes a refusal, so that no record can block its
   * shard.
   * @throws RangeError when shard id or sequence number are not Kinesis's.
   */
  judgeUserRecord(record: UserRecord): Line[] {
    const unpacked = unpackAggregate(record.data);
    return unpacked.kind === "aggregated"
      ? [refuseRecord(record, NOT_UNPACKED)]
      : this.judgeUnpacked(record, unpacked);
  }

  private judgeUnpacked(record: UserRecord, unpacked: NotAggregated): Line[] {
    const { data } = record;
    const found = splitLines(data, this.maxLines);
    if (found.length === 0) return [];
    if (found.length > this.maxLines) {
      return [refuseRecord(record, explainRecord(data) ?? this.tooManyLines(countLines(data)))];
    }
    const lines = judgeLines(record, found, this.judge);
    if (lines.some(isStored)) return this.isTooLarge(lines) ? [refuseRecord(record, TOO_LARGE)] : lines;
    if (lines.some(isInternalError)) return lines;
    const whole = unpacked.kind === "broken" ? brokenAggregate(unpacked.fault) : explainRecord(data);
    return whole ? [refuseRecord(record, whole)] : lines;
  }

  /**
   * A line as the raw zone and the index store it: contract columns in order and in one spelling, without those that
   * are null or absent; then identity and arrival; last the unknown columns, as a string. It is longer than the
   * original by at most {@link growthBytes} and the characters of that string. It is one line to every reader: it has
   * no newline, not even at its end, and no carriage return, which Athena would take for a newline.
   */
  storedJson({ verdict, recordId, arrivedAt }: StoredLine): string {
    const { storedMembers, extra } = verdict;
    const identity = `"record_id":"${recordId}","arrived_at":"${arrivedAt}"`;
    const unknown = extra === "{}" ? '"{}"' : JSON.stringify(extra);
    return `{${storedMembers}${identity},"${EXTRA_COLUMN.field}":${unknown}}`;
  }

  /** Whether the stored lines exceed one answer to Firehose. */
  private isTooLarge(lines: readonly Line[]): boolean {
    const most = lines.reduce((sum, { original, verdict }) => {
      return sum + original.length + this.growthBytes + (verdict.accepted ? verdict.extra.length : 0);
    }, 0);
    if (answerBytes(LONG_RECORD_ID, most) <= MAX_ANSWER_BYTES) return false;
    let bytes = 0;
    for (const line of lines) if (isStored(line)) bytes += Buffer.byteLength(this.storedJson(line)) + 1;
    return answerBytes(LONG_RECORD_ID, bytes) > MAX_ANSWER_BYTES;
  }

  private tooManyLines(count: number): Refusal {
    return { reason: "too_many_lines", detail: `${count} lines; a record may have ${this.maxLines}` };
  }
}

/** Number of lines that are not blank; for an aggregated record, those of its user records. */
export function countRecordLines(data: Uint8Array): number {
  const unpacked = unpackAggregate(data);
  if (unpacked.kind !== "aggregated") return countLines(data);
  return unpacked.userRecords.reduce((sum, userRecord) => sum + countLines(userRecord), 0);
}

const NOT_UNPACKED: Refusal = {
  reason: "aggregated_record",
  detail: "an aggregated record (KPL) inside of another one, or one that Firehose did not unpack",
};
const TOO_LARGE: Refusal = {
  reason: "record_too_large",
  detail: `the record's lines, as stored, exceed the ${MAX_ANSWER_BYTES} bytes of an answer to Firehose`,
};

function brokenAggregate(fault: string): Refusal {
  return { reason: "not_utf8", detail: `the record begins like an aggregated one (KPL), but ${fault}` };
}

function judgeLines(record: UserRecord, found: readonly NumberedBytes[], judge: LineJudge): Line[] {
  const prefix = recordPrefix(record.shardId, record.sequenceNumber);
  const arrivedAt = formatTimestamp(record.arrivedAtMs);
  const arrivedAtMs = Math.round(record.arrivedAtMs);
  return found.map(({ number, bytes }) => {
    const recordId = lineId(prefix, number, record.within);
    let verdict: Verdict;
    try {
      verdict = judge(withoutMark(bytes, number), arrivedAtMs);
    } catch (error) {
      const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      verdict = refuse("internal_error", detail);
    }
    return { recordId, arrivedAt, original: bytes, verdict };
  });
}

/** The single entry for all bytes of a record. It has the identity of the record's first line. */
export function refuseRecord(record: UserRecord, { reason, detail }: Refusal): Line {
  const recordId = lineId(recordPrefix(record.shardId, record.sequenceNumber), 0, record.within);
  const arrivedAt = formatTimestamp(record.arrivedAtMs);
  return { recordId, arrivedAt, original: record.data, verdict: refuse(reason, detail) };
}

function isInternalError({ verdict }: Line): boolean {
  return !verdict.accepted && verdict.reason === "internal_error";
}

/** Longer than any `recordId` of Firehose: a record that fits with it also fits into an answer with its own id. */
const LONG_RECORD_ID = "x".repeat(512);

/** Whether a line keeps the contract. */
export function isStored(line: Line): line is StoredLine {
  return line.verdict.accepted;
}

/** The bytes of a line with its number in its record, from 0. */
interface NumberedBytes {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/**
 * The lines of a record's data; blank lines are left out, and a byte order mark counts as blank.
 * @param most of them, and one more: then there are too many. @default all
 */
export function splitLines(data: Uint8Array, most = Number.POSITIVE_INFINITY): NumberedBytes[] {
  const lines: NumberedBytes[] = [];
  eachLine(data, (number, start, end) => {
    lines.push({ number, bytes: data.subarray(start, end) });
    return lines.length <= most;
  });
  return lines;
}

function countLines(data: Uint8Array): number {
  let count = 0;
  eachLine(data, () => {
    count++;
    return true;
  });
  return count;
}

/** Calls `onLine` with the position of each line that is not blank, until it answers false. */
function eachLine(data: Uint8Array, onLine: (number: number, start: number, end: number) => boolean): void {
  let start = 0;
  for (let number = 0; start < data.length; number++) {
    const found = data.indexOf(NEWLINE, start);
    const end = found === -1 ? data.length : found;
    let at = number === 0 && hasMark(data) ? BYTE_ORDER_MARK.length : start;
    while (at < end && BLANKS.has(data[at] ?? 0)) at++;
    if (at < end && !onLine(number, start, end)) return;
    start = end + 1;
  }
}

/** Windows and `utf-8-sig` write a byte order mark before the first line: at a record's start it is not part of the line. */
function withoutMark(bytes: Uint8Array, number: number): Uint8Array {
  return number === 0 && hasMark(bytes) ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
}

function hasMark(data: Uint8Array): boolean {
  return data[0] === BYTE_ORDER_MARK[0] && BYTE_ORDER_MARK.every((byte, at) => data[at] === byte);
}
