import { retailTransaction } from "../contract/retail-transaction";
import { syntheticLines } from "./generate";
import type { Preset } from "./preset";

/** Sales: the names in UCI's editions of *Online Retail*, and lines that are distributed like its rows. */
export const retailPreset: Preset = {
  contract: retailTransaction,
  aliases: {
    Invoice: ["InvoiceNo", "InvoiceNumber"],
    Quantity: ["Qty"],
    Price: ["UnitPrice"],
    Customer_ID: ["CustomerNo", "CustomerNumber"],
  },
  wholeNumbers: ["Customer_ID"],
  syntheticLines,
};
