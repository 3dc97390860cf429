import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Archive, archiveOf } from "./zip";

/** In the package: the zips that were built and tested with it. */
const BUILT = join(__dirname, "..", "..", "functions");

/**
 * The zip of `lambdas/<folder>`: the built one of the package, or in this repository one from the sources as they are.
 * @throws Error (esbuild's, with place and reason) when the function does not build
 */
export function functionArchive(folder: string): Archive {
  if (!existsSync(BUILT)) {
    // Only here, because the package has neither the sources nor a bundler.
    const { bundleFunction }: typeof import("./bundle") = require("./bundle");
    return bundleFunction(folder);
  }
  const path = join(BUILT, `${folder}.zip`);
  return archiveOf(path, readFileSync(path));
}
