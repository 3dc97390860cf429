import { LONGEST_RECORD_ID } from "./record-id";
import { COLUMNS, type Column, type ColumnKind } from "./retail-transaction";

/** The largest record that a stream takes, unless it was told otherwise: 1 MiB. */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** Lines that are judged one by one in a record, whatever the contract. */
const MOST_LINES = 20_000;

/**
 * The longest answer of ValidateRecords, in bytes. Lambda takes 6 MB (6,291,556 bytes) from a function that is called
 * synchronously, and fails the invocation beyond.
 */
export const MAX_ANSWER_BYTES = 5_500_000;

/** What a record of an answer has beside its data: `{"recordId":"","result":"Ok","data":""},` and the id. */
export function answerBytes(recordId: string, dataBytes: number): number {
  return recordId.length + 46 + base64Bytes(dataBytes);
}

/** Length of so many bytes in base64. */
export function base64Bytes(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

/** Bytes of a value that keeps the contract: as it may be sent, and as it is then stored. */
interface Spelling {
  readonly sent: number;
  readonly stored: number;
}

/** The shortest value of each kind: `"x"`, `1`, a date. */
const SHORTEST: Readonly<Record<ColumnKind, Spelling>> = {
  text: { sent: 3, stored: 3 },
  integer: { sent: 1, stored: 1 },
  decimal: { sent: 1, stored: 1 },
  timestamp: { sent: 21, stored: 21 },
};

/** The value of each kind that grows most, for numbers are stored in one spelling: `1e9`, `1e20`. */
const GROWING: Readonly<Record<ColumnKind, Spelling>> = {
  ...SHORTEST,
  integer: { sent: 3, stored: 10 },
  decimal: { sent: 4, stored: 21 },
};

/** `,"record_id":"…","arrived_at":"YYYY-MM-DD HH:MM:SS.fff"` */
const IDENTITY_BYTES = 15 + LONGEST_RECORD_ID + 39;

/** A line of these columns, its newline included. */
function lineOf(columns: readonly Column[], spelling: Readonly<Record<ColumnKind, Spelling>>): Spelling {
  let sent = 2;
  let stored = 2 + IDENTITY_BYTES;
  for (const { field, kind } of columns) {
    // Key, colon, and a comma or the newline.
    const key = Buffer.byteLength(JSON.stringify(field)) + 2;
    sent += key + spelling[kind].sent;
    stored += key + spelling[kind].stored;
  }
  return columns.length === 0 ? { sent: sent + 1, stored } : { sent, stored };
}

/**
 * Lines that a record may have: as many as the largest record could hold lines that keep the contract, and never more
 * than 20,000. A record of more lines holds refused ones, and is refused as a whole: judging each would cost
 * hundreds of times its own size.
 */
export function maxLines(columns: readonly Column[]): number {
  const { sent } = lineOf(
    columns.filter(({ required }) => required),
    SHORTEST,
  );
  return Math.min(MOST_LINES, Math.floor((MAX_RECORD_BYTES + 1) / sent));
}

/** {@link maxLines} of the pipeline's contract. */
export const MAX_LINES = maxLines(COLUMNS);

/** Lambda's limit of a synchronous request, in bytes. */
export const LAMBDA_REQUEST_BYTES = 6 * 1024 * 1024;
/** The longest `recordId` of Firehose that was seen in public: shard, sequence number, and zeros. */
const RECORD_ID_BYTES = 176;
/** What a record of Firehose's request has beside its data and its id, at least. */
const REQUEST_RECORD_BYTES = 280;

/** Sizes of the transformation's buffer in MiB: Firehose takes 0.2 to 3, and its default is 1. */
const LEAST_BUFFER_TENTHS = 2;
const DEFAULT_BUFFER_TENTHS = 10;

/**
 * How much data Firehose may gather for one invocation of ValidateRecords so that the answer stays below
 * {@link MAX_ANSWER_BYTES}, whatever keeps the contract: from its default of 1 MiB downward, in tenths of a MiB.
 */
export function transformationBufferMiB(columns: readonly Column[]): number {
  for (let tenths = DEFAULT_BUFFER_TENTHS; tenths > LEAST_BUFFER_TENTHS; tenths--) {
    if (largestAnswer(columns, (tenths / 10) * 1024 * 1024) <= MAX_ANSWER_BYTES) return tenths / 10;
  }
  return LEAST_BUFFER_TENTHS / 10;
}

/** The largest answer to a request with so much data: over the lines that grow most, and how many are in a record. */
export function largestAnswer(columns: readonly Column[], bufferBytes: number): number {
  const required = columns.filter((column) => column.required);
  const numbers = columns.filter(
    (column) => column.required || GROWING[column.kind].stored > SHORTEST[column.kind].stored,
  );
  let largest = 0;
  for (const line of [lineOf(required, SHORTEST), lineOf(required, GROWING), lineOf(numbers, GROWING)]) {
    const mostLines = Math.max(1, Math.min(maxLines(columns), Math.floor(bufferBytes / line.sent)));
    for (let lines = 1; lines <= mostLines; lines++) {
      const request = RECORD_ID_BYTES + REQUEST_RECORD_BYTES + base64Bytes(lines * line.sent);
      const records = Math.min(bufferBytes / (lines * line.sent), LAMBDA_REQUEST_BYTES / request);
      const answer = records * answerBytes("x".repeat(RECORD_ID_BYTES), lines * line.stored);
      if (answer > largest) largest = answer;
    }
  }
  return largest;
}
