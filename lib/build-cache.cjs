/**
 * Files that esbuild makes from sources, kept by content: a file is made again when an input, the lockfile or an option
 * is another one. Plain JavaScript, because `run-bundled.cjs` uses it before anything is compiled.
 */
"use strict";

const { createHash } = require("node:crypto");
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require("node:fs");
const { dirname, join } = require("node:path");

/** Decide how imports are resolved, and the installed versions; no bundle has them as inputs. */
const SETTINGS = ["package.json", "package-lock.json", "tsconfig.json", "node_modules/.package-lock.json"];
/** Files that an import without an extension can mean. */
const MODULE = /\.(?:[jt]sx?|json|css)$/;
/** A file that was replaced is removed when it is older: until then a process may still use it. */
const KEPT_MS = 24 * 3_600_000;

/** A key is the folder of its files. */
const KEY = /^[0-9a-f]{32}$/;

class BuildCache {
  #root;
  #folder;

  constructor(root) {
    this.#root = root;
    this.#folder = join(root, "node_modules", ".cache", "retail-bi", "builds");
  }

  find(name, options) {
    const index = this.#readIndex(name);
    if (index === undefined) return undefined;
    const path = this.#path(name, index.key);
    return index.key === this.#key(index.inputs, options) && existsSync(path) ? path : undefined;
  }

  /** The file that was kept last, and what it was made from, which may have changed since; undefined without one. */
  last(name) {
    const index = this.#readIndex(name);
    return index && { path: this.#path(name, index.key), inputs: index.inputs };
  }

  keep(name, options, inputs, content) {
    const sorted = [...inputs].sort();
    const key = this.#key(sorted, options);
    if (key === undefined) throw new Error(`${name}: a source was removed while it was built`);
    const path = this.#path(name, key);
    replace(path, content);
    replace(this.#index(name), JSON.stringify({ key, inputs: sorted }));
    this.#removeOld(name, key);
    return path;
  }

  #path(name, key) {
    return join(this.#folder, key, name);
  }

  #index(name) {
    return join(this.#folder, `${name}.json`);
  }

  #readIndex(name) {
    try {
      return JSON.parse(readFileSync(this.#index(name), "utf8"));
    } catch (error) {
      if (error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  /**
   * A hash of everything that the file was made from; undefined when an input is gone. The names beside each own input
   * count, because a new file can change what an import means.
   */
  #key(inputs, options) {
    const hash = createHash("sha256");
    const add = (text) => hash.update(`${text.length}:`).update(text);
    add(JSON.stringify([this.#root, process.versions.node.split(".")[0], options]));
    const folders = new Set();
    try {
      for (const input of inputs) {
        add(input);
        add(readFileSync(join(this.#root, input)));
        if (!input.includes("node_modules/")) folders.add(dirname(input));
      }
      for (const folder of folders) {
        const modules = readdirSync(join(this.#root, folder)).filter((file) => MODULE.test(file));
        add(modules.sort().join("\n"));
      }
    } catch (error) {
      if (error.code === "ENOENT") return undefined;
      throw error;
    }
    for (const file of SETTINGS) {
      const path = join(this.#root, file);
      add(existsSync(path) ? readFileSync(path) : "");
    }
    return hash.digest("hex").slice(0, 32);
  }

  #removeOld(name, key) {
    // Beside the folders of the keys are the indices, and folders of indices.
    for (const other of readdirSync(this.#folder).filter((found) => KEY.test(found))) {
      const path = this.#path(name, other);
      const found = other === key ? undefined : statSync(path, { throwIfNoEntry: false });
      if (found?.isFile() && Date.now() - found.mtimeMs > KEPT_MS) rmSync(path, { force: true });
    }
  }
}

/** Two processes may write at once: each writes its own file, and the move is atomic. */
function replace(path, content) {
  const unfinished = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(unfinished, content);
  renameSync(unfinished, path);
}

module.exports = { BuildCache };
