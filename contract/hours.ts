/** Milliseconds in an hour. */
export const HOUR_MS = 3_600_000;

/** An hour of arrival, UTC: what one partition of either table holds. */
export interface Hour {
  readonly startMs: number;
  /** Such as `2026-11-24T03`. Sorts by time. */
  readonly name: string;
  /** Partition values, two digits always: '5' and '05' of an int column would be two partitions, both read. */
  readonly values: readonly [year: string, month: string, day: string, hour: string];
  /** Such as `year=2026/month=11/day=24/hour=03/`. */
  readonly folder: string;
}

/** The hour that `ms` (since 1970) lies in. */
export function hourOf(ms: number): Hour {
  const startMs = Math.floor(ms / HOUR_MS) * HOUR_MS;
  const name = new Date(startMs).toISOString().slice(0, 13);
  const [year, month, day, hour] = [
    name.slice(0, 4),
    name.slice(5, 7),
    name.slice(8, 10),
    name.slice(11, 13),
  ];
  return {
    startMs,
    name,
    values: [year, month, day, hour],
    folder: `year=${year}/month=${month}/day=${day}/hour=${hour}/`,
  };
}

/** The hour before. */
export function hourBefore({ startMs }: Hour): Hour {
  return hourOf(startMs - HOUR_MS);
}

/** Every hour from the one `fromMs` lies in to the one `toMs` lies in, in time order. */
export function hoursBetween(fromMs: number, toMs: number): Hour[] {
  const first = hourOf(fromMs).startMs;
  const length = Math.max(0, Math.floor((toMs - first) / HOUR_MS) + 1);
  return Array.from({ length }, (_, index) => hourOf(first + index * HOUR_MS));
}
