import { pause } from "../lib/pause";
import { styled } from "../lib/styled";
import { type SendReport, sendReportText } from "../loadgen/send-report";
import type { LocalRun } from "./local-run";
import { nextMerge } from "./next-merge";
import { Progress } from "./progress";
import { type SendOptions, send } from "./send";

/** Options of a run without `--once`. */
interface UntilStoppedOptions extends SendOptions {
  /** URL of its page. @default no page */
  readonly pageUrl?: string;
}

/** Interval of saying when the next merge is. */
const TELL_EVERY_MS = 1_000;

/** Sends at a steady rate until the input ends, and waits until it is stopped. */
export async function runUntilStopped(run: LocalRun, options: UntilStoppedOptions): Promise<SendReport> {
  const { pageUrl, signal } = options;
  if (!process.stdout.isTTY) {
    for (const line of run.exports) process.stdout.write(`${line}\n`);
  }
  const page = pageUrl && `open ${styled("cyan", pageUrl, process.stderr)} in a browser`;
  run.say(`▶ ${page ?? "the system runs"}; Ctrl-C stops it`);
  const report = await send(run, options);
  run.say(sendReportText(report));
  const progress = new Progress();
  while (!signal.aborted) {
    // In a log it would be a line again and again.
    if (process.stderr.isTTY) progress.show(nextMerge(run, Date.now()) ?? "");
    await pause(TELL_EVERY_MS, signal);
  }
  progress.end();
  return report;
}
