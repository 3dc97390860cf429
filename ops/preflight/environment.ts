import { locate, locationFilePath, readLocationFile, UNSET_ACCOUNT_ID } from "../../environments/location";
import type { Variables } from "../../lib/variables";
import { synthesizeLocated } from "../terraform/located-stacks";
import { PROJECT_ROOT } from "../terraform/stack-folder";
import type { PreflightOptions } from "./preflight";

/**
 * The preflight of an environment of this repository, with the stack of its state.
 * @throws LocationError
 */
export function preflightOfEnvironment(name: string, variables: Variables): PreflightOptions {
  const file = readLocationFile(locationFilePath(PROJECT_ROOT, variables));
  const { accountId, region } = locate(name, variables, file);
  return {
    name,
    region,
    accountId: accountId === UNSET_ACCOUNT_ID ? undefined : accountId,
    variables,
    bootstrap: `npm run bootstrap -- ${name}`,
    synthesize: (id) => synthesizeLocated(name, { accountId: id, region }, variables),
  };
}
