import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Variables } from "../../lib/variables";
import type { StackSource } from "../../local/plan/stack-source";
import { findTerraform } from "./find-terraform";
import { findProvider, variablesFor } from "./provider-source";
import { providerVersionIn, type StackFolder, synthesizeEnvironment, workFolder } from "./stack-folder";
import { type Say, Terraform } from "./terraform";

/** Inputs of every operator command. */
export interface Context {
  readonly environment: string;
  readonly variables: Variables;
  readonly say: Say;
  /** Timeout of waiting for the state lock, such as `5m`. @default 0s */
  readonly lockTimeout?: string;
}

/** A stack, and Terraform in its folder. */
export interface TerraformStackFolder extends StackFolder {
  readonly terraform: Terraform;
}

/** The two stacks of an environment, synthesized from the current code. */
interface Workspace {
  readonly main: TerraformStackFolder;
  readonly state: TerraformStackFolder;
}

/**
 * Synthesizes the environment and finds Terraform and its provider.
 * @throws OperatorError naming what is missing.
 */
export async function openWorkspace({
  environment,
  variables,
  say,
  lockTimeout,
}: Context): Promise<Workspace> {
  const program = await findTerraform(variables);
  const folder = join(workFolder(variables), environment);
  const stacks = await synthesizeEnvironment(environment, variables, folder);
  const withTerraform = (stack: StackFolder): TerraformStackFolder => ({
    ...stack,
    terraform: new Terraform(stack.path, {
      program,
      variables: variablesFor(findProvider(stack.providerVersion, variables), variables, folder),
      say,
      ...(lockTimeout !== undefined && { lockTimeout }),
    }),
  });
  return { main: withTerraform(stacks.main), state: withTerraform(stacks.state) };
}

/**
 * Terraform in the folder of a stack that was synthesized elsewhere, with its backend as it is.
 * @param work runs with it; what it needs beside the folder is removed afterwards
 * @throws OperatorError naming what is missing.
 */
export async function inStack<T>(
  { directory, variables: given }: StackSource,
  { variables, say, lockTimeout }: Omit<Context, "environment">,
  work: (terraform: Terraform) => Promise<T>,
): Promise<T> {
  const program = await findTerraform(variables);
  const provider = findProvider(providerVersionIn(directory), variables);
  const scratch = mkdtempSync(join(tmpdir(), "retail-bi-provider-"));
  try {
    const terraform = new Terraform(directory, {
      program,
      variables: variablesFor(provider, variables, scratch),
      say,
      variableOptions: [
        ...(given.variableFiles ?? []).map((file) => `-var-file=${resolve(file)}`),
        ...(given.variables ?? []).map((assignment) => `-var=${assignment}`),
      ],
      ...(lockTimeout !== undefined && { lockTimeout }),
    });
    return await work(terraform);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
