import { cpSync, mkdirSync, readdirSync, renameSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
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

/**
 * Copies the files that `synth` reads into a folder; it shares the project's packages and bundle cache.
 * @param replaced folders of packages to use instead of the project's, by the name of the package, which has a scope. They
 * are moved into the copy, so that they find the project's packages beside them.
 */
export function copyProject(folder: string, replaced: Readonly<Record<string, string>> = {}): void {
  for (const source of SOURCES) cpSync(join(PROJECT_ROOT, source), join(folder, source), { recursive: true });
  const [from, to] = [join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules")];
  if (Object.keys(replaced).length === 0) {
    symlinkSync(from, to);
    return;
  }
  const scopes = new Set(Object.keys(replaced).map((name) => dirname(name)));
  for (const entry of readdirSync(from)) {
    const names = scopes.has(entry)
      ? readdirSync(join(from, entry)).map((name) => join(entry, name))
      : [entry];
    for (const name of names) {
      mkdirSync(dirname(join(to, name)), { recursive: true });
      const other = replaced[name];
      if (other === undefined) symlinkSync(join(from, name), join(to, name));
      else renameSync(other, join(to, name));
    }
  }
}
