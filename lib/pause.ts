import { once } from "node:events";
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

/** Resolves when `work` ends, also when it fails. */
export function settled(work: Promise<unknown>): Promise<void> {
  return work.then(
    () => undefined,
    () => undefined,
  );
}

/**
 * Waits for `work`, and no longer than `graceMs` after `signal` is aborted; nobody hears of its error after that.
 * @throws the signal's reason, or what `work` throws
 */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  graceMs = 0,
): Promise<T> {
  if (signal === undefined) return work;
  const ended = new AbortController();
  const aborted = (async (): Promise<never> => {
    if (!signal.aborted) await once(signal, "abort", { signal: ended.signal });
    await timer(graceMs, undefined, { signal: ended.signal });
    throw signal.reason;
  })();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    ended.abort();
    for (const left of [work, aborted]) left.catch(() => undefined);
  }
}
