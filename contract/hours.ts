/** Milliseconds in an hour. */
export const HOUR_MS = 3_600_000;

/** An hour of arrival, UTC: one partition of either table. */
export interface Hour {
  readonly startMs: number;
  /** Such as `2026-11-24T03`. Sorts by time. */
  readonly name: string;
  /** Partition values, always two digits: '5' and '05' in an int column would be two partitions, and both would be read. */
  readonly values: readonly [year: string, month: string, day: string, hour: string];
  /** Such as `year=2026/month=11/day=24/hour=03/`. */
  readonly folder: string;
}

/** The hour that contains `ms` (since 1970). */
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

/** The hour with this {@link Hour.name}. @throws RangeError when it is not an hour's name. */
export function hourNamed(name: string): Hour {
  const startMs = /^\d{4}-\d\d-\d\dT\d\d$/.test(name) ? Date.parse(`${name}:00:00Z`) : Number.NaN;
  if (Number.isNaN(startMs) || hourOf(startMs).name !== name) {
    throw new RangeError(`"${name}" is not an hour such as 2026-11-24T03`);
  }
  return hourOf(startMs);
}

/** Hours before and after an hour that may hold duplicates of its lines. */
const NEIGHBOURS_EACH_SIDE = 2;

/** The hours whose lines must not be in this hour as well: two before it and two after it, in time order. */
export function neighboursOf({ startMs }: Hour): Hour[] {
  const first = startMs - NEIGHBOURS_EACH_SIDE * HOUR_MS;
  return hoursBetween(first, startMs + NEIGHBOURS_EACH_SIDE * HOUR_MS).filter(
    (hour) => hour.startMs !== startMs,
  );
}

/** Whether two hours are neighbours, or the same. */
export function areNear(one: Hour, other: Hour): boolean {
  return Math.abs(one.startMs - other.startMs) <= NEIGHBOURS_EACH_SIDE * HOUR_MS;
}

/** Every hour from that of `fromMs` to that of `toMs`, in time order. */
export function hoursBetween(fromMs: number, toMs: number): Hour[] {
  const first = hourOf(fromMs).startMs;
  const length = Math.max(0, Math.floor((toMs - first) / HOUR_MS) + 1);
  return Array.from({ length }, (_, index) => hourOf(first + index * HOUR_MS));
}
