import { SAME_SIGNAL_MS } from "../lib/interrupt";
import { STDERR_BROKE } from "../lib/outputs";

/** SIGHUP is sent when the terminal is closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Signal = (typeof SIGNALS)[number];
type Listener = (signal?: NodeJS.Signals) => void;

/** State of an interruption by Ctrl-C. */
interface Interruption {
  /** Aborted by the first. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  close(): void;
}

/** Anything that emits signals: `process`. */
export interface SignalSource {
  on(event: Signal, listener: Listener): unknown;
  off(event: Signal, listener: Listener): unknown;
}

/**
 * Listens for SIGINT, SIGTERM and SIGHUP.
 * @param onFirst called when the run is asked to stop
 * @param onSecond called when it is asked again
 */
export function onInterrupt(
  source: SignalSource,
  onFirst: () => void,
  onSecond: () => void,
  now: () => number = () => performance.now(),
): Interruption {
  const stop = new AbortController();
  let first = 0;
  const listener: Listener = (signal) => {
    if (!stop.signal.aborted) {
      first = now();
      stop.abort();
      onFirst();
    } else if (signal !== STDERR_BROKE && now() - first > SAME_SIGNAL_MS) {
      onSecond();
    }
  };
  for (const signal of SIGNALS) source.on(signal, listener);
  return {
    signal: stop.signal,
    close: () => {
      for (const signal of SIGNALS) source.off(signal, listener);
    },
  };
}
