"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.bundleFunction = bundleFunction;
const node_fs_1 = require("node:fs");
const node_path_1 = require("node:path");
const esbuild_1 = require("esbuild");
const fflate_1 = require("fflate");
const archive_1 = require("./archive");
/** The project's folder; paths in a bundle are relative to it. */
const ROOT = (0, node_path_1.join)(__dirname, "..", "..");
const CACHE = (0, node_path_1.join)(ROOT, "node_modules", ".cache", "retail-bi");
/** The earliest date of the zip format; a constant date keeps builds identical. */
const EARLIEST_ZIP_DATE = new Date(1980, 0, 1);
/** A regular file, rw-r--r--, whatever the umask. The upper half of the field is the Unix mode. */
const FILE_MODE = 0o100644 << 16;
const MADE_BY_UNIX = 3;
const bundles = new Map();
/**
 * Bundles `lambdas/<folder>/handler.ts` with all its imports, the SDK included, so that the tested versions run. Names are
 * not minified, so that stack traces are readable.
 * @throws Error (esbuild's, with place and reason) when the function does not build.
 */
function bundleFunction(folder) {
    const known = bundles.get(folder);
    if (known)
        return known;
    const { outputFiles } = (0, esbuild_1.buildSync)({
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
    if (!code)
        throw new Error(`lambdas/${folder}/handler.ts gave no output`);
    const bundle = store(folder, (0, fflate_1.zipSync)({
        "index.js": [code.contents, { mtime: EARLIEST_ZIP_DATE, attrs: FILE_MODE, os: MADE_BY_UNIX, level: 9 }],
    }));
    bundles.set(folder, bundle);
    return bundle;
}
/** Writes the zip to the folder from which cdktf copies assets, named by its hash. */
function store(folder, zip) {
    const name = `${folder}.zip`;
    const { hashHex } = (0, archive_1.archiveOf)(name, zip);
    const parent = (0, node_path_1.join)(CACHE, hashHex);
    const path = (0, node_path_1.join)(parent, name);
    if (!(0, node_fs_1.existsSync)(path)) {
        (0, node_fs_1.mkdirSync)(parent, { recursive: true });
        // Several synths may run at once: each writes its own file, and the move is atomic.
        const unfinished = `${path}.${process.pid}`;
        (0, node_fs_1.writeFileSync)(unfinished, zip);
        (0, node_fs_1.renameSync)(unfinished, path);
    }
    return (0, archive_1.archiveOf)(path, zip);
}
