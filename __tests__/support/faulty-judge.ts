import { judgeLine as soundJudge } from "../../contract/judge";

export * from "../../contract/judge";

/** A line that contains this triggers the fault. */
export const FAULT_MARKER = "FAULT-OF-OUR-OWN";

/** The judge with a programming error: it throws on a valid line. */
export const judgeLine: typeof soundJudge = (bytes, arrivedAtMs) => {
  if (Buffer.from(bytes).includes(FAULT_MARKER)) {
    throw new TypeError("Cannot read properties of undefined (reading 'values')");
  }
  return soundJudge(bytes, arrivedAtMs);
};
