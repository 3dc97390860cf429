import { findTerraform } from "../../../terraform/find-terraform";
import type { EngineLane } from "../lane";
import { installTrino, TRINO_JAVA } from "../trino/install";
import { findJava } from "../trino/java";

/** The batch layer's SQL on a real Trino. */
export const sqlLane: EngineLane = {
  name: "sql",
  proves: "every SQL text, the judge of a line and the merge on a real Trino, the engine inside Athena",
  folder: "sql",
  async prepare(say, signal) {
    await findTerraform(process.env);
    const java = await findJava(TRINO_JAVA, "TRINO_JAVA_HOME", process.env);
    await installTrino(java, process.env, say, signal);
  },
};
