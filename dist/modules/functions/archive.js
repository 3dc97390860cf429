"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.functionArchive = functionArchive;
exports.archiveOf = archiveOf;
const node_crypto_1 = require("node:crypto");
const node_fs_1 = require("node:fs");
const node_path_1 = require("node:path");
/** In the package: the zips that were built and tested with it. */
const BUILT = (0, node_path_1.join)(__dirname, "..", "..", "functions");
/**
 * The zip of `lambdas/<folder>`: the built one of the package, or in this repository one from the sources as they are.
 * @throws Error (esbuild's, with place and reason) when the function does not build
 */
function functionArchive(folder) {
    if (!(0, node_fs_1.existsSync)(BUILT)) {
        // Only here, because the package has neither the sources nor a bundler.
        const { bundleFunction } = require("./bundle");
        return bundleFunction(folder);
    }
    const path = (0, node_path_1.join)(BUILT, `${folder}.zip`);
    return archiveOf(path, (0, node_fs_1.readFileSync)(path));
}
/** The archive at a path, from its bytes. */
function archiveOf(path, zip) {
    const digest = (0, node_crypto_1.createHash)("sha256").update(zip).digest();
    return { path, hashHex: digest.toString("hex"), hashBase64: digest.toString("base64") };
}
