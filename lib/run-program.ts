import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { OperatorError } from "./operator-error";
import type { Variables } from "./variables";

interface RunOptions {
  readonly cwd: string;
  readonly variables: Variables;
  /** Called with each line of standard output while the program runs. */
  readonly onLine?: (line: string) => void;
  /** Remedy when the program is missing, for the error. */
  readonly remedy: string;
  /** Interrupts the program as Ctrl-C does, and then waits for its end. */
  readonly signal?: AbortSignal;
}

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end. Ctrl-C on a terminal reaches the program too; it is never killed, so that Terraform can
 * release its lock.
 * @throws OperatorError when it cannot be started, with the remedy, or when a signal ended it.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, variables, onLine, remedy, signal: stop }: RunOptions,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...variables }, stdio: ["ignore", "pipe", "pipe"] });
    const interrupt = (): void => void child.kill("SIGINT");
    stop?.addEventListener("abort", interrupt, { once: true });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    if (onLine) createInterface({ input: child.stdout }).on("line", onLine);
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "ENOENT"
          ? new OperatorError(`${program} is not on this machine: ${remedy}`)
          : new OperatorError(`${program} cannot be started: ${error.message}`),
      );
    });
    child.on("close", (code, signal) => {
      stop?.removeEventListener("abort", interrupt);
      if (code === null) {
        reject(new OperatorError(`${program} ${args[0] ?? ""} was ended by ${signal ?? "a signal"}`));
      } else {
        resolve({ exitCode: code, stdout, stderr });
      }
    });
  });
}
