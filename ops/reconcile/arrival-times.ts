import { InvalidArgumentError } from "commander";
import { HOUR_MS } from "../../contract/hours";
import { UsageError } from "../../lib/exit";

/** Later arrivals may still be in a buffer, or wait for the next merge. */
export const SETTLING_MS = 15 * 60_000;

/**
 * Milliseconds since 1970 of a time on the command line, UTC.
 * @throws InvalidArgumentError
 */
export function arrivalTime(text: string): number {
  const ms = Date.parse(/Z$/.test(text) ? text : `${text}Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) || Number.isNaN(ms)) {
    throw new InvalidArgumentError("Such as 2026-11-24T03:00, UTC.");
  }
  return ms;
}

/** The options of {@link arrivalRange}. */
interface ArrivalOptions {
  readonly from?: number;
  readonly to?: number;
}

/** Rejects a range that ends before it begins, before AWS is asked anything. @throws UsageError */
export function assertOrder(options: ArrivalOptions, now: number): void {
  const { from } = options;
  const toMs = endOf(options, now);
  if (from === undefined || from < toMs) return;
  const end = options.to === undefined ? "a quarter of an hour ago, the default" : iso(toMs);
  throw new UsageError(`--from ${iso(from)} must lie before --to, which is ${end}`);
}

/**
 * The requested range of arrivals. Defaults: from the oldest record of the stream, until {@link SETTLING_MS} ago. It ends
 * now at the latest: a line that arrives later may be in one place when that is read, and not yet in another.
 * @throws UsageError when it ends before it begins
 */
export function arrivalRange(
  options: ArrivalOptions,
  retentionHours: number,
  now: number,
): { readonly fromMs: number; readonly toMs: number } {
  assertOrder(options, now);
  const toMs = endOf(options, now);
  return { fromMs: options.from ?? toMs - (retentionHours - 1) * HOUR_MS, toMs };
}

function endOf({ to }: ArrivalOptions, now: number): number {
  return Math.min(to ?? now - SETTLING_MS, now);
}

/** Such as `2026-11-24T03:00:00.000Z`. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
