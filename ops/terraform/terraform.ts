import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json";
import { OperatorError } from "../../lib/operator-error";
import { runProgram } from "../../lib/run-program";
import type { Variables } from "../../lib/variables";
import type { TerraformProgram } from "./find-terraform";

/** Numbers of resources that a plan or an apply changes. */
export interface Changes {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
}

/** An apply that failed, maybe after it had removed resources. */
export class ApplyFailed extends OperatorError {
  public constructor(
    message: string,
    /** The number of resources that it removed before. */
    public readonly removed: number,
  ) {
    super(message);
  }
}

/** Receives progress messages, one line each. */
export type Say = (line: string) => void;

interface TerraformOptions {
  readonly program: TerraformProgram;
  readonly variables: Variables;
  /** Receives a message for each finished resource. @default none */
  readonly say?: Say;
  /** Timeout of waiting for the state lock, such as `5m`. @default 0s */
  readonly lockTimeout?: string;
  /** Options that give the stack's variables, such as `-var=team=meters`. @default none */
  readonly variableOptions?: readonly string[];
  /** Interrupts the running command as Ctrl-C does. */
  readonly signal?: AbortSignal;
}

/** Exit codes of `plan -detailed-exitcode`. */
const NOTHING_TO_DO = 0;
const SOMETHING_TO_DO = 2;

/** Terraform in one folder, non-interactive. Every failure is an OperatorError with Terraform's own message. */
export class Terraform {
  private readonly variables: Variables;
  private readonly lock: string;

  public constructor(
    public readonly folder: string,
    private readonly options: TerraformOptions,
  ) {
    this.lock = `-lock-timeout=${options.lockTimeout ?? "0s"}`;
    this.variables = {
      ...options.variables,
      CHECKPOINT_DISABLE: "1",
      TF_IN_AUTOMATION: "1",
      TF_INPUT: "0",
    };
  }

  /** Connects to the configured backend without moving the state (see `migrateState`). */
  public async init(): Promise<void> {
    await this.run("init", ["-reconfigure", "-input=false", "-no-color"]);
  }

  /** Connects to the configured backend and copies the state of the previous backend there. */
  public async migrateState(): Promise<void> {
    await this.run("init", ["-migrate-state", "-force-copy", "-input=false", "-no-color"]);
  }

  /** @throws OperatorError listing the errors of the configuration. */
  public async validate(): Promise<void> {
    await this.run("validate", ["-no-color"]);
  }

  /**
   * Writes a plan to `file`, relative to the folder. It writes no state.
   * @returns whether the plan has changes
   */
  public async plan(file: string, { destroy = false } = {}): Promise<boolean> {
    const args = ["-input=false", "-no-color", "-detailed-exitcode", `-out=${file}`, this.lock].concat(
      this.options.variableOptions ?? [],
    );
    const exitCode = await this.run("plan", destroy ? ["-destroy", ...args] : args, [
      NOTHING_TO_DO,
      SOMETHING_TO_DO,
    ]);
    return exitCode === SOMETHING_TO_DO;
  }

  /**
   * Applies a saved plan.
   * @returns the numbers of changed resources
   * @throws ApplyFailed with the number of those that were removed nevertheless
   */
  public async apply(file: string): Promise<Changes> {
    let changes: Changes = { add: 0, change: 0, remove: 0 };
    // A failed apply has no summary.
    let removed = 0;
    const faults: string[] = [];
    const onLine = (line: string): void => {
      const event = parseEvent(line);
      if (!event) return;
      const type = member(event, "type");
      const summary = member(event, "changes");
      if (type === "change_summary" && isJsonObject(summary)) changes = changesOf(summary);
      if (type === "diagnostic" && member(event, "@level") === "error") faults.push(faultOf(event));
      if (type === "apply_complete" && actionOf(event) === "delete") removed++;
      if (type === "apply_complete" && actionOf(event) !== "read") {
        this.options.say?.(String(member(event, "@message") ?? ""));
      }
    };
    const { exitCode, stderr } = await this.start(
      "apply",
      ["-json", "-input=false", this.lock, file],
      onLine,
    );
    if (exitCode !== 0)
      throw new ApplyFailed(this.failure("apply", faults.join("\n\n") || stderr).message, removed);
    return changes;
  }

