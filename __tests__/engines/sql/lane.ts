import { findTerraform } from "../../../ops/terraform/find-terraform";
import type { EngineLane } from "../lane";
import { installTrino } from "../trino/install";

/** The batch layer's SQL on a real Trino. */
export const sqlLane: EngineLane = {
  name: "sql",
  proves: "every SQL text, the judge of a line and the merge on a real Trino, the engine inside Athena",
  folder: "sql",
  async prepare(say, signal) {
    await findTerraform(process.env);
    await installTrino({ variables: process.env, say, signal });
  },
};
