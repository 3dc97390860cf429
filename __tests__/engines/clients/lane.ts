import type { EngineLane } from "../lane";
import { installClients } from "./install";

/** Unmodified clients of other people against the local run. */
export const clientsLane: EngineLane = {
  name: "clients",
  proves: "what users of the AWS CLI, of Python's and Go's clients do first, on the local run",
  folder: "clients",
  async prepare(say, signal) {
    await installClients({ variables: process.env, say, signal });
  },
};
