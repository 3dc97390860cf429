import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { DEFAULT_DATE_FORMAT, isKnownFormat } from "./dates";
import { badRequest, EngineError, notSupported } from "./errors";

/** What a field holds, as far as searching it goes. */
export type FieldKind = "keyword" | "text" | "whole" | "decimal" | "date" | "boolean";

/** A field that can be searched. */
export interface Field {
  /** Full path, such as `Description.keyword`. */
  readonly path: string;
  /** The engine's own type, such as `integer`. */
  readonly type: string;
  readonly kind: FieldKind;
  /** Place of its values in a document. */
  readonly slot: number;
  /** Of a date. */
  readonly format: string;
  /** Of a keyword: longer texts are not indexed, in characters. */
  readonly ignoreAbove: number;
  /** The same value, indexed in further ways. */
  readonly subfields: readonly Field[];
}

/** What happens to a field that the mapping does not know. */
export type Dynamic = "true" | "false" | "strict";

/** An object of the mapping: the document itself, or an object in it. */
export interface ObjectMapping {
  readonly dynamic?: Dynamic;
  readonly members: Map<string, Field | ObjectMapping>;
}

const TYPES: Readonly<Record<string, { readonly kind: FieldKind; readonly parameters: readonly string[] }>> =
  {
    keyword: { kind: "keyword", parameters: ["ignore_above"] },
    text: { kind: "text", parameters: [] },
    byte: { kind: "whole", parameters: [] },
    short: { kind: "whole", parameters: [] },
    integer: { kind: "whole", parameters: [] },
    long: { kind: "whole", parameters: [] },
    float: { kind: "decimal", parameters: [] },
    double: { kind: "decimal", parameters: [] },
    date: { kind: "date", parameters: ["format"] },
    boolean: { kind: "boolean", parameters: [] },
  };

/** Types that an engine has and the double has not. */
const OTHER_TYPES = new Set(
  "binary,completion,constant_keyword,date_nanos,date_range,double_range,flat_object,float_range,geo_point,geo_shape,half_float,integer_range,ip,ip_range,join,knn_vector,long_range,match_only_text,nested,percolator,rank_feature,scaled_float,search_as_you_type,token_count,unsigned_long,wildcard,alias".split(
    ",",
  ),
);

export function isField(member: Field | ObjectMapping): member is Field {
  return "slot" in member;
}

/** The mapping of an index. It grows, by a request or by a document; what it has never changes its type. */
export class Mapping {
  public readonly root: ObjectMapping;
  private source: JsonObject;
  private readonly byPath = new Map<string, Field>();

  /** @throws EngineError when `source` is not a mapping, or one that the double does not have. */
  public constructor(source: JsonObject) {
    this.source = {};
    this.root = { members: new Map() };
    this.merge(source);
  }

  /** The field at a path; undefined when nothing is indexed there. */
  public field(path: string): Field | undefined {
    return this.byPath.get(path);
  }

  /** Every field that can be searched, subfields too. */
  public fields(): Field[] {
    return [...this.byPath.values()];
  }

  public get dynamic(): Dynamic {
    return this.root.dynamic ?? "true";
  }

  /** How many places the values of a document need. */
  public get slots(): number {
    return this.byPath.size;
  }

  /** As it was given, as the engine returns it. */
  public toJson(): JsonObject {
    return this.source;
  }

  /**
   * Adds fields.
   * @throws EngineError when a field has another type already; then nothing has been added.
   */
  public merge(addition: JsonObject): void {
    const merged = mergeSources(this.source, addition, "");
    const next = readObject("", merged, "_doc");
    this.source = merged;
    this.adopt(this.root, next);
  }

  /** Takes over what is new, so that fields keep their slots. */
  private adopt(into: ObjectMapping, from: ObjectMapping): void {
    if (from.dynamic !== undefined) Object.assign(into, { dynamic: from.dynamic });
    for (const [name, member] of from.members) {
      const present = into.members.get(name);
      if (!isField(member)) {
        const target: ObjectMapping =
          present !== undefined && !isField(present) ? present : { members: new Map() };
        into.members.set(name, target);
        this.adopt(target, member);
      } else {
        const subfields = member.subfields.map((subfield) => this.placed(subfield, []));
        into.members.set(name, this.placed(member, subfields));
      }
    }
  }

  private placed(field: Field, subfields: readonly Field[]): Field {
    const slot = this.byPath.get(field.path)?.slot ?? this.byPath.size;
    const placed = { ...field, slot, subfields };
    this.byPath.set(field.path, placed);
    return placed;
  }
}

function refuse(reason: string): EngineError {
  return new EngineError(400, "mapper_parsing_exception", `Failed to parse mapping [_doc]: ${reason}`, {
    root_cause: [{ type: "mapper_parsing_exception", reason }],
    caused_by: { type: "mapper_parsing_exception", reason },
  });
}

