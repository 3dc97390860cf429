import type { Column } from "../../contract/column";
import type { Contract } from "../../contract/define";
import { quotedColumn } from "../../contract/glue-columns";
import { formatTimestamp, parseIso } from "../../contract/timestamp";

/**
 * The WHERE clause of SQL, a space in front, that leaves out the lines of the contract's smoke test; empty if the contract has
 * none.
 *
 *     SELECT count(*) FROM readings WHERE NOT coalesce("meter_id" = 'SMOKE' AND "reading_kwh" = 0, false)
 *
 * A line belongs to the smoke test if it has all of the values. `coalesce` keeps the lines where a column is NULL.
 */
export function smokeFilter({ columns, smoke }: Pick<Contract, "columns" | "smoke">): string {
  const conditions = columns
    .filter(({ field }) => smoke[field] !== undefined)
    .map((column) => condition(column, smoke[column.field]));
  return conditions.length === 0 ? "" : ` WHERE NOT coalesce(${conditions.join(" AND ")}, false)`;
}

/** One column's condition. */
function condition(column: Column, value: unknown): string {
  const name = quotedColumn(column.field);
  return value === null ? `${name} IS NULL` : `${name} = ${literal(column, String(value))}`;
}

function literal(column: Column, value: string): string {
  switch (column.kind) {
    case "text":
      return `'${value.replaceAll("'", "''")}'`;
    case "timestamp": {
      const ms = column.format === "iso" ? parseIso(value) : undefined;
      return `TIMESTAMP '${ms === undefined ? value : formatTimestamp(ms)}'`;
    }
    default:
      return value;
  }
}
