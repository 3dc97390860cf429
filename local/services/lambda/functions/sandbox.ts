import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { FunctionModel } from "../../../plan/data-plane";
import { FunctionError, type FunctionFault } from "./function-error";

const RUNNER = join(__dirname, "runner.cjs");

/** Share of a function's memory for Node's heap, about the same as in Lambda's runtime. */
const HEAP_SHARE = 0.9;

/** Lambda's limit of the init phase. */
const INIT_SECONDS = 10;

/** A message of the runner; it exits after `died`. */
type Message = { readonly rssBytes: number } & (
  | { readonly kind: "ready" }
  | { readonly kind: "succeeded"; readonly payload: string }
  | { readonly kind: "failed" | "died"; readonly error: FunctionFault }
);

/** The process had exited before it received the invocation, so another process may run it. */
export class ProcessUnreachable extends Error {
  override readonly name = "ProcessUnreachable";
}

/** The pending start of the runner or the pending invocation. */
interface PendingInvocation {
  readonly requestId?: string;
  readonly timer: NodeJS.Timeout;
  resolve(payload: string): void;
  reject(error: FunctionError | ProcessUnreachable): void;
}

/** Options of a sandbox. */
export interface SandboxOptions {
  readonly model: FunctionModel;
  /** The function's code, unpacked. */
  readonly taskRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

/** One process that runs one function, one invocation at a time: Lambda's execution environment. */
export class Sandbox {
  /** Resolves when the function's code is loaded; rejects with FunctionError when that fails. */
  readonly ready: Promise<unknown>;
  /** Resident memory at the end of the last invocation, in bytes. */
  rssBytes = 0;
  /** Resolves when the process has exited and all its output has been read. */
  readonly exited: Promise<void>;
  private readonly process: ChildProcess;
  private waiting: PendingInvocation | undefined;
  private gone = false;

  constructor(private readonly options: SandboxOptions) {
    const { model, taskRoot, environment, onLine } = options;
    const heapMiB = Math.floor(model.memoryMiB * HEAP_SHARE);
    // `ps` shows the name.
    this.process = spawn(process.execPath, [`--max-old-space-size=${heapMiB}`, RUNNER, model.name], {
      cwd: taskRoot,
      env: { ...environment },
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) if (stream) eachLine(stream, onLine);
    this.process.on("message", (message: Message) => this.receive(message));
    this.process.on("error", (error) => {
      this.gone = true;
      this.fail("Runtime.ExitError", error.message);
    });
    this.process.on("exit", (code, signal) => this.leave(code, signal));
    this.exited = new Promise((resolve) => this.process.on("close", () => resolve()));
    this.ready = this.wait(INIT_SECONDS);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Whether this is the code that it runs. */
  runs({ taskRoot }: Pick<SandboxOptions, "taskRoot">): boolean {
    return this.options.taskRoot === taskRoot;
  }

  /** Whether it can accept another invocation. */
  get alive(): boolean {
    return !this.gone;
  }

  /**
   * Runs the function once. @param payload the event as JSON; the response is JSON too
   * Rejects with FunctionError when the function throws, takes longer than its timeout, or dies; with ProcessUnreachable
   * when it had already exited.
   */
  invoke(payload: string): Promise<string> {
    const { arn, timeoutSeconds } = this.options.model;
    const requestId = randomUUID();
    const answer = this.wait(timeoutSeconds, requestId);
    const deadline = Date.now() + timeoutSeconds * 1000;
    this.process.send({ requestId, payload, deadline, functionArn: arn }, (error) => {
      if (!error) return;
      // It has exited, but the exit event has not arrived yet: it must not receive another invocation.
      this.kill();
      this.settle()?.reject(new ProcessUnreachable(`the process cannot be reached: ${error.message}`));
    });
    return answer;
  }

  /** Kills the process; its invocation fails. */
  kill(): void {
    this.gone = true;
    this.process.kill("SIGKILL");
  }

  private wait(seconds: number, requestId?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.kill();
        this.fail("Sandbox.Timedout", `Task timed out after ${seconds.toFixed(2)} seconds`);
      }, seconds * 1000);
      this.waiting = { timer, resolve, reject, ...(requestId === undefined ? {} : { requestId }) };
    });
  }

  private receive(message: Message): void {
    this.rssBytes = message.rssBytes;
    if (message.kind === "died") this.gone = true;
    if (message.kind === "ready") this.settle()?.resolve("");
    else if (message.kind === "succeeded") this.settle()?.resolve(message.payload);
    else this.reject(new FunctionError(this.options.model.name, message.error));
  }

  private leave(code: number | null, signal: NodeJS.Signals | null): void {
    const expected = this.gone;
    this.gone = true;
    const reason = signal === null ? `exit status ${code}` : `signal: ${signal}`;
    if (this.waiting || !expected) this.fail("Runtime.ExitError", `Runtime exited with error: ${reason}`);
  }

  private fail(errorType: string, problem: string): void {
    const requestId = this.waiting?.requestId;
    const message = requestId === undefined ? problem : `RequestId: ${requestId} Error: ${problem}`;
    this.reject(FunctionError.of(this.options.model.name, errorType, message));
  }

  /** Fails the pending invocation. An error between two invocations is logged. */
  private reject(error: FunctionError): void {
    const { functionName, errorType, errorMessage } = error;
    const waiting = this.settle();
    if (waiting) waiting.reject(error);
    else
      this.options.onLine(JSON.stringify({ level: "ERROR", message: errorMessage, functionName, errorType }));
  }

  private settle(): PendingInvocation | undefined {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting) clearTimeout(waiting.timer);
    return waiting;
  }
}

/**
 * Calls `onLine` with each line of the stream. Only a line feed ends a line: `node:readline` would also split
 * at U+2028, which stands unescaped in JSON.
 */
function eachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}
