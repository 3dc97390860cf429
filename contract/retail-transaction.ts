import { decimal, integer, text, timestamp } from "./column";
import { defineContract, type RecordOf } from "./define";
import { contractVariable, type RunTimeContract } from "./variable";

/** Sales of an online retailer, one line of an invoice each: the lab's record, under the lab's names. */
export const retailTransaction = defineContract({
  name: "retail_trans",
  tables: { merged: "ctas_retail_trans_parquet" },
  index: "retail",
  parquetFolder: "parquet-retail-trans/",
  readerRole: "retail_reader",
  eventTime: "InvoiceDate",
  smoke: { StockCode: "SMOKE", Quantity: 0, Price: 0 },
  columns: {
    Invoice: text({ comment: "Invoice number; a leading C marks a cancellation" }),
    StockCode: text({ comment: "Product code" }),
    Description: text({ comment: "Product name" }).optional().search("words"),
    Quantity: integer({ comment: "Units on this invoice line; negative on a cancellation" }),
    InvoiceDate: timestamp({ comment: "When the invoice was made, UTC, to the second" }),
    Price: decimal(12, 4, { comment: "Price of one unit, pounds sterling" }),
    Customer_ID: text({ comment: "Customer number; empty for a guest" }).optional(),
    Country: text({ comment: "Country of the customer" }).optional(),
  },
});

/** A line of an invoice as a producer sends it. */
export type RetailTransaction = RecordOf<typeof retailTransaction>;

/** Whether records are those of the lab, so that what was made for them fits. */
export function isRetail(contract: RunTimeContract): boolean {
  return contractVariable(contract) === contractVariable(retailTransaction);
}
