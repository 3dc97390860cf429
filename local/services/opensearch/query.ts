import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { parseDateMath } from "./dates";
import { EngineError, notSupported } from "./errors";
import type { FieldValue } from "./field-values";
import type { Field } from "./mapping";
import { matchesPattern } from "./names";
import { checkMembers, listOf, object, onlyMember, parsingError, text } from "./params";
import type { Doc, SearchIndex } from "./search-index";
import { wordsOf } from "./words";

/** Whether a document is wanted. */
export type Predicate = (doc: Doc) => boolean;

const NEVER: Predicate = () => false;
const ALWAYS: Predicate = () => true;

/** Queries that an engine has and the double has not; any other name no engine knows. */
const OTHER_QUERIES = new Set(
  "boosting,combined_fields,common,dis_max,distance_feature,function_score,fuzzy,geo_bounding_box,geo_distance,geo_polygon,geo_shape,has_child,has_parent,hybrid,intervals,knn,match_bool_prefix,match_phrase_prefix,more_like_this,multi_match,nested,neural,parent_id,percolate,pinned,query_string,rank_feature,regexp,script,script_score,simple_query_string,span_term,span_near,template,terms_set,wrapper".split(
    ",",
  ),
);

/**
 * Compiles a query for an index. Documents either fit or do not: relevance is not computed.
 * @param now milliseconds since 1970, for date math
 * @throws EngineError when the engine would refuse the query, or the double does not have it
 */
export function compileQuery(query: Json | undefined, index: SearchIndex, now: number): Predicate {
  if (query === undefined) return ALWAYS;
  const [kind, body] = onlyMember(query, "query");
  const compile = (inner: Json): Predicate => compileQuery(inner, index, now);
  switch (kind) {
    case "match_all":
      return ALWAYS;
    case "match_none":
      return NEVER;
    case "bool":
      return bool(object(body, kind), compile);
    case "constant_score":
      return compile(object(body, kind)["filter"] ?? { match_all: {} });
    case "ids": {
      const ids = new Set(listOf(object(body, kind)["values"]).map(String));
      return ({ id }) => ids.has(id);
    }
    case "exists": {
      const fields = fieldsBelow(index, text(object(body, kind)["field"], "exists.field"));
      return ({ values }) => fields.some(({ slot }) => values[slot] !== undefined);
    }
    case "term":
    case "terms":
      return terms(kind, object(body, kind), index, now);
    case "range":
      return range(object(body, kind), index, now);
    case "prefix":
    case "wildcard":
      return pattern(kind, object(body, kind), index);
    case "match":
    case "match_phrase":
      return match(kind, object(body, kind), index, now);
    default:
      if (OTHER_QUERIES.has(kind)) throw notSupported(`query ${kind}`);
      throw parsingError(`unknown query [${kind}]`);
  }
}

function bool(body: JsonObject, compile: (query: Json) => Predicate): Predicate {
  checkMembers(
    body,
    "bool",
    ["must", "filter", "should", "must_not", "minimum_should_match", "boost"],
    ["_name"],
  );
  const clauses = (name: string): Predicate[] => listOf(body[name]).map(compile);
  const required = [...clauses("must"), ...clauses("filter")];
  const should = clauses("should");
  const excluded = clauses("must_not");
  const given = body["minimum_should_match"];
  const least = given === undefined ? (required.length === 0 && should.length > 0 ? 1 : 0) : Number(given);
  if (!Number.isInteger(least) || least < 0) throw notSupported(`minimum_should_match ${String(given)}`);
  return (doc) =>
    required.every((clause) => clause(doc)) &&
    !excluded.some((clause) => clause(doc)) &&
    (least === 0 || should.filter((clause) => clause(doc)).length >= least);
}

/** The field itself, or those below it. */
function fieldsBelow(index: SearchIndex, path: string): Field[] {
  return index.mapping.fields().filter((field) => field.path === path || field.path.startsWith(`${path}.`));
}

function terms(kind: "term" | "terms", body: JsonObject, index: SearchIndex, now: number): Predicate {
  const { boost: _, _name: __, ...fields } = body;
  const [path, given] = onlyMember(fields, kind);
  const wanted =
    kind === "terms" ? listOf(given) : isJsonObject(given) ? [memberValue(given, "value", kind)] : [given];
  if (kind === "terms" && isJsonObject(given)) throw notSupported("terms lookup");
  if (path === "_id") {
    const ids = new Set(wanted.map(String));
    return ({ id }) => ids.has(id);
  }
  const field = index.mapping.field(path);
  if (!field) return NEVER;
  const tests = wanted.map((value) => equals(field, value, index, now));
  return (doc) => tests.some((test) => test(doc));
}

function memberValue(body: JsonObject, key: string, what: string): Json {
  checkMembers(
    body,
    what,
    [key, "boost", "operator", "minimum_should_match"],
    ["case_insensitive", "rewrite", "fuzziness", "analyzer", "slop", "zero_terms_query"],
  );
  const value = body[key];
  if (value === undefined) throw parsingError(`[${what}] needs [${key}]`);
  return value;
}

function equals(field: Field, wanted: Json, index: SearchIndex, now: number): Predicate {
  if (field.kind === "text") {
    const word = String(wanted);
    return any(field, (value) => wordsOf(String(value)).includes(word));
  }
  if (field.kind === "date") {
    const { first, last } = dateOf(field, wanted, field.format, index, now);
    return any(field, (value) => Number(value) >= first && Number(value) <= last);
  }
  const exact = field.kind === "keyword" ? String(wanted) : numberOf(field, wanted, index);
  return any(field, (value) => value === exact);
}

