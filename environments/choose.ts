import { dev } from "./dev";
import { emulated } from "./emulated";
import type { EnvironmentDefinition } from "./environment";
import { prod } from "./prod";

/** Asked for an environment that there is not. */
export class UnknownEnvironmentError extends Error {
  override readonly name = "UnknownEnvironmentError";
}

/** The variable that chooses, such as `dev,prod`. */
export const ENVIRONMENTS_VARIABLE = "RETAIL_BI_ENVIRONMENTS";

/** Those that live in AWS; synthesized unless told otherwise. */
const IN_AWS: readonly EnvironmentDefinition[] = [dev, prod];

/**
 * The environments that {@link ENVIRONMENTS_VARIABLE} names, else those that live in AWS.
 * @throws UnknownEnvironmentError naming the one that there is not, and those that there are.
 */
export function chooseEnvironments(
  variables: Readonly<Record<string, string | undefined>>,
): readonly EnvironmentDefinition[] {
  const names = variables[ENVIRONMENTS_VARIABLE];
  if (names === undefined) return IN_AWS;
  const all = [...IN_AWS, emulated(variables)];
  return names.split(",").map((name) => {
    const found = all.find((environment) => environment.name === name.trim());
    if (found) return found;
    throw new UnknownEnvironmentError(
      `${ENVIRONMENTS_VARIABLE} names "${name}"; there are ${all.map((environment) => environment.name).join(", ")}`,
    );
  });
}

/**
 * The environment of that name, among those of {@link chooseEnvironments}.
 * @throws UnknownEnvironmentError naming the environments that there are.
 */
export function definitionOf(
  name: string,
  variables: Readonly<Record<string, string | undefined>>,
): EnvironmentDefinition {
  const definitions = chooseEnvironments(variables);
  const found = definitions.find((definition) => definition.name === name);
  if (found) return found;
  const names = definitions.map((definition) => definition.name).join(", ");
  throw new UnknownEnvironmentError(`there is no environment "${name}"; there are ${names}`);
}
