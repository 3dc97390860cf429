import { isRetail, retailTransaction } from "../contract/retail-transaction";
import type { RunTimeContract } from "../contract/variable";
import { syntheticLines } from "./generate";
import { type Preset, presetOf } from "./preset";

/** Sales: the names in UCI's editions of *Online Retail*, and lines that are distributed like its rows. */
export const retailPreset: Preset = {
  contract: retailTransaction,
  aliases: new Map([
    ["Invoice", ["InvoiceNo", "InvoiceNumber"]],
    ["Quantity", ["Qty"]],
    ["Price", ["UnitPrice"]],
    ["Customer_ID", ["CustomerNo", "CustomerNumber"]],
  ]),
  wholeNumbers: ["Customer_ID"],
  syntheticLines,
};

/** The preset of a contract: for sales their own, for any other what follows from it. */
export function presetFor(contract: RunTimeContract): Preset {
  return isRetail(contract) ? retailPreset : presetOf(contract);
}
