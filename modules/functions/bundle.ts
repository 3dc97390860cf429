import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildContext, BuildOptions, BuildResult } from "esbuild";
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

/** Folders of the functions, below `lambdas`. */
export const FUNCTION_FOLDERS = [
  "merge-small-files",
  "search-setup",
  "upsert-to-es",
  "validate-records",
] as const;

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
  const name = zipName(folder);
  const recipe = { ...BUNDLE_OPTIONS, ZIPPED };
  const path = cache.find(name, recipe) ?? cache.keep(name, recipe, ...build(folder));
  const bundle = archiveOf(path, readFileSync(path));
  bundles.set(folder, bundle);
  return bundle;
}

/** The zip of `lambdas/<folder>` that was made last, and its sources, below the project; undefined without one. */
export function lastBundle(folder: string): ReturnType<BuildCache["last"]> {
  return new BuildCache(ROOT).last(zipName(folder));
}

/** The code of a function: the files of its zip, and what they were made from, below the project. */
export interface BuiltFunction {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly inputs: readonly string[];
}

/** Builds functions again and again while other work goes on; a later build reads only the sources that have changed. */
export class FunctionBuilder {
  private readonly contexts = new Map<string, Promise<BuildContext<BuildFileOptions>>>();

  /** @param root the folder above `lambdas`. @default this project */
  public constructor(private readonly root: string = ROOT) {}

  /**
   * Builds `lambdas/<folder>` from the sources as they are.
   * @throws BuildFailure (esbuild's, with place and reason)
   */
  public async build(folder: string): Promise<BuiltFunction> {
    const main = await this.buildFile(mainEntry(folder));
    const later = laterEntries(main).map(
      async ([name, entry]) => [name, await this.buildFile(entry)] as const,
    );
    return builtFunction(main, await Promise.all(later));
  }

  /** Ends it; a build in progress fails. */
  public async close(): Promise<void> {
    await Promise.all([...this.contexts.values()].map(async (context) => (await context).dispose()));
  }

  private async buildFile(entry: string): Promise<BuiltFile> {
    // Only here, because a run that changes no source needs none.
    const { context }: typeof import("esbuild") = require("esbuild");
    const known = this.contexts.get(entry) ?? context(optionsOf(entry, this.root));
    this.contexts.set(entry, known);
    return builtFile(entry, await (await known).rebuild());
  }
}

/** The inputs of a function's bundle, and its zip. */
function build(folder: string): [inputs: readonly string[], zip: Uint8Array] {
  // Only here, because a kept zip needs neither.
  const { zipSync }: typeof import("fflate") = require("fflate");
  const { buildSync }: typeof import("esbuild") = require("esbuild");
  const buildFile = (entry: string): BuiltFile => builtFile(entry, buildSync(optionsOf(entry, ROOT)));
  const main = buildFile(mainEntry(folder));
  const later = laterEntries(main).map(([name, entry]) => [name, buildFile(entry)] as const);
  const { files, inputs } = builtFunction(main, later);
  const zipped = Object.entries(files).map(([name, code]) => [name, [code, ZIPPED]]);
  return [inputs, zipSync(Object.fromEntries(zipped))];
}

function zipName(folder: string): string {
  return `lambdas/${folder}.zip`;
}

function mainEntry(folder: string): string {
  return `lambdas/${folder}/handler.ts`;
}

/** The files that a function loads later, by their name. */
function laterEntries({ imports }: BuiltFile): (readonly [name: string, entry: string])[] {
  return LOADED_LATER.filter((name) => imports.includes(`./${name}`)).map((name) => [
    name,
    `lambdas/shared/${name}.ts`,
  ]);
}

function builtFunction(main: BuiltFile, later: readonly (readonly [string, BuiltFile])[]): BuiltFunction {
  const files = Object.fromEntries(later.map(([name, { code }]) => [`${name}.js`, code]));
  const inputs = [main, ...later.map(([, file]) => file)].flatMap((file) => file.inputs);
  return { files: { "index.js": main.code, ...files }, inputs: [...new Set(inputs)] };
}

/** A file of a zip, what it was made from, and what it imports at run time. */
interface BuiltFile {
  readonly code: Uint8Array;
  readonly inputs: readonly string[];
  readonly imports: readonly string[];
}

function optionsOf(entry: string, root: string) {
  return {
    ...BUNDLE_OPTIONS,
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: "index.js",
    write: false,
    metafile: true,
    logLevel: "silent",
  } as const satisfies BuildOptions;
}

type BuildFileOptions = ReturnType<typeof optionsOf>;

function builtFile(entry: string, { metafile, outputFiles }: BuildResult<BuildFileOptions>): BuiltFile {
  const [code] = outputFiles;
  if (!code) throw new Error(`${entry} gave no output`);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  return { code: code.contents, inputs: Object.keys(metafile.inputs), imports };
}
