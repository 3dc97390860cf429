import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { notSupported } from "./errors";
import { compileDateHistogram, compileHistogram } from "./histogram-aggregations";
import { type Aggregate, compileMetric, isMetric } from "./metric-aggregations";
import { checkMembers, listOf, object, parsingError, text } from "./params";
import { compileQuery } from "./query";
import type { SearchIndex } from "./search-index";
import { compileTerms } from "./terms-aggregation";
import { FieldReader, type Match } from "./values";

/** What an aggregation is compiled for. */
export interface AggregationContext {
  readonly indices: readonly SearchIndex[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Aggregations that an engine has and the double has not; any other name no engine knows. */
const OTHER_AGGREGATIONS = new Set(
  "adjacency_matrix,auto_date_histogram,avg_bucket,bucket_script,bucket_selector,bucket_sort,children,composite,cumulative_sum,date_range,derivative,diversified_sampler,extended_stats,extended_stats_bucket,geo_bounds,geo_centroid,geo_distance,geohash_grid,geotile_grid,global,ip_range,matrix_stats,max_bucket,median_absolute_deviation,min_bucket,moving_avg,moving_fn,multi_terms,nested,parent,percentile_ranks,percentiles,percentiles_bucket,rare_terms,reverse_nested,sampler,scripted_metric,serial_diff,significant_terms,significant_text,stats_bucket,sum_bucket,top_hits,variable_width_histogram,weighted_avg".split(
    ",",
  ),
);

/** Compiles the aggregations of a search, or those below a bucket. @throws EngineError */
export function compileAggregations(aggs: Json | undefined, context: AggregationContext): Aggregate {
  const named = Object.entries(aggs === undefined ? {} : object(aggs, "aggregations")).map(([name, body]) => {
    return [name, compileOne(name, object(body, name), context)] as const;
  });
  return (matches) => Object.fromEntries(named.map(([name, run]) => [name, run(matches)]));
}

function compileOne(name: string, source: JsonObject, context: AggregationContext): Aggregate {
  const { aggs, aggregations, meta, ...kinds } = source;
  if (meta !== undefined) throw notSupported("meta of an aggregation");
  const [first, ...others] = Object.entries(kinds);
  if (first === undefined) throw parsingError(`Missing definition for aggregation [${name}]`);
  if (others.length > 0) {
    throw parsingError(
      `Found two aggregation type definitions in [${name}]: [${first[0]}] and [${others[0]?.[0]}]`,
    );
  }
  const [kind, given] = first;
  const inner = compileAggregations(aggs ?? aggregations, context);
  if (isMetric(kind)) {
    if (aggs !== undefined || aggregations !== undefined) {
      throw parsingError(`Aggregator [${name}] of type [${kind}] cannot accept sub-aggregations`);
    }
    return compileMetric(kind, object(given, kind), context.indices);
  }
  const bucket = (matches: readonly Match[]): JsonObject => ({
    doc_count: matches.length,
    ...inner(matches),
  });
  switch (kind) {
    case "terms":
      return compileTerms(object(given, kind), context.indices, bucket);
    case "date_histogram":
      return compileDateHistogram(object(given, kind), context.indices, bucket);
    case "histogram":
      return compileHistogram(object(given, kind), context.indices, bucket);
    case "filter": {
      const fits = matcher(given, context);
      return (matches) => bucket(matches.filter(fits));
    }
    case "filters":
      return filters(object(given, kind), context, bucket);
    case "missing": {
      const reader = new FieldReader(context.indices, text(object(given, kind)["field"], "missing.field"));
      return (matches) => bucket(matches.filter((match) => reader.values(match).length === 0));
    }
    case "range":
      return ranges(object(given, kind), context, bucket);
    default:
      if (OTHER_AGGREGATIONS.has(kind)) throw notSupported(`aggregation ${kind}`);
      throw parsingError(`Unknown aggregation type [${kind}]`);
  }
}

/** A query over several indices as a test of a match. */
function matcher(query: Json, { indices, now }: AggregationContext): (match: Match) => boolean {
  const predicates = new Map(indices.map((index) => [index, compileQuery(query, index, now)]));
  return ({ index, doc }) => predicates.get(index)?.(doc) ?? false;
}

function filters(body: JsonObject, context: AggregationContext, bucket: Aggregate): Aggregate {
  checkMembers(body, "filters", ["filters"], ["other_bucket", "other_bucket_key"]);
  const given = body["filters"];
  if (Array.isArray(given)) {
    const fits = given.map((query) => matcher(query, context));
    return (matches) => ({ buckets: fits.map((fit) => bucket(matches.filter(fit))) });
  }
  const named = Object.entries(object(given, "filters.filters"))
    .map(([name, query]) => [name, matcher(query, context)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return (matches) => ({
    buckets: Object.fromEntries(named.map(([name, fit]) => [name, bucket(matches.filter(fit))])),
  });
}

function ranges(body: JsonObject, { indices }: AggregationContext, bucket: Aggregate): Aggregate {
  checkMembers(body, "range", ["field", "ranges"], ["keyed", "script", "missing", "format"]);
  const reader = new FieldReader(indices, text(body["field"], "range.field"));
  reader.checkNumeric("range");
  const wanted = listOf(body["ranges"])
    .map((range) => {
      if (!isJsonObject(range)) throw parsingError("[range] wants objects in [ranges]");
      const from = range["from"] === undefined ? Number.NEGATIVE_INFINITY : Number(range["from"]);
      const to = range["to"] === undefined ? Number.POSITIVE_INFINITY : Number(range["to"]);
      return {
        from,
        to,
        key: range["key"] === undefined ? `${shown(from)}-${shown(to)}` : String(range["key"]),
      };
    })
    .sort((a, b) => a.from - b.from || a.to - b.to);
  return (matches) => ({
    buckets: wanted.map(({ from, to, key }) => ({
      key,
      ...(Number.isFinite(from) && { from }),
      ...(Number.isFinite(to) && { to }),
      ...bucket(
        matches.filter((match) =>
          reader.values(match).some((value) => Number(value) >= from && Number(value) < to),
        ),
      ),
    })),
  });
}

/** A bound as the engine writes it into a key: `*` where there is none, and always with a decimal. */
function shown(bound: number): string {
  if (!Number.isFinite(bound)) return "*";
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}
