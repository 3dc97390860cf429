import type { JsonObject } from "../../../lib/json";
import { type Bucket, compileOrder } from "./bucket-order";
import type { FieldValue } from "./field-values";
import type { Aggregate } from "./metric-aggregations";
import { checkMembers, count, text } from "./params";
import type { SearchIndex } from "./search-index";
import { dateText, FieldReader, type Match } from "./values";

const DEFAULT_SIZE = 10;

/** A bucket for each value of a field. @throws EngineError when the engine would refuse it */
export function compileTerms(
  body: JsonObject,
  indices: readonly SearchIndex[],
  bucket: Aggregate,
): Aggregate {
  checkMembers(
    body,
    "terms",
    ["field", "size", "order", "min_doc_count", "missing", "shard_size"],
    [
      "script",
      "include",
      "exclude",
      "format",
      "execution_hint",
      "collect_mode",
      "show_term_doc_count_error",
      "value_type",
    ],
  );
  const reader = new FieldReader(indices, text(body["field"], "terms.field"));
  const size = count(body["size"], "size", DEFAULT_SIZE);
  const least = count(body["min_doc_count"], "min_doc_count", 1);
  const compare = compileOrder(body["order"], { _count: "desc" });
  const { missing } = body;
  const instead = missing === undefined ? [] : [typeof missing === "number" ? missing : String(missing)];
  return (matches) => {
    const groups = new Map<FieldValue, Match[]>();
    for (const match of matches) {
      const own = reader.values(match);
      for (const value of new Set(own.length > 0 ? own : instead)) {
        const group = groups.get(value);
        if (group) group.push(match);
        else groups.set(value, [match]);
      }
    }
    const all = [...groups]
      .filter(([, group]) => group.length >= least)
      .map(([key, group]): Bucket => ({ key, content: bucket(group) }))
      .sort(compare);
    const kept = all.slice(0, size);
    const docCount = (buckets: readonly Bucket[]): number =>
      buckets.reduce((sum, { content }) => sum + Number(content["doc_count"]), 0);
    return {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: docCount(all) - docCount(kept),
      buckets: kept.map(({ key, content }) => ({ ...keyOf(key, reader), ...content })),
    };
  };
}

function keyOf(key: FieldValue, { mapped }: FieldReader): JsonObject {
  if (mapped?.kind === "date") return { key, key_as_string: dateText(Number(key), mapped) };
  if (mapped?.kind === "boolean") return { key, key_as_string: key === 1 ? "true" : "false" };
  return { key };
}
