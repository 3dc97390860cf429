import { basename } from "node:path";
import { functionArchive } from "../modules/functions/archive";
import { MODULES_ARCHIVE } from "./module-archive";

/** The parts of a module's JSON that are read here. */
export interface ModuleJson {
  readonly variable: object;
  readonly resource: { readonly aws_lambda_function: Readonly<Record<string, FunctionJson>> };
}

interface FunctionJson {
  readonly filename: string;
  readonly source_code_hash: string;
  lifecycle?: { precondition?: readonly object[] };
}

/**
 * Makes the plan fail where the zip of a function is missing or another than `source_code_hash` says, which Terraform itself
 * finds at the earliest in the apply, and in an altered zip not at all.
 * @returns the folders in `lambdas/` whose zips the module has
 */
export function checkArchives({ resource }: ModuleJson): string[] {
  const zips = Object.values(resource.aws_lambda_function).map((one) => {
    const zip = basename(one.filename);
    one.lifecycle = {
      ...one.lifecycle,
      precondition: [
        ...(one.lifecycle?.precondition ?? []),
        {
          condition: `\${try(filebase64sha256("${one.filename}"), "") == "${one.source_code_hash}"}`,
          error_message: `functions/${zip} of the module is missing, or is not the one in functions.sha256: take the module from the release's ${MODULES_ARCHIVE}, or run npm run build:modules in a clone.`,
        },
      ],
    };
    return basename(zip, ".zip");
  });
  return [...new Set(zips)].sort();
}

/** The hashes of zips, as `sha256sum` prints them. */
export function hashesOf(zips: readonly string[]): string {
  return zips.map((zip) => `${functionArchive(zip).hashHex}  functions/${zip}.zip\n`).join("");
}
