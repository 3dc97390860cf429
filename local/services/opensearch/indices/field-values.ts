import { plainDigits } from "../../../../contract/exact-number";
import { topLevelMembers } from "../../../../contract/json-members";
import { isJsonObject, type Json, type JsonObject } from "../../../../lib/json";
import { parseDate } from "../dates";
import { EngineError, notSupported } from "../errors";
import type { Field, Mapping } from "./mapping";
import { type RawJson, rawItems } from "./raw-json";

/**
 * A value in the form used for comparison: text, or a number (a date in milliseconds, a boolean as 0 or 1, a scaled_float
 * as it is kept, in multiples of 1 / factor). A long is a bigint only where a number would round it, so that equal values
 * are the same value.
 */
export type FieldValue = string | number | bigint;

/** The indexed values of a document, by the slots of its index's mapping. */
export type FieldValues = (FieldValue | FieldValue[] | undefined)[];

/** Names that the engine reserves inside a document. */
const METADATA_FIELDS = new Set(
  "_id,_index,_source,_routing,_field_names,_ignored,_nested_path,_seq_no,_version,_type".split(","),
);
/** Lucene's longest term, in bytes. */
const MAX_TERM_BYTES = 32_766;
const INTEGER_BOUND = 2 ** 31;
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;
/** Largest double below 2^63: `Math.round` of Java stops at the largest long. */
const LONG_BOUND = 2 ** 63;

/**
 * Extracts the values of a document according to its mapping.
 * @param source the document as text, for the digits of its numbers
 * @param id the document's id, for the messages
 * @throws EngineError when the document contradicts the mapping, or would change it
 */
export function readFields(document: JsonObject, source: RawJson, mapping: Mapping, id: string): FieldValues {
  const values: FieldValues = new Array(mapping.slots);
  const raw = new Map(
    mapping.holdsLongs ? topLevelMembers(source).map(({ key, rawValue }) => [key, rawValue]) : [],
  );
  for (const [key, value] of Object.entries(document)) {
    checkName(key);
    if (METADATA_FIELDS.has(key)) throw metadata(key, value, id);
    const field = mapping.ownField(key);
    if (field) read(field, value, raw.get(key), values, id);
    else checkUnknown(key, value, mapping);
  }
  return values;
}

/** Ignores an unknown field if the real engine would only ignore it; throws otherwise. */
function checkUnknown(key: string, value: Json, mapping: Mapping): void {
  const [name = ""] = key.split(".");
  const parent = mapping.ownField(name);
  if (parent) {
    throw new EngineError(
      400,
      "mapper_parsing_exception",
      `Could not dynamically add mapping for field [${key}]. Existing mapping for [${name}] must be of type object but found [${parent.type}].`,
    );
  }
  if (mapping.isDynamic && holdsSomething(value)) {
    throw notSupported(`dynamic mapping, for field [${key}]; an index needs "dynamic": false`);
  }
}

function holdsSomething(value: Json): boolean {
  return Array.isArray(value) ? value.some(holdsSomething) : value !== null;
}

/** @param raw the value as it was written; undefined where no field needs it */
function read(field: Field, value: Json, raw: RawJson | undefined, values: FieldValues, id: string): void {
  if (value === null) return;
  if (Array.isArray(value)) {
    const items = raw === undefined ? [] : rawItems(raw);
    for (const [at, item] of value.entries()) read(field, item, items[at], values, id);
    return;
  }
  for (const target of [field, ...field.subfields]) {
    const one = scalar(target, value, raw, id);
    if (one === undefined) continue;
    const present = values[target.slot];
    if (present === undefined) values[target.slot] = one;
    else if (Array.isArray(present)) present.push(one);
    else values[target.slot] = [present, one];
  }
}

/** A value in the field's comparable form; undefined when it is not indexed. */
function scalar(field: Field, value: Json, raw: RawJson | undefined, id: string): FieldValue | undefined {
  const refuse = (type: string, reason: string): EngineError =>
    unparsed(`[${field.path}] of type [${field.type}]`, value, id, { type, reason });
  switch (field.type) {
    case "integer":
    case "double":
    case "scaled_float":
      return number(field, value, refuse);
    case "long":
      return long(value, raw ?? JSON.stringify(value), refuse);
    case "boolean":
      return boolean(value, refuse);
  }
  if (isJsonObject(value)) throw refuse("illegal_state_exception", "Can't get text on a START_OBJECT");
  const text = String(value);
  if (field.type === "text") return text;
  if (field.type === "date") {
    const range = parseDate(text, field.format);
    if (range) return range.first;
    const reason = `failed to parse date field [${text}] with format [${field.format}]`;
    throw refuse("illegal_argument_exception", reason);
  }
  if (field.isSourceOnly || text.length > field.ignoreAbove) return undefined;
  if (text.length * 3 > MAX_TERM_BYTES && Buffer.byteLength(text) > MAX_TERM_BYTES) {
    throw immenseTerm(field.path, text);
  }
  return text;
}

type Refuse = (type: string, reason: string) => EngineError;

