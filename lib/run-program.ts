import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setImmediate as turn } from "node:timers/promises";
import { beforeInterrupt, isInterrupted } from "./interrupt";
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
  /**
   * Ctrl-C interrupts the program once, and this process ends after it: it has a lock to release. It has no terminal to
   * ask on. With `signal` only that interrupts it. @default false: Ctrl-C on a terminal reaches both, and neither waits
   */
  readonly isWaitedFor?: boolean;
}

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end; it is never killed.
 * @throws OperatorError when it cannot be started, with the remedy, when a signal ended it, or after Ctrl-C.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, variables, onLine, remedy, signal: stop, isWaitedFor = false }: RunOptions,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    if (isInterrupted()) throw new OperatorError(`${program} is not started any more: interrupted`);
    let ends = (): void => undefined;
    const closed = new Promise<void>((resolve) => {
      ends = resolve;
    });
    // Before the start: Ctrl-C may come while the program is started.
    const forget =
      isWaitedFor && stop === undefined
        ? beforeInterrupt(async (again) => {
            again.addEventListener("abort", () => interrupt(), { once: true });
            interrupt();
            await closed;
            // The command says first what its program said.
            await turn();
          })
        : undefined;
    const child = spawn(program, args, {
      cwd,
      env: { ...variables },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, which a terminal's Ctrl-C does not reach: Terraform gives up at the second.
      detached: isWaitedFor,
    });
    const interrupt = (): void => {
      if (isWaitedFor) interruptGroup(child);
      else child.kill("SIGINT");
    };
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
      ends();
      forget?.();
      reject(
        error.code === "ENOENT"
          ? new OperatorError(`${program} is not on this machine: ${remedy}`)
          : new OperatorError(`${program} cannot be started: ${error.message}`),
      );
    });
    child.on("close", (code, signal) => {
      stop?.removeEventListener("abort", interrupt);
      ends();
      forget?.();
      if (code === null) {
        reject(new OperatorError(`${program} ${args[0] ?? ""} was ended by ${signal ?? "a signal"}`));
      } else {
        resolve({ exitCode: code, stdout, stderr });
      }
    });
  });
}

function interruptGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGINT");
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
