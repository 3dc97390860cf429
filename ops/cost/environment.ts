import { join } from "node:path";
import { locate, locationFilePath, readLocationFile, variableName } from "../../environments/location";
import type { Variables } from "../../lib/variables";
import type { StackSource } from "../../local/plan/stack-source";
import { PROJECT_ROOT, synthesizeEnvironment, workFolder } from "../terraform/stack-folder";

/** Synthesizes an environment of this repository: its stack, and that of its state. @throws LocationError; OperatorError */
export async function sourcesOfEnvironment(
  name: string,
  variables: Variables,
): Promise<readonly StackSource[]> {
  const { region, accountId } = locate(
    name,
    variables,
    readLocationFile(locationFilePath(PROJECT_ROOT, variables)),
  );
  const located = {
    ...variables,
    [variableName(name, "ACCOUNT_ID")]: accountId,
    [variableName(name, "REGION")]: region,
  };
  const { main, state } = await synthesizeEnvironment(name, located, join(workFolder(variables), name));
  return [main, state].map(({ path }) => ({ directory: path, variables: {} }));
}
