import { assembleOpenSearch } from "../../../local/opensearch/assemble";
import type { EngineLane } from "../lane";

/** The speed layer on a real OpenSearch with its security plugin. */
export const searchLane: EngineLane = {
  name: "search",
  proves:
    "the speed layer on a real OpenSearch with its security plugin: contract, access, faults, real rows",
  folder: "search",
  async prepare(say, signal) {
    await assembleOpenSearch({ variables: process.env, say, signal });
  },
};
