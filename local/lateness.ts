import type { LocalRun } from "./local-run";

/** Margin beside buffers and schedule: a function's start, a query, a slow machine. */
const MARGIN_MS = 15_000;

/**
 * Milliseconds after its arrival by which a line should be in every layer: the buffers once and the schedule twice, because
 * a line may just have missed a merge.
 */
export function settleMs({ plane, timeScale }: Pick<LocalRun, "plane" | "timeScale">): number {
  const buffers = plane.deliveryStreams.map(
    ({ bufferSeconds, transformation }) => bufferSeconds + (transformation?.bufferSeconds ?? 0),
  );
  const periods = plane.schedules.map(({ everySeconds }) => everySeconds);
  const seconds = Math.max(0, ...buffers) + 2 * Math.max(0, ...periods);
  return (seconds * 1_000) / timeScale + MARGIN_MS;
}
