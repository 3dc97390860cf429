import { checksum, type LineValues } from "../../contract/checksum";
import type { Column } from "../../contract/column";
import { quotedColumn, tableColumn } from "../../contract/glue-columns";
import { EXTRA_COLUMN } from "../../contract/stored-columns";
import type { RunTimeContract } from "../../contract/variable";
import type { OnRow, QuarantinedLine } from "./compare";
import type { ResultRow } from "./result-csv";
import type { Sql } from "./sql";
import type { Summariser, Sums } from "./summary";
import { arrivalCondition, partitionCondition, type Window } from "./window";

/** The tables of the batch layer, and the engine that reads them. */
export interface BatchSource {
  readonly sql: Sql;
  readonly tables: { readonly json: string; readonly parquet: string; readonly quarantine: string };
}

/** Marks a text that is not NULL, so that NULL and the empty text differ in a CSV. */
const PRESENT = "=";

/** Selects every line of a table with its identity and values. */
function linesQuery(table: string, columns: readonly Column[], window?: Window, only?: string): string {
  const selected = [...columns, EXTRA_COLUMN].map(({ field, kind, required }) => {
    const name = quotedColumn(field);
    return kind === "text" && !required ? `'${PRESENT}' || ${name} AS ${name}` : name;
  });
  return `SELECT record_id, arrived_at, ${selected.join(", ")} FROM "${table}"${where(window, only)}`;
}

function where(window: Window | undefined, only?: string): string {
  const conditions = window === undefined ? [] : [partitionCondition(window), arrivalCondition(window)];
  if (only !== undefined) conditions.push(only);
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

/**
 * Reads the lines of a table.
 * @param onRow called with each row
 * @param only a condition of SQL. @default all lines
 */
export async function readTable(
  sql: Sql,
  table: string,
  { columns }: RunTimeContract,
  onRow: OnRow,
  window?: Window,
  only?: string,
): Promise<void> {
  await sql.query(linesQuery(table, columns, window, only), (row) => {
    const arrivedAt = row["arrived_at"] ?? "";
    const values = rowValues(columns, row);
    const extra = textOrNull(row[EXTRA_COLUMN.field]);
    onRow(row["record_id"] ?? "", checksum(columns, values, arrivedAt, extra), arrivedAt);
  });
}

function textOrNull(cell = ""): string | null {
  return cell === "" ? null : cell.slice(PRESENT.length);
}

function rowValues(columns: readonly Column[], row: ResultRow): LineValues {
  const values: Record<string, string | number | boolean | null> = {};
  for (const column of columns) {
    values[column.field] = cellValue(column, row[tableColumn(column.field)] ?? "");
  }
  return values;
}

/** The value of a cell, as Athena writes it: `true`, `1.0E10`, `12.3400`, `2026-11-28 09:30:00.250`. */
function cellValue({ kind, required }: Column, cell: string): string | number | boolean | null {
  if (kind === "text") return required ? cell : textOrNull(cell);
  if (cell === "") return null;
  switch (kind) {
    case "integer":
    case "double":
      return Number.isFinite(Number(cell)) ? Number(cell) : cell;
    case "boolean":
      return cell === "true" || cell === "false" ? cell === "true" : cell;
    default:
      return cell;
  }
}

/** The quarantine by identity. */
export async function readQuarantine(
  sql: Sql,
  table: string,
  window?: Window,
): Promise<Map<string, QuarantinedLine>> {
  const lines = new Map<string, QuarantinedLine>();
  const condition = window === undefined ? "" : ` WHERE ${arrivalCondition(window)}`;
  await sql.query(
    `SELECT record_id, arrived_at, layer, reason, detail FROM "${table}"${condition}`,
    ({ record_id = "", arrived_at = "", layer = "", reason = "", detail = "" }) =>
      addQuarantined(lines, { record_id, arrived_at, layer, reason, detail }),
  );
  return lines;
}

/** Adds a row of the quarantine. A line counts once, however many layers refused it, with its first reason. */
export function addQuarantined(
  lines: Map<string, QuarantinedLine>,
  row: Readonly<Record<"record_id" | "arrived_at" | "layer" | "reason" | "detail", string>>,
): void {
  const known = lines.get(row.record_id);
  lines.set(row.record_id, {
    reason: known?.reason ?? row.reason,
    detail: known?.detail ?? row.detail,
    arrivedAt: row.arrived_at,
    layers: [...new Set([...(known?.layers ?? []), row.layer])],
  });
}

/** Sums of a table. */
export async function readSums(
  sql: Sql,
  table: string,
  summariser: Summariser,
  window?: Window,
): Promise<Sums> {
  const groups: (readonly [string, Sums[string]])[] = [];
  await sql.query(summariser.sql(table, where(window)), (row) => groups.push(summariser.groupOf(row)));
  return Object.fromEntries(groups);
}
