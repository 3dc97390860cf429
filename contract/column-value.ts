import { MAX_NUMBER_CHARACTERS } from "./canonical-json";
import { type Column, keepsDigits, type NumberKind, type TimestampFormat } from "./column";
import { fitsDecimal, fitsInt64, isWhole, plainDigits } from "./exact-number";
import type { Refusal, RefusalReason } from "./reasons";
import { DAY_MS, formatTimestamp, parseIso, parseSeconds } from "./timestamp";

/** Earliest timestamp of a line. The index is by month, so a wild date would make an index of its own. */
export const EARLIEST_DATE = "2000-01-01 00:00:00";
const EARLIEST_MS = Date.UTC(2000, 0, 1);

const INT32_MAX = 2_147_483_647;
const INT32_MIN = -2_147_483_648;

/**
 * A value of a contract column after judgement: what `JSON.parse` gives for text, integer, double and boolean; the
 * plain digits of a bigint or a decimal, so that none is rounded; a timestamp as it is stored, in UTC.
 */
export type ColumnValue = string | number | boolean | null;

/** A value as a line has it. */
export interface GivenValue {
  /** By `JSON.parse`, which rounds long numbers. */
  readonly parsed: unknown;
  /** As it was written. */
  readonly raw: string;
}

/** A value that keeps the contract, or why it does not. */
export type JudgedValue = { readonly value: ColumnValue } | { readonly refusal: Refusal };

/**
 * Judges the value of one column. @param given undefined where the line has none
 * @param arrivedAtMs when the stream took the line, in ms since 1970: a timestamp may be a day ahead of it
 */
export function judgeValue(column: Column, given: GivenValue | undefined, arrivedAtMs: number): JudgedValue {
  const { field, required } = column;
  if (given === undefined || given.parsed === null) {
    return required ? refused("missing_field", `${field} is ${given ? "null" : "absent"}`) : { value: null };
  }
  const { parsed } = given;
  switch (column.kind) {
    case "text":
      if (typeof parsed !== "string") return wrongType(field, parsed, "a string");
      return required && parsed === "" ? refused("empty_field", `${field} is empty`) : { value: parsed };
    case "timestamp":
      if (typeof parsed !== "string") return wrongType(field, parsed, "a string");
      return judgeTimestamp(field, parsed, column.format, arrivedAtMs);
    case "boolean":
      return typeof parsed === "boolean" ? { value: parsed } : wrongType(field, parsed, "true or false");
    default:
      if (typeof parsed !== "number") return wrongType(field, parsed, "a JSON number");
      return judgeNumber(column, parsed, given.raw);
  }
}

type NumberColumn = Extract<Column, { readonly kind: NumberKind }>;

function judgeNumber(column: NumberColumn, parsed: number, raw: string): JudgedValue {
  const { field } = column;
  if (!Number.isFinite(parsed)) return refused("out_of_range", `${field} is too large for a double`);
  if (column.kind === "double") return { value: parsed };
  if (column.kind === "integer") {
    if (!Number.isInteger(parsed)) return wrongType(field, parsed, "a whole number");
    return parsed < INT32_MIN || parsed > INT32_MAX
      ? refused("out_of_range", `${field} is ${parsed}; ${INT32_MIN} to ${INT32_MAX} are allowed`)
      : { value: parsed };
  }
  if (raw.length > MAX_NUMBER_CHARACTERS) {
    return refused(
      "out_of_range",
      `${field} is a number of ${raw.length} characters; at most ${MAX_NUMBER_CHARACTERS} are allowed`,
    );
  }
  const digits = plainDigits(raw);
  if (column.kind !== "decimal") {
    if (digits !== undefined && !isWhole(digits)) return wrongType(field, parsed, "a whole number");
    return digits !== undefined && fitsInt64(digits)
      ? { value: digits }
      : refused("out_of_range", `${field} is ${shown(raw)}; a whole number of 64 bits is wanted`);
  }
  const { precision, scale } = column;
  return digits !== undefined && fitsDecimal(digits, precision, scale)
    ? { value: digits }
    : refused(
        "out_of_range",
        `${field} is ${shown(raw)}; at most ${precision - scale} digits before the point and ${scale} behind it are allowed`,
      );
}

function judgeTimestamp(
  field: string,
  given: string,
  format: TimestampFormat,
  arrivedAtMs: number,
): JudgedValue {
  const ms = format === "iso" ? parseIso(given) : parseSeconds(given);
  if (ms === undefined) {
    const wanted =
      format === "iso" ? "ISO 8601 with a zone, such as 2026-11-28T09:30:00Z," : "YYYY-MM-DD HH:MM:SS";
    return refused("invalid_date", `${field} is "${shown(given)}"; ${wanted} is wanted`);
  }
  if (ms < EARLIEST_MS || ms > arrivedAtMs + DAY_MS) {
    return refused(
      "out_of_range",
      `${field} is "${given}"; ${EARLIEST_DATE} to a day after arrival are allowed`,
    );
  }
  return { value: format === "iso" ? formatTimestamp(ms) : given };
}

/** The value as the stored line has it, in JSON. @param raw the value as the line was sent with it */
export function storedValue(column: Column, value: Exclude<ColumnValue, null>, raw: string): string {
  // The digits of these are JSON as they are.
  if (keepsDigits(column)) return String(value);
  if (column.kind === "timestamp" && column.format === "iso") return `"${value}"`;
  return typeof value === "string" ? textAsStored(value, raw) : String(value);
}

/** A text in JSON as `JSON.stringify` writes it. @param raw another JSON text of it; without an escape it is the only one */
export function textAsStored(text: string, raw: string): string {
  const hasEscape = raw.length > text.length + 2;
  return hasEscape ? JSON.stringify(text) : raw;
}

function refused(reason: RefusalReason, detail: string): JudgedValue {
  return { refusal: { reason, detail } };
}

function wrongType(field: string, given: unknown, wanted: string): JudgedValue {
  const kind = Array.isArray(given) ? "an array" : "an object";
  const what = typeof given === "object" ? kind : shown(JSON.stringify(given));
  return refused("wrong_type", `${field} is ${what}; ${wanted} is wanted`);
}

/** Cut to a length that a log line can carry. */
export function shown(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
