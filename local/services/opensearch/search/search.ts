import { topLevelMembers } from "../../../../contract/json-members";
import type { Json, JsonObject } from "../../../../lib/json";
import { isJsonObject } from "../../../../lib/json";
import { badRequest, EngineError, notSupported, shardFailure } from "../errors";
import type { FieldValue } from "../indices/field-values";
import { asFiltered, exactNumber, rawJson } from "../indices/raw-json";
import type { Doc, SearchIndex, SortedDocs } from "../indices/search-index";
import { numberSetting } from "../indices/settings";
import { compareTexts } from "../indices/text-order";
import { checkMembers, count, listOf } from "../params";
import { compileAggregations } from "./aggregations";
import { compileQuery } from "./query";
import { Sort, type SortValues } from "./sort";
import { keywordOf, type Match } from "./values";

const DEFAULT_SIZE = 10;
const MAX_WINDOW = 10_000;
const DEFAULT_TRACKED = 10_000;

const KNOWN = [
  "query",
  "size",
  "from",
  "sort",
  "search_after",
  "_source",
  "aggs",
  "aggregations",
  "track_total_hits",
  "post_filter",
];

/** A hit. Its document is the text that the client sent, unless members are left out. */
interface Hit {
  readonly match: Match;
  readonly sort?: SortValues;
}

/**
 * Runs a search over indices and returns the response as JSON text: it contains the documents as they were sent.
 * @throws EngineError when the engine would refuse it, or the double lacks a part of it
 */
export function search(body: JsonObject, indices: readonly SearchIndex[], now: number): string {
  const began = performance.now();
  checkMembers(body, "a search", KNOWN);
  try {
    const sorted = sortedPage(body, indices, now);
    if (sorted) return answerOf(body, indices, sorted.hits, sorted.found, "", began);
    const matches = find(body["query"], indices, now);
    // Without an index no shard evaluates the aggregations, so the response has none.
    const aggs = indices.length === 0 ? undefined : (body["aggs"] ?? body["aggregations"]);
    const aggregate = compileAggregations(aggs, { indices, now });
    // Aggregations are over all that the query finds; hits and their total are without what this filters out.
    const kept = filtered(matches, body["post_filter"], indices, now);
    const hits = page(body, kept, indices);
    const hasAggregations = aggs !== undefined;
    const aggregations = hasAggregations ? `,"aggregations":${rawJson(aggregate(matches))}` : "";
    return answerOf(body, indices, hits, kept.length, aggregations, began);
  } catch (error) {
    const [first] = indices;
    const inShard = error instanceof EngineError && error.status === 400 && !PARSE_ERRORS.has(error.type);
    throw inShard && first ? shardFailure(first.name, error) : error;
  }
}

/** @param found number of matches */
function answerOf(
  body: JsonObject,
  indices: readonly SearchIndex[],
  hits: readonly Hit[],
  found: number,
  aggregations: string,
  began: number,
): string {
  const shards = JSON.stringify(shardsOf(indices));
  const total = totalOf(body["track_total_hits"], found);
  const scored = hits.length > 0 && hits.every(({ sort }) => sort === undefined);
  const maxScore = indices.length === 0 ? "0.0" : scored ? "1.0" : "null";
  const texts = hits.map((hit) => hitText(hit, body["_source"])).join(",");
  const took = Math.round(performance.now() - began);
  return `{"took":${took},"timed_out":false,"_shards":${shards},"hits":{${total}"max_score":${maxScore},"hits":[${texts}]}${aggregations}}`;
}

/** Errors that the engine finds before it queries its shards. */
const PARSE_ERRORS = new Set(["parsing_exception"]);

/** Number of documents that match a query. @throws EngineError */
export function countMatches(body: JsonObject, indices: readonly SearchIndex[], now: number): JsonObject {
  checkMembers(body, "a count", ["query"]);
  return { count: find(body["query"], indices, now).length, _shards: shardsOf(indices) };
}

function find(query: Json | undefined, indices: readonly SearchIndex[], now: number): Match[] {
  const matches: Match[] = [];
  for (const index of indices) {
    const fits = compileQuery(query, index, now);
    for (const doc of candidates(query, index)) if (fits(doc)) matches.push({ index, doc });
  }
  return matches;
}

/** The documents that can match: those with the ids if the query names ids, so that it costs nothing for the others. */
function candidates(query: Json | undefined, index: SearchIndex): Iterable<Doc> {
  const ids = isJsonObject(query) ? query["ids"] : undefined;
  const values = isJsonObject(ids) ? ids["values"] : undefined;
  return values === undefined ? index.documents() : index.withIds(listOf(values).map(String));
}

/**
 * A page of a search that is ordered by one keyword alone, as a reader of all documents asks for one after the other. The
 * documents are sorted once for all pages, and a page looks only at its own.
 * @returns undefined for any other search
 */