/** Whether any value of the field passes. */
function any({ slot }: Field, test: (value: FieldValue) => boolean): Predicate {
  return ({ values }) => {
    const value = values[slot];
    if (value === undefined) return false;
    return Array.isArray(value) ? value.some(test) : test(value);
  };
}

function numberOf(field: Field, given: Json, index: SearchIndex): number {
  if (field.kind === "boolean") {
    if (given === true || given === "true") return 1;
    if (given === false || given === "false") return 0;
    throw failed(index, `Can't parse boolean value [${String(given)}], expected [true] or [false]`);
  }
  const number = typeof given === "string" && given.trim() === "" ? Number.NaN : Number(given);
  if (typeof given === "object" || Number.isNaN(number)) {
    throw failed(index, `failed to create query: For input string: "${String(given)}"`);
  }
  return number;
}

function dateOf(
  _field: Field,
  given: Json,
  format: string,
  index: SearchIndex,
  now: number,
): { first: number; last: number } {
  const found = parseDateMath(String(given), format, now);
  if (found) return found;
  const reason = `failed to parse date field [${String(given)}] with format [${format}]`;
  throw new EngineError(400, "parse_exception", `${reason}: [${reason}]`, { index: index.name });
}

function failed(index: SearchIndex, reason: string): EngineError {
  return new EngineError(400, "query_shard_exception", reason, {
    index: index.name,
    index_uuid: index.definition.uuid,
  });
}

const UTC = new Set(["UTC", "Z", "Etc/UTC", "GMT", "+00:00"]);

/** @throws EngineError for any zone but UTC */
export function checkUtc(zone: Json | undefined): void {
  if (zone !== undefined && !UTC.has(String(zone))) throw notSupported(`time_zone ${String(zone)}`);
}

function range(body: JsonObject, index: SearchIndex, now: number): Predicate {
  const [path, given] = onlyMember(body, "range");
  const bounds = object(given, "range");
  checkMembers(
    bounds,
    "range",
    ["gt", "gte", "lt", "lte", "format", "time_zone", "boost"],
    ["relation", "from", "to", "include_lower", "include_upper"],
  );
  checkUtc(bounds["time_zone"]);
  const field = index.mapping.field(path);
  if (!field) return NEVER;
  const tests: ((value: FieldValue) => boolean)[] = [];
  for (const [key, wanted] of Object.entries(bounds)) {
    if (wanted === null || !["gt", "gte", "lt", "lte"].includes(key)) continue;
    const bound = boundOf(field, key, wanted, bounds["format"], index, now);
    tests.push(
      key === "gt"
        ? (value) => value > bound
        : key === "gte"
          ? (value) => value >= bound
          : key === "lt"
            ? (value) => value < bound
            : (value) => value <= bound,
    );
  }
  return any(field, (value) => tests.every((test) => test(value)));
}

function boundOf(
  field: Field,
  key: string,
  wanted: Json,
  format: Json | undefined,
  index: SearchIndex,
  now: number,
): FieldValue {
  if (field.kind === "keyword" || field.kind === "text") return String(wanted);
  if (field.kind !== "date") return numberOf(field, wanted, index);
  const { first, last } = dateOf(
    field,
    wanted,
    format === undefined ? field.format : String(format),
    index,
    now,
  );
  // A bound that stands for a whole unit includes it (gte, lte) or leaves it out (gt, lt).
  return key === "gt" || key === "lte" ? last : first;
}

function pattern(kind: "prefix" | "wildcard", body: JsonObject, index: SearchIndex): Predicate {
  const [path, given] = onlyMember(body, kind);
  const wanted = String(isJsonObject(given) ? memberValue(given, "value", kind) : given);
  const field = index.mapping.field(path);
  if (!field) return NEVER;
  if (field.kind !== "keyword" && field.kind !== "text") {
    throw failed(
      index,
      `Can only use ${kind} queries on keyword, text and wildcard fields - not on [${path}] which is of type [${field.type}]`,
    );
  }
  if (wanted.includes("?") && kind === "wildcard") throw notSupported("? in a wildcard query");
  const test = (value: string): boolean =>
    kind === "prefix" ? value.startsWith(wanted) : matchesPattern(value, wanted);
  return field.kind === "keyword"
    ? any(field, (value) => test(String(value)))
    : any(field, (value) => wordsOf(String(value)).some(test));
}

function match(kind: "match" | "match_phrase", body: JsonObject, index: SearchIndex, now: number): Predicate {
  const [path, given] = onlyMember(body, kind);
  const wanted = isJsonObject(given) ? memberValue(given, "query", kind) : given;
  const field = index.mapping.field(path);
  if (!field) return NEVER;
  if (field.kind !== "text") return equals(field, wanted, index, now);
  const words = wordsOf(String(wanted));
  if (words.length === 0) return NEVER;
  if (kind === "match_phrase") {
    return any(field, (value) => ` ${wordsOf(String(value)).join(" ")} `.includes(` ${words.join(" ")} `));
  }
  const operator = isJsonObject(given) ? String(given["operator"] ?? "or").toLowerCase() : "or";
  if (isJsonObject(given) && given["minimum_should_match"] !== undefined) {
    throw notSupported("minimum_should_match in match");
  }
  return any(field, (value) => {
    const present = new Set(wordsOf(String(value)));
    return operator === "and"
      ? words.every((word) => present.has(word))
      : words.some((word) => present.has(word));
  });
}
