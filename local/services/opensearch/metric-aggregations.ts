import type { JsonObject } from "../../../lib/json";
import { notSupported } from "./errors";
import type { FieldValue } from "./field-values";
import { checkMembers, parsingError, text } from "./params";
import { compileScript } from "./script";
import type { SearchIndex } from "./search-index";
import { dateText, FieldReader, type Match } from "./values";

/** What an aggregation says of documents. */
export type Aggregate = (matches: readonly Match[]) => JsonObject;

const METRICS = ["sum", "avg", "min", "max", "stats", "value_count", "cardinality"] as const;
type Metric = (typeof METRICS)[number];

export function isMetric(kind: string): kind is Metric {
  return METRICS.some((metric) => metric === kind);
}

/** Compiles an aggregation that gives numbers. @throws EngineError when the engine would refuse it */
export function compileMetric(kind: Metric, body: JsonObject, indices: readonly SearchIndex[]): Aggregate {
  checkMembers(
    body,
    kind,
    ["field", "script", "missing", "precision_threshold"],
    ["format", "value_type", "execution_hint"],
  );
  const { field, script, missing } = body;
  if (field !== undefined && script !== undefined) throw notSupported(`field and script together in ${kind}`);
  if (script !== undefined) {
    const run = compileScript(script, indices);
    return (matches) => result(kind, matches.map(run), undefined);
  }
  if (field === undefined)
    throw parsingError(`Required one of fields [field, script], but none were specified.`);
  const reader = new FieldReader(indices, text(field, `${kind}.field`));
  if (kind !== "value_count" && kind !== "cardinality") reader.checkNumeric(kind);
  const instead = missing === undefined ? [] : [typeof missing === "number" ? missing : String(missing)];
  return (matches) => {
    const values = matches.flatMap((match) => {
      const own = reader.values(match);
      return own.length > 0 ? own : instead;
    });
    return result(kind, values, reader);
  };
}

function result(kind: Metric, values: readonly FieldValue[], reader: FieldReader | undefined): JsonObject {
  if (kind === "value_count") return { value: values.length };
  if (kind === "cardinality") return { value: new Set(values).size };
  const numbers = values.map(Number);
  const stats = statsOf(numbers);
  if (kind === "stats") {
    const { count, min, max, avg, sum } = stats;
    return { count, min, max, avg, sum };
  }
  const value = stats[kind];
  const mapped = reader?.mapped;
  const isDate = mapped?.kind === "date" && value !== null && kind !== "sum";
  return isDate ? { value, value_as_string: dateText(value, mapped) } : { value };
}

interface Stats {
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly avg: number | null;
  readonly sum: number;
}

/** The sum is compensated (Kahan), as the engine's is: sums of money then agree to the cent. */
function statsOf(numbers: readonly number[]): Stats {
  let sum = 0;
  let compensation = 0;
  let min: number | null = null;
  let max: number | null = null;
  for (const number of numbers) {
    const corrected = number - compensation;
    const next = sum + corrected;
    compensation = next - sum - corrected;
    sum = next;
    if (min === null || number < min) min = number;
    if (max === null || number > max) max = number;
  }
  return { count: numbers.length, min, max, avg: numbers.length === 0 ? null : sum / numbers.length, sum };
}
