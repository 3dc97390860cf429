/** Runs the thread of the comparison from its sources; the package of the commands has a bundle of this name instead. */
"use strict";

void require("../../lib/run-bundled.cjs").run(["local/compare/thread.ts"]);
