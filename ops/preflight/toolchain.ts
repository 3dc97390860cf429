import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { member, objectOf } from "../../lib/json";
import { OperatorError } from "../../lib/operator-error";
import { terraformDataDir } from "../../lib/terraform-data-dir";
import type { Variables } from "../../lib/variables";
import { findTerraform } from "../terraform/find-terraform";
import { findProvider } from "../terraform/provider-source";
import type { PlannedStack } from "./planned-stack";
import { ok, type Row, row } from "./report";

/** Terraform and the AWS provider on this machine, for these stacks. Downloads nothing. */
export async function checkToolchain(
  stacks: readonly PlannedStack[],
  variables: Variables,
): Promise<readonly Row[]> {
  const rows = [
    await checkTerraform(stacks, variables),
    ...stacks.flatMap((stack) => checkProvider(stack, variables)),
  ];
  // The stacks of an environment have the same provider.
  return rows.filter((one, index) => rows.findIndex((other) => other.found === one.found) === index);
}

async function checkTerraform(stacks: readonly PlannedStack[], variables: Variables): Promise<Row> {
  let version: string;
  try {
    ({ version } = await findTerraform(variables));
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const [found = "", ...remedy] = error.message.split(": ");
    return row("Terraform", "will fail", found, remedy.join(": "));
  }
  for (const { document, name } of stacks) {
    const wanted = member(objectOf(document, "terraform"), "required_version");
    if (typeof wanted !== "string") continue;
    const fits = satisfies(version, wanted);
    if (fits === undefined) {
      return row(
        "Terraform",
        "unknown",
        `${version}; ${name} wants "${wanted}"`,
        "run `terraform init` in its folder",
      );
    }
    if (!fits) {
      return row(
        "Terraform",
        "will fail",
        `${version}; ${name} wants ${wanted}`,
        "install such a version, or name it in TERRAFORM_BINARY_NAME",
      );
    }
  }
  return ok("Terraform", version);
}

const CONDITION = /^(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2})$/;

/**
 * Whether a version satisfies a constraint of Terraform, such as `>= 1.11, < 2`. A pre-release counts as its release.
 * https://developer.hashicorp.com/terraform/language/expressions/version-constraints
 * @returns undefined for a constraint that is not understood here
 */
export function satisfies(version: string, constraint: string): boolean | undefined {
  const own = numbers(version.replace(/[-+].*$/, ""));
  let all = true;
  for (const part of constraint.split(",")) {
    const [, operator = "=", wanted] = CONDITION.exec(part.trim()) ?? [];
    if (wanted === undefined) return undefined;
    const order = compare(own, numbers(wanted));
    const given = wanted.split(".").map(Number);
    switch (operator) {
      case "=":
        all &&= order === 0;
        break;
      case "!=":
        all &&= order !== 0;
        break;
      case ">=":
        all &&= order >= 0;
        break;
      case "<=":
        all &&= order <= 0;
        break;
      case ">":
        all &&= order > 0;
        break;
      case "<":
        all &&= order < 0;
        break;
      // Only the last given number may grow.
      default:
        all &&= order >= 0 && given.slice(0, -1).every((number, index) => number === own[index]);
    }
  }
  return all;
}

function numbers(version: string): readonly number[] {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return [major, minor, patch];
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((number, at) => number !== other[at]);
  return index < 0 ? 0 : (one[index] ?? 0) - (other[index] ?? 0);
}

const PROVIDER = "registry.terraform.io/hashicorp/aws";

function checkProvider(stack: PlannedStack, variables: Variables): readonly Row[] {
  const check = "AWS provider";
  const required = objectOf(objectOf(objectOf(stack.document, "terraform"), "required_providers"), "aws");
  const version = stack.resolved(member(required, "version"), "terraform.required_providers.aws") ?? "";
  const { directory } = stack.source;
  const locked = lockedVersion(join(directory, ".terraform.lock.hcl"));
  if (locked !== undefined && version !== "" && satisfies(locked, version) === false) {
    const found = `${stack.name} wants ${version}, its lock file has ${locked}`;
    return [row(check, "will fail", found, "run `terraform init -upgrade` in its folder")];
  }
  if (existsSync(join(terraformDataDir(directory, variables), "providers", PROVIDER, locked ?? version))) {
    return [ok(check, `${locked ?? version}, installed in ${directory}`)];
  }
  try {
    const source = findProvider(version, variables);
    switch (source.kind) {
      case "mirror":
        return [ok(check, `${version}, in ${source.path}`)];
      case "configuration":
        return [row(check, "unknown", `${version}; ${source.path} says where from`, "run `terraform init`")];
      case "registry":
        return [
          row(
            check,
            "unknown",
            `${version} has to be downloaded`,
            "registry.terraform.io and releases.hashicorp.com must be reachable; or name a mirror in RETAIL_BI_PROVIDER_MIRROR",
          ),
        ];
    }
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const [found = "", ...remedy] = error.message.split(": ");
    return [row(check, "will fail", found, remedy.join(": "))];
  }
}

/** The version of the AWS provider in a lock file; undefined without one. */
function lockedVersion(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const [, version] =
    /provider "registry\.terraform\.io\/hashicorp\/aws" \{\s*version\s*=\s*"([^"]+)"/.exec(
      readFileSync(file, "utf8"),
    ) ?? [];
  return version;
}