  /** A saved plan, or without `file` the state, as `terraform show -json` prints it. */
  public async show(file?: string): Promise<JsonObject> {
    const { stdout } = await this.capture("show", [
      "-json",
      "-no-color",
      ...(file === undefined ? [] : [file]),
    ]);
    const shown: unknown = JSON.parse(stdout);
    if (!isJsonObject(shown)) throw new OperatorError("terraform show -json did not print an object");
    return shown;
  }

  /** Addresses of all resources and data sources in the state; none where nothing was ever applied. */
  public async stateList(): Promise<string[]> {
    const { exitCode, stdout, stderr } = await this.capture("state", ["list"], [0, 1]);
    if (exitCode !== 0 && !stderr.includes(NO_STATE)) throw this.failure("state", stderr.trim() || stdout);
    return stdout.split("\n").filter((line) => line !== "");
  }

  /** One resource of the state, as `terraform state show` prints it. */
  public async stateShow(address: string): Promise<string> {
    const { stdout } = await this.capture("state", ["show", "-no-color", address]);
    return stdout;
  }

  /** Removes resources from the state without destroying them. */
  public async stateRemove(addresses: readonly string[]): Promise<void> {
    await this.run("state", ["rm", this.lock, ...addresses]);
  }

  /** Outputs by name. */
  public async outputs(): Promise<ReadonlyMap<string, Json>> {
    const { stdout } = await this.capture("output", ["-json", "-no-color"]);
    const outputs: unknown = JSON.parse(stdout);
    if (!isJsonObject(outputs)) throw new OperatorError("terraform output -json did not print an object");
    return new Map(
      Object.entries(outputs).map(([name, output]) => [
        name,
        isJsonObject(output) ? (member(output, "value") ?? null) : null,
      ]),
    );
  }

  private async run(
    command: string,
    args: readonly string[],
    accepted: readonly number[] = [0],
  ): Promise<number> {
    return (await this.capture(command, args, accepted)).exitCode;
  }

  private async capture(command: string, args: readonly string[], accepted: readonly number[] = [0]) {
    const finished = await this.start(command, args);
    if (!accepted.includes(finished.exitCode)) {
      throw this.failure(command, finished.stderr.trim() || finished.stdout);
    }
    return finished;
  }

  private start(command: string, args: readonly string[], onLine?: Say) {
    return runProgram(this.options.program.command, [command, ...args], {
      cwd: this.folder,
      variables: this.variables,
      remedy: "check that it is still installed",
      isWaitedFor: true,
      ...(onLine && { onLine }),
      ...(this.options.signal && { signal: this.options.signal }),
    });
  }

  private failure(command: string, message: string): OperatorError {
    return new OperatorError(`terraform ${command} failed in ${this.folder}:\n${plain(message)}`);
  }
}

/** What `terraform state` says before the first apply. */
const NO_STATE = "No state file was found!";

/** Parses a line of `-json` output; other lines are not events. */
function parseEvent(line: string): JsonObject | undefined {
  if (!line.startsWith("{")) return undefined;
  const event: unknown = JSON.parse(line);
  return isJsonObject(event) ? event : undefined;
}

/** What was done to a resource: "create", "update", "delete"; a data source is "read". */
function actionOf(event: JsonObject): Json | undefined {
  const hook = member(event, "hook");
  return isJsonObject(hook) ? member(hook, "action") : undefined;
}

function changesOf(summary: JsonObject): Changes {
  const count = (key: string): number => Number(member(summary, key) ?? 0);
  return { add: count("add"), change: count("change"), remove: count("remove") };
}

function faultOf(event: JsonObject): string {
  const diagnostic = member(event, "diagnostic");
  if (!isJsonObject(diagnostic)) return String(member(event, "@message") ?? "");
  return ["address", "summary", "detail"]
    .map((key) => member(diagnostic, key))
    .filter((part) => typeof part === "string" && part !== "")
    .join(": ");
}

/** Removes the frame that Terraform draws around an error. */
function plain(message: string): string {
  return message
    .replace(/^[╷╵]\n?/gm, "")
    .replace(/^│ ?/gm, "")
    .trim();
}
