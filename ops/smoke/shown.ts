import { retailTransaction } from "../../contract/retail-transaction";
import { type DashboardsInput, readInput } from "../../lambdas/search-setup/input";
import { OperatorError } from "../../lib/operator-error";
import { RETAIL_PANELS, RETAIL_TITLE } from "../../presets/retail/panels";
import type { Target } from "../target/target";
import type { Shown } from "./dashboards";

/**
 * What the deploy puts into Dashboards, and the values that mark the lines which it leaves out: of an environment, the retail
 * ones; of a stack, what its deploy gives to SearchSetup.
 * @throws OperatorError when a stack does not say it
 */
export function shownBy({ contract, setUpInputs, name }: Target): Shown {
  if (setUpInputs === undefined) {
    const { smoke } = retailTransaction;
    return { contract: { ...contract, smoke }, panels: RETAIL_PANELS, title: RETAIL_TITLE };
  }
  const input = setUpInputs.map((one) => readInput(contract, one)).find(isForDashboards);
  if (input === undefined) {
    throw new OperatorError(
      `${name} has no SearchSetup, so it does not say which lines its figures leave out: a smoke test would change them`,
    );
  }
  const { smoke, panels, title } = input;
  return { contract: { ...contract, smoke }, panels, title };
}

function isForDashboards(input: ReturnType<typeof readInput>): input is Required<DashboardsInput> {
  return input.part === "dashboards";
}
