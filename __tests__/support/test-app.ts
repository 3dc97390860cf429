import { join } from "node:path";
import { type App, Testing } from "cdktf";
import { SHARED_FOLDER } from "./synthesized";

/** `Testing.app()`, but in a folder that is removed with the jest run: the original creates a folder each time and removes none. */
export function testApp(): App {
  const { [SHARED_FOLDER]: shared, JEST_WORKER_ID: worker } = process.env;
  return Testing.app(shared === undefined ? {} : { outdir: join(shared, `apps-${worker}`) });
}

/** The same without validations: for a stack with an import block, cdktf runs the `terraform` on the PATH to get its version. */
export function unvalidatedApp(): App {
  return Object.defineProperty(testApp(), "skipValidation", { value: true });
}
