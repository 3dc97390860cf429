import { type LineJudge, lineJudge as soundJudge } from "../../contract/judge";

export * from "../../contract/judge";

/** A line that contains this triggers the fault. */
export const FAULT_MARKER = "FAULT-OF-OUR-OWN";

/** The judge with a programming error: it throws on a valid line. */
export const lineJudge: typeof soundJudge = (columns) => {
  const judge = soundJudge(columns);
  return ((bytes, arrivedAtMs) => {
    if (Buffer.from(bytes).includes(FAULT_MARKER)) {
      throw new TypeError("Cannot read properties of undefined (reading 'values')");
    }
    return judge(bytes, arrivedAtMs);
  }) satisfies LineJudge;
};
