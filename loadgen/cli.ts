import { failureOf, isCollected } from "../lib/command";
import { EXIT } from "../lib/exit";
import { heedOutputs } from "../lib/outputs";
import { command } from "./options";
import { run } from "./run";

if (!isCollected(command())) main();

function main(): void {
  // Node ends with 0 when a promise is never settled.
  process.exitCode = EXIT.failed;
  heedOutputs();

  run(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    signals: process,
    leave: (code) => process.exit(code),
  }).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      const { code, message } = failureOf(error);
      process.stderr.write(`${message}\n`);
      process.exitCode = code;
    },
  );
}
