import { isJsonObject, type Json } from "../../../../lib/json";
import { badRequest, EngineError, notSupported } from "../errors";
import { type FieldValue, plainLong } from "../indices/field-values";
import type { SearchIndex } from "../indices/search-index";
import { checkMembers, listOf, onlyMember } from "../params";
import { compareValues, FieldReader, type Match } from "./values";

/** Sort values of a match: one for each sort key, null when it has none. */
export type SortValues = readonly (FieldValue | null)[];

interface SortKey {
  readonly value: (match: Match) => FieldValue | null;
  readonly compare: (a: FieldValue | null, b: FieldValue | null) => number;
  /** Parses a value of a request into its comparable form. */
  readonly parse: (given: Json) => FieldValue;
}

/** The order of a search's hits. */
export class Sort {
  private constructor(private readonly keys: readonly SortKey[]) {}

  /** Undefined when the request gives no order. @throws EngineError */
  public static compile(sort: Json | undefined, indices: readonly SearchIndex[]): Sort | undefined {
    const keys = listOf(sort).map((one) => compileKey(one, indices));
    return keys.length === 0 ? undefined : new Sort(keys);
  }

  /** The path of a keyword that alone orders the hits, ascending, and that every document has exactly once. */
  public static ascendingKeyword(
    sort: Json | undefined,
    indices: readonly SearchIndex[],
  ): string | undefined {
    const [one, ...others] = listOf(sort);
    if (one === undefined || others.length > 0) return undefined;
    const [path, options]: readonly [string, Json] =
      typeof one === "string" ? [one, {}] : onlyMember(one, "sort");
    const order = isJsonObject(options) ? (options["order"] ?? "asc") : options;
    const isKeyword = indices.every((index) => index.mapping.field(path)?.type === "keyword");
    return order === "asc" && isKeyword && indices.every((index) => index.sortedBy(path)) ? path : undefined;
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

  /** The position that `search_after` names. @throws EngineError when it does not have one value for each key */
  public after(given: readonly Json[]): SortValues {
    if (given.length !== this.keys.length) {
      throw badRequest(`search_after has ${given.length} value(s) but sort has ${this.keys.length}.`);
    }
    return this.keys.map(({ parse }, at) => parse(given[at] ?? null));
  }
}

function compileKey(one: Json, indices: readonly SearchIndex[]): SortKey {
  const [path, options] = typeof one === "string" ? [one, {}] : onlyMember(one, "sort");
  if (path.startsWith("_")) throw notSupported(`sort by ${path}`);
  const given = isJsonObject(options) ? options : { order: options };
  checkMembers(given, "sort", ["order", "unmapped_type"]);
  const { order = "asc", unmapped_type: unmapped } = given;
  if (order !== "asc" && order !== "desc") throw badRequest(`Unknown SortOrder [${String(order)}]`);
  const sign = order === "desc" ? -1 : 1;
  const reader = new FieldReader(indices, path);
  for (const index of indices) {
    if (unmapped === undefined && index.mapping.field(path) === undefined) throw unmappedField(path, index);
  }
  return {
    value: (match) => {
      // Among several values the engine uses the one that comes first in the order.
      const [first = null] = [...reader.values(match)].sort((a, b) => sign * compareValues(a, b));
      return first;
    },
    compare: (a, b) => {
      if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
      return sign * compareValues(a, b);
    },
    parse: (value) => {
      const isText = reader.mapped?.type === "keyword";
      if (isText && typeof value === "string") return value;
      if (!isText && typeof value === "number") return value;
      if (reader.mapped?.type === "long" && typeof value === "string" && /^-?\d+$/.test(value)) {
        return plainLong(BigInt(value));
      }
      throw notSupported(
        `search_after ${JSON.stringify(value)} of ${path}; supported: a value of a hit's sort`,
      );
    },
  };
}

function unmappedField(path: string, index: SearchIndex): EngineError {
  return new EngineError(400, "query_shard_exception", `No mapping found for [${path}] in order to sort on`, {
    index: index.name,
    index_uuid: index.definition.uuid,
  });
}
