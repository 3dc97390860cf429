/** `npm run build:modules`: writes the Terraform modules, and packs them. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { Command } from "commander";
import { ending, runCommand } from "../lib/command";
import { EXIT, type ExitCode } from "../lib/exit";
import { OperatorError } from "../lib/operator-error";
import { functionArchive } from "../modules/functions/archive";
import { packModules } from "./module-archive";
import { checkArchives, hashesOf, type ModuleJson } from "./module-functions";
import { writeReadmes } from "./module-readme";
import type { ModuleStack } from "./module-stack";
import { moduleTests } from "./module-tests";
import { TERRAFORM_MODULES } from "./terraform-modules";

/**
 * Writes every module into a folder: its JSON, its tests, the zips of its functions, and their hashes, which are committed without the zips.
 * @param adapt changes a stack before it is written; not for modules that others use
 * @throws Error when a construct refuses its properties, or a guardrail finds something
 */
export function buildModules(target: string, adapt: (stack: ModuleStack) => void = () => {}): void {
  for (const [name, build] of Object.entries(TERRAFORM_MODULES)) {
    const outdir = mkdtempSync(join(tmpdir(), "terraform-module-"));
    try {
      const app = new App({ outdir, stackTraces: false });
      adapt(build(app));
      app.synth();
      const json: ModuleJson = JSON.parse(readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8"));
      writeModule(target, name, json);
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  }
}

function writeModule(target: string, name: string, json: ModuleJson): void {
  const folder = join(target, name);
  const functions = join(folder, "functions");
  const zips = checkArchives(json);
  rmSync(functions, { recursive: true, force: true });
  for (const part of [functions, join(folder, "tests")]) mkdirSync(part, { recursive: true });
  for (const zip of zips) copyFileSync(functionArchive(zip).path, join(functions, `${zip}.zip`));
  writeFileSync(join(folder, "main.tf.json"), `${JSON.stringify(json, undefined, 2)}\n`);
  writeFileSync(join(folder, "functions.sha256"), hashesOf(zips));
  for (const [file, test] of Object.entries(moduleTests(name, Object.keys(json.variable)))) {
    writeFileSync(join(folder, "tests", file), test);
  }
}

/** Writes the modules with their READMEs, and packs them into a folder if one is given. */
function build(target: string, { pack }: { readonly pack?: string }): ExitCode {
  buildModules(target);
  const written = writeReadmes(target);
  if (!written) process.stderr.write(`${NO_README}\n`);
  if (pack !== undefined) {
    if (!written) throw new OperatorError("nothing is packed without the READMEs");
    process.stdout.write(`${packModules(target, pack)}\n`);
  }
  return EXIT.ok;
}

const NO_README =
  "skipped: the README of each module, which terraform-docs writes: install Go 1.24 or newer (https://go.dev/dl)";

if (require.main === module) {
  void runCommand(
    new Command("npm run build:modules --")
      .description(
        "Writes the Terraform modules: JSON, zips of the functions with their hashes, tests, READMEs.",
      )
      .argument("[FOLDER]", "where", join(__dirname, "..", "terraform-modules"))
      .option("--pack <DIR>", "also pack them there, as a release has them, with the SHA-256 of the archive")
      .action(ending(build)),
  );
}
