import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../ops/terraform/stack-folder";

/** Files that `synth` reads. */
const SOURCES = [
  "main.ts",
  "cdktf.json",
  "package.json",
  "tsconfig.json",
  "environments",
  "modules",
  "presets",
  "dashboards",
  "lambdas",
  "contract",
  "lib",
  "stacks",
];

/** Copies the files that `synth` reads into a folder; it shares the project's packages and bundle cache. */
export function copyProject(folder: string): void {
  for (const source of SOURCES) cpSync(join(PROJECT_ROOT, source), join(folder, source), { recursive: true });
  symlinkSync(join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules"));
}
