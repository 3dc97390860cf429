/** Builds the package of the commands into `cli/dist`: `npm run build`. */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import { buildClient, STATIC_FILES } from "../local/page/assets";
import { COMMANDS, PROGRAMS } from "./commands";

const ROOT = join(__dirname, "..");
const DIST = join(__dirname, "dist");
const CLIENT = join(DIST, "client");
/** Programs whose commands all need a clone stay out. */
const bundled = Object.entries(PROGRAMS).filter(([name]) =>
  Object.values(COMMANDS).some(({ runs, inCloneOnly }) => runs[0] === name && !inCloneOnly),
);

async function main(): Promise<void> {
  rmSync(DIST, { recursive: true, force: true });
  const options = {
    absWorkingDir: ROOT,
    bundle: true,
    packages: "external",
    // Loaded in a clone only.
    external: ["*/environments/choose", "*/target/environment", "./watch-functions"],
    platform: "node",
    target: "node22",
    format: "cjs",
    logLevel: "warning",
  } satisfies BuildOptions;
  const programs = { "retail-bi": "cli/retail-bi.ts", ...Object.fromEntries(bundled) };
  buildSync({ ...options, entryPoints: programs, outdir: DIST });
  copyFileSync(join(ROOT, "local/services/lambda/functions/runner.cjs"), join(DIST, "runner.cjs"));
  mkdirSync(CLIENT);
  for (const name of STATIC_FILES) copyFileSync(join(ROOT, "local/page/client", name), join(CLIENT, name));
  for (const [name, content] of await buildClient()) writeFileSync(join(CLIENT, name), content);
}

void main();
