import { retailTransaction } from "../../contract/retail-transaction";
import type { SavedQuery } from "../../modules/batch/saved-queries";
import { smokeFilter } from "../../modules/batch/smoke-filter";

const { raw, merged } = retailTransaction.tables;
const from = (table: string): string => `FROM ${table}${smokeFilter(retailTransaction)}`;

function revenueByCountry(table: string): string {
  return `SELECT country, count(*) AS line_count, sum(quantity) AS quantity, sum(quantity * price) AS revenue
${from(table)}
GROUP BY country
ORDER BY revenue DESC`;
}

/** The lab's queries about sales. */
export const retailQueries: readonly SavedQuery[] = [
  {
    id: "RevenueByCountryRaw",
    name: "Revenue by country, raw",
    description: "From the lines as delivered; the raw table is at-least-once, so a duplicate counts twice",
    sql: revenueByCountry(raw),
  },
  {
    id: "RevenueByCountry",
    name: "Revenue by country",
    description: "From the merged table, each line once",
    sql: revenueByCountry(merged),
  },
  {
    id: "QuantityAndPriceByInvoiceDate",
    name: "Quantity and price by invoice date",
    description: "Values of the lab's vertical bar chart",
    sql: `SELECT invoicedate, sum(quantity) AS quantity, sum(price) AS price
${from(merged)}
GROUP BY invoicedate
ORDER BY invoicedate`,
  },
];
