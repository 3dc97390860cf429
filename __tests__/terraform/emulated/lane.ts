import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { findTerraform, type TerraformProgram } from "../../../terraform/find-terraform";
import { describeSource, findProvider, variablesFor } from "../../../terraform/provider-source";
import { type Finished, runProgram } from "../../../terraform/run-program";
import {
  type EnvironmentFolders,
  PROJECT_ROOT,
  synthesizeEnvironment,
} from "../../../terraform/stack-folder";
import { Terraform } from "../../../terraform/terraform";
import type { Variables } from "../../../terraform/variables";
import { Account } from "./account";
import type { Report } from "./report";
import { check } from "./report";
import { type StandIn, startStandIn } from "./stand-in";

export const ENVIRONMENT = "emulated";
/** The account that the stand-in is. */
export const ACCOUNT_ID = "123456789012";
export const REGION = "eu-west-1";
/** What a kept plan is called. */
export const PLAN = "test.tfplan";
/** The provider that the constructs were generated from. */
const PROVIDER_VERSION = "5.100.0";

/** What a run needs, and how its steps run programs. */
export class Lane {
  public readonly account: Account;

  private constructor(
    public readonly report: Report,
    public readonly variables: Variables,
    public readonly scratch: string,
    private readonly program: TerraformProgram,
    private readonly standIn: StandIn,
    private readonly signal: AbortSignal,
  ) {
    this.account = new Account(standIn.url, REGION);
  }

  /** Finds the tools and starts the stand-in. @throws OperatorError saying what to install. */
  public static async open(report: Report, say: (line: string) => void, signal: AbortSignal): Promise<Lane> {
    const scratch = mkdtempSync(join(tmpdir(), "retail-bi-terraform-"));
    try {
      const program = await findTerraform(process.env);
      const source = findProvider(PROVIDER_VERSION, process.env);
      const standIn = await startStandIn(process.env, say, signal);
      say(`Terraform ${program.version}; AWS provider ${PROVIDER_VERSION}: ${describeSource(source)}`);
      say(`AWS API stand-in: ${standIn.origin}, ${standIn.url}`);
      const variables = {
        ...variablesFor(source, process.env, scratch),
        AWS_ENDPOINT_URL: standIn.url,
        AWS_ACCESS_KEY_ID: "operator",
        AWS_SECRET_ACCESS_KEY: "operator",
        AWS_SESSION_TOKEN: undefined,
        AWS_PROFILE: undefined,
        AWS_REGION: REGION,
        AWS_EC2_METADATA_DISABLED: "true",
        CHECKPOINT_DISABLE: "1",
        CI: "true",
        NO_COLOR: "1",
        RETAIL_BI_ENVIRONMENTS: ENVIRONMENT,
        RETAIL_BI_LOCATION_FILE: join(scratch, "locations.json"),
        RETAIL_BI_WORK_FOLDER: join(scratch, "work"),
      };
      const lane = new Lane(report, variables, scratch, program, standIn, signal);
      await lane.account.useFunctionsWithoutDocker();
      return lane;
    } catch (error) {
      rmSync(scratch, { recursive: true, force: true });
      throw error;
    }
  }

  /** Where the stand-in answers. */
  public get url(): string {
    return this.standIn.url;
  }

  /** Runs a program in the project, and returns whatever its end is. */
  public async run(
    command: string,
    args: readonly string[],
    variables: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Finished> {
    this.signal.throwIfAborted();
    const finished = await runProgram(command, args, {
      cwd: PROJECT_ROOT,
      variables: { ...this.variables, ...variables },
      remedy: "it comes with Node",
      signal: this.signal,
    });
    this.signal.throwIfAborted();
    return finished;
  }

  /** Runs a program that must end with `exitCode`. @throws CheckFailed with its output otherwise. */
  public async expectExit(
    exitCode: number,
    command: string,
    args: readonly string[],
    variables: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Finished> {
    const finished = await this.run(command, args, variables);
    check(
      finished.exitCode === exitCode,
      `${command} ${args.join(" ")} ended with ${finished.exitCode}, not ${exitCode}:\n${finished.stderr}\n${finished.stdout}`,
    );
    return finished;
  }

  /** One of the operators' commands, as they type it. */
  public npm(
    exitCode: number,
    args: readonly string[],
    variables: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Finished> {
    return this.expectExit(exitCode, "npm", ["run", "--silent", ...args], variables);
  }

  /** The cdktf CLI on the main stack; it must succeed. @returns what it printed, without colours. */
  public async cdktf(
    command: string,
    flags: readonly string[],
    variables: Readonly<Record<string, string | undefined>> = {},
  ): Promise<string> {
    const offline = command === "output" ? [] : ["--skip-provider-lock"];
    const { stdout } = await this.expectExit(
      0,
      "npx",
      ["cdktf", command, ENVIRONMENT, ...offline, ...flags, "--output", join(this.scratch, "cdktf.out")],
      // The CLI's init would ask where the state of the last bucket went.
      { ...variables, TF_CLI_ARGS_init: "-reconfigure", CDKTF_DISABLE_PLUGIN_CACHE_ENV: "1" },
    );
    return stripVTControlCharacters(stdout);
  }

  /** Synthesizes an environment into a folder of the scratch space. @param environment default: the emulated one */
  public synthesize(
    folder: string,
    variables: Readonly<Record<string, string | undefined>> = {},
    environment = ENVIRONMENT,
  ): Promise<EnvironmentFolders> {
    return synthesizeEnvironment(
      environment,
      { ...this.variables, ...variables },
      join(this.scratch, folder),
    );
  }

  /** Terraform in a folder, with nothing between it and the synthesized JSON. */
  public terraform(folder: string): Terraform {
    return new Terraform(folder, { program: this.program, variables: this.variables, signal: this.signal });
  }

  /** Stops the stand-in and removes what was written. */
  public async close(): Promise<void> {
    this.account.close();
    await this.standIn.stop();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
