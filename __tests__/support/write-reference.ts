import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readReference } from "./reference";
import { referencePage } from "./reference-page";

/** `npm run docs:reference` */
writeFileSync(join(__dirname, "..", "..", "docs", "reference.md"), referencePage(readReference()));
