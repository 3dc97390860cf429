import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isJsonObject, isList, member } from "../../lib/json";
import { messageOf } from "../../lib/message-of";
import { terraformDataDir } from "../../lib/terraform-data-dir";
import { TerraformError } from "./terraform-error";

/** Names of the calls that lead from the root module to an instance such as `module.meters["a"].module.b`. */
export function callsOf(address: string): string[] {
  // Keys of instances may contain dots and brackets, but Terraform quotes them.
  return [...address.matchAll(/(?:^|\.)module\.([\w-]+)(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?/g)].map(
    ([, name = ""]) => name,
  );
}

/**
 * Folder of a module's source, as `terraform init` recorded it.
 * @param root folder of the root module
 * @param address of an instance of the module, such as `module.meters["a"]`; empty for the root
 * @throws TerraformError when the root was not initialized, or does not call the module
 */
export function moduleFolder(root: string, address: string): string {
  if (address === "") return resolve(root);
  const key = callsOf(address).join(".");
  const path = join(terraformDataDir(root), "modules", "modules.json");
  if (!existsSync(path)) {
    throw new TerraformError(
      path,
      "is not there; --root must be where `terraform init` and the plan ran, with TF_DATA_DIR as it was then",
    );
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new TerraformError(path, messageOf(error));
  }
  const modules = isJsonObject(manifest) ? member(manifest, "Modules") : undefined;
  const found = (isList(modules) ? modules : [])
    .filter(isJsonObject)
    .find((candidate) => member(candidate, "Key") === key);
  const folder = found && member(found, "Dir");
  if (typeof folder !== "string") {
    throw new TerraformError(
      path,
      `has no folder of ${address}; --root must be where \`terraform init\` and the plan ran`,
    );
  }
  return resolve(root, folder);
}
