/** Begins the package in `dist/`: the zips of the four functions. `npm run build` compiles the rest into it. */
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundleFunction, FUNCTION_FOLDERS } from "./bundle";

const dist = join(__dirname, "..", "..", "dist");
const folder = join(dist, "functions");
rmSync(dist, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const name of FUNCTION_FOLDERS) copyFileSync(bundleFunction(name).path, join(folder, `${name}.zip`));
