import type { Column, Kind } from "./column";
import { LONGEST_RECORD_ID } from "./record-id";

/** Largest record that a stream accepts by default: 1 MiB. */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** Most lines of a record that are judged one by one, for any contract. */
const MOST_LINES = 20_000;

/**
 * The longest answer of ValidateRecords, in bytes. Lambda accepts 6 MB (6,291,556 bytes) from a synchronous
 * invocation and fails it above that.
 */
export const MAX_ANSWER_BYTES = 5_500_000;

/** Bytes of a record in an answer: `{"recordId":"","result":"Ok","data":""},`, the id, and the data in base64. */
export function answerBytes(recordId: string, dataBytes: number): number {
  return recordId.length + 46 + base64Bytes(dataBytes);
}

/** Length of this many bytes in base64. */
export function base64Bytes(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

/** Bytes of a value that keeps the contract: as sent, and as stored. */
interface Spelling {
  readonly sent: number;
  readonly stored: number;
}

/** The shortest value of a kind, and those that grow most, for numbers and dates are stored in one spelling. */
function spellingsOf(column: Kind): readonly [shortest: Spelling, ...Spelling[]] {
  switch (column.kind) {
    case "text":
      return [{ sent: 3, stored: 3 }];
    case "boolean":
      return [{ sent: 4, stored: 4 }];
    case "integer": // 1e9
      return [DIGIT, { sent: 3, stored: 10 }];
    case "bigint": // 9e18
      return [DIGIT, { sent: 4, stored: 19 }];
    case "double": // 1e20
      return [DIGIT, { sent: 4, stored: 21 }];
    case "decimal":
      return [DIGIT, ...decimalSpellings(column.precision - column.scale, column.scale)];
    case "timestamp": // "2026-11-28T09:30Z" becomes "2026-11-28 09:30:00.000"
      return column.format === "iso" ? [{ sent: 19, stored: 25 }] : [{ sent: 21, stored: 21 }];
  }
}

const DIGIT: Spelling = { sent: 1, stored: 1 };

/** The largest power of ten, such as 1e7, and the smallest, such as 1e-4. */
function decimalSpellings(wholeDigits: number, scale: number): Spelling[] {
  const spellings: Spelling[] = [];
  if (wholeDigits > 1) spellings.push({ sent: `1e${wholeDigits - 1}`.length, stored: wholeDigits });
  if (scale > 0) spellings.push({ sent: `1e-${scale}`.length, stored: scale + 2 });
  return spellings;
}

/** `,"record_id":"…","arrived_at":"YYYY-MM-DD HH:MM:SS.fff"` */
const IDENTITY_BYTES = 15 + LONGEST_RECORD_ID + 39;
/** `,"extra":"{}"` */
const EXTRA_BYTES = 13;

/**
 * The most bytes by which the stored form of a line of these columns exceeds the line as sent, without the characters
 * of its `extra`. The stored form has
 * - the contract's columns, each of which grows by its spelling only: {@link spellingsOf} has the worst of each kind
 * - identity and arrival
 * - the members of `extra`. Except for the two braces, their canonical text is no longer than the members as sent.
 *   The JSON string of that text has a backslash before each quote and each backslash, and no other escape, because
 *   the text has no control characters: at most one more byte for each character.
 */
export function growthBytes(columns: readonly Column[]): number {
  const growth = columns.reduce(
    (sum, column) =>
      sum + spellingsOf(column).reduce((most, { sent, stored }) => Math.max(most, stored - sent), 0),
    0,
  );
  return IDENTITY_BYTES + EXTRA_BYTES + growth;
}

/** Bytes of a column's key, its colon, and a comma or the line's newline. */
function keyBytes({ field }: Column): number {
  return Buffer.byteLength(JSON.stringify(field)) + 2;
}

/** The shortest line that keeps a contract, its newline included. */
function shortestLine(columns: readonly Column[]): Spelling {
  const required = columns.filter((column) => column.required);
  // Braces; the key of each column includes a comma or the newline.
  const none = required.length === 0 ? 1 : 0;
  return required.reduce<Spelling>(
    ({ sent, stored }, column) => {
      const [shortest] = spellingsOf(column);
      return {
        sent: sent + keyBytes(column) + shortest.sent,
        stored: stored + keyBytes(column) + shortest.stored,
      };
    },
    { sent: 2 + none, stored: 2 + none + IDENTITY_BYTES + EXTRA_BYTES },
  );
}

/**
 * Most lines of a record: as many valid lines as fit into the largest record, and at most 20,000. A record with more
 * lines has invalid ones and is refused as a whole, because judging each line would cost hundreds of times the
 * record's size.
 */
export function maxLines(columns: readonly Column[]): number {
  return Math.min(MOST_LINES, Math.floor((MAX_RECORD_BYTES + 1) / shortestLine(columns).sent));
}

/** Lambda's limit of a synchronous request, in bytes. */
export const LAMBDA_REQUEST_BYTES = 6 * 1024 * 1024;
/** Longest `recordId` of Firehose in public samples: shard, sequence number, and zeros. */
const RECORD_ID_BYTES = 176;
const RECORD_ID = "x".repeat(RECORD_ID_BYTES);
/** Fewest bytes of a record in Firehose's request, without its data and its id. */
const REQUEST_RECORD_BYTES = 280;

/** Sizes of the transformation's buffer in MiB: Firehose takes 0.2 to 3, and its default is 1. */
const LEAST_BUFFER_TENTHS = 2;
const DEFAULT_BUFFER_TENTHS = 10;
/** Least buffer of the transformation, with which the answer fits for any contract. */
export const LEAST_BUFFER_MIB = LEAST_BUFFER_TENTHS / 10;

/**
 * Buffer size of the transformation: the largest with which the answer of ValidateRecords stays below
 * {@link MAX_ANSWER_BYTES} for any valid lines. It is at most Firehose's default of 1 MiB, in steps of a tenth of a
 * MiB.
 */
export function transformationBufferMiB(columns: readonly Column[]): number {
  for (let tenths = DEFAULT_BUFFER_TENTHS; tenths > LEAST_BUFFER_TENTHS; tenths--) {
    if (largestAnswer(columns, (tenths / 10) * 1024 * 1024) <= MAX_ANSWER_BYTES) return tenths / 10;
  }
  return LEAST_BUFFER_MIB;
}

/** Most stored bytes for each byte of an unknown column (see {@link growthBytes}). */
const EXTRA_GROWTH = 2;

/**
 * Lines that grow most for their length, shortest first. Each has one more growing value than the line before it, in
 * the order of growth per byte. Values that grow less than an unknown column are left out.
 */
function growingLines(columns: readonly Column[]): [Spelling, ...Spelling[]] {
  const additions = columns
    .flatMap(growthOf)
    .filter(({ sent, stored }) => stored > EXTRA_GROWTH * sent)
    .sort((one, other) => other.stored / other.sent - one.stored / one.sent);
  const lines: [Spelling, ...Spelling[]] = [shortestLine(columns)];
  for (const { sent, stored } of additions) {
    const before = lines.at(-1) ?? lines[0];
    lines.push({ sent: before.sent + sent, stored: before.stored + stored });
  }
  return lines;
}

/**
 * By how much a line grows with a column, in steps of falling growth for a byte: from its shortest value, or from none where
 * it is optional, over those of its spellings that are worth their bytes.
 */
function growthOf(column: Column): Spelling[] {
  const key = column.required ? 0 : keyBytes(column);
  const [shortest, ...longer] = spellingsOf(column);
  let at: Spelling = column.required ? shortest : { sent: -key, stored: -key };
  let left: readonly Spelling[] = column.required ? longer : [shortest, ...longer];
  const steps: Spelling[] = [];
  while (left.length > 0) {
    const from = at;
    const slope = ({ sent, stored }: Spelling): number => (stored - from.stored) / (sent - from.sent);
    at = left.reduce((best, one) => (slope(one) > slope(best) ? one : best));
    steps.push({ sent: at.sent - from.sent, stored: at.stored - from.stored });
    const reached = at.sent;
    left = left.filter(({ sent }) => sent > reached);
  }
  return steps;
}

/**
 * An upper bound, in bytes, of the answer to a request with `bufferBytes` of data.
 *
 * A request of R records, each of L lines and D bytes, has R·D ≤ `bufferBytes` and R·(overhead + 4/3·D) ≤ 6 MiB; its
 * answer has R·(overhead + 4/3·stored). Stored bytes are linear in L, in the values that a line has more than the
 * shortest line, and in unknown columns. So on either side of the D at which both limits on R are equal, the answer
 * is a quotient of linear functions and is largest in a corner. A corner has one line, the most lines of a record, or
 * no unknown column; and the least D, the most D, or that D. Values that grow most for their bytes come first,
 * unknown columns last.
 */
export function largestAnswer(columns: readonly Column[], bufferBytes: number): number {
  const lines = growingLines(columns);
  const most = maxLines(columns);
  const overhead = RECORD_ID_BYTES + REQUEST_RECORD_BYTES;
  const balanced = (overhead * bufferBytes) / (LAMBDA_REQUEST_BYTES - (4 / 3) * bufferBytes);
  let largest = 0;
  const consider = (lineCount: number, wantedBytes: number): void => {
    if (lineCount < 1 || lineCount > most) return;
    const dataBytes = Math.max(wantedBytes, lineCount * lines[0].sent);
    const records = Math.min(
      bufferBytes / dataBytes,
      LAMBDA_REQUEST_BYTES / (overhead + (4 / 3) * dataBytes),
    );
    const stored = lineCount * storedBytes(lines, dataBytes / lineCount);
    // Without its ceiling, base64 is linear: the last group has up to 8/3 characters more.
    largest = Math.max(largest, records * (answerBytes(RECORD_ID, 0) + (4 / 3) * stored + 8 / 3));
  };
  for (const count of [1, most]) {
    consider(count, balanced);
    consider(count, bufferBytes);
    for (const { sent } of lines) consider(count, count * sent);
  }
  for (const { sent } of lines) {
    consider(balanced / sent, balanced);
    consider(bufferBytes / sent, bufferBytes);
  }
  return largest;
}

/** Stored bytes of a line of length `sent`, interpolated between two of `lines`; a longer line has unknown columns. */
function storedBytes(lines: readonly [Spelling, ...Spelling[]], sent: number): number {
  // A quotient may be slightly less than the shortest line.
  const at = Math.max(
    0,
    lines.findLastIndex((line) => line.sent <= sent),
  );
  const line = lines[at] ?? lines[0];
  const next = lines[at + 1];
  const slope = next ? (next.stored - line.stored) / (next.sent - line.sent) : EXTRA_GROWTH;
  return line.stored + slope * (sent - line.sent);
}
