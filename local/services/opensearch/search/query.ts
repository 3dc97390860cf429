import { isWhole, plainDigits } from "../../../../contract/exact-number";
import { isJsonObject, type Json, type JsonObject } from "../../../../lib/json";
import { parseQueryDate } from "../dates";
import { EngineError, notSupported } from "../errors";
import { type FieldValue, plainLong } from "../indices/field-values";
import type { Field } from "../indices/mapping";
import type { Doc, SearchIndex } from "../indices/search-index";
import { checkMembers, listOf, object, onlyMember, parsingError, text } from "../params";

/** Whether a document matches. */
type Predicate = (doc: Doc) => boolean;

const NEVER: Predicate = () => false;
const ALWAYS: Predicate = () => true;

/**
 * Compiles a query for an index. Documents match or do not match: relevance is not computed.
 * @param now milliseconds since 1970, for date math
 * @throws EngineError when the engine would refuse the query, or the double lacks it
 */
export function compileQuery(query: Json | undefined, index: SearchIndex, now: number): Predicate {
  if (query === undefined) return ALWAYS;
  const [kind, body] = onlyMember(query, "query");
  switch (kind) {
    case "match_all":
      return ALWAYS;
    case "match_none":
      return NEVER;
    case "bool":
      return bool(object(body, kind), (inner) => compileQuery(inner, index, now));
    case "ids": {
      const ids = new Set(listOf(object(body, kind)["values"]).map(String));
      return ({ id }) => ids.has(id);
    }
    case "exists": {
      const field = index.mapping.field(text(object(body, kind)["field"], "exists.field"));
      return field ? any(field, () => true) : NEVER;
    }
    case "term":
    case "terms":
      return terms(kind, object(body, kind), index, now);
    case "range":
      return range(object(body, kind), index, now);
    case "prefix":
      return prefix(object(body, kind), index);
    case "match":
      return match(object(body, kind), index, now);
    default:
      throw notSupported(`query ${kind}`);
  }
}

