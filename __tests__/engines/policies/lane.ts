import { join } from "node:path";
import type { EngineLane } from "../lane";
import { pythonEnvironment } from "../python-environment";

/** Python with both scanners. */
export function scannersPython(say: (line: string) => void, signal?: AbortSignal): Promise<string> {
  const options = { variables: process.env, say, ...(signal && { signal }) };
  return pythonEnvironment("policies", join(__dirname, "requirements.txt"), options);
}

/** Scanners of other people over the synthesized stacks. */
export const policiesLane: EngineLane = {
  name: "policies",
  proves: "that Checkov and an IAM linter find nothing in the synthesized stacks without a written reason",
  folder: "policies",
  async prepare(say, signal) {
    await scannersPython(say, signal);
  },
};
