import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { EngineError } from "./errors";
import type { FieldValue } from "./field-values";
import { listOf, onlyMember } from "./params";
import { compareValues } from "./values";

/** A bucket with the value that it stands for. */
export interface Bucket {
  readonly key: FieldValue;
  readonly content: JsonObject;
}

type Comparison = (a: Bucket, b: Bucket) => number;

/**
 * How buckets are ordered: by key, by count, or by what a metric below them says (`revenue`, `stats.avg`). Equal
 * ones are ordered by key.
 */
export function compileOrder(order: Json | undefined, otherwise: Json): Comparison {
  const comparisons = listOf(order ?? otherwise).map((one): Comparison => {
    const [path, direction] = onlyMember(one, "order");
    const sign = direction === "desc" ? -1 : 1;
    if (path === "_key" || path === "_term") return (a, b) => sign * compareValues(a.key, b.key);
    return (a, b) => compareNumbers(numberAt(a.content, path), numberAt(b.content, path), sign);
  });
  return (a, b) => {
    for (const compare of comparisons) {
      const result = compare(a, b);
      if (result !== 0) return result;
    }
    return compareValues(a.key, b.key);
  };
}

/** Buckets without a value come last, whatever the direction. */
function compareNumbers(a: number | null, b: number | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return sign * (a - b);
}

function numberAt(content: JsonObject, path: string): number | null {
  if (path === "_count") return Number(content["doc_count"]);
  const [name = "", metric = "value"] = path.split(/[.>]/);
  const aggregate = content[name];
  if (!isJsonObject(aggregate)) {
    throw new EngineError(
      400,
      "aggregation_execution_exception",
      `Invalid aggregation order path [${path}]. The provided aggregation [${name}] either does not exist, or is a pipeline aggregation and cannot be used to sort the buckets.`,
    );
  }
  const value = metric === "_count" ? aggregate["doc_count"] : aggregate[metric];
  return typeof value === "number" ? value : null;
}
