import type { Json, JsonObject } from "../../../../lib/json";
import { notSupported } from "../errors";
import type { SearchIndex } from "../indices/search-index";
import { checkMembers, object, onlyMember, parsingError } from "../params";
import { compileDateHistogram } from "./date-histogram";
import { type Aggregate, compileCardinality, compileMetric, isMetric } from "./metric-aggregations";
import { compileQuery } from "./query";
import { compileTerms } from "./terms-aggregation";
import type { Match } from "./values";

/** Context that an aggregation is compiled in. */
interface AggregationContext {
  readonly indices: readonly SearchIndex[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Compiles the aggregations of a search or of a bucket. @throws EngineError */
export function compileAggregations(aggs: Json | undefined, context: AggregationContext): Aggregate {
  const named = Object.entries(aggs === undefined ? {} : object(aggs, "aggregations")).map(([name, body]) => {
    return [name, compileOne(name, object(body, name), context)] as const;
  });
  return (matches) => Object.fromEntries(named.map(([name, run]) => [name, run(matches)]));
}

function compileOne(name: string, source: JsonObject, context: AggregationContext): Aggregate {
  const { aggs, aggregations = aggs, ...kinds } = source;
  const [kind, given] = onlyMember(kinds, name);
  const body = object(given, kind);
  if (isMetric(kind) || kind === "cardinality") {
    if (aggregations !== undefined) {
      throw parsingError(`Aggregator [${name}] of type [${kind}] cannot accept sub-aggregations`);
    }
    return isMetric(kind)
      ? compileMetric(kind, body, context.indices)
      : compileCardinality(body, context.indices);
  }
  const inner = compileAggregations(aggregations, context);
  const bucket: Aggregate = (matches) => ({ doc_count: matches.length, ...inner(matches) });
  switch (kind) {
    case "terms":
      return compileTerms(body, context.indices, bucket);
    case "date_histogram":
      return compileDateHistogram(body, context.indices, bucket);
    case "filter": {
      const fits = matcher(body, context);
      // The engine returns the metadata of a single bucket even when it is empty.
      return (matches) => ({ meta: {}, ...bucket(matches.filter(fits)) });
    }
    case "filters":
      return filters(body, context, bucket);
    default:
      throw notSupported(`aggregation ${kind}`);
  }
}

/** A query over several indices as a predicate. */
function matcher(query: Json, { indices, now }: AggregationContext): (match: Match) => boolean {
  const predicates = new Map(indices.map((index) => [index, compileQuery(query, index, now)]));
  return ({ index, doc }) => predicates.get(index)?.(doc) ?? false;
}

function filters(body: JsonObject, context: AggregationContext, bucket: Aggregate): Aggregate {
  checkMembers(body, "filters", ["filters"]);
  const named = Object.entries(object(body["filters"], "filters.filters"))
    .map(([name, query]) => [name, matcher(query, context)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return (matches) => ({
    buckets: Object.fromEntries(named.map(([name, fit]) => [name, bucket(matches.filter(fit))])),
  });
}
