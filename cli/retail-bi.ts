#!/usr/bin/env -S node --
// Node would take --env-file for its own, were there no "--".
/** `retail-bi COMMAND …`: each command belongs to a program beside this file. */
import { join } from "node:path";

interface Command {
  /** Name of the program, and its first arguments. */
  readonly runs: readonly [program: string, ...args: string[]];
  readonly text: string;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  start: { runs: ["start"], text: "runs a synthesized stack on this machine" },
  loadgen: { runs: ["loadgen"], text: "sends records of a contract to a Kinesis data stream" },
  preflight: { runs: ["preflight"], text: "says before a deploy what will fail" },
  cost: {
    runs: ["cost"],
    text: "what a stack costs a month under a load, and what each setting would change",
  },
  reconcile: {
    runs: ["reconcile"],
    text: "compares stream, lake and index of a deployed stack, line by line",
  },
  smoke: { runs: ["smoke"], text: "sends lines that no figure counts, and follows them through every layer" },
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
  const path = join(__dirname, `${program}.js`);
  // In this process, so that a signal reaches the program. Each program stands beside this file, and starts when it is loaded.
  process.argv.splice(1, process.argv.length, path, ...first, ...args);
  require(path);
} else {
  const asked = name === "--help" || name === "-h";
  const lines = Object.entries(COMMANDS).map(([one, { text }]) => `  ${one.padEnd(14)}${text}`);
  process[asked ? "stdout" : "stderr"].write(
    `Usage: retail-bi <command> [options]\n\nCommands, each with --help:\n${lines.join("\n")}\n`,
  );
  process.exitCode = asked ? 0 : USAGE;
}
