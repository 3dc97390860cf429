/**
 * Runs a TypeScript program of this repository: `node lib/run-bundled.cjs local/cli.ts …`. esbuild bundles it, which
 * takes a fraction of the time of compiling each file as it is loaded; the bundle is kept until a source changes.
 * Packages stay outside of the bundle. Stack traces name the sources.
 */
"use strict";

const { readFileSync } = require("node:fs");
const { enableCompileCache, SourceMap } = require("node:module");
const { dirname, join, resolve } = require("node:path");
const { BuildCache } = require("./build-cache.cjs");

const ROOT = resolve(__dirname, "..");
const OPTIONS = {
  bundle: true,
  packages: "external",
  platform: "node",
  target: "node22",
  format: "cjs",
  sourcemap: "external",
  sourcesContent: false,
};

/** A module's own path, as if it were not in a bundle; on its first line, so that line numbers stay. */
const ownPaths = {
  name: "own-paths",
  setup: (build) => {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!/\b__(?:dir|file)name\b/.test(text)) return undefined;
      const names = `const __filename=${JSON.stringify(path)},__dirname=${JSON.stringify(dirname(path))};`;
      return { contents: names + text, loader: "ts" };
    });
  },
};

/** The path of the bundle of a program, such as `local/cli.ts`; its source map is beside it. */
async function bundled(entry) {
  const name = entry.replace(/\.ts$/, ".js");
  const cache = new BuildCache(ROOT);
  const kept = cache.find(name, OPTIONS);
  if (kept !== undefined) return kept;
  const { build } = require("esbuild");
  const { metafile, outputFiles } = await build({
    ...OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: join(ROOT, name),
    plugins: [ownPaths],
    metafile: true,
    write: false,
    logLevel: "error",
  });
  const inputs = Object.keys(metafile.inputs);
  const [map, code] = outputFiles;
  cache.keep(`${name}.map`, OPTIONS, inputs, map.contents);
  return cache.keep(name, OPTIONS, inputs, code.contents);
}

/**
 * Makes stack traces of errors name the sources. Node's own support reads the whole map before the program begins, and
 * maps the traces that cdktf takes of every token.
 */
function nameSources(bundle, folder) {
  let map;
  const sourceOf = (place, line, column) => {
    map ??= new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, "utf8")));
    const { originalSource, originalLine, originalColumn } = map.findEntry(line - 1, column - 1);
    if (originalSource === undefined) return place;
    return `${resolve(folder, originalSource)}:${originalLine + 1}:${originalColumn + 1}`;
  };
  Error.prepareStackTrace = (error, frames) => {
    const trace = [error, ...frames].join("\n    at ");
    if (!(error instanceof Error)) return trace;
    return trace.replace(/([^\s(]+):(\d+):(\d+)/g, (place, file, line, column) => {
      return file === bundle ? sourceOf(place, Number(line), Number(column)) : place;
    });
  };
}

/** Runs a program, such as `local/cli.ts`, in this process. */
async function run([entry, ...args]) {
  const bundle = await bundled(entry);
  // Absent before Node 22.
  enableCompileCache?.(join(ROOT, "node_modules/.cache/retail-bi/compiled"));
  nameSources(bundle, dirname(join(ROOT, entry)));
  process.argv = [process.execPath, join(ROOT, entry), ...args];
  require(bundle);
}

module.exports = { run };
if (require.main === module) void run(process.argv.slice(2));
