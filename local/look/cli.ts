import { Command } from "commander";
import { integerBetween } from "../../lib/arguments";
import { addHelp, ending, programName, runCommand } from "../../lib/command";
import { hasCode } from "../../lib/error-code";
import { EXIT, type ExitCode } from "../../lib/exit";
import { OperatorError } from "../../lib/operator-error";
import { addRunOption, type RunFlags, runOf, targetOfRun, useRun } from "../../ops/target/run";
import { exportLines, OTHER_CREDENTIALS, runVariables } from "../runs/run-state";

const say = (message: string): void => void process.stderr.write(`${message}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const program = new Command(programName(__filename, "npm run", "retail-bi"));

interface StatusFlags extends RunFlags {
  readonly minutes?: number;
  readonly json: boolean;
}

/** Minutes beyond those after which a line is late, by default. */
const MORE_MINUTES = 2;

const status = addRunOption(program.command("status"))
  .description(
    "Compares the last minutes in every layer of a local run; says what is behind, and what is wrong.",
  )
  .option(
    "--minutes <number>",
    "arrivals to compare (default: until a line is late, and two more)",
    integerBetween(1, 24 * 60),
  )
  .option("--json", "print one JSON document on stdout", false)
  .action(
    ending(async ({ minutes, json, ...flags }: StatusFlags): Promise<ExitCode> => {
      const run = runOf(flags, say);
      useRun(run);
      const { statusOf, statusText }: typeof import("./status") = require("./status");
      const {
        dataSourcesOf,
      }: typeof import("../../ops/reconcile/data-sources") = require("../../ops/reconcile/data-sources");
      const { clientsOf }: typeof import("../../ops/target/target") = require("../../ops/target/target");
      const { searchOf }: typeof import("../runs/search-client") = require("../runs/search-client");
      const target = targetOfRun(run);
      const search = searchOf(run);
      try {
        const sources = {
          ...dataSourcesOf(target, clientsOf(target), search),
          retentionHours: run.stream.retentionHours,
        };
        const wanted = minutes ?? Math.ceil(run.settleMs / 60_000) + MORE_MINUTES;
        const found = await statusOf(run, sources, wanted);
        print(json ? JSON.stringify({ ...run, ...found }, null, 2) : statusText(run, found));
        return found.faults.length === 0 ? EXIT.ok : EXIT.failed;
      } catch (error) {
        throw hasCode(error, "ECONNREFUSED")
          ? new OperatorError(
              `process ${run.pid} does not answer at ${run.endpoints["AWS_ENDPOINT_URL_KINESIS"]}`,
            )
          : error;
      } finally {
        await search?.close();
      }
    }),
  );
addHelp(status, {
  codes: {
    0: "no fault: a line that a layer does not have yet is not late",
    1: "faults, which are named; no run, or it does not answer",
  },
  notes: `It compares identities and checksums, as reconcile does. A line is late when the buffers and two merges have passed. Older arrivals: --minutes, or reconcile.`,
  examples: ["", "--minutes 60 --json"],
});

const env = addRunOption(program.command("env"))
  .description("Prints export lines with the endpoints of a local run, for any AWS SDK or CLI.")
  .action(
    ending((flags: RunFlags): ExitCode => {
      const run = runOf(flags, say);
      print([`unset ${OTHER_CREDENTIALS.join(" ")}`, ...exportLines(runVariables(run))].join("\n"));
      return EXIT.ok;
    }),
  );
addHelp(env, {
  codes: { 0: "printed", 1: "no run" },
  notes:
    "The credentials are none: only this machine takes them. AWS_PROFILE and AWS_SESSION_TOKEN are unset, because SDKs would prefer them. OPENSEARCH_URL is the search engine.",
  examples: [programName(__filename, 'eval "$(npm run --silent env)"', 'eval "$(retail-bi env)"')],
});

interface LogsFlags extends RunFlags {
  readonly follow: boolean;
  readonly tail: number;
  readonly metrics: boolean;
  readonly json: boolean;
}

const logs = addRunOption(program.command("logs"))
  .argument("[function]", "a function's name, or a part of it (default: all)")
  .description("Prints what the functions of a local run have logged.")
  .option("-f, --follow", "go on until Ctrl-C", false)
  .option("--tail <lines>", "lines to begin with", integerBetween(0, 1e6), 50)
  .option("--metrics", "also the metrics, which CloudWatch takes out of the log", false)
  .option("--json", "print the lines as the functions wrote them", false)
  .action(
    ending(
      async (
        name: string | undefined,
        { follow: goesOn, tail, metrics, json, ...flags }: LogsFlags,
      ): Promise<ExitCode> => {
        const run = runOf(flags, say);
        const { follow, functionsNamed, logText, openLogs }: typeof import("./logs") = require("./logs");
        const { last, next } = openLogs(run, functionsNamed(run, name), tail, { metrics });
        const show = (line: (typeof last)[number]): void => print(json ? line.text : logText(line));
        const stop = new AbortController();
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
        for (const line of last) show(line);
        if (!goesOn) return EXIT.ok;
        await follow(next, show, stop.signal);
        return EXIT.ok;
      },
    ),
  );
addHelp(logs, {
  codes: { 0: "printed; with --follow, Ctrl-C ended it", 1: "no run" },
  examples: ["", "-f upsert"],
});

void runCommand(program);
