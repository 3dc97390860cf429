import { checksumOfRow, checksumSql } from "../../contract/checksum";
import type { Column } from "../../contract/column";
import type { RunTimeContract } from "../../contract/variable";
import type { OnRow, QuarantinedLine } from "./compare";
import type { Sql } from "./sql";
import type { Summariser, Sums } from "./summary";
import { arrivalCondition, partitionCondition, type Window } from "./window";

/** The tables of the batch layer, and the engine that reads them. */
export interface BatchSource {
  readonly sql: Sql;
  readonly tables: { readonly json: string; readonly parquet: string; readonly quarantine: string };
}

/** Selects every line of a table with its identity, arrival and checksum. */
function linesQuery(table: string, columns: readonly Column[], window?: Window, only?: string): string {
  const sums = checksumSql(columns).join(", ");
  return `SELECT record_id, arrived_at, ${sums} FROM "${table}"${where(window, only)}`;
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
  const checksumOf = checksumOfRow(columns);
  await sql.query(linesQuery(table, columns, window, only), (row) => {
    onRow(row["record_id"] ?? "", checksumOf(row), row["arrived_at"] ?? "");
  });
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
