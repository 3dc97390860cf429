import { performance } from "node:perf_hooks";
import { LAMBDA_REQUEST_BYTES } from "../../../../contract/limits";
import type { FunctionModel } from "../../../plan/data-plane";
import { FunctionError } from "./function-error";
import { ProcessUnreachable, Sandbox, type SandboxOptions } from "./sandbox";

/** Lambda's limit of a function's response, in bytes. */
const ANSWER_LIMIT_BYTES = 6_291_556;

/** Statistics of a function since its start. Times in milliseconds. */
export interface FunctionStats {
  readonly functionName: string;
  readonly invocations: number;
  readonly failures: number;
  /** Invocations that waited for a process to start and load the code. */
  readonly coldStarts: number;
  readonly coldStartTotal: number;
  readonly coldStartMax: number;
  readonly durationTotal: number;
  readonly durationMax: number;
  /** Largest resident memory of one process after an invocation. */
  readonly peakRssBytes: number;
  readonly processes: readonly { readonly pid: number; readonly rssBytes: number }[];
}

/** The sandboxes of one function. An invocation reuses an idle sandbox, or starts another one. */
export class FunctionHost {
  readonly model: FunctionModel;
  private readonly all = new Set<Sandbox>();
  private readonly idle: Sandbox[] = [];
  private readonly queue: (() => void)[] = [];
  /** Invocations in progress. */
  private taken = 0;
  private closed = false;
  private totals = {
    invocations: 0,
    failures: 0,
    coldStarts: 0,
    coldStartTotal: 0,
    coldStartMax: 0,
    durationTotal: 0,
    durationMax: 0,
    peakRssBytes: 0,
  };

  /** @param maxProcesses limit of concurrent invocations; further ones wait */
  constructor(
    private options: SandboxOptions,
    private readonly maxProcesses: number,
  ) {
    this.model = options.model;
  }

  /** Invokes the function and returns its answer. Rejects with FunctionError. */
  async invoke(event: unknown): Promise<unknown> {
    this.totals.invocations++;
    try {
      const payload = JSON.stringify(event) ?? "null";
      this.limit("RequestEntityTooLarge", "The event", payload, LAMBDA_REQUEST_BYTES);
      const answer = await this.run(payload);
      this.limit("Function.ResponseSizeTooLarge", "The answer", answer, ANSWER_LIMIT_BYTES);
      const value: unknown = JSON.parse(answer);
      return value;
    } catch (error) {
      this.totals.failures++;
      throw error;
    }
  }

  /** Uses other code from the next invocation on; those in progress end with the code that they began with. */
  update(code: Pick<SandboxOptions, "taskRoot" | "environment">): void {
    this.options = { ...this.options, ...code };
    for (const sandbox of this.idle.splice(0)) sandbox.kill();
  }

  stats(): FunctionStats {
    const processes = [...this.all].flatMap(({ alive, pid, rssBytes }) =>
      alive && pid !== undefined ? [{ pid, rssBytes }] : [],
    );
    return { functionName: this.model.name, ...this.totals, processes };
  }

  /** Kills every process, which fails running and waiting invocations. Resolves when all have exited. */
  async close(): Promise<void> {
    this.closed = true;
    const sandboxes = this.kill();
    await Promise.all(sandboxes.map(({ exited }) => exited));
  }

  /** Kills every process. */
  kill(): readonly Sandbox[] {
    const sandboxes = [...this.all];
    for (const sandbox of sandboxes) sandbox.kill();
    return sandboxes;
  }

  private async run(payload: string): Promise<string> {
    await this.turn();
    try {
      for (;;) {
        try {
          return await this.runIn(await this.acquire(), payload);
        } catch (error) {
          // An idle process that was killed does not fail the invocation, as on Lambda.
          if (!(error instanceof ProcessUnreachable)) throw error;
        }
      }
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.taken--;
    }
  }

  private async runIn(sandbox: Sandbox, payload: string): Promise<string> {
    const started = performance.now();
    try {
      return await sandbox.invoke(payload);
    } finally {
      const duration = performance.now() - started;
      this.totals.durationTotal += duration;
      this.totals.durationMax = Math.max(this.totals.durationMax, duration);
      this.totals.peakRssBytes = Math.max(this.totals.peakRssBytes, sandbox.rssBytes);
      if (!sandbox.runs(this.options)) sandbox.kill();
      else if (sandbox.alive) this.idle.push(sandbox);
    }
  }

  /** Waits until fewer than `maxProcesses` invocations are in progress. */
  private async turn(): Promise<void> {
    if (this.taken < this.maxProcesses) this.taken++;
    else await new Promise<void>((resolve) => this.queue.push(resolve));
  }

  private async acquire(): Promise<Sandbox> {
    if (this.closed) throw FunctionError.of(this.model.name, "ServiceException", "the functions are stopped");
    for (let warm = this.idle.pop(); warm; warm = this.idle.pop()) if (warm.alive) return warm;
    const started = performance.now();
    const sandbox = new Sandbox(this.options);
    this.all.add(sandbox);
    void sandbox.exited.then(() => this.all.delete(sandbox));
    await sandbox.ready;
    const duration = performance.now() - started;
    this.totals.coldStarts++;
    this.totals.coldStartTotal += duration;
    this.totals.coldStartMax = Math.max(this.totals.coldStartMax, duration);
    return sandbox;
  }

  private limit(errorType: string, what: string, payload: string, limit: number): void {
    const bytes = Buffer.byteLength(payload);
    if (bytes <= limit) return;
    throw FunctionError.of(
      this.model.name,
      errorType,
      `${what} of ${bytes} bytes exceeds the payload limit of ${limit} bytes`,
    );
  }
}
