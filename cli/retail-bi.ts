#!/usr/bin/env node
/** `retail-bi COMMAND …`: each command is a program of its own beside this file. */
import { spawnSync } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";

const COMMANDS = {
  start: "runs a synthesized stack on this machine; --help has its options",
  loadgen: "sends records of a contract to a Kinesis data stream; --help has its options",
};
const USAGE = 2;

const [command = "", ...args] = process.argv.slice(2);
if (Object.hasOwn(COMMANDS, command)) {
  // Ctrl-C reaches the program too, which ends in its own time.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
  const { status, signal, error } = spawnSync(process.execPath, [join(__dirname, `${command}.js`), ...args], {
    stdio: "inherit",
  });
  if (error) throw error;
  process.exitCode = status ?? 128 + constants.signals[signal ?? "SIGKILL"];
} else {
  const asked = command === "--help" || command === "-h";
  const lines = Object.entries(COMMANDS).map(([name, text]) => `  ${name.padEnd(9)}${text}`);
  process[asked ? "stdout" : "stderr"].write(
    `Usage: retail-bi <command> [options]\n\nCommands:\n${lines.join("\n")}\n`,
  );
  process.exitCode = asked ? 0 : USAGE;
}
