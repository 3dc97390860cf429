import { createHash } from "node:crypto";
import { COLUMNS } from "./retail-transaction";

/** The contract columns of one line, from whichever layer. */
export type LineValues = Readonly<Record<string, string | number | null>>;

/**
 * A checksum of a line's values and arrival, the same in every layer that holds the same line. Dates count to
 * the second and arrival to the millisecond, the precision that every layer keeps.
 * @param arrivedAt `YYYY-MM-DD HH:MM:SS.fff`
 */
export function checksum(values: LineValues, arrivedAt: string): string {
  const parts = COLUMNS.map(({ field, kind }) => {
    const value = values[field] ?? null;
    return kind === "timestamp" && typeof value === "string" ? value.slice(0, 19) : value;
  });
  return createHash("sha256")
    .update(JSON.stringify([...parts, arrivedAt]))
    .digest("base64url")
    .slice(0, 22);
}
