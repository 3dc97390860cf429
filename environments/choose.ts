import { resolve } from "node:path";
import { UsageError } from "../lib/exit";
import type { Variables } from "../lib/variables";
import { dev } from "./dev";
import type { EnvironmentDefinition } from "./environment";
import { prod } from "./prod";

/** An unknown environment was requested. */
export class UnknownEnvironmentError extends UsageError {
  override readonly name = "UnknownEnvironmentError";
}

/** The module of {@link ENVIRONMENT_MODULE_VARIABLE} exports no environment. */
export class EnvironmentModuleError extends Error {
  override readonly name = "EnvironmentModuleError";
}

/** The variable that selects environments, such as `dev,prod`. */
const ENVIRONMENTS_VARIABLE = "RETAIL_BI_ENVIRONMENTS";

/**
 * Names a module with one more environment, from outside of this folder, which {@link ENVIRONMENTS_VARIABLE} can then
 * select. The module exports a function `environment(variables)` that returns an
 * {@link EnvironmentDefinition}.
 */
const ENVIRONMENT_MODULE_VARIABLE = "RETAIL_BI_ENVIRONMENT_MODULE";

/** The environments of this folder, the default of {@link ENVIRONMENTS_VARIABLE}. */
const OWN: readonly EnvironmentDefinition[] = [dev, prod];

/**
 * The environments that {@link ENVIRONMENTS_VARIABLE} names, else those of this folder.
 * @throws UnknownEnvironmentError naming the unknown environment and the known ones.
 */
export function chooseEnvironments(variables: Variables): readonly EnvironmentDefinition[] {
  const names = variables[ENVIRONMENTS_VARIABLE];
  if (names === undefined) return OWN;
  const all = known(variables);
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
 * @throws UnknownEnvironmentError naming the known environments.
 */
export function definitionOf(name: string, variables: Variables): EnvironmentDefinition {
  const chosen = variables[ENVIRONMENTS_VARIABLE] !== undefined;
  const definitions = chosen ? chooseEnvironments(variables) : known(variables);
  const found = definitions.find((definition) => definition.name === name);
  if (found) return found;
  const names = definitions.map((definition) => definition.name).join(", ");
  throw new UnknownEnvironmentError(`there is no environment "${name}"; there are ${names}`);
}

function known(variables: Variables): readonly EnvironmentDefinition[] {
  return [...OWN, ...environmentOfModule(variables)];
}

/** @throws EnvironmentModuleError when the module exports no environment. */
function environmentOfModule(variables: Variables): readonly EnvironmentDefinition[] {
  const path = variables[ENVIRONMENT_MODULE_VARIABLE];
  if (path === undefined) return [];
  const { environment }: { environment?: unknown } = require(resolve(path));
  if (typeof environment === "function") return [environment(variables)];
  throw new EnvironmentModuleError(
    `${ENVIRONMENT_MODULE_VARIABLE}: ${path} exports no function "environment"`,
  );
}
