import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The zip of a function, byte-identical on every machine. */
export interface Archive {
  /** Absolute path of the zip. */
  readonly path: string;
  /** SHA-256 of the zip in base64, as Lambda reports it. */
  readonly hashBase64: string;
  /** The same in hexadecimal. */
  readonly hashHex: string;
}

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

/** The archive at a path, from its bytes. */
export function archiveOf(path: string, zip: Uint8Array): Archive {
  const digest = createHash("sha256").update(zip).digest();
  return { path, hashHex: digest.toString("hex"), hashBase64: digest.toString("base64") };
}
