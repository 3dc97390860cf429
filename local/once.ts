import { sendReportText } from "../loadgen/send-report";
import { conclude, layersOf } from "../ops/reconcile/conclusion";
import type { Reconciliation } from "../ops/reconcile/reconcile";
import { reportDocument, reportText, summaryText } from "../ops/reconcile/report";
import { acknowledged } from "./acknowledged";
import { objectionsOf, withFailedInvocations, withRefused } from "./ending";
import { latencyText } from "./latency";
import type { LocalRun } from "./local-run";
import { firstTen } from "./saved-query";
import { type SendOptions, send } from "./send";
import { settle } from "./settle";

/** Options of `--once`. */
export interface OnceOptions extends SendOptions {
  /** One JSON document on stdout instead of tables. */
  readonly json: boolean;
  /** Rows that may be refused. @default 0 */
  readonly maxBadRows?: number;
}

/**
 * Sends, waits until every layer has the acknowledged lines, reconciles and prints.
 * @returns whether all input is in every layer, and the deploy succeeded; also false after an interruption.
 */
export async function runOnce(run: LocalRun, options: OnceOptions): Promise<boolean> {
  const startedAt = Date.now();
  const report = await send(run, options);
  const sentAt = Date.now();
  const ledger = await acknowledged(run);
  let found: Reconciliation | undefined;
  try {
    found = await settle(run, ledger, options.signal);
  } finally {
    if (found === undefined) run.say(sendReportText(report));
  }
  if (found === undefined) return false;
  const timings = {
    start_s: seconds(startedAt - run.startedAt),
    send_s: seconds(sentAt - startedAt),
    settle_s: seconds(Date.now() - sentAt),
    total_s: seconds(Date.now() - run.startedAt),
  };
  const { batch, search } = run.dataSources;
  const layers = layersOf({ batch: batch !== undefined, speed: search !== undefined });
  const objections = objectionsOf(report, options.maxBadRows);
  const conclusion = withFailedInvocations(
    withRefused(conclude(found, layers, objections), report),
    run.failedInvocations,
  );
  await run.latency?.look();
  if (options.json) {
    const document = {
      ...reportDocument(found, conclusion),
      sendReport: report,
      timings,
      ...run.statistics(),
    };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const latency = run.latency?.latency(found.quarantine);
    const text = [
      batch ? await firstTen(batch) : "The stack has no batch layer: there is no table, and no SQL.",
      summaryText(found.summary),
      sendReportText(report),
      reportText(found, conclusion),
      ...(latency ? [latencyText(latency)] : []),
      `${timings.total_s} s: start ${timings.start_s}, send ${timings.send_s}, settle and reconcile ${timings.settle_s}`,
    ];
    process.stdout.write(`${text.join("\n\n")}\n`);
  }
  return conclusion.agree;
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}
