import { canonicalJson, longKey, MAX_KEY_CHARACTERS, objectText } from "./canonical-json";
import { explainNotAnObject, explainNotJson } from "./explain";
import { type JsonMember, topLevelMembers } from "./json-members";
import type { Refusal, RefusalReason } from "./reasons";
import { COLUMNS, type Column } from "./retail-transaction";
import { DAY_MS, parseSeconds } from "./timestamp";

/** Longest line of the contract, in bytes. */
export const MAX_LINE_BYTES = 256 * 1024;

/** Earliest `InvoiceDate`. Indices are monthly, so a wrong date would create its own index. */
export const EARLIEST_DATE = "2000-01-01 00:00:00";
const EARLIEST_MS = Date.UTC(2000, 0, 1);

/** A value of a contract column after judgement. */
export type ColumnValue = string | number | null;

/** A line that keeps the contract. */
export interface AcceptedLine {
  readonly accepted: true;
  /** Every contract column; null for an optional one that was null or absent. */
  readonly values: Readonly<Record<string, ColumnValue>>;
  /** Columns that the contract does not know: the canonical JSON text of an object, `{}` when there are none. */
  readonly extra: string;
  /** Number of unknown columns. */
  readonly unknownColumns: number;
}

/** A line that breaks the contract. */
export interface RefusedLine extends Refusal {
  readonly accepted: false;
}

export type Verdict = AcceptedLine | RefusedLine;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const MAY_HOLD_SURROGATE = /\\u[dD][89a-fA-F]/;
const INT32_MAX = 2_147_483_647;
const INT32_MIN = -2_147_483_648;

/** Makes a judge for a list of columns. The pipeline's is {@link judgeLine}. */
export function makeJudge(columns: readonly Column[]): (bytes: Uint8Array, arrivedAtMs: number) => Verdict {
  const fieldsByLowerCase = new Map(columns.map((column) => [column.field.toLowerCase(), column.field]));

  /** Refuses ambiguous keys: a column's name in another case, or a repeated key. */
  function checkKeys(members: readonly JsonMember[]): RefusedLine | undefined {
    const seen = new Set<string>();
    for (const { key } of members) {
      if (key.length > MAX_KEY_CHARACTERS) return refuse("out_of_range", `the line ${longKey(key).detail}`);
      const field = fieldsByLowerCase.get(key.toLowerCase());
      if (field !== undefined && field !== key) {
        return refuse("ambiguous_key", `"${shown(key)}" differs from "${field}" by case only`);
      }
      if (seen.has(key)) return refuse("ambiguous_key", `the line holds the key "${shown(key)}" twice`);
      seen.add(key);
    }
    return undefined;
  }

  /** The canonical text of the members that are not columns of the contract. */
  function readExtra(
    members: readonly JsonMember[],
  ): Pick<AcceptedLine, "extra" | "unknownColumns"> | RefusedLine {
    const unknown = new Map<string, string>();
    for (const { key, rawValue } of members) {
      if (fieldsByLowerCase.has(key.toLowerCase())) continue;
      const value = canonicalJson(rawValue);
      if (typeof value !== "string") return refuse(value.reason, `"${shown(key)}" ${value.detail}`);
      unknown.set(key, value);
    }
    return { extra: objectText(unknown), unknownColumns: unknown.size };
  }

  return function judge(bytes, arrivedAtMs) {
    if (bytes.length > MAX_LINE_BYTES) {
      return refuse("line_too_large", `${bytes.length} bytes; at most ${MAX_LINE_BYTES} are allowed`);
    }
    let text: string;
    try {
      text = UTF8.decode(bytes);
    } catch {
      return refuse("not_utf8", "the line is not valid UTF-8");
    }
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return { accepted: false, ...explainNotJson(text) };
    }
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
      return { accepted: false, ...explainNotAnObject(parsed) };
    }
    const members = topLevelMembers(text);
    if (members.length === 0) return refuse("missing_field", "the object is empty");
    const keyRefusal = checkKeys(members);
    if (keyRefusal) return keyRefusal;

    const object = parsed as Record<string, unknown>;
    const values: Record<string, ColumnValue> = {};
    for (const column of columns) {
      const given = Object.hasOwn(object, column.field) ? object[column.field] : undefined;
      const result = checkValue(column, given, arrivedAtMs);
      if (typeof result === "object" && result !== null) return result;
      values[column.field] = result;
    }
    const read = readExtra(members);
    if ("accepted" in read) return read;
    // Last, because it recurses: by now the nesting is known to be shallow.
    if (MAY_HOLD_SURROGATE.test(text) && !isWellFormed(parsed)) {
      return refuse("not_unicode", "a string holds half of a surrogate pair, which UTF-8 cannot express");
    }
    return { accepted: true, values, ...read };
  };
}

/** Judges one line of the pipeline. @param arrivedAtMs when the stream received it, in ms since 1970. */
export const judgeLine = makeJudge(COLUMNS);

/**
 * A refusal as a verdict. A detail that is cut from the line may end in half of a surrogate pair, which would make
 * the quarantine table unreadable, so that half is replaced.
 */
export function refuse(reason: RefusalReason, detail: string): RefusedLine {
  return { accepted: false, reason, detail: detail.toWellFormed() };
}

function checkValue(column: Column, given: unknown, arrivedAtMs: number): ColumnValue | RefusedLine {
  const { field, kind, required } = column;
  if (given === undefined || given === null) {
    return required ? refuse("missing_field", `${field} is ${given === null ? "null" : "absent"}`) : null;
  }
  if (kind === "text" || kind === "timestamp") {
    if (typeof given !== "string") return wrongType(field, given, "a string");
    if (kind === "timestamp") return checkDate(field, given, arrivedAtMs);
    return required && given === "" ? refuse("empty_field", `${field} is empty`) : given;
  }
  if (typeof given !== "number") return wrongType(field, given, "a JSON number");
  if (!Number.isFinite(given)) return refuse("out_of_range", `${field} is too large for a double`);
  if (kind === "decimal") return given;
  if (!Number.isInteger(given)) return wrongType(field, given, "a whole number");
  return given < INT32_MIN || given > INT32_MAX
    ? refuse("out_of_range", `${field} is ${given}; ${INT32_MIN} to ${INT32_MAX} are allowed`)
    : given;
}

function checkDate(field: string, given: string, arrivedAtMs: number): string | RefusedLine {
  const ms = parseSeconds(given);
  if (ms === undefined) {
    return refuse("invalid_date", `${field} is "${shown(given)}"; YYYY-MM-DD HH:MM:SS is wanted`);
  }
  return ms < EARLIEST_MS || ms > arrivedAtMs + DAY_MS
    ? refuse("out_of_range", `${field} is "${given}"; ${EARLIEST_DATE} to a day after arrival are allowed`)
    : given;
}

function wrongType(field: string, given: unknown, wanted: string): RefusedLine {
  const kind = Array.isArray(given) ? "an array" : "an object";
  const what = typeof given === "object" ? kind : shown(JSON.stringify(given));
  return refuse("wrong_type", `${field} is ${what}; ${wanted} is wanted`);
}

/** Cuts a text to a length that fits into a log line. */
function shown(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isWellFormed(inner));
}
