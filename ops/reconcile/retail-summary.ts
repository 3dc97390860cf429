import type { Summary } from "./summary";

/** Units and pounds by country of the customer. */
export const retailSummary: Summary = {
  groupBy: "Country",
  measures: [
    { name: "quantity", product: ["Quantity"] },
    { name: "revenue", product: ["Quantity", "Price"], decimals: 2 },
  ],
};
