import { HOUR_MS, hourOf, hoursBetween } from "../../contract/hours";
import { PARTITION_COLUMNS } from "../../contract/stored-columns";
import { formatTimestamp } from "../../contract/timestamp";

const MINUTE_MS = 60_000;

/** A range of arrival times; of each hour either all or the first minutes. */
export interface Window {
  /** Milliseconds since 1970; included. */
  readonly fromMs: number;
  /** Milliseconds since 1970; excluded. */
  readonly toMs: number;
  /** 60: every line. Less: a sample, the first minutes of each hour. */
  readonly minutesPerHour: number;
}

/** Whether an arrival time is in the window. */
export function isInWindow({ fromMs, toMs, minutesPerHour }: Window, arrivedAtMs: number): boolean {
  const minute = Math.floor((arrivedAtMs % HOUR_MS) / MINUTE_MS);
  return arrivedAtMs >= fromMs && arrivedAtMs < toMs && minute < minutesPerHour;
}

/** The intervals of time that a window consists of, in order. */
export function intervalsOf({ fromMs, toMs, minutesPerHour }: Window): { fromMs: number; toMs: number }[] {
  if (minutesPerHour >= 60) return [{ fromMs, toMs }];
  return hoursBetween(fromMs, toMs - 1)
    .map(({ startMs }) => ({
      fromMs: Math.max(fromMs, startMs),
      toMs: Math.min(toMs, startMs + minutesPerHour * MINUTE_MS),
    }))
    .filter((interval) => interval.fromMs < interval.toMs);
}

/** The window as an SQL condition on `arrived_at`. */
export function arrivalCondition(window: Window): string {
  const intervals = intervalsOf(window).map(({ fromMs, toMs }) => {
    return `(arrived_at >= ${literal(fromMs)} AND arrived_at < ${literal(toMs)})`;
  });
  return intervals.length === 0 ? "false" : `(${intervals.join(" OR ")})`;
}

/**
 * A condition on the partition columns, so that only the hours in question are scanned. An object lies under
 * the hour of its oldest line, hence the hour before as well.
 */
export function partitionCondition({ fromMs, toMs }: Window): string {
  const hours = hoursBetween(hourOf(fromMs).startMs - HOUR_MS, toMs - 1).map(({ values }) => {
    return `(${PARTITION_COLUMNS.map((name, at) => `"${name}" = ${Number(values[at])}`).join(" AND ")})`;
  });
  return `(${hours.join(" OR ")})`;
}

/** The window as a query of the search engine. */
export function arrivalQuery(window: Window): Record<string, unknown> {
  const should = intervalsOf(window).map(({ fromMs, toMs }) => ({
    range: { arrived_at: { gte: formatTimestamp(fromMs), lt: formatTimestamp(toMs) } },
  }));
  return should.length === 0 ? { match_none: {} } : { bool: { should, minimum_should_match: 1 } };
}

function literal(ms: number): string {
  return `TIMESTAMP '${formatTimestamp(ms)}'`;
}
