/** Round labels of an axis from `low` to `high`, including zero; about `wanted` of them. */
export function ticks(low: number, high: number, wanted: number): number[] {
  const least = Math.min(0, low);
  const most = Math.max(0, high);
  if (least === most) return [0, 1];
  const rough = (most - least) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? 10 * power;
  const first = Math.floor(least / step);
  const last = Math.ceil(most / step);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}

/** Maps values from one range to another. */
export function linear(
  from: readonly [number, number],
  to: readonly [number, number],
): (value: number) => number {
  const [low, high] = from;
  const [start, end] = to;
  return (value) => start + ((value - low) / (high - low || 1)) * (end - start);
}

/**
 * Thins out items, which are ordered by position: keeps the first, and then each that is at least `apart` further.
 */
export function spread<T>(items: readonly T[], placeOf: (item: T) => number, apart: number): T[] {
  let last = Number.NEGATIVE_INFINITY;
  return items.filter((item) => {
    const place = placeOf(item);
    if (place - last < apart) return false;
    last = place;
    return true;
  });
}
