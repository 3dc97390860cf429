import type { App } from "cdktf";
import { assertNoCollisions } from "../environments/collisions";
import type { Environment } from "../environments/environment";
import { RetailBiStack } from "./retail-bi-stack";
import { StateBackendStack } from "./state-backend-stack";

/**
 * Adds the two stacks of each environment: `<env>`, and `<env>-state` for the bucket that keeps their state.
 * @throws NameCollisionError when two environments cannot live side by side.
 */
export function addStacks(app: App, environments: readonly Environment[]): void {
  assertNoCollisions(environments);
  for (const environment of environments) {
    new RetailBiStack(app, environment.name, environment);
    new StateBackendStack(app, `${environment.name}-state`, environment);
  }
}
