import type { Json, JsonObject } from "../../../lib/json";
import { isJsonObject } from "../../../lib/json";
import { compileAggregations } from "./aggregations";
import { badRequest, EngineError, notSupported, shardFailure } from "./errors";
import { filterSource, type PathFilter } from "./json-paths";
import { count, listOf, parsingError } from "./params";
import { compileQuery } from "./query";
import type { SearchIndex } from "./search-index";
import { numberSetting } from "./settings";
import { Sort, type SortValues } from "./sort";
import type { Match } from "./values";

const DEFAULT_SIZE = 10;
const DEFAULT_WINDOW = 10_000;
const DEFAULT_TRACKED = 10_000;

const KNOWN = new Set([
  "query",
  "size",
  "from",
  "sort",
  "search_after",
  "_source",
  "aggs",
  "aggregations",
  "track_total_hits",
]);
/** Parts of a search that an engine has and the double has not. */
const OTHERS = new Set(
  "collapse,docvalue_fields,explain,ext,fields,highlight,indices_boost,min_score,pit,post_filter,profile,rescore,script_fields,slice,stats,stored_fields,suggest,terminate_after,timeout,track_scores,version,seq_no_primary_term,derived,search_pipeline".split(
    ",",
  ),
);

/** A hit, with its document as the text that was sent where nothing is left out of it. */
interface Hit {
  readonly match: Match;
  readonly sort?: SortValues;
}

/**
 * Runs a search over indices and gives the answer as JSON text: documents go into it as they were sent.
 * @throws EngineError when the engine would refuse it, or the double does not have something of it
 */
export function search(body: JsonObject, indices: readonly SearchIndex[], now: number): string {
  const began = performance.now();
  checkKeys(body);
  try {
    const matches = find(body["query"], indices, now);
    const aggregate = compileAggregations(body["aggs"] ?? body["aggregations"], { indices, now });
    const hits = page(body, matches, indices);
    const hasAggregations = (body["aggs"] ?? body["aggregations"]) !== undefined;
    const aggregations = hasAggregations ? `,"aggregations":${JSON.stringify(aggregate(matches))}` : "";
    const shards = JSON.stringify(shardsOf(indices));
    const total = totalOf(body["track_total_hits"], matches.length);
    const scored = hits.length > 0 && hits.every(({ sort }) => sort === undefined);
    const maxScore = indices.length === 0 ? "0.0" : scored ? "1.0" : "null";
    const source = sourceFilter(body["_source"]);
    const texts = hits.map((hit) => hitText(hit, source)).join(",");
    const took = Math.round(performance.now() - began);
    return `{"took":${took},"timed_out":false,"_shards":${shards},"hits":{${total}"max_score":${maxScore},"hits":[${texts}]}${aggregations}}`;
  } catch (error) {
    const [first] = indices;
    const inShard = error instanceof EngineError && error.status === 400 && !PARSE_ERRORS.has(error.type);
    throw inShard && first ? shardFailure(first.name, error) : error;
  }
}

/** Errors that the engine finds before it asks its shards. */
const PARSE_ERRORS = new Set(["parsing_exception", "x_content_parse_exception"]);

/** How many documents of the indices fit a query. @throws EngineError */
export function countMatches(body: JsonObject, indices: readonly SearchIndex[], now: number): JsonObject {
  for (const key of Object.keys(body)) {
    if (key !== "query") throw parsingError(`request does not support [${key}]`);
  }
  return { count: find(body["query"], indices, now).length, _shards: shardsOf(indices) };
}

function checkKeys(body: JsonObject): void {
  for (const key of Object.keys(body)) {
    if (OTHERS.has(key)) throw notSupported(`${key} in a search`);
    if (!KNOWN.has(key)) throw parsingError(`Unknown key for a VALUE in [${key}].`);
  }
}

function find(query: Json | undefined, indices: readonly SearchIndex[], now: number): Match[] {
  const matches: Match[] = [];
  for (const index of indices) {
    const fits = compileQuery(query, index, now);
    for (const doc of index.documents()) if (fits(doc)) matches.push({ index, doc });
  }
  return matches;
}

function page(body: JsonObject, matches: readonly Match[], indices: readonly SearchIndex[]): Hit[] {
  const size = count(body["size"], "size", DEFAULT_SIZE);
  const from = count(body["from"], "from", 0);
  for (const { definition } of indices) {
    const window = numberSetting(definition.settings, "index.max_result_window", DEFAULT_WINDOW);
    if (from + size > window) throw windowTooLarge(from + size, window);
  }
  const sort = Sort.compile(body["sort"], indices);
  const { search_after: after } = body;
  if (!sort) {
    if (after !== undefined) throw badRequest("Sort must contain at least one field.");
    return matches.slice(from, from + size).map((match) => ({ match }));
  }
  if (after !== undefined && from > 0) {
    throw badRequest("`from` parameter must be set to 0 when `search_after` is used.");
  }
  const start = after === undefined ? undefined : sort.after(listOf(after));
  if (size === 0) return [];
  return matches
    .map((match) => ({ match, sort: sort.valuesOf(match) }))
    .filter((hit) => start === undefined || sort.compare(hit.sort, start) > 0)
    .sort((a, b) => sort.compare(a.sort, b.sort))
    .slice(from, from + size);
}

function windowTooLarge(asked: number, window: number): EngineError {
  return badRequest(
    `Result window is too large, from + size must be less than or equal to: [${window}] but was [${asked}]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.`,
  );
}

function totalOf(track: Json | undefined, found: number): string {
  if (track === false) return "";
  const limit = track === true ? Number.POSITIVE_INFINITY : count(track, "track_total_hits", DEFAULT_TRACKED);
  const total = found > limit ? { value: limit, relation: "gte" } : { value: found, relation: "eq" };
  return `"total":${JSON.stringify(total)},`;
}

/** Nothing, everything (undefined), or what a filter lets pass. */
function sourceFilter(source: Json | undefined): PathFilter | "none" | undefined {
  if (source === undefined || source === true) return undefined;
  if (source === false) return "none";
  const names = (value: Json | undefined): string[] => listOf(value).map(String);
  return isJsonObject(source)
    ? {
        includes: names(source["includes"] ?? source["include"]),
        excludes: names(source["excludes"] ?? source["exclude"]),
      }
    : { includes: names(source), excludes: [] };
}

function hitText({ match, sort }: Hit, filter: PathFilter | "none" | undefined): string {
  const { index, doc } = match;
  const head = JSON.stringify({ _index: index.name, _id: doc.id, _score: sort ? null : 1 }).slice(0, -1);
  const source =
    filter === "none"
      ? ""
      : `,"_source":${filter === undefined ? doc.source : JSON.stringify(filterSource(JSON.parse(doc.source), filter))}`;
  const order = sort ? `,"sort":${JSON.stringify(sort)}` : "";
  return `${head}${source}${order}}`;
}

/** How many shards took part. */
export function shardsOf(indices: readonly SearchIndex[]): JsonObject {
  const total = indices.reduce(
    (sum, { definition }) => sum + numberSetting(definition.settings, "index.number_of_shards", 1),
    0,
  );
  return { total, successful: total, skipped: 0, failed: 0 };
}
