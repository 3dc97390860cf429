import { locate, locationFilePath, readLocationFile } from "../../environments/location";
import type { Variables } from "../../lib/variables";
import type { StackSource } from "../../local/plan/stack-source";
import { synthesizeLocated } from "../terraform/located-stacks";
import { PROJECT_ROOT } from "../terraform/stack-folder";

/** Synthesizes an environment of this repository: its stack, and that of its state. @throws LocationError; OperatorError */
export async function sourcesOfEnvironment(
  name: string,
  variables: Variables,
): Promise<readonly StackSource[]> {
  const file = readLocationFile(locationFilePath(PROJECT_ROOT, variables));
  return synthesizeLocated(name, locate(name, variables, file), variables);
}
