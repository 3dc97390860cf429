import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Reconciliation } from "../../ops/reconcile/reconcile";
import type { RunState } from "../runs/run-state";
import type { Answer, Request } from "./messages";

/** A run's layers, compared. Close it at the end. */
export interface Comparer {
  /**
   * Compares them now, one comparison at a time.
   * @param ledger file of the acknowledged identities
   * @param onRead told of each data source that has been read, and its number of lines
   * @throws what the comparison throws, and Error when its thread ended
   */
  compare(ledger: string, onRead: (source: string, lines: number) => void): Promise<Reconciliation>;
  close(): Promise<void>;
}

/**
 * Compares the layers of a run in a thread of its own: the run's services answer meanwhile, on another core. It reads
 * them by their endpoints, as any client does.
 */
export function startComparer(run: RunState): Comparer {
  const thread = new Worker(join(__dirname, "thread.cjs"), {
    workerData: run,
    // Of its own: the thread writes the endpoints of the run into it.
    env: { ...process.env },
  });
  thread.unref();
  let ended: Error | undefined;
  let answer: (answer: Answer) => void = () => undefined;
  const end = (error: Error): void => {
    ended ??= error;
    answer({ kind: "failed", error: ended });
  };
  thread
    .on("message", (message: Answer) => answer(message))
    .on("error", end)
    .on("exit", (code) => end(new Error(`the thread of the comparison ended with ${code}`)));
  return {
    compare: (ledger, onRead) =>
      new Promise((resolve, reject) => {
        answer = (message) => {
          if (message.kind === "read") return onRead(message.source, message.lines);
          if (message.kind === "found") resolve(message.found);
          else reject(message.error);
        };
        if (ended) return reject(ended);
        thread.postMessage({ ledger } satisfies Request);
      }),
    close: async () => {
      await thread.terminate();
    },
  };
}
