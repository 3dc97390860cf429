import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { Argument, Command } from "commander";
import { OperatorError } from "../../lib/operator-error";
import { PROJECT_ROOT } from "../../ops/terraform/stack-folder";
import { clientsLane } from "./clients/lane";
import type { EngineLane } from "./lane";
import { policiesLane } from "./policies/lane";
import { searchLane } from "./search/lane";
import { sqlLane } from "./sql/lane";

const LANES: readonly EngineLane[] = [searchLane, sqlLane, clientsLane, policiesLane];

const EXIT = { green: 0, failed: 1, interrupted: 130 } as const;

async function main(): Promise<number> {
  const command = new Command("npm run test:engines --")
    .description(
      "The product on the real engines, which are assembled from Maven Central and started without Docker, real clients on the local run, and scanners over the stacks.",
    )
    .addArgument(
      new Argument("[lanes...]", "what to run")
        .choices(LANES.map(({ name }) => name))
        .default([], "all of them"),
    )
    .addHelpText(
      "after",
      `\nLanes:\n${LANES.map(({ name, proves }) => `  ${name.padEnd(8)}${proves}\n`).join("")}`,
    )
    .parse();
  const chosen = LANES.filter(({ name }) => command.args.length === 0 || command.args.includes(name));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);

  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => stop.abort(new OperatorError("interrupted")));
  }
  const started = performance.now();
  const seconds = (since: number): number => Math.round((performance.now() - since) / 1000);
  try {
    // All lanes first: a missing program should show at once, not after ten minutes.
    for (const { prepare } of chosen) await prepare(say, stop.signal);
    say(`prepared in ${seconds(started)} s`);
    for (const lane of chosen) {
      const began = performance.now();
      await runTests(lane, stop.signal);
      say(`lane ${lane.name}: green in ${seconds(began)} s`);
    }
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    say(`${error.message}\nnot green after ${seconds(started)} s`);
    return stop.signal.aborted ? EXIT.interrupted : EXIT.failed;
  }
  say(`green in ${seconds(started)} s`);
  return EXIT.green;
}

/** Runs a lane's tests in a process of their own. @throws OperatorError when they fail. */
function runTests({ name, folder }: EngineLane, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        "--experimental-vm-modules",
        "--disable-warning=ExperimentalWarning",
        join(PROJECT_ROOT, "node_modules/jest/bin/jest.js"),
        "--runInBand",
        "--verbose",
        // An engine's start alone is waited for five minutes.
        "--testTimeout=600000",
        "--testMatch",
        `**/__tests__/engines/${folder}/**/*.engine.ts`,
      ],
      { cwd: PROJECT_ROOT, stdio: "inherit" },
    );
    const interrupt = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", interrupt, { once: true });
    child.once("error", reject);
    child.once("close", (code, killedBy) => {
      signal.removeEventListener("abort", interrupt);
      const exitCode = code ?? 128 + constants.signals[killedBy ?? "SIGKILL"];
      if (exitCode === 0) resolve();
      else reject(new OperatorError(`lane ${name}: its tests ended with ${exitCode}`));
    });
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = EXIT.failed;
  },
);
