import { parseContractVariable } from "../../contract/variable";
import { defaultPanels } from "../../dashboards/default-panels";
import type { PanelContract } from "../../dashboards/fields";
import type { Panel } from "../../dashboards/spec";
import { readInput } from "../../lambdas/search-setup/input";
import type { DataPlane } from "../plan/data-plane";

/** The panels of a stack, and the contract that they are over. */
export interface Dashboard {
  readonly contract: PanelContract;
  readonly panels: readonly Panel[];
}

/**
 * The panels that the deploy gives to search-setup; without any, and without a speed layer, the contract's default ones.
 * @throws Error when no function of the stack has a contract
 */
export function dashboardOf({
  functions,
  invocations,
}: Pick<DataPlane, "functions" | "invocations">): Dashboard {
  const withContract = functions.filter(({ environment }) => environment["CONTRACT"] !== undefined);
  const [variable] = withContract.map(({ environment }) => environment["CONTRACT"]);
  if (variable === undefined) throw new Error("no function of the Terraform has the variable CONTRACT");
  const contract = parseContractVariable(variable);
  const setUp = invocations.find(({ functionArn }) => withContract.some(({ arn }) => arn === functionArn));
  if (setUp === undefined) return { contract, panels: defaultPanels(contract) };
  const { smoke, panels } = readInput(contract, setUp.input);
  return { contract: { ...contract, smoke }, panels };
}