/** Whether the engine takes the value for a number; false for an empty text. @throws EngineError */
function isNumeric(value: Json, refuse: Refuse): boolean {
  if (typeof value === "string") {
    if (value === "") return false;
    if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value)) {
      throw refuse("number_format_exception", `For input string: "${value}"`);
    }
  } else if (typeof value !== "number") {
    throw refuse("json_parse_exception", "Current token not numeric, can not use numeric value accessors");
  }
  return true;
}

/** A long: digits behind the point are cut off. @param raw the value as it was written */
function long(value: Json, raw: RawJson, refuse: Refuse): number | bigint | undefined {
  if (!isNumeric(value, refuse)) return undefined;
  const text = typeof value === "string" ? value.trim().replace(/^\+/, "") : raw;
  // The first digits of a text such as `.5` are optional there, but not in JSON.
  const whole = BigInt((plainDigits(text.replace(/^(-?)\./, "$10.")) ?? text).split(".")[0] ?? text);
  if (whole < LONG_MIN || whole > LONG_MAX) {
    throw typeof value === "string"
      ? refuse("illegal_argument_exception", `Value [${value}] is out of range for a long`)
      : refuse(
          "input_coercion_exception",
          `Numeric value (${raw}) out of range of long (${LONG_MIN} - ${LONG_MAX})`,
        );
  }
  return plainLong(whole);
}

/** A long as a {@link FieldValue}. */
export function plainLong(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function boolean(value: Json, refuse: Refuse): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") {
    if (value === "true") return 1;
    if (value === "false" || value === "") return 0;
    throw refuse(
      "illegal_argument_exception",
      `Failed to parse value [${value}] as only [true] or [false] are allowed.`,
    );
  }
  throw refuse("json_parse_exception", "Current token not of boolean type");
}

function number({ type, scalingFactor }: Field, value: Json, refuse: Refuse): number | undefined {
  if (!isNumeric(value, refuse)) return undefined;
  const given = Number(value);
  if (type === "scaled_float") {
    if (Number.isFinite(given)) return clampedToLong(Math.round(given * scalingFactor));
    const shown = given > 0 ? "Infinity" : "-Infinity";
    throw refuse(
      "illegal_argument_exception",
      `[scaled_float] only supports finite values, but got [${shown}]`,
    );
  }
  if (type === "double") {
    if (Number.isFinite(given)) return given;
    const shown = given > 0 ? "Infinity" : "-Infinity";
    throw refuse("illegal_argument_exception", `[${type}] supports only finite values, but got [${shown}]`);
  }
  const whole = Math.trunc(given);
  const bound = type === "integer" ? INTEGER_BOUND : LONG_BOUND;
  if (whole >= -bound && whole < bound) return whole;
  const name = type === "integer" ? "int" : "long";
  throw refuse("input_coercion_exception", `Numeric value (${String(value)}) out of range of ${name}`);
}

function clampedToLong(value: number): number {
  return Math.max(-LONG_BOUND, Math.min(LONG_BOUND, value));
}

function checkName(key: string): void {
  const refuse = (reason: string): EngineError =>
    new EngineError(400, "mapper_parsing_exception", "failed to parse", {
      caused_by: { type: "illegal_argument_exception", reason },
    });
  if (key === "") throw refuse("field name cannot be an empty string");
  if (/^\.+$/.test(key)) throw refuse("field name cannot contain only the character [.]");
  if (key.includes(".") && key.split(".").some((part) => part.trim() === "")) {
    throw refuse(`object field starting or ending with a [.] makes object resolution ambiguous: [${key}]`);
  }
}

function metadata(key: string, value: Json, id: string): EngineError {
  const reason = `Field [${key}] is a metadata field and cannot be added inside a document. Use the index API request parameters.`;
  return unparsed(`[${key}] of type [${key}]`, value, id, { type: "mapper_parsing_exception", reason });
}

function unparsed(field: string, value: Json, id: string, cause: JsonObject): EngineError {
  return new EngineError(
    400,
    "mapper_parsing_exception",
    `failed to parse field ${field} in document with id '${id}'. Preview of field's value: '${preview(value)}'`,
    { caused_by: cause },
  );
}

function immenseTerm(path: string, text: string): EngineError {
  const bytes = Buffer.from(text);
  const length = `bytes can be at most ${MAX_TERM_BYTES} in length; got ${bytes.length}`;
  return new EngineError(
    400,
    "illegal_argument_exception",
    `Document contains at least one immense term in field="${path}" (whose UTF8 encoding is longer than the max length ${MAX_TERM_BYTES}), all of which were skipped.  Please correct the analyzer to not produce such terms.  The prefix of the first immense term is: '[${[...bytes.subarray(0, 30)].join(", ")}]...', original message: ${length}`,
    { caused_by: { type: "max_bytes_length_exceeded_exception", reason: length } },
  );
}

/** A value as the engine shows it in a message: in Java's format for maps and lists. */
function preview(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(preview).join(", ")}]`;
  if (isJsonObject(value)) {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}=${preview(inner)}`)
      .join(", ")}}`;
  }
  return String(value);
}
