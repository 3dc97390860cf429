#!/usr/bin/env -S node --
// Node would take --env-file for its own, were there no "--".
/** `retail-bi`: in a clone from its sources, which are bundled when they have changed; else from the package's bundles. */
"use strict";

const { existsSync } = require("node:fs");
const { join } = require("node:path");

const launcher = join(__dirname, "../lib/run-bundled.cjs");
if (existsSync(launcher)) void require(launcher).run(["cli/retail-bi.ts", ...process.argv.slice(2)]);
else require("./dist/retail-bi.js");
