/** npm forwards a Ctrl-C that the terminal also sends to the process: two signals within this time are one. */
const SAME_SIGNAL_MS = 500;

/** State of an interruption by Ctrl-C. */
interface Interruption {
  /** Aborted by the first. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  close(): void;
}

/** Anything that emits signals: `process`. */
export interface SignalSource {
  on(event: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(event: "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

/**
 * Listens for SIGINT and SIGTERM.
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
  const listener = (): void => {
    if (!stop.signal.aborted) {
      first = now();
      stop.abort();
      onFirst();
    } else if (now() - first > SAME_SIGNAL_MS) {
      onSecond();
    }
  };
  source.on("SIGINT", listener);
  source.on("SIGTERM", listener);
  return {
    signal: stop.signal,
    close: () => {
      source.off("SIGINT", listener);
      source.off("SIGTERM", listener);
    },
  };
}
