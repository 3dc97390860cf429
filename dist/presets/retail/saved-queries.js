"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.retailQueries = void 0;
const retail_transaction_1 = require("../../contract/retail-transaction");
const smoke_filter_1 = require("../../modules/batch/smoke-filter");
const { raw, merged } = retail_transaction_1.retailTransaction.tables;
const from = (table) => `FROM ${table}${(0, smoke_filter_1.smokeFilter)(retail_transaction_1.retailTransaction)}`;
function revenueByCountry(table) {
    return `SELECT country, count(*) AS line_count, sum(quantity) AS quantity, sum(quantity * price) AS revenue
${from(table)}
GROUP BY country
ORDER BY revenue DESC`;
}
/** The lab's queries about sales. */
exports.retailQueries = [
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
