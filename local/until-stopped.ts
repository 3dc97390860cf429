import { once } from "node:events";
import type { LocalRun } from "./local-run";
import { type SendOptions, send } from "./send";

/** Sends at a steady rate until it is stopped, or until the input ends and then it is stopped. */
export async function runUntilStopped(run: LocalRun, options: SendOptions): Promise<void> {
  run.say("the system runs; for any AWS SDK or CLI:");
  for (const line of run.exports) process.stdout.write(`${line}\n`);
  run.say(`OpenSearch: ${run.searchUrl}`);
  run.say("Ctrl-C stops it");
  await send(run, options);
  if (!options.signal.aborted) await once(options.signal, "abort");
}
