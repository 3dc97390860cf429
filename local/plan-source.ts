import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Json } from "../lib/json";
import { messageOf } from "../lib/message-of";
import { runProgram } from "../lib/run-program";
import type { Variables } from "../lib/variables";
import { readSavedPlan } from "./plan/saved-plan";
import type { StackSource } from "./plan/stack-source";
import { TerraformError } from "./plan/terraform-error";

/** First bytes of a saved plan, which is a zip. */
const ZIP = Buffer.from("PK\u0003\u0004");

/**
 * The data plane that a saved plan describes.
 * @param file the plan, or the output of `terraform show -json` for it
 * @param root folder of the root module, in which the plan was made
 * @param module address of the module instance to run; needed where several have a data plane
 * @throws TerraformError naming what cannot be read; OperatorError when a binary plan needs a Terraform that is not there
 */
export async function planSource(
  file: string,
  root: string,
  module: string | undefined,
  variables: Variables,
): Promise<StackSource> {
  const directory = resolve(root);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new TerraformError(`--root ${root}`, "is no folder; give the one in which the plan was made");
  }
  const planned = readSavedPlan(await shownPlan(resolve(file), directory, variables), directory, module);
  return { directory, variables: {}, planned };
}

async function shownPlan(file: string, root: string, variables: Variables): Promise<Json> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new TerraformError(`--plan ${file}`, `cannot be read: ${messageOf(error)}`);
  }
  const text = bytes.subarray(0, ZIP.length).equals(ZIP)
    ? await show(file, root, variables)
    : new TextDecoder().decode(bytes);
  try {
    const shown: Json = JSON.parse(text);
    return shown;
  } catch {
    throw new TerraformError(
      `--plan ${file}`,
      "is neither a saved plan nor the output of `terraform show -json`",
    );
  }
}

/** Terraform reads the binary form only in a root that is initialized. */
async function show(file: string, root: string, variables: Variables): Promise<string> {
  const command = variables["TERRAFORM_BINARY_NAME"] ?? "terraform";
  const { exitCode, stdout, stderr } = await runProgram(command, ["show", "-json", "-no-color", file], {
    cwd: root,
    variables: { ...variables, CHECKPOINT_DISABLE: "1" },
    remedy:
      "install Terraform on the PATH, name it in TERRAFORM_BINARY_NAME, or give the output of `terraform show -json`, which needs no Terraform here",
  });
  if (exitCode === 0) return stdout;
  throw new TerraformError(
    `--plan ${file}`,
    `\`terraform show\` in ${root} ended with ${exitCode}: ${inOneLine(stderr)}`,
  );
}

/** Terraform's error without its frame. */
function inOneLine(text: string): string {
  return text
    .replaceAll(/^[╷│╵]/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
