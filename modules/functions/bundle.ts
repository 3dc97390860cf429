import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { zipSync } from "fflate";
import { type Archive, archiveOf } from "./zip";

/** The project's folder; paths in a bundle are relative to it. */
const ROOT = join(__dirname, "..", "..");
const CACHE = join(ROOT, "node_modules", ".cache", "retail-bi");

/** The earliest date of the zip format; a constant date keeps builds identical. */
const EARLIEST_ZIP_DATE = new Date(1980, 0, 1);
/** A regular file, rw-r--r--, whatever the umask. The upper half of the field is the Unix mode. */
const FILE_MODE = 0o100644 << 16;
const MADE_BY_UNIX = 3;

const bundles = new Map<string, Archive>();

/**
 * Bundles `lambdas/<folder>/handler.ts` with all its imports, the SDK included, so that the tested versions run. Names are
 * not minified, so that stack traces are readable.
 * @throws Error (esbuild's, with place and reason) when the function does not build.
 */
export function bundleFunction(folder: string): Archive {
  const known = bundles.get(folder);
  if (known) return known;
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: [`lambdas/${folder}/handler.ts`],
    outfile: "index.js",
    bundle: true,
    // Module names in the bundle are paths below the project, also for packages behind symbolic links.
    preserveSymlinks: true,
    write: false,
    platform: "node",
    target: "node22",
    format: "cjs",
    mainFields: ["module", "main"],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "silent",
  });
  const [code] = outputFiles;
  if (!code) throw new Error(`lambdas/${folder}/handler.ts gave no output`);
  const bundle = store(
    folder,
    zipSync({
      "index.js": [code.contents, { mtime: EARLIEST_ZIP_DATE, attrs: FILE_MODE, os: MADE_BY_UNIX, level: 9 }],
    }),
  );
  bundles.set(folder, bundle);
  return bundle;
}

/** Writes the zip to the folder from which cdktf copies assets, named by its hash. */
function store(folder: string, zip: Uint8Array): Archive {
  const name = `${folder}.zip`;
  const { hashHex, hashBase64 } = archiveOf(name, zip);
  const parent = join(CACHE, hashHex);
  const path = join(parent, name);
  if (!existsSync(path)) {
    mkdirSync(parent, { recursive: true });
    // Several synths may run at once: each writes its own file, and the move is atomic.
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, zip);
    renameSync(unfinished, path);
  }
  return { path, hashHex, hashBase64 };
}
