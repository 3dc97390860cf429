import { EXIT } from "./exit";
import { messageOf } from "./message-of";
import { STDERR_BROKE } from "./outputs";

/** npm forwards a Ctrl-C that the terminal also sends to the process: two signals within this time are one. */
export const SAME_SIGNAL_MS = 500;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Stops what would go on without this process, such as a query that costs money. @param again aborted by a second Ctrl-C */
type Cleanup = (again: AbortSignal) => Promise<void>;

const cleanups = new Set<Cleanup>();
const again = new AbortController();
let interruptedAt: number | undefined;

/** Whether Ctrl-C ends the process as {@link beforeInterrupt} says: errors since then are of no interest. */
export function isInterrupted(): boolean {
  return interruptedAt !== undefined;
}

/**
 * Ends the process on Ctrl-C only when `cleanup` has, with the exit code of an interrupted command. A second Ctrl-C ends it at once.
 * @returns a function that makes Ctrl-C end the process as before
 */
export function beforeInterrupt(cleanup: Cleanup): () => void {
  if (cleanups.size === 0 && !isInterrupted()) for (const signal of SIGNALS) process.on(signal, interrupt);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    // While the process ends, the copy that npm makes of the signal must not end it.
    if (cleanups.size === 0 && !isInterrupted()) ignore();
  };
}

function ignore(): void {
  for (const signal of SIGNALS) process.off(signal, interrupt);
}

function interrupt(signal: NodeJS.Signals): void {
  if (interruptedAt === undefined) {
    interruptedAt = performance.now();
    void end();
  } else if (signal !== STDERR_BROKE && performance.now() - interruptedAt > SAME_SIGNAL_MS) {
    again.abort();
    ignore();
    process.kill(process.pid, signal);
  }
}

async function end(): Promise<void> {
  const ends = await Promise.allSettled([...cleanups].map((cleanup) => cleanup(again.signal)));
  for (const end of ends) {
    if (end.status === "rejected") process.stderr.write(`${messageOf(end.reason)}\n`);
  }
  process.exit(EXIT.interrupted);
}
