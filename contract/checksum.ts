import { createHash } from "node:crypto";
import { COLUMNS } from "./retail-transaction";

/** The contract columns of one line, from whichever layer. */
export type LineValues = Readonly<Record<string, string | number | null>>;

/** Characters of the checksum of the contract's columns and the arrival. */
const VALUES_LENGTH = 22;

/**
 * A checksum of a line's values, its arrival and its unknown columns, the same in every layer that holds the same line.
 * Dates count to the second and arrival to the millisecond, the precision that every layer keeps.
 * @param arrivedAt `YYYY-MM-DD HH:MM:SS.fff`
 * @param extra the canonical text of the unknown columns; null where the row was stored before there was such a column:
 * then the checksum is the beginning of the one with it, see {@link withoutExtra}
 */
export function checksum(values: LineValues, arrivedAt: string, extra: string | null): string {
  const parts = COLUMNS.map(({ field, kind }) => {
    const value = values[field] ?? null;
    return kind === "timestamp" && typeof value === "string" ? value.slice(0, 19) : value;
  });
  const known = digest(JSON.stringify([...parts, arrivedAt])).slice(0, VALUES_LENGTH);
  if (extra === null) return known;
  return known + (extra === "{}" ? NOTHING : digest(extra).slice(0, VALUES_LENGTH));
}

/** Stands for `{}`, which most lines have: without hashing, and a few bytes a line less. */
const NOTHING = "-";

/** The checksum that the same line has where it was stored before there was a column `extra`. */
export function withoutExtra(sum: string): string {
  return sum.slice(0, VALUES_LENGTH);
}

/** Whether a checksum is of a row that was stored before there was a column `extra`. */
export function isWithoutExtra(sum: string): boolean {
  return sum.length === VALUES_LENGTH;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
