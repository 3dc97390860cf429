import { once } from "node:events";
import { styled } from "../lib/styled";
import { type SendReport, sendReportText } from "../loadgen/send-report";
import type { LocalRun } from "./local-run";
import { type SendOptions, send } from "./send";

/** Options of a run without `--once`. */
interface UntilStoppedOptions extends SendOptions {
  /** URL of its page. @default no page */
  readonly pageUrl?: string;
  /** The command that prints the run's endpoints. */
  readonly envCommand: string;
}

/** Sends at a steady rate until the input ends, and waits until it is stopped. */
export async function runUntilStopped(run: LocalRun, options: UntilStoppedOptions): Promise<SendReport> {
  if (!process.stdout.isTTY)
    for (const line of run.exports)
      process.stdout.write(`${line}
`);
  const { pageUrl, envCommand } = options;
  const shows =
    pageUrl === undefined
      ? "the system runs"
      : `open ${styled("cyan", pageUrl, process.stderr)} in a browser`;
  run.say(`▶ ${shows}; ${envCommand} has the endpoints; Ctrl-C stops it`);
  const report = await send(run, options);
  run.say(sendReportText(report));
  if (!options.signal.aborted) await once(options.signal, "abort");
  return report;
}
