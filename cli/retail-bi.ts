#!/usr/bin/env -S node --
/** `retail-bi COMMAND …`: each command belongs to a program beside this file. */
import { spawnSync } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";

interface Command {
  /** Name of the program, and its first arguments. */
  readonly runs: readonly [program: string, ...args: string[]];
  readonly text: string;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  start: { runs: ["start"], text: "runs a synthesized stack on this machine" },
  loadgen: { runs: ["loadgen"], text: "sends records of a contract to a Kinesis data stream" },
  reconcile: {
    runs: ["reconcile"],
    text: "compares stream, lake and index of a deployed stack, line by line",
  },
  redrive: { runs: ["recovery", "redrive"], text: "reprocesses records that the speed layer discarded" },
  replay: { runs: ["recovery", "replay"], text: "writes lines of the stream that the raw zone is missing" },
  tunnel: { runs: ["tunnel"], text: "opens a signing tunnel to the search domain of a deployed stack" },
  drift: { runs: ["terraform", "drift"], text: "lists what was changed outside of Terraform" },
  "plan-summary": {
    runs: ["terraform", "plan-summary"],
    text: "summarizes a plan, with losses of data first",
  },
};
const USAGE = 2;

const [name = "", ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command) {
  const [program, ...first] = command.runs;
  // Ctrl-C reaches the program too, which ends in its own time.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
  // Node would take --env-file for its own, were there no "--".
  const path = join(__dirname, `${program}.js`);
  const { status, signal, error } = spawnSync(process.execPath, ["--", path, ...first, ...args], {
    stdio: "inherit",
  });
  if (error) throw error;
  process.exitCode = status ?? 128 + constants.signals[signal ?? "SIGKILL"];
} else {
  const asked = name === "--help" || name === "-h";
  const lines = Object.entries(COMMANDS).map(([one, { text }]) => `  ${one.padEnd(14)}${text}`);
  process[asked ? "stdout" : "stderr"].write(
    `Usage: retail-bi <command> [options]\n\nCommands, each with --help:\n${lines.join("\n")}\n`,
  );
  process.exitCode = asked ? 0 : USAGE;
}
