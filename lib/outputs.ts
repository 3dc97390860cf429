import { EXIT } from "./exit";

/** What listeners of SIGINT get in place of its name when standard error broke: a first Ctrl-C, never a second one. */
export const STDERR_BROKE = "SIGPIPE";

/** Lets no error of standard output or standard error end the process in the middle of its work with a stack trace. */
export function heedOutputs(): void {
  process.stdout.off("error", endWithStdout).on("error", endWithStdout);
  process.stderr.off("error", interruptWithStderr).on("error", interruptWithStderr);
}

/** A reader that goes away, such as `head`, has seen enough; but not all was written. */
function endWithStdout(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE")
    process.stderr.write(`error: standard output takes no more: ${error.message}\n`);
  process.exit(EXIT.failed);
}

/** Only listeners hear it: a command that has nothing to stop goes on to its end, without its messages. */
function interruptWithStderr(): void {
  process.emit("SIGINT", STDERR_BROKE);
}
