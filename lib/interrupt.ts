import { EXIT } from "./exit";
import { messageOf } from "./message-of";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What would go on without this process, such as a query that costs money. */
type Cleanup = () => Promise<void>;

const cleanups = new Set<Cleanup>();
let isEnding = false;

/** Whether Ctrl-C ends the process as {@link beforeInterrupt} says: errors since then are of no interest. */
export function isInterrupted(): boolean {
  return isEnding;
}

/**
 * Ends the process on Ctrl-C only when `cleanup` has, with the exit code of an interrupted command. A second Ctrl-C ends it at once.
 * @returns a function that makes Ctrl-C end the process as before
 */
export function beforeInterrupt(cleanup: Cleanup): () => void {
  if (cleanups.size === 0) for (const signal of SIGNALS) process.once(signal, interrupt);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) ignore();
  };
}

function ignore(): void {
  for (const signal of SIGNALS) process.off(signal, interrupt);
}

async function interrupt(): Promise<void> {
  isEnding = true;
  ignore();
  const ends = await Promise.allSettled([...cleanups].map((cleanup) => cleanup()));
  for (const end of ends) {
    if (end.status === "rejected") process.stderr.write(`${messageOf(end.reason)}\n`);
  }
  process.exit(EXIT.interrupted);
}
