import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Zippable, zipSync } from "fflate";
import { ZIPPED } from "../modules/functions/bundle";
import { TERRAFORM_MODULES } from "./terraform-modules";

/** File name of the archive of all modules. */
export const MODULES_ARCHIVE = "retail-bi-modules.zip";

/** Files and folders of a module that the archive has. */
const PARTS = ["README.md", "main.tf.json", "functions.sha256", "functions", "tests"];

/**
 * Packs the modules of a folder, with the zips of their functions and the licence, and writes the archive and its SHA-256. The bytes
 * are the same on every machine.
 * @param folder made if it does not exist
 * @returns the path of the archive
 */
export function packModules(modules: string, folder: string): string {
  const files: Zippable = { LICENSE: [readFileSync(join(__dirname, "..", "LICENSE")), ZIPPED] };
  for (const name of Object.keys(TERRAFORM_MODULES).sort()) {
    for (const path of PARTS.flatMap((part) => filesOf(join(modules, name), part))) {
      files[`${name}/${path}`] = [readFileSync(join(modules, name, path)), ZIPPED];
    }
  }
  const archive = zipSync(files);
  const path = join(folder, MODULES_ARCHIVE);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, archive);
  writeFileSync(`${path}.sha256`, `${sha256(archive)}  ${MODULES_ARCHIVE}\n`);
  return path;
}

/** The SHA-256 in hexadecimal, as `sha256sum` prints it. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A file, or the files of a folder, below a module. */
function filesOf(module: string, part: string): string[] {
  return part.includes(".")
    ? [part]
    : readdirSync(join(module, part))
        .sort()
        .map((file) => `${part}/${file}`);
}
