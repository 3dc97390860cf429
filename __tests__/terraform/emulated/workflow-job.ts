import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finished } from "../../../lib/run-program";
import { type RunStep, runStep } from "../../support/workflows";
import { ACCOUNT_ID, ENVIRONMENT, REGION } from "./lane";
import { check } from "./report";
import type { Runner } from "./runner";

/** The result of a step. */
export interface StepEnd extends Finished {
  readonly outputs: ReadonlyMap<string, string>;
  /** Its addition to the job summary. */
  readonly summary: string;
}

export interface JobOptions {
  /** Distinguishes it from other jobs of this run. */
  readonly name: string;
  /** Working directory of the steps. @default the clone */
  readonly workspace?: string;
  /** Results of earlier jobs: values of expressions, such as `needs.propose.outputs.bundle`. */
  readonly context?: Readonly<Record<string, string>>;
}

/** GitHub's context values of the environment. */
const CONTEXT: Readonly<Record<string, string>> = {
  "inputs.environment": ENVIRONMENT,
  "matrix.environment": ENVIRONMENT,
  "vars.ACCOUNT_ID": ACCOUNT_ID,
  "vars.REGION": REGION,
  "github.token": "none",
};

/** A workflow job whose `run:` steps run here as on GitHub: same shell, variables and files. */
export class WorkflowJob {
  private readonly workspace: string;
  /** Folder for its files beside the workspace: `RUNNER_TEMP`. */
  public readonly temp: string;
  /** Values of expressions. */
  private readonly known: Map<string, string>;

  public constructor(
    private readonly runner: Runner,
    private readonly workflow: string,
    { name, workspace = runner.checkout, context = {} }: JobOptions,
  ) {
    this.workspace = workspace;
    this.temp = runner.folder(`${name}-temp`);
    this.known = new Map(Object.entries({ ...CONTEXT, ...context }));
  }

  /** Whether the step's `if` holds after the steps that have run. */
  public wants(name: string): boolean {
    const { condition } = this.step(name);
    if (condition === undefined) return true;
    const [, subject, comparison, value] = /^(\S+) (==|!=) '(.*)'$/.exec(condition) ?? [];
    if (subject === undefined) throw new Error(`step "${name}": an \`if\` of this form is not known here`);
    // An output that no step set is empty.
    return ((this.known.get(subject) ?? "") === value) === (comparison === "==");
  }

  /** Runs a step that must succeed. @throws CheckFailed with its output. */
  public async pass(name: string): Promise<StepEnd> {
    const end = await this.run(name);
    check(
      end.exitCode === 0,
      `${this.workflow}, "${name}" ended with ${end.exitCode}:\n${end.stdout}\n${end.stderr}`,
    );
    return end;
  }

  /** Runs a step that must fail with these words in its output. @returns the line that contains them. */
  public async fail(name: string, words: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(name);
    const line = `${stdout}\n${stderr}`.split("\n").find((one) => one.includes(words));
    check(
      exitCode !== 0 && line !== undefined,
      `"${name}" should fail with "${words}", but ended with ${exitCode}:\n${stdout}\n${stderr}`,
    );
    return line.trim();
  }

  private async run(name: string): Promise<StepEnd> {
    const { runner, workflow } = this;
    check(this.wants(name), `${workflow}, "${name}" is not to run: its \`if\` does not hold`);
    const step = this.step(name);
    const file = (kind: string): string => join(this.temp, kind);
    writeFileSync(file("step.sh"), step.text);
    for (const kind of ["output", "summary"]) writeFileSync(file(kind), "");
    const environment = Object.entries(step.environment).map(
      ([variable, value]) => [variable, this.filled(value)] as const,
    );
    for (const [variable, value] of environment) this.known.set(`env.${variable}`, value);
    const cwd = join(this.workspace, this.filled(step.workingDirectory ?? "."));
    check(existsSync(cwd), `${workflow}, "${name}": there is no ${cwd}`);
    // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    const flags = step.shell === "bash" ? ["--noprofile", "--norc", "-eo", "pipefail"] : ["-e"];
    const finished = await runner.lane.run(
      "bash",
      [...flags, file("step.sh")],
      {
        ...runner.variables,
        ...Object.fromEntries(environment),
        RUNNER_TEMP: this.temp,
        GITHUB_OUTPUT: file("output"),
        GITHUB_STEP_SUMMARY: file("summary"),
      },
      { cwd, remedy: "install bash" },
    );
    const outputs = new Map(
      [...readFileSync(file("output"), "utf8").matchAll(/^(\w+)=(.*)$/gm)].map(
        ([, output = "", value = ""]) => [output, value] as const,
      ),
    );
    for (const [output, value] of outputs) this.known.set(`steps.${step.id}.outputs.${output}`, value);
    return { ...finished, outputs, summary: readFileSync(file("summary"), "utf8") };
  }

  private step(name: string): RunStep {
    return runStep(this.workflow, name);
  }

  /** Replaces the expressions in a text. @throws Error on an expression without a value. */
  private filled(text: string): string {
    return text.replace(/\$\{\{ (.*?) \}\}/g, (_whole, expression: string) => {
      const value = this.known.get(expression);
      if (value === undefined) throw new Error(`${this.workflow}: nobody gave a value of ${expression}`);
      return value;
    });
  }
}
