import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { type Bucket, compileOrder } from "./bucket-order";
import { calendarInterval, fixedInterval, type Interval, parseDateMath } from "./dates";
import { badRequest } from "./errors";
import type { Field } from "./mapping";
import type { Aggregate } from "./metric-aggregations";
import { checkMembers, count, text } from "./params";
import { checkUtc } from "./query";
import type { SearchIndex } from "./search-index";
import { dateText, FieldReader, type Match } from "./values";

/** The engine refuses to answer with more. */
const MAX_BUCKETS = 65_535;

const OTHERS = ["script", "offset", "keyed", "missing", "hard_bounds", "interval"] as const;

/** A bucket for each interval of time. @throws EngineError when the engine would refuse it */
export function compileDateHistogram(
  body: JsonObject,
  indices: readonly SearchIndex[],
  bucket: Aggregate,
): Aggregate {
  const known = [
    "field",
    "calendar_interval",
    "fixed_interval",
    "min_doc_count",
    "order",
    "format",
    "time_zone",
  ];
  checkMembers(body, "date_histogram", [...known, "extended_bounds"], OTHERS);
  checkUtc(body["time_zone"]);
  const reader = new FieldReader(indices, text(body["field"], "date_histogram.field"));
  reader.checkNumeric("date_histogram");
  const { format, extended_bounds: bounds } = body;
  const print = (ms: number, field: Field): string =>
    dateText(ms, field, format === undefined ? field.format : String(format));
  return histogram({
    reader,
    interval: dateInterval(body),
    minDocCount: count(body["min_doc_count"], "min_doc_count", 0),
    order: body["order"],
    bucket,
    bounds: bounds === undefined ? undefined : boundsOf(bounds, (value) => dateBound(value, format, reader)),
    keyOf: (key) => {
      const field = reader.mapped;
      return { ...(field && { key_as_string: print(key, field) }), key };
    },
  });
}

/** A bucket for each interval of numbers. @throws EngineError when the engine would refuse it */
export function compileHistogram(
  body: JsonObject,
  indices: readonly SearchIndex[],
  bucket: Aggregate,
): Aggregate {
  const others = OTHERS.filter((key) => key !== "interval");
  checkMembers(body, "histogram", ["field", "interval", "min_doc_count", "order", "extended_bounds"], others);
  const reader = new FieldReader(indices, text(body["field"], "histogram.field"));
  reader.checkNumeric("histogram");
  const size = Number(body["interval"]);
  if (!(size > 0)) throw badRequest("[interval] must be >0 for histogram aggregation [histogram]");
  const { extended_bounds: bounds } = body;
  return histogram({
    reader,
    interval: { floor: (value) => Math.floor(value / size) * size, next: (floor) => floor + size },
    minDocCount: count(body["min_doc_count"], "min_doc_count", 0),
    order: body["order"],
    bucket,
    bounds: bounds === undefined ? undefined : boundsOf(bounds, Number),
    keyOf: (key) => ({ key }),
  });
}

interface Histogram {
  readonly reader: FieldReader;
  readonly interval: Interval;
  readonly minDocCount: number;
  readonly order: Json | undefined;
  readonly bucket: Aggregate;
  readonly bounds: { readonly min: number; readonly max: number } | undefined;
  readonly keyOf: (key: number) => JsonObject;
}

function histogram({ reader, interval, minDocCount, order, bucket, bounds, keyOf }: Histogram): Aggregate {
  const compare = compileOrder(order, { _key: "asc" });
  return (matches) => {
    const groups = new Map<number, Match[]>();
    for (const match of matches) {
      const keys = new Set(reader.values(match).map((value) => interval.floor(Number(value))));
      for (const key of keys) {
        const group = groups.get(key);
        if (group) group.push(match);
        else groups.set(key, [match]);
      }
    }
    if (minDocCount === 0) fillGaps(groups, interval, bounds);
    const buckets = [...groups]
      .map(([key, group]): Bucket => ({ key, content: bucket(group) }))
      .filter(({ content }) => Number(content["doc_count"]) >= minDocCount)
      .sort(compare);
    return { buckets: buckets.map(({ key, content }) => ({ ...keyOf(Number(key)), ...content })) };
  };
}

/** Adds the empty buckets between the first and the last. @throws EngineError when there are too many */
function fillGaps(groups: Map<number, Match[]>, interval: Interval, bounds: Histogram["bounds"]): void {
  const keys = [...groups.keys()];
  if (bounds) keys.push(interval.floor(bounds.min), interval.floor(bounds.max));
  if (keys.length === 0) return;
  const last = keys.reduce((a, b) => Math.max(a, b));
  let key = keys.reduce((a, b) => Math.min(a, b));
  for (let number = 0; key <= last; key = interval.next(key)) {
    if (++number > MAX_BUCKETS) {
      throw badRequest(
        `Trying to create too many buckets. Must be less than or equal to: [${MAX_BUCKETS}] but was [${number}]. This limit can be set by changing the [search.max_buckets] cluster level setting.`,
      );
    }
    if (!groups.has(key)) groups.set(key, []);
  }
}

function dateInterval(body: JsonObject): Interval {
  const { calendar_interval: calendar, fixed_interval: fixed } = body;
  if ((calendar === undefined) === (fixed === undefined)) {
    throw badRequest(
      "Invalid interval specified, must be non-null and non-empty: one of [calendar_interval] and [fixed_interval] is required",
    );
  }
  const interval = calendar === undefined ? fixedInterval(String(fixed)) : calendarInterval(String(calendar));
  if (interval) return interval;
  throw badRequest(
    calendar === undefined
      ? `failed to parse setting [date_histogram.fixedInterval] with value [${String(fixed)}] as a time value: unit is missing or unrecognized`
      : `The supplied interval [${String(calendar)}] could not be parsed as a calendar interval.`,
  );
}

function boundsOf(
  bounds: Json,
  read: (value: Json) => number,
): { readonly min: number; readonly max: number } {
  if (!isJsonObject(bounds)) throw badRequest("[extended_bounds] must be an object");
  return { min: read(bounds["min"] ?? null), max: read(bounds["max"] ?? null) };
}

function dateBound(value: Json, format: Json | undefined, reader: FieldReader): number {
  if (typeof value === "number") return value;
  const used = format === undefined ? (reader.mapped?.format ?? "strict_date_optional_time") : String(format);
  const found = parseDateMath(String(value), used, Date.now());
  if (found) return found.first;
  throw badRequest(`failed to parse date field [${String(value)}] with format [${used}]`);
}
