import type { App } from "cdktf";
import { assertNoCollisions } from "../environments/collisions";
import type { Environment } from "../environments/environment";
import { RetailBiStack } from "./retail-bi-stack";
import { StateBackendStack } from "./state-backend-stack";

/**
 * Adds the two stacks of each environment: `<env>`, and `<env>-state` with the bucket of their state.
 * @throws NameCollisionError when two environments of one account share a physical name.
 */
export function addStacks(app: App, environments: readonly Environment[]): void {
  assertNoCollisions(environments);
  for (const environment of environments) {
    new RetailBiStack(app, environment.name, environment);
    new StateBackendStack(app, `${environment.name}-state`, environment);
  }
}
