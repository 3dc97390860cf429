import Table from "cli-table3";
import { styled } from "../../lib/styled";

/** Narrowest column, and characters that the frame takes beside each. */
const LEAST_WIDTH = 6;
const FRAME = 3;

/** Kinds of Athena's types that are aligned to the right. */
const NUMBERS = /^(tinyint|smallint|integer|bigint|double|float|real|decimal)/;

/**
 * A table that fits a terminal: the widest columns are cut.
 * @param width characters of a line; infinite for no cut
 */
export function resultTable(
  columns: readonly { readonly name: string; readonly type: string }[],
  rows: readonly (readonly (string | null)[])[],
  width: number,
): string {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? "NULL" : oneLine(cell))));
  const widest = columns.map(({ name }, at) =>
    cells.reduce((most, row) => Math.max(most, (row[at] ?? "").length), name.length),
  );
  const widths = fitted(widest, width - FRAME * columns.length - 1);
  const table = new Table({
    head: columns.map(({ name }, at) => styled("bold", cut(name, widths[at] ?? 0))),
    style: { head: [], border: [], compact: true },
    colAligns: columns.map(({ type }) => (NUMBERS.test(type) ? "right" : "left")),
  });
  for (const [number, row] of cells.entries()) {
    table.push(
      row.map((cell, at) => {
        const text = cut(cell, widths[at] ?? 0);
        return rows[number]?.[at] === null ? styled("dim", text) : text;
      }),
    );
  }
  return table.toString();
}

/** Widths with at most this sum: all columns that are wider than a limit get it. */
function fitted(widest: readonly number[], sum: number): readonly number[] {
  let limit = Math.max(0, ...widest);
  const total = (): number => widest.reduce((all, one) => all + Math.min(one, limit), 0);
  while (limit > LEAST_WIDTH && total() > sum) limit--;
  return widest.map((one) => Math.min(one, limit));
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(1, width - 1))}…` : text;
}

/** A cell without what would break the table or control the terminal. */
function oneLine(cell: string): string {
  return cell.replaceAll(/\p{Cc}/gu, " ");
}
