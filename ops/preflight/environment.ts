import { join } from "node:path";
import {
  locate,
  locationFilePath,
  readLocationFile,
  UNSET_ACCOUNT_ID,
  variableName,
} from "../../environments/location";
import type { Variables } from "../../lib/variables";
import { PROJECT_ROOT, synthesizeEnvironment, workFolder } from "../terraform/stack-folder";
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
    synthesize: async (id) => {
      const located = {
        ...variables,
        [variableName(name, "ACCOUNT_ID")]: id,
        [variableName(name, "REGION")]: region,
      };
      const { main, state } = await synthesizeEnvironment(name, located, join(workFolder(variables), name));
      return [main, state].map(({ path }) => ({ directory: path, variables: {} }));
    },
  };
}
