import { isJsonObject, type Json, type JsonObject } from "../../../../lib/json";
import { EngineError, notSupported } from "../errors";
import type { FieldValue } from "../indices/field-values";
import type { SearchIndex } from "../indices/search-index";
import { checkMembers, count, listOf, onlyMember, text } from "../params";
import type { Aggregate } from "./metric-aggregations";
import { compareValues, FieldReader, grouped } from "./values";

const DEFAULT_SIZE = 10;

interface Bucket extends JsonObject {
  readonly key: FieldValue;
  readonly doc_count: number;
}

/** A bucket for each value of a field. @throws EngineError when the engine would refuse it */
export function compileTerms(
  body: JsonObject,
  indices: readonly SearchIndex[],
  bucket: Aggregate,
): Aggregate {
  checkMembers(body, "terms", ["field", "size", "order", "missing", "shard_size"]);
  const reader = new FieldReader(indices, text(body["field"], "terms.field"));
  const { mapped } = reader;
  if (mapped?.type === "date" || mapped?.type === "boolean") {
    throw notSupported(`terms of ${reader.path}, a ${mapped.type}`);
  }
  const size = count(body["size"], "size", DEFAULT_SIZE);
  const compare = compileOrder(body["order"] ?? { _count: "desc" });
  const { missing } = body;
  const instead = missing === undefined ? [] : [typeof missing === "number" ? missing : String(missing)];
  return (matches) => {
    const groups = grouped(matches, (match) => {
      const own = reader.values(match);
      return own.length > 0 ? own : instead;
    });
    const all = [...groups]
      .map(([key, group]): Bucket => ({ key, doc_count: group.length, ...bucket(group) }))
      .sort(compare);
    const kept = all.slice(0, size);
    const sum = (buckets: readonly Bucket[]): number => buckets.reduce((n, one) => n + one.doc_count, 0);
    return { doc_count_error_upper_bound: 0, sum_other_doc_count: sum(all) - sum(kept), buckets: kept };
  };
}

type Comparison = (a: Bucket, b: Bucket) => number;

/** Orders by key, by count, or by a metric of the buckets, such as `revenue`. Ties are ordered by key. */
function compileOrder(order: Json): Comparison {
  const comparisons = listOf(order).map((one): Comparison => {
    const [name, direction] = onlyMember(one, "order");
    const sign = direction === "desc" ? -1 : 1;
    if (/[.>]/.test(name)) throw notSupported(`order by ${name}`);
    if (name === "_key") return (a, b) => sign * compareValues(a.key, b.key);
    return (a, b) => compareNumbers(numberOf(a, name), numberOf(b, name), sign);
  });
  return (a, b) => {
    for (const compare of comparisons) {
      const result = compare(a, b);
      if (result !== 0) return result;
    }
    return compareValues(a.key, b.key);
  };
}

/** Buckets without a value come last in either direction. */
function compareNumbers(a: number | null, b: number | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return sign * (a - b);
}

function numberOf(bucket: Bucket, name: string): number | null {
  if (name === "_count") return bucket.doc_count;
  const aggregate = bucket[name];
  if (!isJsonObject(aggregate)) {
    throw new EngineError(
      400,
      "aggregation_execution_exception",
      `Invalid aggregation order path [${name}]. The provided aggregation [${name}] either does not exist, or is a pipeline aggregation and cannot be used to sort the buckets.`,
    );
  }
  const { value } = aggregate;
  return typeof value === "number" ? value : null;
}
