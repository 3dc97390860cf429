/** Maps values from one range to another. */
export function linear(
  from: readonly [number, number],
  to: readonly [number, number],
): (value: number) => number {
  const [low, high] = from;
  const [start, end] = to;
  return (value) => start + ((value - low) / (high - low || 1)) * (end - start);
}
