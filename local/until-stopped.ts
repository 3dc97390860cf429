import { once } from "node:events";
import { type SendReport, sendReportText } from "../loadgen/send-report";
import type { LocalRun } from "./local-run";
import { type SendOptions, send } from "./send";

/** Options of a run without `--once`. */
interface UntilStoppedOptions extends SendOptions {
  /** URL of its page. @default no page */
  readonly pageUrl?: string;
}

/** Sends at a steady rate until the input ends, and waits until it is stopped. */
export async function runUntilStopped(run: LocalRun, options: UntilStoppedOptions): Promise<SendReport> {
  run.say("the system runs; for any AWS SDK or CLI:");
  for (const line of run.exports) process.stdout.write(`${line}\n`);
  run.say(`OpenSearch: ${run.searchUrl}`);
  if (options.pageUrl !== undefined) run.say(`\n  ▶ open ${options.pageUrl} in a browser\n`);
  run.say("Ctrl-C stops it");
  const report = await send(run, options);
  run.say(sendReportText(report));
  if (!options.signal.aborted) await once(options.signal, "abort");
  return report;
}
