import type { RefusalReason } from "../../contract/reasons";
import { GOOD_ROW } from "./good-row";

/** A line that breaks the contract, and the expected rejection reason. */
export interface BrokenLine {
  readonly what: string;
  readonly reason: RefusalReason;
  readonly bytes: Buffer;
}

function line(change: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(JSON.stringify({ ...GOOD_ROW, ...change }));
}

/** Twenty lines, each invalid in a different way. */
export const BROKEN_LINES: readonly BrokenLine[] = [
  { what: "not JSON", reason: "not_json", bytes: Buffer.from("this is not JSON") },
  { what: "cut off", reason: "not_json", bytes: line({}).subarray(0, 60) },
  { what: "two objects", reason: "several_objects", bytes: Buffer.concat([line({}), line({})]) },
  { what: "an array", reason: "not_an_object", bytes: Buffer.from(JSON.stringify([GOOD_ROW])) },
  { what: "a number", reason: "not_an_object", bytes: Buffer.from("42") },
  { what: "no Invoice", reason: "missing_field", bytes: line({ Invoice: undefined }) },
  { what: "StockCode null", reason: "missing_field", bytes: line({ StockCode: null }) },
  { what: "empty Invoice", reason: "empty_field", bytes: line({ Invoice: "" }) },
  { what: "Quantity a string", reason: "wrong_type", bytes: line({ Quantity: "6" }) },
  { what: "Quantity a fraction", reason: "wrong_type", bytes: line({ Quantity: 6.5 }) },
  { what: "Quantity of 33 bits", reason: "out_of_range", bytes: line({ Quantity: 2 ** 32 }) },
  { what: "Price a string", reason: "wrong_type", bytes: line({ Price: "2.95" }) },
  { what: "Country a number", reason: "wrong_type", bytes: line({ Country: 7 }) },
  { what: "30 February", reason: "invalid_date", bytes: line({ InvoiceDate: "2010-02-30 10:00:00" }) },
  { what: "a date in 1970", reason: "out_of_range", bytes: line({ InvoiceDate: "1970-01-01 00:00:00" }) },
  { what: "a date in 2199", reason: "out_of_range", bytes: line({ InvoiceDate: "2199-01-01 00:00:00" }) },
  { what: "keys differing by case", reason: "ambiguous_key", bytes: line({ invoice: "490397" }) },
  {
    what: "a key twice in an unknown column",
    reason: "ambiguous_key",
    bytes: Buffer.from(JSON.stringify({ ...GOOD_ROW, Note: 1 }).replace('"Note":1', '"Note":{"a":1,"a":2}')),
  },
  { what: "300 KB", reason: "line_too_large", bytes: line({ Description: "x".repeat(300 * 1024) }) },
  {
    what: "invalid UTF-8",
    reason: "not_utf8",
    bytes: Buffer.concat([Buffer.from('{"Invoice":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
  },
];
