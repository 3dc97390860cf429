import { run } from "./run";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that goes away, such as `head`, has seen enough.
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`error: standard output takes no more: ${error.message}\n`);
  process.exit(1);
});

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
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
