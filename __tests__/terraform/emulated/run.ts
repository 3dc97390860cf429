import "../../support/time-zone";
import { Command } from "commander";
import { OperatorError } from "../../../lib/operator-error";
import { Lane } from "./lane";
import { CheckFailed, Report } from "./report";
import { ordinaryLane, type Seen } from "./scenario";
import { searchLane } from "./search-scenario";

const EXIT = { green: 0, failed: 1, interrupted: 130 } as const;

interface Options {
  readonly search: boolean;
  readonly json: boolean;
}

async function main(): Promise<number> {
  const options = new Command("npm run test:terraform --")
    .description("Real Terraform and the real AWS provider against an AWS API stand-in on this machine.")
    .option("--search", "the search domain alone: creating and removing it takes 20 minutes", false)
    .option("--json", "one JSON document on stdout, everything else on stderr", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 everything was as it must be, 1 not, or a tool is missing, 130 interrupted.",
    )
    .parse()
    .opts<Options>();
  const write = (line: string): void =>
    void (options.json ? process.stderr : process.stdout).write(`${line}\n`);

  const stop = new AbortController();
  const onSignal = (): void => {
    if (!stop.signal.aborted) write("\nstopping: what runs ends first");
    stop.abort(new OperatorError("interrupted"));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);

  const start = performance.now();
  const report = new Report(write);
  let seen: Seen = { resources: 0, destroyed: 0 };
  let failure: string | undefined;
  try {
    const lane = await Lane.open(report, write, stop.signal);
    try {
      seen = options.search ? await searchLane(lane) : await ordinaryLane(lane);
    } finally {
      await lane.close();
    }
  } catch (error) {
    const known = error instanceof CheckFailed || error instanceof OperatorError;
    failure =
      error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  }
  const seconds = Math.round((performance.now() - start) / 1000);
  if (options.json) {
    const document = {
      green: failure === undefined,
      failure: failure ?? null,
      seconds,
      ...seen,
      steps: report.steps,
    };
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else if (failure === undefined) {
    write(`\ngreen: ${report.steps.length} steps in ${seconds} s`);
  }
  if (failure === undefined) return EXIT.green;
  process.stderr.write(`\n${failure}\n\nnot green after ${seconds} s\n`);
  return stop.signal.aborted ? EXIT.interrupted : EXIT.failed;
}

main().then((code) => {
  process.exitCode = code;
});
