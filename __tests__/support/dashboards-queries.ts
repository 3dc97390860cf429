import type { SavedObject } from "../../dashboards/saved-objects";
import { indexPattern } from "../../lambdas/shared/search";
import type { Search } from "../../lambdas/shared/search-client";

/**
 * The requests that OpenSearch Dashboards makes for a saved object. Derived from its sources (plugin `data`:
 * `common/search/aggs`, `common/opensearch_query`), not from this project's, so that it tests the saved objects themselves.
 */

interface Aggregation {
  readonly id: string;
  readonly type: "count" | "sum" | "cardinality" | "date_histogram" | "terms" | "filters";
  readonly schema: "metric" | "segment" | "bucket";
  readonly params: Readonly<Record<string, unknown>>;
}

interface PatternField {
  readonly name: string;
  readonly type: string;
  readonly scripted: boolean;
  readonly aggregatable: boolean;
  readonly script?: string;
  readonly lang?: string;
}

/** A displayed row: the group, then the metrics in order. */
export type ShownRow = readonly (string | number)[];

function attribute(object: SavedObject, name: string): string {
  const value = object.attributes[name];
  if (typeof value !== "string") throw new Error(`${object.type} ${object.id} has no text ${name}`);
  return value;
}

interface Filter {
  readonly query: unknown;
  readonly meta: { readonly negate: boolean };
}

function searchSourceOf({ attributes }: SavedObject): { filter: Filter[] } {
  const { kibanaSavedObjectMeta: meta } = attributes as {
    kibanaSavedObjectMeta: { searchSourceJSON: string };
  };
  return JSON.parse(meta.searchSourceJSON);
}

export function patternFields(pattern: SavedObject): ReadonlyMap<string, PatternField> {
  const fields: readonly PatternField[] = JSON.parse(attribute(pattern, "fields"));
  return new Map(fields.map((field) => [field.name, field]));
}

export function aggregationsOf(visualization: SavedObject): readonly Aggregation[] {
  return JSON.parse(attribute(visualization, "visState")).aggs;
}

/** The field in a request: its name, or the script of a scripted field. */
function written(pattern: SavedObject, name: unknown): object {
  const field = patternFields(pattern).get(String(name));
  if (!field) throw new Error(`the index pattern has no field ${String(name)}`);
  if (!field.aggregatable) throw new Error(`Dashboards offers no aggregation over ${field.name}`);
  return field.scripted ? { script: { source: field.script, lang: field.lang } } : { field: field.name };
}

function bucketDsl(
  { type, params }: Aggregation,
  pattern: SavedObject,
  metrics: readonly Aggregation[],
): object {
  const json = typeof params["json"] === "string" ? JSON.parse(params["json"]) : {};
  if (type === "date_histogram") {
    // Of `auto`, the interval is the time range's; here it is what the panel's own query has.
    const unit = params["interval"] === "auto" ? "d" : String(params["interval"]);
    const interval = { calendar_interval: `1${unit}`, time_zone: "Etc/UTC" };
    const { min_doc_count } = params;
    return { date_histogram: { ...written(pattern, params["field"]), ...interval, min_doc_count, ...json } };
  }
  if (type === "terms") {
    const by = metrics.find(({ id }) => id === params["orderBy"]);
    if (!by) throw new Error(`the order is by ${String(params["orderBy"])}, which is no metric`);
    const order = { [by.type === "count" ? "_count" : by.id]: params["order"] };
    return { terms: { ...written(pattern, params["field"]), size: params["size"], order, ...json } };
  }
  const filters = params["filters"] as readonly { input: { query: object }; label: string }[];
  const queries = filters.map(({ input, label }) => [label, { bool: { filter: [input.query] } }]);
  return { filters: { filters: Object.fromEntries(queries) } };
}

/** The rows that a visualization shows for all documents in the indices. */
export async function shownRows(
  search: Search,
  indexName: string,
  visualization: SavedObject,
  pattern: SavedObject,
): Promise<ShownRow[]> {
  const aggregations = aggregationsOf(visualization);
  const metrics = aggregations.filter(({ schema }) => schema === "metric");
  const [segment, ...others] = aggregations.filter(({ schema }) => schema !== "metric");
  if (others.length > 0) throw new Error(`${visualization.id} has not one segment`);
  const aggs = Object.fromEntries(
    metrics
      .filter(({ type }) => type !== "count")
      .map(({ id, type, params }) => {
        const json = typeof params["json"] === "string" ? JSON.parse(params["json"]) : {};
        return [id, { [type]: { ...written(pattern, params["field"]), ...json } }];
      }),
  );
  const { filter } = searchSourceOf(visualization);
  const numbers = (values: Readonly<Record<string, unknown>>, count: unknown): number[] =>
    metrics.map(({ id, type }) =>
      type === "count" ? Number(count) : roundedToTheCent((values[id] as { value: number }).value),
    );
  if (segment === undefined) {
    const body = { size: 0, track_total_hits: true, aggs };
    const { aggregations: values, hits } = await ask(search, indexName, pattern, filter, body);
    return [numbers(values, hits.total.value)];
  }
  const group = { ...bucketDsl(segment, pattern, metrics), aggs };
  const answer = await ask(search, indexName, pattern, filter, { size: 0, aggs: { [segment.id]: group } });
  const { buckets } = answer.aggregations[segment.id] as { buckets: object[] | Record<string, object> };
  const keyed = Array.isArray(buckets)
    ? buckets.map((one) => [undefined, one] as const)
    : Object.entries(buckets);
  return keyed.map(([label, bucket]) => {
    const { key, doc_count: count, ...values } = bucket as Record<string, unknown>;
    const isDate = segment.type === "date_histogram";
    const shown = isDate ? new Date(Number(key)).toISOString().slice(0, 10) : (label ?? String(key));
    return [shown, ...numbers(values, count)];
  });
}

/** The cells of the first lines of a saved search, time first. */
export async function shownLines(
  search: Search,
  indexName: string,
  saved: SavedObject,
  pattern: SavedObject,
  size: number,
): Promise<ShownRow[]> {
  const { columns, sort } = saved.attributes as { columns: string[]; sort: [string, string][] };
  const answer = await ask(search, indexName, pattern, searchSourceOf(saved).filter, {
    size,
    sort: sort.map(([field, order]) => ({ [field]: { order, unmapped_type: "boolean" } })),
  });
  const shown = [attribute(pattern, "timeFieldName"), ...columns];
  return answer.hits.hits.map(({ _source }) => shown.map((name) => _source[name] ?? ""));
}

interface Answer {
  readonly aggregations: Readonly<Record<string, unknown>>;
  readonly hits: {
    readonly total: { readonly value: number };
    readonly hits: readonly { readonly _source: Readonly<Record<string, string | number>> }[];
  };
}

async function ask(
  search: Search,
  indexName: string,
  pattern: SavedObject,
  filters: readonly Filter[],
  body: object,
): Promise<Answer> {
  const time = {
    gte: "2000-01-01T00:00:00.000Z",
    lte: "2100-01-01T00:00:00.000Z",
    format: "strict_date_optional_time",
  };
  const range = { range: { [attribute(pattern, "timeFieldName")]: time } };
  const queries = (negated: boolean) =>
    filters.filter(({ meta }) => meta.negate === negated).map(({ query }) => query);
  const answer = await search({
    method: "POST",
    path: `/${indexPattern(indexName)}/_search`,
    body: {
      ...body,
      query: { bool: { filter: [...queries(false), range], must_not: queries(true) } },
    },
    timeoutMs: 60_000,
  });
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as Answer;
}

function roundedToTheCent(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}
