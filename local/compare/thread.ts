/** A thread that compares the layers of a run whenever it is asked to; its data is the run's state. */
import { parentPort, workerData } from "node:worker_threads";
import { readLedger } from "../../loadgen/ledger";
import { dataSourcesOf } from "../../ops/reconcile/data-sources";
import { reconcile } from "../../ops/reconcile/reconcile";
import { targetOfRun, useRun } from "../../ops/target/run";
import { clientsOf } from "../../ops/target/target";
import type { RunState } from "../runs/run-state";
import { searchOf } from "../runs/search-client";
import type { Answer, Request } from "./messages";

function serve(run: RunState): void {
  useRun(run);
  const target = targetOfRun(run);
  const sources = dataSourcesOf(target, clientsOf(target), run.stream.retentionHours, searchOf(run));
  const tell = (answer: Answer): void => parentPort?.postMessage(answer);
  parentPort?.on("message", async ({ ledger }: Request) => {
    const onRead = (source: string, lines: number): void => tell({ kind: "read", source, lines });
    try {
      const found = await reconcile(sources, readLedger(ledger), undefined, undefined, onRead);
      tell({ kind: "found", found });
    } catch (error) {
      tell({ kind: "failed", error });
    }
  });
}

serve(workerData as RunState);
