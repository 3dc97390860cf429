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
/** Repository name in the jobs' context. */
export const REPOSITORY = "shop/retail-bi";
const GIT_REMEDY = "install git, and run this in a clone of the repository";

/** Programs to install so that the workflows' steps can run here, one on each line. */
export function missingOnRunner(variables: Variables): string[] {
  return [
    ...(isToBeHad(AWS_CLI, variables)
      ? []
      : [`neither aws nor python3 is on this machine: ${AWS_CLI.remedy}`]),
    ...(onPath("git", variables) === undefined ? [`git is not on this machine: ${GIT_REMEDY}`] : []),
  ];
}

/** A machine that runs jobs as GitHub would: a clone of the project, and the programs that the steps call. */
export class Runner {
  /** Notices about its programs. */
  public readonly notices: string[] = [];
  private readonly tools: string;

  private constructor(
    public readonly lane: Lane,
    private readonly root: string,
    /** The clone. */
    public readonly checkout: string,
    /** The commit that its jobs run for. */
    public readonly sha: string,
    /** Environment variables of its jobs, in addition to GitHub's. */
    private readonly more: Variables,
  ) {
    this.tools = this.folder("tools");
  }

  /** Checks out the project in its current state, uncommitted changes included. @param more variables of every job */
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
      // A deleted file whose deletion is not committed is still listed.
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

  /** Checks out a commit, as the action does. */
  public async checkOut(commit: string): Promise<void> {
    await git(this.lane, this.checkout, "checkout", "--quiet", commit);
  }

  /** Adds a program at the front of the steps' PATH. */
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

  /** This machine's variables, without those that npm or this run sets for its own programs. */
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
      // The action that fetches credentials sets it, in addition to AWS_REGION.
      AWS_DEFAULT_REGION: lane.variables["AWS_REGION"],
      // A repository has its environments in `environments/`; this one is among the tests.
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

/** Commits everything; git fails if nothing was changed. @returns the commit. */
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
