import { GOOD_ROW } from "../../support/good-row";

const line = (change: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...GOOD_ROW, ...change });

/** Text that a JSON table does not read as written (except the good one), with the result. */
export interface EdgeCase {
  readonly what: string;
  readonly text: string;
  /** Number of its lines that the judge accepts. @default 0 */
  readonly accepted?: number;
  /** The rows read instead; undefined: the query fails. */
  readonly read?: readonly Readonly<Record<string, string | null>>[];
}

/** Why lines are judged before they land: each case was observed on Trino, and is checked on it again. */
export const EDGE_CASES: readonly EdgeCase[] = [
  { what: "a good line", text: line({}), accepted: 1, read: [{ invoice: "490397", quantity: "6" }] },
  { what: "a word for a number", text: line({ Quantity: "six" }), read: [{ quantity: null }] },
  { what: "an empty text for a number", text: line({ Price: "" }), read: [{ price: null }] },
  { what: "a number that overflows", text: line({ Quantity: 2 ** 31 }), read: [{ quantity: null }] },
  { what: "a date without a time", text: line({ InvoiceDate: "2009-12-06" }), read: [{ invoicedate: null }] },
  { what: "a time without a date", text: line({ InvoiceDate: "10:30" }), read: [{ invoicedate: null }] },
  { what: "12.7 for a whole number", text: line({ Quantity: 12.7 }), read: [{ quantity: "12" }] },
  {
    what: "a blank line",
    text: `${line({})}\n`,
    accepted: 1,
    read: [{ invoice: "490397" }, { invoice: null }],
  },
  { what: "a line that is no JSON", text: "garbage", read: [{ invoice: null }] },
  { what: "two objects on a line", text: line({}) + line({ Invoice: "2" }), read: [{ invoice: "490397" }] },
  {
    what: "keys equal but for case",
    text: line({ invoice: "the last wins" }),
    read: [{ invoice: "the last wins" }],
  },
  { what: "a line cut off", text: line({}).slice(0, 40) },
];
