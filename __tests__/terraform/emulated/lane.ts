import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { OperatorError } from "../../../lib/operator-error";
import { type Finished, runProgram } from "../../../lib/run-program";
import type { Variables } from "../../../lib/variables";
import { findTerraform, type TerraformProgram } from "../../../ops/terraform/find-terraform";
import {
  findProvider,
  MIRROR_VARIABLE,
  type ProviderSource,
  variablesFor,
} from "../../../ops/terraform/provider-source";
import {
  type EnvironmentFolders,
  PROJECT_ROOT,
  synthesizeEnvironment,
} from "../../../ops/terraform/stack-folder";
import { Terraform } from "../../../ops/terraform/terraform";
import { Account } from "./account";
import type { Report } from "./report";
import { check } from "./report";
import { missingOnRunner } from "./runner";
import { missingStandIn, type StandIn, startStandIn } from "./stand-in";

export const ENVIRONMENT = "emulated";
/** Account id of the stand-in. */
export const ACCOUNT_ID = "123456789012";
export const REGION = "eu-west-1";
/** File name of a saved plan. */
export const PLAN = "test.tfplan";
/** The provider that the constructs were generated from. */
const PROVIDER_VERSION = "5.100.0";

/** The tools and the stand-in of a run; runs programs for its steps. */
export class Lane {
  public readonly account: Account;

  private constructor(
    public readonly report: Report,
    public readonly variables: Variables,
    public readonly scratch: string,
    private readonly program: TerraformProgram,
    private readonly standIn: StandIn,
    public readonly signal: AbortSignal,
  ) {
    this.account = new Account(standIn.url, REGION);
  }

  /** Finds the tools and starts the stand-in. @throws OperatorError naming everything to install. */
  public static async open(
    report: Report,
    say: (line: string) => void,
    signal: AbortSignal,
    environment: Variables = process.env,
  ): Promise<Lane> {
    const scratch = mkdtempSync(join(tmpdir(), "retail-bi-terraform-"));
    try {
      const { program, source } = await findTools(environment, scratch);
      const standIn = await startStandIn(environment, say, signal);
      say(`Terraform ${program.version}; AWS provider ${PROVIDER_VERSION}: ${describeSource(source)}`);
      say(`AWS API stand-in: ${standIn.origin}, ${standIn.url}`);
      const variables = {
        ...variablesFor(source, environment, scratch),
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
        RETAIL_BI_ENVIRONMENT_MODULE: join(__dirname, "environment.ts"),
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

  /** The stand-in's URL. */
  public get url(): string {
    return this.standIn.url;
  }

  /** Terraform's command: a path, or a name on the PATH. */
  public get terraformCommand(): string {
    return this.program.command;
  }

  /** Runs a program, and returns its result whatever the exit code. @param place default: the project */
  public async run(
    command: string,
    args: readonly string[],
    variables: Readonly<Record<string, string | undefined>> = {},
    place: { readonly cwd: string; readonly remedy: string } = {
      cwd: PROJECT_ROOT,
      remedy: "it comes with Node",
    },
  ): Promise<Finished> {
    this.signal.throwIfAborted();
    const finished = await runProgram(command, args, {
      ...place,
      variables: { ...this.variables, ...variables },
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

  /** Runs one of the operators' npm commands, as they type it. */
  public npm(
    exitCode: number,
    args: readonly string[],
    variables: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Finished> {
    return this.expectExit(exitCode, "npm", ["run", "--silent", ...args], variables);
  }

  /** Runs the cdktf CLI on the main stack; it must succeed. @returns its output, without colours. */
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
      // The CLI's init would ask where to move the state of the previous bucket.
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

  /** Terraform in a folder, directly on the synthesized JSON. */
  public terraform(folder: string): Terraform {
    return new Terraform(folder, { program: this.program, variables: this.variables, signal: this.signal });
  }

  /** Stops the stand-in and removes the files of the run. */
  public async close(): Promise<void> {
    this.account.close();
    await this.standIn.stop();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

/** @throws OperatorError with one line for each tool that is missing. */
async function findTools(
  variables: Variables,
  scratch: string,
): Promise<{ readonly program: TerraformProgram; readonly source: ProviderSource }> {
  const missing: string[] = [];
  const orMissing = async <T>(find: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await find();
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      missing.push(error.message);
      return undefined;
    }
  };
  const program = await orMissing(() => findTerraform(variables));
  const source = await orMissing(() => findProvider(PROVIDER_VERSION, variables));
  if (program && source) await orMissing(() => fetchProvider(program, source, variables, scratch));
  const standIn = missingStandIn(variables);
  if (standIn !== undefined) missing.push(standIn);
  missing.push(...missingOnRunner(variables));
  if (!program || !source || missing.length > 0) throw new OperatorError(missing.join("\n"));
  return { program, source };
}

/** Downloads the provider once with Terraform, so that a machine that cannot fails here, not in the middle. */
async function fetchProvider(
  program: TerraformProgram,
  source: ProviderSource,
  variables: Variables,
  scratch: string,
): Promise<void> {
  const folder = join(scratch, "provider");
  mkdirSync(folder);
  const required = { aws: { source: "hashicorp/aws", version: PROVIDER_VERSION } };
  writeFileSync(
    join(folder, "main.tf.json"),
    JSON.stringify({ terraform: { required_providers: required } }),
  );
  const terraform = new Terraform(folder, { program, variables: variablesFor(source, variables, folder) });
  await terraform.init().catch((error: unknown) => {
    throw new OperatorError(
      `Terraform does not get the AWS provider ${PROVIDER_VERSION} (${describeSource(source)}): make ` +
        `registry.terraform.io reachable, or name a mirror of it in ${MIRROR_VARIABLE} ` +
        `(\`terraform providers mirror\` makes one)\n${error instanceof Error ? error.message : String(error)}`,
    );
  });
}

/** Describes the provider's source for an operator. */
function describeSource(source: ProviderSource): string {
  switch (source.kind) {
    case "configuration":
      return `as ${source.path} says`;
    case "mirror":
      return `mirror ${source.path}`;
    case "registry":
      return "registry.terraform.io";
  }
}
