/** A row that meets the contract: the first row of the real data set with a customer abroad. */
export const GOOD_ROW = {
  Invoice: "490397",
  StockCode: "21844",
  Description: "RETRO SPOT MUG",
  Quantity: 6,
  InvoiceDate: "2009-12-06 10:30:00",
  Price: 2.95,
  Customer_ID: "12417",
  Country: "Belgium",
} as const;
