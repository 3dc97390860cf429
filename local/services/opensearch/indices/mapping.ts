import { isJsonObject, type Json, type JsonObject } from "../../../../lib/json";
import { isKnownFormat } from "../dates";
import { badRequest, EngineError, notSupported } from "../errors";

/** The types of contracts' mappings, each with the parameters that they use. */
const TYPES = {
  keyword: ["ignore_above", "index", "doc_values"],
  text: [],
  integer: [],
  long: [],
  double: [],
  scaled_float: ["scaling_factor"],
  boolean: [],
  date: ["format"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A field that can be searched. */
export interface Field {
  /** Full path, such as `Description.keyword`. */
  readonly path: string;
  readonly type: keyof typeof TYPES;
  /** Index of its values in a document's {@link FieldValues}. */
  readonly slot: number;
  /** Format of a date field. */
  readonly format: string;
  /** Of a scaled float: its values are whole multiples of one divided by it. */
  readonly scalingFactor: number;
  /** For a keyword field: longer texts are not indexed. In characters. */
  readonly ignoreAbove: number;
  /** For a keyword field: neither indexed nor a doc value, so only the source holds its texts, however long they are. */
  readonly isSourceOnly: boolean;
  /** Further ways in which the same value is indexed. */
  readonly subfields: readonly Field[];
}

/** The mapping of an index. Documents never change it: a document that would is refused. */
export class Mapping {
  /** Whether a document with an unknown field would change the mapping in the real engine. */
  public readonly isDynamic: boolean;
  /** Whether a field keeps more digits than a number of `JSON.parse`. */
  public readonly holdsLongs: boolean;
  private readonly own = new Map<string, Field>();
  private readonly byPath = new Map<string, Field>();
  private nextSlot: number;

  /**
   * @param before the mapping that this one extends: its fields keep their slots
   * @throws EngineError when `source` uses a feature that the double lacks
   */
  public constructor(
    private readonly source: JsonObject,
    private readonly before?: Mapping,
  ) {
    this.nextSlot = before?.slots ?? 0;
    const { dynamic = true, properties = {}, ...others } = source;
    for (const key of Object.keys(others)) throw notSupported(`mapping parameter ${key}`);
    const text = String(dynamic);
    if (text !== "true" && text !== "false") throw notSupported(`dynamic: ${text}`);
    this.isDynamic = text === "true";
    for (const [name, field] of Object.entries(isJsonObject(properties) ? properties : {})) {
      this.own.set(name, this.read(name, field));
    }
    this.holdsLongs = [...this.byPath.values()].some(({ type }) => type === "long");
  }

  /** A field of the documents themselves; undefined when the mapping has no field of this name. */
  public ownField(name: string): Field | undefined {
    return this.own.get(name);
  }

  /** The field at a path; undefined when the mapping has none. @throws EngineError when the field cannot be searched */
  public field(path: string): Field | undefined {
    const field = this.byPath.get(path);
    if (field?.isSourceOnly) throw notSupported(`a search by [${path}], which is not indexed`);
    return field;
  }

  /** Number of value slots that a document needs. */
  public get slots(): number {
    return this.nextSlot;
  }

  /** The mapping as the client sent it, which the engine returns too. */
  public toJson(): JsonObject {
    return this.source;
  }

  /**
   * The mapping with further fields and subfields; a document that was written before has no value in them.
   * @throws EngineError when it would change a field, or uses a feature that the double lacks
   */
  public extended(properties: JsonObject): Mapping {
    return new Mapping(
      { ...this.source, properties: merged("", propertiesOf(this.source), properties) },
      this,
    );
  }

  private read(path: string, source: Json): Field {
    const { type = "object", fields = {}, ...parameters } = isJsonObject(source) ? source : {};
    if (!isType(type)) throw notSupported(`field [${path}] of type ${String(type)}`);
    const known: readonly string[] = TYPES[type];
    for (const parameter of Object.keys(parameters)) {
      if (!known.includes(parameter)) throw notSupported(`${parameter} on field [${path}]`);
    }
    const { format = "left out", ignore_above: ignoreAbove = Number.POSITIVE_INFINITY } = parameters;
    const { index = true, doc_values: docValues = true } = parameters;
    if (index !== docValues || typeof index !== "boolean") {
      throw notSupported(`index ${String(index)} with doc_values ${String(docValues)} on field [${path}]`);
    }
    if (type === "date" && !isKnownFormat(String(format))) {
      throw notSupported(`date format ${String(format)} of field [${path}]`);
    }
    const { scaling_factor: scalingFactor } = parameters;
    if (type === "scaled_float") checkScalingFactor(scalingFactor);
    const subfields = Object.entries(isJsonObject(fields) ? fields : {}).map(([key, inner]) =>
      this.read(`${path}.${key}`, inner),
    );
    const slot = this.before?.byPath.get(path)?.slot ?? this.nextSlot++;
    const field = {
      ...{ path, type, slot, subfields },
      ...{ format: String(format), ignoreAbove: Number(ignoreAbove), isSourceOnly: !index },
      scalingFactor: Number(scalingFactor ?? 1),
    };
    this.byPath.set(path, field);
    return field;
  }
}

function checkScalingFactor(given: Json | undefined): void {
  const refuse = (reason: string): EngineError =>
    new EngineError(400, "mapper_parsing_exception", `Failed to parse mapping [_doc]: ${reason}`, {
      caused_by: { type: "illegal_argument_exception", reason },
    });
  if (given === undefined) throw refuse("Field [scaling_factor] is required");
  if (!(Number(given) > 0 && Number.isFinite(Number(given)))) {
    throw refuse(`[scaling_factor] must be a positive number, got [${String(given)}]`);
  }
}

function propertiesOf({ properties = {} }: JsonObject): JsonObject {
  return isJsonObject(properties) ? properties : {};
}

/** Adds fields to fields. @throws EngineError when a field would change, as the engine does */
function merged(parent: string, existing: JsonObject, added: JsonObject): JsonObject {
  const all: Record<string, Json> = { ...existing };
  for (const [name, field] of Object.entries(added)) {
    const present = existing[name];
    if (!isJsonObject(present) || !isJsonObject(field)) {
      all[name] = field;
      continue;
    }
    const path = `${parent}${name}`;
    const { type = "object", fields = {}, ...parameters } = field;
    const { type: presentType = "object", fields: presentFields = {}, ...presentParameters } = present;
    if (type !== presentType) {
      throw badRequest(
        `mapper [${path}] cannot be changed from type [${String(presentType)}] to [${String(type)}]`,
      );
    }
    for (const key of new Set([...Object.keys(parameters), ...Object.keys(presentParameters)])) {
      const [from, to] = [presentParameters[key], parameters[key]];
      if (key === "ignore_above" || String(from) === String(to)) continue;
      throw badRequest(
        `Mapper for [${path}] conflicts with existing mapper:\n\tCannot update parameter [${key}] from [${String(from)}] to [${String(to)}]`,
      );
    }
    const subfields = merged(
      `${path}.`,
      isJsonObject(presentFields) ? presentFields : {},
      isJsonObject(fields) ? fields : {},
    );
    all[name] = { ...present, ...field, ...(Object.keys(subfields).length > 0 && { fields: subfields }) };
  }
  return all;
}

function isType(type: Json): type is Field["type"] {
  return typeof type === "string" && Object.hasOwn(TYPES, type);
}
