/** `npm run build:modules`: writes the Terraform modules into a folder, `terraform-modules/` without an argument. */
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { App } from "cdktf";
import { functionArchive } from "../modules/functions/archive";
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
      const json: { readonly variable: object } = JSON.parse(
        readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8"),
      );
      writeModule(target, name, json);
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  }
}

function writeModule(target: string, name: string, json: { readonly variable: object }): void {
  const folder = join(target, name);
  const text = `${JSON.stringify(json, undefined, 2)}\n`;
  const functions = join(folder, "functions");
  rmSync(functions, { recursive: true, force: true });
  mkdirSync(functions, { recursive: true });
  const zips = [...new Set(text.match(/(?<=\/functions\/)[a-z-]+(?=\.zip)/g))].sort();
  const hashes = zips.map((zip) => {
    const { path } = functionArchive(zip);
    const file = join(functions, `${zip}.zip`);
    copyFileSync(path, file);
    return `${createHash("sha256").update(readFileSync(file)).digest("hex")}  functions/${basename(file)}\n`;
  });
  writeFileSync(join(folder, "main.tf.json"), text);
  writeFileSync(join(folder, "functions.sha256"), hashes.join(""));
  mkdirSync(join(folder, "tests"), { recursive: true });
  for (const [file, test] of Object.entries(moduleTests(name, Object.keys(json.variable)))) {
    writeFileSync(join(folder, "tests", file), test);
  }
}

if (require.main === module) buildModules(process.argv[2] ?? join(__dirname, "..", "terraform-modules"));
