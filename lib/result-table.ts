import Table from "cli-table3";
import { cutText } from "./cut-text";
import { isNumberType } from "./number-type";
import { styled } from "./styled";

/** Narrowest column whose cells are cut, and characters that the frame takes beside each. */
const LEAST_WIDTH = 10;
const FRAME = 3;

/** A column of a result, with Athena's name of its type. */
interface ResultColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * Width of the terminal that standard output is; infinite for a file or a pipe, where nothing is cut, and for a terminal
 * that does not say its size.
 */
export function outputWidth(
  { isTTY, columns }: Pick<typeof process.stdout, "isTTY" | "columns"> = process.stdout,
): number {
  // A terminal without a size, such as that of `docker exec -t`, says 0.
  return (isTTY && columns) || Number.POSITIVE_INFINITY;
}

/**
 * A table that fits a terminal: the widest columns are cut, and the last ones left out and named below it.
 * @param width characters of a line; infinite for no cut
 */
export function resultTable(
  columns: readonly ResultColumn[],
  rows: readonly (readonly (string | null)[])[],
  width: number,
): string {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? "NULL" : oneLine(cell))));
  const widest = columns.map(({ name }, at) =>
    cells.reduce((most, row) => Math.max(most, (row[at] ?? "").length), name.length),
  );
  const widths = fitted(widest, width - 1);
  const shown = columns.slice(0, widths.length);
  const leftOut = columns.slice(widths.length).map(({ name }) => name);
  const table = new Table({
    head: shown.map(({ name }, at) => styled("bold", cutText(name, widths[at] ?? 0))),
    style: { head: [], border: [], compact: true },
    colAligns: shown.map(({ type }) => (isNumberType(type) ? "right" : "left")),
  });
  for (const [number, row] of cells.entries()) {
    table.push(
      row.slice(0, shown.length).map((cell, at) => {
        const text = cutText(cell, widths[at] ?? 0);
        return rows[number]?.[at] === null ? styled("dim", text) : text;
      }),
    );
  }
  const below =
    leftOut.length === 0 ? "" : `\n${styled("dim", `too wide for the terminal: ${leftOut.join(", ")}`)}`;
  return table.toString() + below;
}

/** Widths that fit with their frames: all columns that are wider than a limit get it, and the last ones none. */
function fitted(widest: readonly number[], sum: number): readonly number[] {
  const total = (limit: number): number => widest.reduce((all, one) => all + Math.min(one, limit) + FRAME, 0);
  if (widest.length > 1 && total(LEAST_WIDTH) > sum) return fitted(widest.slice(0, -1), sum);
  let limit = Math.max(LEAST_WIDTH, ...widest);
  while (limit > LEAST_WIDTH && total(limit) > sum) limit--;
  return widest.map((one) => Math.min(one, limit));
}

/** A cell without what would break the table or control the terminal. */
function oneLine(cell: string): string {
  return cell.replaceAll(/\p{Cc}/gu, " ");
}
