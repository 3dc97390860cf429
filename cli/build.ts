/** Builds the package of the commands into `cli/dist`: `npm run build`. */
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { buildScript } from "../local/page/assets";

const ROOT = join(__dirname, "..");
const DIST = join(__dirname, "dist");
const CLIENT = join(DIST, "client");
const PROGRAMS = {
  "retail-bi": "cli/retail-bi.ts",
  start: "local/cli.ts",
  loadgen: "loadgen/cli.ts",
  preflight: "ops/preflight/cli.ts",
  cost: "ops/cost/cli.ts",
  reconcile: "ops/reconcile/cli.ts",
  smoke: "ops/smoke/cli.ts",
  recovery: "ops/recovery/cli.ts",
  terraform: "ops/terraform/cli.ts",
  tunnel: "ops/tunnel/cli.ts",
};

async function main(): Promise<void> {
  rmSync(DIST, { recursive: true, force: true });
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: PROGRAMS,
    outdir: DIST,
    bundle: true,
    packages: "external",
    // Loaded in a clone only.
    external: ["*/environments/choose", "*/target/environment"],
    platform: "node",
    target: "node22",
    format: "cjs",
    logLevel: "warning",
  });
  chmodSync(join(DIST, "retail-bi.js"), 0o755);
  copyFileSync(join(ROOT, "local/services/lambda/functions/runner.cjs"), join(DIST, "runner.cjs"));
  mkdirSync(CLIENT);
  for (const name of ["page.html", "page.css", "icon.svg"])
    copyFileSync(join(ROOT, "local/page/client", name), join(CLIENT, name));
  writeFileSync(join(CLIENT, "main.js"), await buildScript());
}

void main();
