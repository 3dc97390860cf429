import { hash } from "node:crypto";
import { type Column, keepsDigits } from "./column";
import { plainDigits } from "./exact-number";

/** The contract columns of one line, from either layer. */
export type LineValues = Readonly<Record<string, string | number | boolean | null>>;

/** Characters of the checksum of the contract's columns and the arrival. */
const VALUES_LENGTH = 22;

/**
 * A checksum of a line's values, arrival and unknown columns. It is the same in every layer that holds the line. It
 * includes dates to the precision of their format and arrival to the millisecond, which every layer keeps.
 * @param arrivedAt `YYYY-MM-DD HH:MM:SS.fff`
 * @param extra the canonical text of the unknown columns; null for a row that was stored before this column existed:
 * its checksum is a prefix of the checksum with the column, see {@link withoutExtra}
 */
export function checksum(
  columns: readonly Column[],
  values: LineValues,
  arrivedAt: string,
  extra: string | null,
): string {
  const parts = columns.map((column) => comparable(column, valueIn(values, column.field)));
  const known = digest(JSON.stringify([...parts, arrivedAt])).slice(0, VALUES_LENGTH);
  if (extra === null) return known;
  return known + (extra === "{}" ? NOTHING : digest(extra).slice(0, VALUES_LENGTH));
}

/** The value of a column, which may be called as a member that every object inherits, such as "constructor". */
export function valueIn(values: LineValues, field: string): LineValues[string] {
  return (Object.hasOwn(values, field) ? values[field] : null) ?? null;
}

/** A value in a form that is the same from every layer. */
function comparable(column: Column, value: LineValues[string]): unknown {
  if (value === null) return null;
  if (column.kind === "timestamp") return String(value).slice(0, column.format === "seconds" ? 19 : 23);
  // A layer that was tampered with may hold a text that is no number: it must equal none.
  return keepsDigits(column) ? (plainDigits(String(value)) ?? String(value)) : value;
}

/** Represents `{}`, which most lines have: it needs no hash and saves a few bytes a line. */
const NOTHING = "-";

/** The checksum of the same line in a row that was stored before the column `extra` existed. */
export function withoutExtra(sum: string): string {
  return sum.slice(0, VALUES_LENGTH);
}

/** Whether a checksum is of a row that was stored before the column `extra` existed. */
export function isWithoutExtra(sum: string): boolean {
  return sum.length === VALUES_LENGTH;
}

function digest(text: string): string {
  return hash("sha256", text, "base64url");
}
