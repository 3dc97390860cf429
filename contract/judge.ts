import { isUtf8 } from "node:buffer";
import { canonicalJson, longKey, MAX_KEY_CHARACTERS, objectText } from "./canonical-json";
import type { Column } from "./column";
import { type ColumnValue, type GivenValue, judgeValue, shown, storedValue } from "./column-value";
import { explainNotAnObject, explainNotJson } from "./explain";
import { type JsonMember, topLevelMembers } from "./json-members";
import { type PlainMembers, type PlainReader, plainReader } from "./plain-members";
import type { Refusal, RefusalReason } from "./reasons";

/** Longest line of the contract, in bytes. */
export const MAX_LINE_BYTES = 256 * 1024;

/** A line that keeps the contract. */
export interface AcceptedLine {
  readonly accepted: true;
  /** Every contract column; null for an optional one that was null or absent. */
  readonly values: Readonly<Record<string, ColumnValue>>;
  /** The same in JSON as they are stored, in order, without those that are null, and a comma: the event time is among them. */
  readonly storedMembers: string;
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

const MAY_HOLD_SURROGATE = /\\u[dD][89a-fA-F]/;

/** Judges one line. @param arrivedAtMs when the stream took it, in ms since 1970 */
export type LineJudge = (bytes: Uint8Array, arrivedAtMs: number) => Verdict;

/**
 * The judge of a contract's lines.
 * @param readPlain the shortcut for usual lines; without it the verdicts are the same
 */
export function lineJudge(
  columns: readonly Column[],
  readPlain: PlainReader = plainReader(columns),
): LineJudge {
  const judgeMembers = membersJudge(columns);
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

  /** The canonical texts of the members that are not columns of the contract. */
  function readUnknown(members: readonly JsonMember[]): Map<string, string> | RefusedLine {
    const unknown = new Map<string, string>();
    for (const { key, rawValue } of members) {
      if (fieldsByLowerCase.has(key.toLowerCase())) continue;
      const value = canonicalJson(rawValue);
      if (typeof value !== "string") return refuse(value.reason, `"${shown(key)}" ${value.detail}`);
      unknown.set(key, value);
    }
    return unknown;
  }

  return function judge(bytes, arrivedAtMs) {
    if (bytes.length > MAX_LINE_BYTES) return tooLarge(bytes);
    if (!isUtf8(bytes)) return refuse("not_utf8", "the line is not valid UTF-8");
    const text = bufferOf(bytes).toString();
    const plain = readPlain(text);
    if (plain !== undefined) return judgeMembers(plain, arrivedAtMs);
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
    const raws = new Map(members.map(({ key, rawValue }) => [key, rawValue]));
    const given = columns.map(({ field }) => {
      const raw = raws.get(field);
      return raw === undefined ? undefined : { parsed: object[field], raw };
    });
    // The columns' faults come first.
    const verdict = judgeMembers({ given, unknown: NONE, inOrder: undefined }, arrivedAtMs);
    if (!verdict.accepted) return verdict;
    const unknown = readUnknown(members);
    if ("accepted" in unknown) return unknown;
    // Last, because it recurses: by now the nesting is known to be shallow.
    if (MAY_HOLD_SURROGATE.test(text) && !isWellFormed(parsed)) {
      return refuse("not_unicode", "a string holds half of a surrogate pair, which UTF-8 cannot express");
    }
    return { ...verdict, extra: objectText(unknown), unknownColumns: unknown.size };
  };
}

/**
 * Judges a line that its caller has written from the values of the columns, in their order, and of nothing else: what
 * {@link lineJudge} says, without reading the line. @param given undefined where the line has none
 */
export type WrittenLineJudge = (
  bytes: Uint8Array,
  given: readonly (GivenValue | undefined)[],
  arrivedAtMs: number,
) => Verdict;

/** The judge of lines that are written from values; their texts have to be Unicode. */
export function writtenLineJudge(columns: readonly Column[]): WrittenLineJudge {
  const judgeMembers = membersJudge(columns);
  return (bytes, given, arrivedAtMs) => {
    if (bytes.length > MAX_LINE_BYTES) return tooLarge(bytes);
    return judgeMembers({ given, unknown: NONE, inOrder: undefined }, arrivedAtMs);
  };
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Judges the values of the columns. */
function membersJudge(columns: readonly Column[]): (members: PlainMembers, arrivedAtMs: number) => Verdict {
  const firstKeys = columns.map(({ field }) => `"${field}":`);
  const keys = firstKeys.map((key) => `,${key}`);
  return function judgeMembers({ given, unknown, inOrder }, arrivedAtMs) {
    const values: Record<string, ColumnValue> = {};
    let members = "";
    let isAsWritten = true;
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at] as Column;
      const value = given[at];
      const judged = judgeValue(column, value, arrivedAtMs);
      if ("refusal" in judged) return refuse(judged.refusal.reason, judged.refusal.detail);
      values[column.field] = judged.value;
      if (judged.value === null || value === undefined) continue;
      const stored = storedValue(column, judged.value, value.raw);
      members += (members === "" ? firstKeys[at] : keys[at]) + stored;
      isAsWritten &&= stored === value.raw;
    }
    // Equal texts; the part of the line costs less to copy than one that was put together.
    const isWhole = isAsWritten && inOrder?.length === members.length + 2;
    return {
      accepted: true,
      values,
      storedMembers: `${isWhole ? inOrder.slice(1, -1) : members},`,
      extra: objectText(unknown),
      unknownColumns: unknown.size,
    };
  };
}

function tooLarge({ length }: Uint8Array): RefusedLine {
  return refuse("line_too_large", `${length} bytes; at most ${MAX_LINE_BYTES} are allowed`);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * A refusal as a verdict. A detail that is cut from the line may end in half of a surrogate pair, which would make
 * the quarantine table unreadable, so that half is replaced.
 */
export function refuse(reason: RefusalReason, detail: string): RefusedLine {
  return { accepted: false, reason, detail: detail.toWellFormed() };
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isWellFormed(inner));
}
