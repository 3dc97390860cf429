import type { LocalRun } from "./local-run";

/** When the next event of a schedule is, for the operator; undefined without an enabled schedule. */
export function nextMerge({ schedules }: Pick<LocalRun, "schedules">, nowMs: number): string | undefined {
  if (schedules.some((one) => one.isRunning())) return "merging";
  const next = schedules.flatMap((one) => one.nextAt() ?? []);
  if (next.length === 0) return undefined;
  return `next merge in ${Math.max(0, Math.ceil((Math.min(...next) - nowMs) / 1_000))} s`;
}
