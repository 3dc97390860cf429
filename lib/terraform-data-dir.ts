import { resolve } from "node:path";
import type { Variables } from "./variables";

/**
 * Where `terraform init` keeps what it fetched for a root module: the modules' list and the providers. Terraform reads a relative
 * TF_DATA_DIR from the folder in which it runs.
 */
export function terraformDataDir(root: string, { TF_DATA_DIR }: Variables = process.env): string {
  return resolve(root, TF_DATA_DIR || ".terraform");
}
