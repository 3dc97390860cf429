import type { JsonObject } from "../../../../lib/json";
import { calendarInterval, fixedInterval, printDate } from "../dates";
import { notSupported } from "../errors";
import type { SearchIndex } from "../indices/search-index";
import { checkMembers, count, text } from "../params";
import type { Aggregate } from "./metric-aggregations";
import { FieldReader, grouped } from "./values";

const KNOWN = ["field", "calendar_interval", "fixed_interval", "min_doc_count", "format", "time_zone"];
const UTC = new Set(["UTC", "Etc/UTC"]);

/** A bucket for each interval that has documents. @throws EngineError when the engine would refuse it */
export function compileDateHistogram(
  body: JsonObject,
  indices: readonly SearchIndex[],
  bucket: Aggregate,
): Aggregate {
  checkMembers(body, "date_histogram", KNOWN);
  const { calendar_interval: calendar, fixed_interval: fixed, format, time_zone: zone = "UTC" } = body;
  if (!UTC.has(String(zone))) throw notSupported(`time_zone ${String(zone)}`);
  const least = count(body["min_doc_count"], "min_doc_count", 0);
  if (least === 0) throw notSupported("empty buckets of a date_histogram; supported: min_doc_count from 1");
  const reader = new FieldReader(indices, text(body["field"], "date_histogram.field"));
  const { mapped } = reader;
  if (mapped && mapped.type !== "date") throw notSupported(`date_histogram of ${mapped.path}, no date`);
  if (calendar !== undefined && fixed !== undefined) throw notSupported("two intervals of a date_histogram");
  const floor = fixed === undefined ? calendarInterval(String(calendar)) : fixedInterval(String(fixed));
  if (!floor) {
    throw notSupported(
      fixed === undefined
        ? `calendar_interval ${String(calendar)}; supported: hour, day and month`
        : `fixed_interval ${String(fixed)}; 1s and 1m are`,
    );
  }
  const keyAsText = (key: number): string => printDate(key, String(format ?? mapped?.format));
  return (matches) => {
    const groups = grouped(matches, (match) => reader.values(match).map((value) => floor(Number(value))));
    const buckets = [...groups]
      .filter(([, group]) => group.length >= least)
      .sort(([a], [b]) => a - b)
      .map(([key, group]) => ({ key_as_string: keyAsText(key), key, ...bucket(group) }));
    return { buckets };
  };
}
