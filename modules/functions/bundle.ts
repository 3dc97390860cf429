import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildOptions } from "esbuild";
import { BuildCache } from "../../lib/build-cache.cjs";
import { type Archive, archiveOf } from "./zip";

/** The project's folder; paths in a bundle are relative to it. */
const ROOT = join(__dirname, "..", "..");

/** How every function is bundled. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  // Module names in the bundle are paths below the project, also for packages behind symbolic links.
  preserveSymlinks: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  mainFields: ["module", "main"],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
} as const satisfies BuildOptions;

/** The earliest date of the zip format; a constant date keeps builds identical. */
const EARLIEST_ZIP_DATE = new Date(1980, 0, 1);
/** A regular file, rw-r--r--, whatever the umask. The upper half of the field is the Unix mode. */
const FILE_MODE = 0o100644 << 16;
const MADE_BY_UNIX = 3;

/** Options of a file in a zip. */
export const ZIPPED = { mtime: EARLIEST_ZIP_DATE, attrs: FILE_MODE, os: MADE_BY_UNIX, level: 9 } as const;

const bundles = new Map<string, Archive>();

/**
 * Bundles `lambdas/<folder>/handler.ts` with all its imports, the SDK included, so that the tested versions run. Names are
 * not minified, so that stack traces are readable. The zip is kept until a source changes.
 * @throws Error (esbuild's, with place and reason) when the function does not build.
 */
export function bundleFunction(folder: string): Archive {
  const known = bundles.get(folder);
  if (known) return known;
  const cache = new BuildCache(ROOT);
  const name = `lambdas/${folder}.zip`;
  const recipe = { ...BUNDLE_OPTIONS, ZIPPED };
  const path = cache.find(name, recipe) ?? cache.keep(name, recipe, ...build(folder));
  const bundle = archiveOf(path, readFileSync(path));
  bundles.set(folder, bundle);
  return bundle;
}

/** The inputs of a function's bundle, and its zip. */
function build(folder: string): [inputs: string[], zip: Uint8Array] {
  // Only here, because a kept zip needs neither.
  const { buildSync }: typeof import("esbuild") = require("esbuild");
  const { zipSync }: typeof import("fflate") = require("fflate");
  const { metafile, outputFiles } = buildSync({
    ...BUNDLE_OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: [`lambdas/${folder}/handler.ts`],
    outfile: "index.js",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const [code] = outputFiles;
  if (!code) throw new Error(`lambdas/${folder}/handler.ts gave no output`);
  return [Object.keys(metafile.inputs), zipSync({ "index.js": [code.contents, ZIPPED] })];
}
