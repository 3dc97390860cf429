import { isJsonObject, type Json } from "../../../lib/json";
import { parseDate } from "./dates";
import { badRequest, EngineError, notSupported } from "./errors";
import type { FieldValue } from "./field-values";
import { checkMembers, listOf, onlyMember } from "./params";
import type { SearchIndex } from "./search-index";
import { compareValues, FieldReader, type Match } from "./values";

/** What a match is sorted by: a value of each sort key, null where it has none. */
export type SortValues = readonly (FieldValue | null)[];

interface SortKey {
  readonly value: (match: Match) => FieldValue | null;
  readonly compare: (a: FieldValue | null, b: FieldValue | null) => number;
  /** A value that a request names, in the form that is compared. */
  readonly parse: (given: Json) => FieldValue | null;
}

/** The order of a search's hits. */
export class Sort {
  private constructor(private readonly keys: readonly SortKey[]) {}

  /** Undefined where the request asks for no order. @throws EngineError */
  public static compile(sort: Json | undefined, indices: readonly SearchIndex[]): Sort | undefined {
    const keys = listOf(sort).map((one) => compileKey(one, indices));
    return keys.length === 0 ? undefined : new Sort(keys);
  }

  public valuesOf(match: Match): SortValues {
    return this.keys.map(({ value }) => value(match));
  }

  public compare(a: SortValues, b: SortValues): number {
    for (const [at, { compare }] of this.keys.entries()) {
      const result = compare(a[at] ?? null, b[at] ?? null);
      if (result !== 0) return result;
    }
    return 0;
  }

  /** The place that `search_after` names. @throws EngineError when it has not a value for each key */
  public after(given: readonly Json[]): SortValues {
    if (given.length !== this.keys.length) {
      throw badRequest(`search_after has ${given.length} value(s) but sort has ${this.keys.length}.`);
    }
    return this.keys.map(({ parse }, at) => parse(given[at] ?? null));
  }
}

function compileKey(one: Json, indices: readonly SearchIndex[]): SortKey {
  const [path, options] = typeof one === "string" ? [one, {}] : onlyMember(one, "sort");
  const given = isJsonObject(options) ? options : { order: options };
  checkMembers(
    given,
    "sort",
    ["order", "missing", "unmapped_type", "format"],
    ["mode", "nested", "numeric_type"],
  );
  const { order = "asc", missing = "_last", unmapped_type: unmapped } = given;
  if (order !== "asc" && order !== "desc") throw badRequest(`Unknown SortOrder [${String(order)}]`);
  if (missing !== "_last" && missing !== "_first")
    throw notSupported("missing values in sort but _last and _first");
  if (given["format"] !== undefined) throw notSupported("format in sort");
  const sign = order === "desc" ? -1 : 1;
  const ifNull = missing === "_last" ? 1 : -1;
  const compare = (a: FieldValue | null, b: FieldValue | null): number => {
    if (a === null || b === null) return a === b ? 0 : a === null ? ifNull : -ifNull;
    return sign * compareValues(a, b);
  };
  if (["_doc", "_shard_doc", "_score"].includes(path)) throw notSupported(`sort by ${path}`);
  if (path === "_id") return { value: ({ doc }) => doc.id, compare, parse: scalar };
  const reader = new FieldReader(indices, path);
  for (const index of indices) {
    if (unmapped === undefined && index.mapping.field(path) === undefined) throw unmappedField(path, index);
  }
  const { mapped } = reader;
  const smallest = order === "asc";
  return {
    value: (match) => {
      const values = reader.values(match);
      const [first = null, ...others] = values;
      // Of several values the engine takes the one that comes first in the order.
      return others.reduce<FieldValue | null>((best, value) => {
        if (best === null) return value;
        return compareValues(value, best) < 0 === smallest ? value : best;
      }, first);
    },
    compare,
    parse: (value) => {
      if (mapped?.kind === "date" && typeof value === "string") {
        const date = parseDate(value, mapped.format);
        if (date) return date.first;
        const reason = `failed to parse date field [${value}] with format [${mapped.format}]`;
        throw new EngineError(400, "parse_exception", `${reason}: [${reason}]`);
      }
      return scalar(value);
    },
  };
}

function scalar(value: Json): FieldValue | null {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  throw badRequest(`Can't handle search_after value ${JSON.stringify(value)}`);
}

function unmappedField(path: string, index: SearchIndex): EngineError {
  return new EngineError(400, "query_shard_exception", `No mapping found for [${path}] in order to sort on`, {
    index: index.name,
    index_uuid: index.definition.uuid,
  });
}
