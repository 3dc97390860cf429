import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildOptions } from "esbuild";
import { BuildCache } from "../../lib/build-cache.cjs";
import { type Archive, archiveOf } from "./zip";

/** The project's folder; paths in a bundle are relative to it. */
const ROOT = join(__dirname, "..", "..");

/**
 * Modules of `lambdas/shared` that become files of their own beside the function's code: what is in the code itself is
 * parsed at every cold start, also what is imported later.
 */
export const LOADED_LATER = ["s3-client"] as const;

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
  external: LOADED_LATER.map((name) => `./${name}`),
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
  const { zipSync }: typeof import("fflate") = require("fflate");
  const main = buildFile(`lambdas/${folder}/handler.ts`);
  const later = LOADED_LATER.filter((name) => main.imports.includes(`./${name}`)).map(
    (name) => [name, buildFile(`lambdas/shared/${name}.ts`)] as const,
  );
  const files = Object.fromEntries(later.map(([name, { code }]) => [`${name}.js`, [code, ZIPPED] as const]));
  const inputs = [main, ...later.map(([, file]) => file)].flatMap((file) => file.inputs);
  return [[...new Set(inputs)], zipSync({ "index.js": [main.code, ZIPPED], ...files })];
}

/** A file of a zip, what it was made from, and what it imports at run time. */
interface BuiltFile {
  readonly code: Uint8Array;
  readonly inputs: readonly string[];
  readonly imports: readonly string[];
}

function buildFile(entry: string): BuiltFile {
  const { buildSync }: typeof import("esbuild") = require("esbuild");
  const { metafile, outputFiles } = buildSync({
    ...BUNDLE_OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: "index.js",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const [code] = outputFiles;
  if (!code) throw new Error(`${entry} gave no output`);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  return { code: code.contents, inputs: Object.keys(metafile.inputs), imports };
}
