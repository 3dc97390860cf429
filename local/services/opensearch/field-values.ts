import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { parseDate, parseDateMath } from "./dates";
import { EngineError } from "./errors";
import { type Dynamic, type Field, isField, type Mapping, type ObjectMapping } from "./mapping";

/** A value as it is compared: text, or a number (a date in milliseconds, a boolean as 0 or 1). */
export type FieldValue = string | number;

/** The indexed values of a document, by the slots of its index's mapping. */
export type FieldValues = (FieldValue | FieldValue[] | undefined)[];

/** What a document was read into. */
export interface ReadDocument {
  readonly values: FieldValues;
  /** Fields that the document adds to the mapping; it has to be read again once they are there. */
  readonly addition?: JsonObject;
}

/** Names that the engine keeps for itself inside a document. */
const METADATA_FIELDS = new Set(
  "_id,_index,_source,_routing,_field_names,_ignored,_nested_path,_seq_no,_version,_type".split(","),
);
/** Lucene's longest term, in bytes. */
const MAX_TERM_BYTES = 32_766;
/** How the engine finds dates among the texts of a document that has no mapping. */
const DETECTED_DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}.*)?$|^\d{4}\/\d{2}\/\d{2}( \d{2}:\d{2}:\d{2})?$/;
const INTEGER_BOUNDS: Readonly<Record<string, number>> = { byte: 2 ** 7, short: 2 ** 15, integer: 2 ** 31 };

/**
 * The values of a document by its mapping.
 * @param id for the messages, which name it
 * @throws EngineError when the document contradicts the mapping
 */
export function readFields(document: JsonObject, mapping: Mapping, id: string): ReadDocument {
  const reader = new Reader(mapping, id);
  reader.object(document, mapping.root, "", mapping.dynamic);
  const { values, addition } = reader;
  return Object.keys(addition).length === 0 ? { values } : { values, addition: { properties: addition } };
}

class Reader {
  public readonly values: FieldValues;
  public readonly addition: Record<string, Json> = {};

  public constructor(
    mapping: Mapping,
    private readonly id: string,
  ) {
    this.values = new Array(mapping.slots);
  }

  public object(object: JsonObject, mapping: ObjectMapping, path: string, inherited: Dynamic): void {
    const dynamic = mapping.dynamic ?? inherited;
    for (const [key, value] of Object.entries(object)) {
      checkName(key);
      if (path === "" && METADATA_FIELDS.has(key)) throw this.metadata(key, value);
      this.member(key.split("."), value, mapping, path, dynamic);
    }
  }

  private member(
    [name = "", ...rest]: readonly string[],
    value: Json,
    mapping: ObjectMapping,
    path: string,
    dynamic: Dynamic,
  ): void {
    const full = path === "" ? name : `${path}.${name}`;
    const known = mapping.members.get(name);
    if (known === undefined) this.unknown([name, ...rest].join("."), value, path, dynamic);
    else if (isField(known)) {
      if (rest.length > 0) throw notAnObject([full, ...rest].join("."), full, known.type);
      this.field(known, value);
    } else if (rest.length > 0) this.member(rest, value, known, full, known.dynamic ?? dynamic);
    else this.objects(value, known, full, dynamic);
  }

