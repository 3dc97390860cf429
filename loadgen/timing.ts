import { setTimeout as timeout } from "node:timers/promises";

/** Clock and sleep; tests pass their own. */
export interface Timing {
  /** Milliseconds from any fixed point; never goes back. */
  now(): number;
  /** Ends after that time, or as soon as the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** This machine's own time. */
export const SYSTEM_TIMING: Timing = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await timeout(milliseconds, undefined, signal && { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};
