import { defaultPanels } from "../../dashboards/default-panels";
import type { PanelContract } from "../../dashboards/fields";
import type { Panel } from "../../dashboards/spec";
import { readInput } from "../../lambdas/search-setup/input";
import { contractOf } from "../plan/contract";
import type { DataPlane } from "../plan/data-plane";

/** The panels of a stack, and the contract that they are over. */
export interface Dashboard {
  readonly contract: PanelContract;
  readonly panels: readonly Panel[];
}

/**
 * The panels that the deploy gives to search-setup; without any, and without a speed layer, the contract's default ones.
 * @throws TerraformError when the functions of the stack have no contract
 */
export function dashboardOf(plane: Pick<DataPlane, "functions" | "invocations" | "tables">): Dashboard {
  const { contract } = contractOf(plane);
  const told = plane.functions.filter(({ environment }) => environment["CONTRACT"] !== undefined);
  const inputs = plane.invocations
    .filter(({ functionArn }) => told.some(({ arn }) => arn === functionArn))
    .map(({ input }) => readInput(contract, input));
  for (const input of inputs) {
    if (input.part === "dashboards")
      return { contract: { ...contract, smoke: input.smoke }, panels: input.panels };
  }
  return { contract, panels: defaultPanels(contract) };
}
