import { join } from "node:path";
import { variableName } from "../../environments/location";
import type { Variables } from "../../lib/variables";
import type { StackSource } from "../../local/plan/stack-source";
import { synthesizeEnvironment, workFolder } from "./stack-folder";

/**
 * Synthesizes an environment of this repository for an account and a region: its stack, and that of its state.
 * @throws OperatorError with the program's own message
 */
export async function synthesizeLocated(
  name: string,
  { accountId, region }: { readonly accountId: string; readonly region: string },
  variables: Variables,
): Promise<readonly StackSource[]> {
  const located = {
    ...variables,
    [variableName(name, "ACCOUNT_ID")]: accountId,
    [variableName(name, "REGION")]: region,
  };
  const { main, state } = await synthesizeEnvironment(name, located, join(workFolder(variables), name));
  return [main, state].map(({ path }) => ({ directory: path, variables: {} }));
}
