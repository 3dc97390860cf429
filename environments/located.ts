import type { Variables } from "../lib/variables";
import type { Environment, EnvironmentDefinition } from "./environment";
import { LOCATION_FILE, LocationError, type LocationFile, locate } from "./location";

/**
 * An environment where it is deployed, with the role of whoever deploys among the administrators of the search domain.
 * @throws LocationError when account or region are malformed, or when that role cannot be one of this environment.
 */
export function locatedEnvironment(
  definition: EnvironmentDefinition,
  variables: Variables,
  file: LocationFile,
): Environment {
  const { name, speed } = definition;
  const location = locate(name, variables, file);
  const role = file[name]?.administratorRoleArn;
  if (role === undefined) return { ...definition, location };
  const fail = (why: string): never => {
    throw new LocationError(`${LOCATION_FILE}: ${name}.administratorRoleArn is "${role}"; ${why}`);
  };
  if (!role.startsWith(`arn:aws:iam::${location.accountId}:role/`)) {
    fail(`a role of account ${location.accountId} is wanted, where ${name} is`);
  }
  if (definition.delivery) {
    fail(
      `workflows deliver ${name} without this file, and would take the permissions away again: move the role to ` +
        `speed.administratorRoleArns in environments/${name}.ts`,
    );
  }
  const administratorRoleArns = [...new Set([...speed.administratorRoleArns, role])];
  return { ...definition, location, speed: { ...speed, administratorRoleArns } };
}