  private objects(value: Json, mapping: ObjectMapping, path: string, dynamic: Dynamic): void {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === null) continue;
      if (!isJsonObject(item)) throw concreteValue(path);
      this.object(item, mapping, path, dynamic);
    }
  }

  private field(field: Field, value: Json): void {
    if (value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) this.field(field, item);
      return;
    }
    for (const target of [field, ...field.subfields]) {
      const read = this.scalar(target, value);
      if (read === undefined) continue;
      const present = this.values[target.slot];
      if (present === undefined) this.values[target.slot] = read;
      else if (Array.isArray(present)) present.push(read);
      else this.values[target.slot] = [present, read];
    }
  }

  /** A value in the form that the field compares; undefined when it is not indexed. */
  private scalar(field: Field, value: Json): FieldValue | undefined {
    const refuse = (type: string, reason: string): EngineError =>
      new EngineError(
        400,
        "mapper_parsing_exception",
        `failed to parse field [${field.path}] of type [${field.type}] in document with id '${this.id}'. Preview of field's value: '${preview(value)}'`,
        { caused_by: { type, reason } },
      );
    if (isJsonObject(value) && field.kind !== "whole" && field.kind !== "decimal") {
      throw refuse("illegal_state_exception", "Can't get text on a START_OBJECT");
    }
    switch (field.kind) {
      case "keyword":
      case "text": {
        const text = String(value);
        if (field.kind === "text") return text;
        if (text.length > field.ignoreAbove) return undefined;
        if (text.length * 3 > MAX_TERM_BYTES && Buffer.byteLength(text) > MAX_TERM_BYTES) {
          throw immenseTerm(field.path, text);
        }
        return text;
      }
      case "date": {
        const range = parseDate(String(value), field.format);
        if (range) return range.first;
        throw refuse(
          "illegal_argument_exception",
          `failed to parse date field [${String(value)}] with format [${field.format}]`,
        );
      }
      case "boolean":
        if (value === true || value === "true") return 1;
        if (value === false || value === "false" || value === "") return 0;
        throw refuse(
          "illegal_argument_exception",
          `Failed to parse value [${String(value)}] as only [true] or [false] are allowed.`,
        );
      default:
        return this.number(field, value, refuse);
    }
  }

  private number(
    field: Field,
    value: Json,
    refuse: (type: string, reason: string) => EngineError,
  ): number | undefined {
    if (typeof value === "string") {
      if (value === "") return undefined;
      if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value)) {
        throw refuse("number_format_exception", `For input string: "${value}"`);
      }
    } else if (typeof value !== "number") {
      throw refuse("json_parse_exception", "Current token not numeric, can not use numeric value accessors");
    }
    const number = Number(value);
    if (field.kind === "decimal") {
      const stored = field.type === "float" ? Math.fround(number) : number;
      if (Number.isFinite(stored)) return stored;
      throw refuse(
        "illegal_argument_exception",
        `[${field.type}] supports only finite values, but got [${number > 0 ? "Infinity" : "-Infinity"}]`,
      );
    }
    const whole = Math.trunc(number);
    const bound = INTEGER_BOUNDS[field.type] ?? 2 ** 63;
    if (whole >= -bound && whole < bound) return whole;
    throw refuse(
      "input_coercion_exception",
      `Numeric value (${String(value)}) out of range of ${field.type === "integer" ? "int" : field.type}`,
    );
  }

  /** A field that the mapping does not have: refused, passed over, or added to it. */
  private unknown(name: string, value: Json, path: string, dynamic: Dynamic): void {
    if (dynamic === "strict") {
      throw new EngineError(
        400,
        "strict_dynamic_mapping_exception",
        `mapping set to strict, dynamic introduction of [${name}] within [${path === "" ? "_doc" : path}] is not allowed`,
      );
    }
    if (dynamic === "false") return;
    const steps = [...(path === "" ? [] : path.split(".")), ...name.split(".")];
    const found = detected(value);
    if (found === undefined) return;
    let into = this.addition;
    for (const step of steps.slice(0, -1)) {
      const next: Record<string, Json> = { ...properties(into[step]) };
      into[step] = { properties: next };
      into = next;
    }
    into[steps.at(-1) ?? ""] ??= found;
  }

  private metadata(key: string, value: Json): EngineError {
    const reason = `Field [${key}] is a metadata field and cannot be added inside a document. Use the index API request parameters.`;
    return new EngineError(
      400,
      "mapper_parsing_exception",
      `failed to parse field [${key}] of type [${key}] in document with id '${this.id}'. Preview of field's value: '${preview(value)}'`,
      { caused_by: { type: "mapper_parsing_exception", reason } },
    );
  }
}

function properties(value: Json | undefined): JsonObject {
  return isJsonObject(value) && isJsonObject(value["properties"]) ? value["properties"] : {};
}

/** The mapping that the engine gives to a value that it meets for the first time; none for null. */
function detected(value: Json): Json | undefined {
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = detected(item);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isJsonObject(value)) {
    const inner = Object.entries(value)
      .map(([key, item]) => [key, detected(item)] as const)
      .filter((member): member is readonly [string, Json] => member[1] !== undefined);
    return { properties: Object.fromEntries(inner) };
  }
  switch (typeof value) {
    case "boolean":
      return { type: "boolean" };
    case "number":
      return { type: Number.isInteger(value) ? "long" : "float" };
    case "string":
      return DETECTED_DATE.test(value) && parseDateMath(value, "strict_date_optional_time", 0) !== undefined
        ? { type: "date" }
        : { type: "text", fields: { keyword: { type: "keyword", ignore_above: 256 } } };
    default:
      return undefined;
  }
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

function notAnObject(path: string, existing: string, type: string): EngineError {
  return new EngineError(
    400,
    "mapper_parsing_exception",
    `Could not dynamically add mapping for field [${path}]. Existing mapping for [${existing}] must be of type object but found [${type}].`,
  );
}

function concreteValue(path: string): EngineError {
  const name = path.split(".").at(-1) ?? path;
  return new EngineError(
    400,
    "mapper_parsing_exception",
    `object mapping for [${path}] tried to parse field [${name}] as object, but found a concrete value`,
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

/** A value as the engine shows it in a message: Java's way of printing maps and lists. */
function preview(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(preview).join(", ")}]`;
  if (isJsonObject(value)) {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}=${preview(inner)}`)
      .join(", ")}}`;
  }
  return String(value);
}
