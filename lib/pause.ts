import { setTimeout as timer } from "node:timers/promises";

/** Waits; returns at once, without an error, when `signal` is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await timer(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Waits for `work`, at most `ms`. @returns whether it ended. Rejects when `work` does. */
export async function endsWithin(work: Promise<void>, ms: number): Promise<boolean> {
  const late = new AbortController();
  const ended = await Promise.race([work.then(() => true), pause(ms, late.signal).then(() => false)]);
  late.abort();
  return ended;
}

/** Delays that double from `firstMs` up to `mostMs`. @param repetition from 0 */
export function backoffMs(repetition: number, firstMs: number, mostMs: number): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(repetition, 30));
}
