import type { Column } from "../contract/column";
import { formatTimestamp, parseIso, parseSeconds } from "../contract/timestamp";
import { columnOf, type PanelContract } from "./fields";

/** A value that all lines of the smoke test have in a column; undefined for none. */
export interface SmokeValue {
  readonly column: Column;
  /** In the stored spelling. */
  readonly value: string | number | bigint | boolean | undefined;
}

/** The values that mark the lines of a contract's smoke test, which no panel counts; empty where none are defined. */
export function smokeValues(contract: PanelContract): SmokeValue[] {
  return Object.entries(contract.smoke ?? {}).map(([field, value]) => {
    const column = columnOf(contract, field);
    return { column, value: stored(column, value) };
  });
}

/** @throws Error naming the column for a value that no line can have */
function stored(column: Column, value: unknown): SmokeValue["value"] {
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
