import type { Column } from "../contract/column";
import { quotedColumn, textLiteral } from "../contract/glue-columns";
import { formatTimestamp, parseIso, parseSeconds } from "../contract/timestamp";
import { columnOf, type PanelContract } from "./fields";

/** A value that lines have in a column; undefined for none. */
export interface ColumnValue {
  readonly column: Column;
  /** In the stored spelling. */
  readonly value: string | number | bigint | boolean | undefined;
}

/** The values that mark the lines of a contract's smoke test, which no panel counts; empty where none are defined. */
export function smokeValues(contract: PanelContract): ColumnValue[] {
  return Object.entries(contract.smoke ?? {}).map(([field, value]) => {
    const column = columnOf(contract, field);
    return { column, value: stored(column, value) };
  });
}

/**
 * The condition of SQL that leaves out the lines of the contract's smoke test; undefined where there is none. A line belongs to
 * the smoke test if it has all of the values; `coalesce` keeps the lines where a column is NULL.
 */
export function smokeSql(contract: PanelContract): string | undefined {
  const conditions = smokeValues(contract).map(equalsSql);
  return conditions.length === 0 ? undefined : `NOT coalesce(${conditions.join(" AND ")}, false)`;
}

/** The condition of SQL that a line has the value. No value and the empty text are the same. */
export function equalsSql({ column, value }: ColumnValue): string {
  const name = quotedColumn(column.field);
  if (value === undefined) return column.kind === "text" ? `coalesce(${name}, '') = ''` : `${name} IS NULL`;
  const literal = typeof value === "string" ? textLiteral(value) : String(value);
  return `${name} = ${column.kind === "timestamp" ? `TIMESTAMP ${literal}` : literal}`;
}

/** @throws Error naming the column for a value that no line can have */
function stored(column: Column, value: unknown): ColumnValue["value"] {
  switch (typeof value) {
    case "string": {
      // JSON has no whole number of 64 bits.
      if (column.kind === "bigint" && /^-?\d+$/.test(value)) return BigInt(value);
      if (column.kind !== "timestamp") return value === "" ? undefined : value;
      const ms = column.format === "iso" ? parseIso(value) : parseSeconds(value);
      if (ms === undefined) break;
      return formatTimestamp(ms).slice(0, column.format === "iso" ? undefined : -".fff".length);
    }
    case "number":
    case "bigint":
    case "boolean":
      return value;
    default:
      if (value === null || value === undefined) return undefined;
  }
  throw new Error(`the smoke test's ${column.field} is ${JSON.stringify(value)}, which no line can have`);
}
