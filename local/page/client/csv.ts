import { isNumberType } from "../../../lib/number-type";
import { csvText as nullableCsv } from "../../../ops/query/csv";
import type { SqlAnswer } from "../inspect-state";

/** A cell: a text, a number, or no value. */
export type CsvCell = string | number | null;

/**
 * A table as CSV by RFC 4180: lines end by CRLF, and a cell with a comma, a quote or a line end is quoted. A text that a
 * spreadsheet would take for a formula begins with an apostrophe (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export function csvText(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map((cells) => `${cells.map(cellText).join(",")}\r\n`).join("");
}

/**
 * An answer of SQL as the command `query --csv` writes it, which tells NULL from the empty text; but no text is a formula.
 */
export function answerCsv({ columns, rows }: Pick<SqlAnswer, "columns" | "rows">): string {
  const isNumber = columns.map(({ type }) => isNumberType(type));
  const cells = rows.map((row) =>
    row.map((cell, at) => (cell === null || isNumber[at] ? cell : noFormula(cell))),
  );
  return `${nullableCsv([columns.map(({ name }) => noFormula(name)), ...cells])}\n`;
}

function cellText(cell: CsvCell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = noFormula(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function noFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
