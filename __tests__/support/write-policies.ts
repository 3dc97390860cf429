import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { policiesPage } from "./delivery-policies";

/** `npm run docs:policies` */
writeFileSync(join(__dirname, "..", "..", "docs", "delivery-policies.md"), policiesPage());
