import type { JsonObject } from "../../../../lib/json";
import { printDate } from "../dates";
import { notSupported } from "../errors";
import type { SearchIndex } from "../indices/search-index";
import { checkMembers, count, parsingError, text } from "../params";
import { compileDistinctScript, compileScript } from "./script";
import { FieldReader, type Match } from "./values";

/** Computes an aggregation's result from the matches. */
export type Aggregate = (matches: readonly Match[]) => JsonObject;

/** The panels' sum, and metrics for a first look at the data. */
const METRICS = {
  sum,
  avg: (numbers) => (numbers.length === 0 ? null : sum(numbers) / numbers.length),
  min: (numbers) => numbers.reduce<number | null>((a, b) => (a === null || b < a ? b : a), null),
  max: (numbers) => numbers.reduce<number | null>((a, b) => (a === null || b > a ? b : a), null),
} as const satisfies Readonly<Record<string, (numbers: readonly number[]) => number | null>>;

export function isMetric(kind: string): kind is keyof typeof METRICS {
  return Object.hasOwn(METRICS, kind);
}

/** Compiles an aggregation that returns a number. @throws EngineError when the engine would refuse it */
export function compileMetric(
  kind: keyof typeof METRICS,
  body: JsonObject,
  indices: readonly SearchIndex[],
): Aggregate {
  checkMembers(body, kind, ["field", "script"]);
  const { field, script } = body;
  if (field !== undefined && script !== undefined) throw notSupported(`field and script together in ${kind}`);
  if (script !== undefined) {
    const run = compileScript(script, indices);
    return (matches) => ({ value: METRICS[kind](matches.map(run)) });
  }
  if (field === undefined)
    throw parsingError(`Required one of fields [field, script], but none were specified.`);
  const reader = new FieldReader(indices, text(field, `${kind}.field`));
  reader.checkNumeric(kind);
  const { mapped } = reader;
  return (matches) => {
    const value = METRICS[kind](matches.flatMap((match) => reader.values(match).map(Number)));
    const isDate = mapped?.type === "date" && value !== null && kind !== "sum";
    return isDate ? { value, value_as_string: printDate(value, mapped.format) } : { value };
  };
}

/**
 * Compiles a count of different values, of a field or of a script, which is exact here.
 * @throws EngineError when the engine would refuse it
 */
export function compileCardinality(body: JsonObject, indices: readonly SearchIndex[]): Aggregate {
  checkMembers(body, "cardinality", ["field", "script", "precision_threshold"]);
  const { field, script, precision_threshold: threshold } = body;
  if (field !== undefined && script !== undefined)
    throw notSupported("field and script together in cardinality");
  if (field === undefined && script === undefined)
    throw parsingError(`Required one of fields [field, script], but none were specified.`);
  if (threshold !== undefined) count(threshold, "precision_threshold", 0);
  const reader = field === undefined ? undefined : new FieldReader(indices, text(field, "cardinality.field"));
  const valuesOf = reader
    ? (match: Match) => reader.values(match)
    : compileDistinctScript(script ?? null, indices);
  return (matches) => ({ value: new Set(matches.flatMap(valuesOf)).size });
}

/** Compensated summation (Kahan), as in the engine: sums of money then agree to the cent. */
function sum(numbers: readonly number[]): number {
  let total = 0;
  let compensation = 0;
  for (const number of numbers) {
    const corrected = number - compensation;
    const next = total + corrected;
    compensation = next - total - corrected;
    total = next;
  }
  return total;
}