function readObject(path: string, source: JsonObject, name: string): ObjectMapping {
  const { dynamic, properties, type, ...rest } = source;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    if (
      path === "" &&
      ["_meta", "_source", "_routing", "date_detection", "dynamic_templates"].includes(unknown)
    ) {
      throw notSupported(`mapping parameter ${unknown}`);
    }
    throw refuse(
      path === ""
        ? `Root mapping definition has unsupported parameters:  [${unknown} : ${String(rest[unknown])}]`
        : `unknown parameter [${unknown}] on mapper [${name}] of type [${String(type ?? "object")}]`,
    );
  }
  const members = new Map<string, Field | ObjectMapping>();
  for (const [key, value] of Object.entries(isJsonObject(properties) ? properties : {})) {
    if (!isJsonObject(value)) throw refuse(`Expected map for property [fields] on field [${key}]`);
    const inner = path === "" ? key : `${path}.${key}`;
    const isObject = value["type"] === "object" || (value["type"] === undefined && "properties" in value);
    members.set(key, isObject ? readObject(inner, value, key) : readField(inner, key, value));
  }
  return dynamic === undefined ? { members } : { dynamic: readDynamic(dynamic), members };
}

function readDynamic(value: Json): Dynamic {
  const text = String(value);
  if (text === "true" || text === "false" || text === "strict") return text;
  throw notSupported(`dynamic: ${text}`);
}

function readField(path: string, name: string, source: JsonObject): Field {
  const { type, fields, ...parameters } = source;
  if (typeof type !== "string") throw refuse(`No type specified for field [${name}]`);
  const known = TYPES[type];
  if (!known) {
    if (OTHER_TYPES.has(type)) throw notSupported(`field type ${type}`);
    throw refuse(`No handler for type [${type}] declared on field [${name}]`);
  }
  for (const parameter of Object.keys(parameters)) {
    if (known.parameters.includes(parameter)) continue;
    if (ENGINE_PARAMETERS.has(parameter)) throw notSupported(`${parameter} on field [${name}]`);
    throw refuse(`unknown parameter [${parameter}] on mapper [${name}] of type [${type}]`);
  }
  const format = typeof parameters["format"] === "string" ? parameters["format"] : DEFAULT_DATE_FORMAT;
  if (known.kind === "date" && !isKnownFormat(format)) throw notSupported(`date format ${format}`);
  const subfields = Object.entries(isJsonObject(fields) ? fields : {}).map(([key, value]) => {
    if (!isJsonObject(value)) throw refuse(`Expected map for property [fields] on field [${name}]`);
    return readField(`${path}.${key}`, key, value);
  });
  const ignoreAbove = parameters["ignore_above"];
  return {
    path,
    type,
    kind: known.kind,
    slot: -1,
    format,
    ignoreAbove: ignoreAbove === undefined ? Number.POSITIVE_INFINITY : Number(ignoreAbove),
    subfields,
  };
}

/** Parameters that an engine has for fields and the double has not. */
const ENGINE_PARAMETERS = new Set(
  "analyzer,boost,coerce,copy_to,doc_values,eager_global_ordinals,fielddata,ignore_malformed,index,index_options,index_phrases,index_prefixes,locale,meta,norms,normalizer,null_value,position_increment_gap,search_analyzer,search_quote_analyzer,similarity,split_queries_on_whitespace,store,term_vector".split(
    ",",
  ),
);

/** Both mappings together. @throws EngineError when they give a field two types. */
function mergeSources(base: JsonObject, addition: JsonObject, path: string): JsonObject {
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(addition)) {
    if (key !== "properties" || !isJsonObject(value)) {
      merged[key] = value;
      continue;
    }
    const before = isJsonObject(base["properties"]) ? base["properties"] : {};
    const properties: Record<string, Json> = { ...before };
    for (const [name, field] of Object.entries(value)) {
      properties[name] = mergeField(before[name], field, path === "" ? name : `${path}.${name}`);
    }
    merged["properties"] = properties;
  }
  return merged;
}

function mergeField(before: Json | undefined, after: Json, path: string): Json {
  if (!isJsonObject(before) || !isJsonObject(after)) return after;
  const isObject = (field: JsonObject): boolean => "properties" in field || field["type"] === "object";
  if (isObject(before) && isObject(after)) return mergeSources(before, after, path);
  if (isObject(before) || isObject(after)) {
    throw badRequest(`can't merge a non object mapping [${path}] with an object mapping`);
  }
  if (before["type"] !== after["type"]) {
    throw badRequest(
      `mapper [${path}] cannot be changed from type [${String(before["type"])}] to [${String(after["type"])}]`,
    );
  }
  const fields = { ...asObject(before["fields"]), ...asObject(after["fields"]) };
  return { ...before, ...after, ...(Object.keys(fields).length > 0 && { fields }) };
}

/** A mapping over another, whose fields it replaces where both have one: a request's over its template's. */
export function overlaid(base: JsonObject, top: JsonObject): JsonObject {
  const [below, above] = [asObject(base["properties"]), asObject(top["properties"])];
  const properties: Record<string, Json> = { ...below };
  for (const [name, field] of Object.entries(above)) {
    const under = below[name];
    const bothObjects =
      isJsonObject(field) && "properties" in field && isJsonObject(under) && "properties" in under;
    properties[name] = bothObjects ? overlaid(under, field) : field;
  }
  return { ...base, ...top, ...(Object.keys(properties).length > 0 && { properties }) };
}

function asObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
