import type { EngineLane } from "../lane";

/** The speed layer on a real OpenSearch with its security plugin. */
export const searchLane: EngineLane = {
  name: "search",
  proves: "the speed layer on a real OpenSearch with its security plugin",
  folder: "search",
  prepare: async (say) => say("OpenSearch: nothing to prepare yet"),
};
