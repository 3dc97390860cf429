import { gzipSync } from "node:zlib";
import { goodLine } from "./kinesis-event";
import { COLUMNS } from "./retail";

/** Default size limit of a stream's record. */
const RECORD_BYTES = 1024 * 1024;

/** A record that is as expensive as its size allows, and the number of its lines that meet the contract. */
export interface WorstRecord {
  readonly what: string;
  readonly data: Buffer;
  readonly good: number;
}

const SHORTEST =
  '{"Invoice":"1","StockCode":"1","Quantity":1,"InvoiceDate":"2000-01-01 00:00:00","Price":1}\n';

/** The good line with an unknown column, written verbatim. */
function withColumn(raw: string): string {
  return goodLine({ Note: "@@" }).replace('"@@"', () => raw);
}

function full(piece: string, bytes = RECORD_BYTES): string {
  return piece.repeat(Math.floor(bytes / Buffer.byteLength(piece)));
}

function record(what: string, text: string | Buffer, good = 0): WorstRecord {
  const data = Buffer.from(text);
  if (data.length > RECORD_BYTES) throw new Error(`${what} has ${data.length} bytes: no stream takes it`);
  return { what, data, good };
}

const LINE = 255 * 1024;
const columns = (count: number): string =>
  goodLine(Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, n])));
const required = COLUMNS.filter((column) => column.required);

/** Every shape that is known to cost time or memory, within the record size limit. */
export const WORST_RECORDS: readonly WorstRecord[] = [
  record("a line for every two bytes", full("x\n")),
  record("140,000 lines", "x\n".repeat(140_000)),
  record("blank lines alone", full("\n")),
  record("blanks alone", full(" ")),
  record("as many good lines as fit", full(SHORTEST), Math.floor(RECORD_BYTES / SHORTEST.length)),
  record("as many good lines as fit, but for a bad one", `x\n${full(SHORTEST, RECORD_BYTES - 2)}`),
  record("as many refused lines as are judged one by one", full("x\n", 2 * 11_522)),
  record("empty objects", full("{}\n", 3 * 11_522)),
  record("one line of 1 MiB", full("x")),
  record("one text of 1 MiB", `"${"x".repeat(RECORD_BYTES - 2)}"`),
  record("one key of 1 MiB", `{"${"k".repeat(RECORD_BYTES - 10)}":1}`),
  record("keys of 250 KB", full(`{"${"k".repeat(LINE)}":1}\n`)),
  record("nested arrays over the whole record", "[".repeat(RECORD_BYTES)),
  record("nested arrays, closed", full(withColumn("[".repeat(100_000) + "]".repeat(100_000)).concat("\n"))),
  record(
    "nested objects, closed",
    full(withColumn('{"a":'.repeat(30_000) + "1".concat("}".repeat(30_000))).concat("\n")),
  ),
  record(
    "nested in a column of the contract",
    full(
      goodLine({ Invoice: "@@" })
        .replace('"@@"', "[".repeat(120_000) + "]".repeat(120_000))
        .concat("\n"),
    ),
  ),
  record(
    "10,000 columns",
    full(`${columns(10_000)}\n`),
    Math.floor(RECORD_BYTES / (columns(10_000).length + 1)),
  ),
  record("a column that is repeated 40,000 times", full(`{${full('"a":1,', LINE)}"a":1}\n`)),
  record("texts of 300 KB", full(`${goodLine({ Description: "d".repeat(300 * 1024) })}\n`)),
  record("texts of 250 KB", full(`${goodLine({ Description: "d".repeat(250 * 1024) })}\n`), 4),
  record(
    "texts of escapes",
    full(`${goodLine({ Description: "@@" }).replace("@@", () => "\\u0000".repeat(LINE / 6 - 100))}\n`),
    4,
  ),
  record(
    "quotes and backslashes in an unknown column",
    full(`${goodLine({ Note: '\\"'.repeat(LINE / 4 - 100) })}\n`),
    4,
  ),
  record("many escaped pairs in an unclosed string", `{"a":"${"\\\\".repeat(RECORD_BYTES / 2 - 10)}`),
  record("a number of 1 MiB", "1".repeat(RECORD_BYTES)),
  record(
    "numbers of 500 digits",
    full(`${withColumn(`[${full(`${"1".repeat(300)},`, LINE - 1000)}1]`)}\n`),
    4,
  ),
  record("a comma for every byte", full(",")),
  record("a bracket for every byte", full("{")),
  record("closing brackets", full("]\n", 2 * 11_000)),
  record("objects on one line", full(goodLine(), LINE)),
  record("empty objects on one line", full("{}", LINE)),
  record("an array of one line", `[${full(`${goodLine()},`, LINE)}${goodLine()}]`),
  record(
    "an array, one object a line",
    `[\n${full(`${goodLine()},\n`, RECORD_BYTES - 1000)}${goodLine()}\n]`,
    1,
  ),
  record(
    "a pretty-printed array",
    full(
      `${JSON.stringify(
        Array.from({ length: 900 }, () => JSON.parse(goodLine())),
        null,
        2,
      )}\n`,
      RECORD_BYTES,
    ),
  ),
  record(
    "a half of a surrogate pair in each of many texts",
    full(`${withColumn(`[${full('"\\ud83d",', LINE - 1000)}1]`)}\n`),
  ),
  record("bytes that are no UTF-8", Buffer.alloc(RECORD_BYTES, 0xff)),
  record("bytes that are no UTF-8, many lines", Buffer.from(full("\xff\n", 2 * 11_000), "latin1")),
  record("NUL bytes", Buffer.alloc(RECORD_BYTES)),
  record("gzip of good lines", gzipSync(Buffer.from(full(`${goodLine()}\n`)))),
  record("gzip that expands a thousand times", gzipSync(Buffer.alloc(100 * RECORD_BYTES))),
  record("UTF-16", Buffer.from(full(`${goodLine()}\n`, RECORD_BYTES / 2 - 100), "utf16le")),
  record("carriage returns alone", full("\r\n")),
  record("base64", Buffer.from(full(goodLine(), 700_000)).toString("base64")),
  record("single quotes", full("{'a': 1}\n", 9 * 11_000)),
  record("a member a line", full('"a": 1,\n', 8 * 11_000)),
  record(
    "every required column empty",
    full(`{${required.map(({ field }) => `"${field}":""`).join(",")}}\n`),
  ),
];
