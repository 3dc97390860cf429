import { join } from "node:path";
import { type App, Testing } from "cdktf";
import { SHARED_FOLDER } from "./synthesized";

/** `Testing.app()`, which makes a folder each time and removes none, in a folder that goes with the run of jest. */
export function testApp(): App {
  const { [SHARED_FOLDER]: shared, JEST_WORKER_ID: worker } = process.env;
  return Testing.app(shared === undefined ? {} : { outdir: join(shared, `apps-${worker}`) });
}

/** The same without validations: of a stack with an import block cdktf asks the `terraform` of the PATH for its version. */
export function unvalidatedApp(): App {
  return Object.defineProperty(testApp(), "skipValidation", { value: true });
}
