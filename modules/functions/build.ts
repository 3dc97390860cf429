/** Writes the zips of the four functions into the package: `npm run build`. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { bundleFunction } from "./bundle";

const FUNCTIONS = ["merge-small-files", "search-setup", "upsert-to-es", "validate-records"];

const folder = join(__dirname, "..", "..", "dist", "functions");
mkdirSync(folder, { recursive: true });
for (const name of FUNCTIONS) copyFileSync(bundleFunction(name).path, join(folder, `${name}.zip`));
