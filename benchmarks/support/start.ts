import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

/** The root of the project. */
export const ROOT = resolve(__dirname, "../..");

/** Options for a buffer of a second and a merge every five: the same path, less waiting. */
export const FAST = ["--time-scale", "60"] as const;

/** Result of a command. */
interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm start -- …` that runs, in a process group of its own, as a shell would start it. */
export class StartCommand {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Outcome>;
  private readonly child: ChildProcess;
  private hasEnded = false;

  /** Without npm, which adds nothing but its own output. */
  constructor(...options: readonly string[]) {
    const child = spawn(process.execPath, ["--import", "tsx", "--", "local/cli.ts", ...options], {
      cwd: ROOT,
      detached: true,
    });
    child.stdout.on("data", (chunk) => {
      this.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.child = child;
    this.ended = new Promise((done) =>
      child.on("close", (code) => {
        this.hasEnded = true;
        done({ code, stdout: this.stdout, stderr: this.stderr });
      }),
    );
  }

  /** Ctrl-C: a terminal tells every process of the group. */
  interrupt(): void {
    process.kill(-this.group, "SIGINT");
  }

  /** `kill -9`, which no process of the group hears; nothing when the command has ended. */
  kill(): void {
    if (!this.hasEnded) process.kill(-this.group, "SIGKILL");
  }

  /** Whether any process of the group lives, the functions' too. tsx's own compiler ends a moment later. */
  isAnythingLeft(): boolean {
    try {
      process.kill(-this.group, 0);
      return true;
    } catch {
      return false;
    }
  }

  private get group(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error("the command was not started");
    return pid;
  }
}

/** `npm start -- …`, to its end. */
export function start(...options: readonly string[]): Promise<Outcome> {
  return new StartCommand(...options).ended;
}
