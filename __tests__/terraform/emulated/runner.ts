import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Variables } from "../../../lib/variables";
import { PROJECT_ROOT } from "../../../ops/terraform/stack-folder";
import type { Lane } from "./lane";
import { isToBeHad, onPath, type PythonProgram, pythonProgram } from "./python-program";
import { check } from "./report";

const AWS_CLI: PythonProgram = {
  name: "aws",
  requirement: "awscli==1.46.3",
  remedy: "install the AWS CLI on the PATH, or Python 3.10 or newer with venv",
};
/** The repository whose jobs they believe to be. */
export const REPOSITORY = "shop/retail-bi";
const GIT_REMEDY = "install git, and run this in a clone of the repository";

/** What to install so that steps of the workflows can run here, a line each. */
export function missingOnRunner(variables: Variables): string[] {
  return [
    ...(isToBeHad(AWS_CLI, variables)
      ? []
      : [`neither aws nor python3 is on this machine: ${AWS_CLI.remedy}`]),
    ...(onPath("git", variables) === undefined ? [`git is not on this machine: ${GIT_REMEDY}`] : []),
  ];
}

/** A machine that runs jobs, as GitHub's would: a clone of the project, and the programs that steps call. */
export class Runner {
  /** What there is to say about its programs. */
  public readonly notices: string[] = [];
  private readonly tools: string;

  private constructor(
    public readonly lane: Lane,
    private readonly root: string,
    /** The clone. */
    public readonly checkout: string,
    /** The commit that its jobs are run for. */
    public readonly sha: string,
    /** What the environment of its jobs has, beside what GitHub sets. */
    private readonly more: Variables,
  ) {
    this.tools = this.folder("tools");
  }

  /** Checks the project out as it lies here, what is not committed included. @param more variables of every job */
  public static async open(lane: Lane, more: Variables): Promise<Runner> {
    const root = join(lane.scratch, "runner");
    const checkout = join(root, "checkout");
    mkdirSync(checkout, { recursive: true });
    const files = await git(
      lane,
      PROJECT_ROOT,
      "ls-files",
      "-z",
      "--cached",
      "--others",
      "--exclude-standard",
    );
    for (const file of files.split("\0")) {
      const from = join(PROJECT_ROOT, file);
      // One that was deleted, and the deletion not committed, is still listed.
      if (file !== "" && existsSync(from)) cpSync(from, join(checkout, file));
    }
    await git(lane, checkout, "init", "--quiet");
    const sha = await commitAll(lane, checkout, "as it is");
    const runner = new Runner(lane, root, checkout, sha, more);
    await runner.addPrograms();
    return runner;
  }

  /** Commits a change of a file. @returns the commit. */
  public async commit(subject: string, file: string, change: (text: string) => string): Promise<string> {
    const path = join(this.checkout, file);
    writeFileSync(path, change(readFileSync(path, "utf8")));
    return commitAll(this.lane, this.checkout, subject);
  }

  /** Checks a commit out, as the action does. */
  public async checkOut(commit: string): Promise<void> {
    await git(this.lane, this.checkout, "checkout", "--quiet", commit);
  }

  /** Puts a program where steps find it first. */
  public addProgram(name: string, body: string): void {
    const path = join(this.tools, name);
    writeFileSync(path, `#!/bin/bash\n${body}\n`);
    chmodSync(path, 0o755);
  }

  /** An empty folder for a job. */
  public folder(name: string): string {
    const path = join(this.root, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** The variables of this machine: no job gets what npm, or this run, tells its own programs. */
  public get variables(): Variables {
    const { checkout, lane, tools, more } = this;
    const foreign = Object.keys(lane.variables).filter((name) => /^(npm_|INIT_CWD$|RETAIL_BI_)/.test(name));
    const path = (lane.variables["PATH"] ?? "").split(delimiter).filter((one) => !/node_modules/.test(one));
    return {
      ...Object.fromEntries(foreign.map((name) => [name, undefined])),
      PATH: [tools, ...path].join(delimiter),
      GITHUB_ACTIONS: "true",
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_SHA: this.sha,
      GITHUB_RUN_ID: "1",
      GITHUB_RUN_ATTEMPT: "1",
      // The action that fetches credentials sets it, beside AWS_REGION.
      AWS_DEFAULT_REGION: lane.variables["AWS_REGION"],
      // A repository with an environment of its own has it in `environments/`; this one lies among the tests.
      RETAIL_BI_ENVIRONMENT_MODULE: join(checkout, "__tests__/terraform/emulated/environment.ts"),
      ...more,
    };
  }

  private async addPrograms(): Promise<void> {
    const { lane } = this;
    const aws = await pythonProgram(AWS_CLI, lane.variables, (line) => this.notices.push(line), lane.signal);
    this.addProgram("aws", `exec ${JSON.stringify(aws)} "$@"`);
    const terraform = onPath(lane.terraformCommand, lane.variables) ?? lane.terraformCommand;
    this.addProgram("terraform", `exec ${JSON.stringify(terraform)} "$@"`);
    const { stdout, stderr } = await lane.expectExit(0, aws, ["--version"]);
    this.notices.push(`AWS CLI: ${`${stdout}${stderr}`.trim().split(" ")[0]}`);
  }
}

/** Commits everything; git fails where nothing was changed. @returns the commit. */
async function commitAll(lane: Lane, clone: string, subject: string): Promise<string> {
  const author = ["-c", "user.name=retail-bi", "-c", "user.email=retail-bi@example.com"];
  await git(lane, clone, "add", "--all");
  await git(lane, clone, ...author, "commit", "--quiet", "--no-gpg-sign", "--message", subject);
  return (await git(lane, clone, "rev-parse", "HEAD")).trim();
}

async function git(lane: Lane, cwd: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await lane.run("git", args, {}, { cwd, remedy: GIT_REMEDY });
  check(exitCode === 0, `git ${args.join(" ")} ended with ${exitCode} (${GIT_REMEDY}):\n${stderr}${stdout}`);
  return stdout;
}