function bool(body: JsonObject, compile: (query: Json) => Predicate): Predicate {
  checkMembers(body, "bool", ["must", "filter", "should", "must_not", "minimum_should_match"]);
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

function terms(kind: "term" | "terms", body: JsonObject, index: SearchIndex, now: number): Predicate {
  const [path, given] = onlyMember(body, kind);
  if (kind === "terms" && isJsonObject(given)) throw notSupported("terms lookup");
  if (path.startsWith("_")) throw notSupported(`${kind} of ${path}; ids is`);
  const wanted = kind === "terms" ? listOf(given) : [wantedOf(given, "value", kind)];
  const field = index.mapping.field(path);
  if (!field) return NEVER;
  const tests = wanted.map((value) => equals(field, value, index, now));
  return (doc) => tests.some((test) => test(doc));
}

/** The value of a single-field query, in either of its two forms. */
function wantedOf(given: Json, key: string, what: string): Json {
  if (!isJsonObject(given)) return given;
  checkMembers(given, what, [key]);
  const value = given[key];
  if (value === undefined) throw parsingError(`[${what}] needs [${key}]`);
  return value;
}

function equals(field: Field, wanted: Json, index: SearchIndex, now: number): Predicate {
  if (field.type === "text") {
    const word = String(wanted);
    return any(field, (value) => wordsOf(String(value)).includes(word));
  }
  if (field.type === "date") {
    const { first, last } = dateOf(wanted, field.format, index, now);
    return any(field, (value) => Number(value) >= first && Number(value) <= last);
  }
  const exact = field.type === "keyword" ? String(wanted) : keptNumber(field, wanted, index);
  return any(field, (value) => value === exact);
}

/** Whether any value of the field passes the test. */
function any({ slot }: Field, test: (value: FieldValue) => boolean): Predicate {
  return (doc) => {
    const value = doc.value(slot);
    if (value === undefined) return false;
    return Array.isArray(value) ? value.some(test) : test(value);
  };
}

/** A wanted value in the form of the field's values. */
function keptNumber(field: Field, wanted: Json, index: SearchIndex): FieldValue {
  switch (field.type) {
    case "boolean":
      if (wanted === true || wanted === "true") return 1;
      if (wanted === false || wanted === "false" || wanted === "") return 0;
      throw failed(
        index,
        `failed to create query: Can't parse boolean value [${String(wanted)}], expected [true] or [false]`,
      );
    case "scaled_float":
      return Math.round(scaled(field, wanted, index));
    case "long":
      return longOf(wanted, index);
    default:
      return numberOf(wanted, index);
  }
}

/** The number times the factor, rounded once, as the engine does with a BigDecimal. */
function scaled({ scalingFactor }: Field, given: Json, index: SearchIndex): number {
  const value = numberOf(given, index);
  const zeros = /^1(0*)$/.exec(String(scalingFactor))?.[1]?.length;
  if (zeros === undefined) return value * scalingFactor;
  const [digits = "", exponent = "0"] = String(value).split("e");
  return Number(`${digits}e${Number(exponent) + zeros}`);
}

/** A long with all its digits, or a number that no long is equal to. */
function longOf(given: Json, index: SearchIndex): number | bigint {
  const number = numberOf(given, index);
  const digits = plainDigits(String(given).trim());
  return digits !== undefined && isWhole(digits) ? plainLong(BigInt(digits)) : number;
}

function numberOf(given: Json, index: SearchIndex): number {
  const number = typeof given === "string" && given.trim() === "" ? Number.NaN : Number(given);
  if (typeof given === "object" || Number.isNaN(number)) {
    throw failed(index, `failed to create query: For input string: "${String(given)}"`);
  }
  return number;
}

function dateOf(given: Json, format: string, index: SearchIndex, now: number) {
  const found = parseQueryDate(String(given), format, now);
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

type Bound = "gt" | "gte" | "lt" | "lte";

const COMPARE: Readonly<Record<Bound, (value: FieldValue, bound: FieldValue) => boolean>> = {
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
};

function range(body: JsonObject, index: SearchIndex, now: number): Predicate {
  const [path, given] = onlyMember(body, "range");
  const { format, ...bounds } = object(given, "range");
  const field = index.mapping.field(path);
  if (field?.type === "text" || field?.type === "keyword") throw notSupported(`range of ${path}, a text`);
  if (field?.type === "boolean") throw notSupported(`range of ${path}, a boolean`);
  const tests = Object.entries(bounds).map(([key, wanted]) => {
    if (!isBound(key)) throw notSupported(`${key} in range`);
    const bound = field === undefined ? 0 : boundOf(field, key, wanted, format, index, now);
    return (value: FieldValue) => COMPARE[key](value, bound);
  });
  return field ? any(field, (value) => tests.every((test) => test(value))) : NEVER;
}

function boundOf(
  field: Field,
  key: Bound,
  wanted: Json,
  format: Json | undefined,
  index: SearchIndex,
  now: number,
): FieldValue {
  if (field.type === "long") return longOf(wanted, index);
  if (field.type === "scaled_float") return scaled(field, wanted, index);
  if (field.type !== "date") return numberOf(wanted, index);
  const { first, last } = dateOf(wanted, format === undefined ? field.format : String(format), index, now);
  // A bound that names a whole unit includes it (gte, lte) or excludes it (gt, lt).
  return key === "gt" || key === "lte" ? last : first;
}

function isBound(key: string): key is Bound {
  return Object.hasOwn(COMPARE, key);
}

function prefix(body: JsonObject, index: SearchIndex): Predicate {
  const [path, given] = onlyMember(body, "prefix");
  const { case_insensitive: ignoresCase = false, ...wantedOnly } = isJsonObject(given)
    ? given
    : { value: given };
  const wanted = String(wantedOf(wantedOnly, "value", "prefix"));
  const field = index.mapping.field(path);
  if (!field) return NEVER;
  if (field.type !== "keyword") throw notSupported(`prefix of ${path}, which is not a keyword`);
  if (ignoresCase !== true) return any(field, (value) => String(value).startsWith(wanted));
  return any(field, (value) => asciiLower(String(value)).startsWith(asciiLower(wanted)));
}

/** The engine ignores the case of ASCII letters only. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function match(body: JsonObject, index: SearchIndex, now: number): Predicate {
  const [path, given] = onlyMember(body, "match");
  const wanted = wantedOf(given, "query", "match");
  const field = index.mapping.field(path);
  if (!field) return NEVER;
  if (field.type !== "text") return equals(field, wanted, index, now);
  const words = wordsOf(String(wanted));
  return any(field, (value) => {
    const present = new Set(wordsOf(String(value)));
    return words.some((word) => present.has(word));
  });
}

/**
 * Words as the engine's standard analyzer finds them, close enough for product names: letters and digits, an
 * apostrophe or full stop between letters, a comma or full stop between digits; in lower case.
 */
const WORD =
  /[\p{L}\p{N}\p{M}_]+(?:(?:(?<=\p{L})['’.:](?=\p{L})|(?<=\p{N})['’.,;](?=\p{N}))[\p{L}\p{N}\p{M}_]+)*/gu;

function wordsOf(text: string): string[] {
  return (text.match(WORD) ?? []).map((word) => word.toLowerCase());
}