function sortedPage(
  body: JsonObject,
  indices: readonly SearchIndex[],
  now: number,
): { readonly hits: Hit[]; readonly found: number } | undefined {
  const { query, sort: order, search_after: after, track_total_hits: track = DEFAULT_TRACKED } = body;
  const others = ["aggs", "aggregations", "post_filter", "from"].some((name) => body[name] !== undefined);
  const path = others || track !== DEFAULT_TRACKED ? undefined : Sort.ascendingKeyword(order, indices);
  const size = count(body["size"], "size", DEFAULT_SIZE);
  if (path === undefined || size === 0 || size > MAX_WINDOW) return undefined;
  const sort = Sort.compile(order, indices);
  const start = after === undefined ? undefined : sort?.after(listOf(after));
  const hits: Hit[] = [];
  let found = 0;
  for (const index of indices) {
    const fits = compileQuery(query, index, now);
    const docs = index.sortedBy(path);
    if (docs === undefined) return undefined;
    // Beyond this number the answer says only that there are more.
    if (isAll(query)) found += docs.length;
    else for (let at = 0; at < docs.length && found <= DEFAULT_TRACKED; at++) if (fits(docs.at(at))) found++;
    let taken = 0;
    for (let at = firstAfter(docs, start?.[0]); at < docs.length && taken < size; at++) {
      const doc = docs.at(at);
      if (!fits(doc)) continue;
      hits.push({ match: { index, doc }, sort: [keywordOf(doc, path)] });
      taken++;
    }
  }
  if (indices.length > 1) hits.sort((a, b) => sort?.compare(a.sort ?? [], b.sort ?? []) ?? 0);
  return { hits: hits.slice(0, size), found };
}

function isAll(query: Json | undefined): boolean {
  return query === undefined || (isJsonObject(query) && query["match_all"] !== undefined);
}

/** Position of the first document behind a value. */
function firstAfter(docs: SortedDocs, value: FieldValue | null | undefined): number {
  if (value === undefined || value === null) return 0;
  let low = 0;
  let high = docs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareTexts(keywordOf(docs.at(middle), docs.path), String(value)) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function filtered(
  matches: readonly Match[],
  query: Json | undefined,
  indices: readonly SearchIndex[],
  now: number,
): readonly Match[] {
  if (query === undefined) return matches;
  const fits = new Map(indices.map((index) => [index, compileQuery(query, index, now)]));
  return matches.filter(({ index, doc }) => fits.get(index)?.(doc));
}

function page(body: JsonObject, matches: readonly Match[], indices: readonly SearchIndex[]): Hit[] {
  const size = count(body["size"], "size", DEFAULT_SIZE);
  const from = count(body["from"], "from", 0);
  if (from + size > MAX_WINDOW) {
    throw badRequest(
      `Result window is too large, from + size must be less than or equal to: [${MAX_WINDOW}] but was [${from + size}]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.`,
    );
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

function totalOf(track: Json = DEFAULT_TRACKED, found: number): string {
  if (track === false) return "";
  if (track !== true && track !== DEFAULT_TRACKED) throw notSupported(`track_total_hits ${String(track)}`);
  const isCut = track !== true && found > DEFAULT_TRACKED;
  const total = isCut ? { value: DEFAULT_TRACKED, relation: "gte" } : { value: found, relation: "eq" };
  return `"total":${JSON.stringify(total)},`;
}

/** A document or some of its members; undefined when the search excludes the source. */
function sourceOf(doc: Doc, wanted: Json = true): string | undefined {
  if (typeof wanted === "boolean") return wanted ? doc.source : undefined;
  if (isJsonObject(wanted)) throw notSupported("includes and excludes of _source");
  const names = listOf(wanted).map(String);
  const path = names.find((name) => /[*.]/.test(name));
  if (path !== undefined) throw notSupported(`_source ${path}; supported: names of members`);
  const members = topLevelMembers(doc.source).filter(({ key }) => names.includes(key));
  return asFiltered(
    `{${members.map(({ key, rawValue }) => `${JSON.stringify(key)}:${rawValue}`).join(",")}}`,
  );
}

function hitText({ match: { index, doc }, sort }: Hit, wanted: Json | undefined): string {
  const head = JSON.stringify({ _index: index.name, _id: doc.id, _score: sort ? null : 1 }).slice(0, -1);
  const source = sourceOf(doc, wanted);
  const order = sort
    ? `,"sort":${rawJson(sort.map((value) => (typeof value === "bigint" ? exactNumber(value) : value)))}`
    : "";
  return `${head}${source === undefined ? "" : `,"_source":${source}`}${order}}`;
}

/** The `_shards` part of a response. */
function shardsOf(indices: readonly SearchIndex[]): JsonObject {
  const total = indices.reduce(
    (sum, { definition }) => sum + numberSetting(definition.settings, "index.number_of_shards", 1),
    0,
  );
  return { total, successful: total, skipped: 0, failed: 0 };
}
