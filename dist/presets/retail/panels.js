"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.RETAIL_PANELS = exports.RETAIL_TITLE = void 0;
const POUNDS = { text: "£", position: "before" };
/** Units sold; a cancellation's are negative. */
const QUANTITY = { id: "quantity", title: "Quantity", factors: ["Quantity"] };
/** Sum of unit prices, as in the lab; not a revenue. */
const PRICE = {
    id: "price",
    title: "Sum of unit prices",
    unit: POUNDS,
    digits: 2,
    factors: ["Price"],
};
/** Revenue, less refunds. */
const REVENUE = {
    id: "revenue",
    title: "Revenue",
    unit: POUNDS,
    digits: 2,
    factors: ["Quantity", "Price"],
};
const LINES = { id: "lines", title: "Lines", factors: [] };
/** Lines of a cancelled invoice against lines of a sale. */
const CANCELLATION = {
    id: "invoice-kind",
    title: "Kind of invoice",
    condition: { kind: "begins", field: "Invoice", prefix: "C" },
    fulfilled: "Cancelled",
    otherwise: "Sold",
};
/** Kind of buyer: a guest without a customer number, or a known customer. */
const CUSTOMER_KIND = {
    id: "customer-kind",
    title: "Kind of customer",
    condition: { kind: "blank", field: "Customer_ID" },
    fulfilled: "Guests",
    otherwise: "Known customers",
};
/** More than the number of countries. */
const COUNTRIES = 50;
const TOP_PRODUCTS = 10;
const LATEST_TRANSACTIONS = 50;
/** Title of the retail dashboards. */
exports.RETAIL_TITLE = "Retail transactions";
/** The panels of retail transactions in the order in which they are shown. */
exports.RETAIL_PANELS = [
    {
        id: "quantity-and-price-by-invoice-date",
        title: "Quantity and price by InvoiceDate",
        layer: "speed",
        chart: "bars",
        measures: [QUANTITY, PRICE],
        dimension: { kind: "time", field: "InvoiceDate", interval: "day" },
    },
    {
        id: "revenue-over-time",
        title: "Revenue over time",
        layer: "batch",
        chart: "line",
        measures: [REVENUE],
        dimension: { kind: "time", field: "InvoiceDate", interval: "day" },
    },
    {
        id: "revenue-by-country",
        title: "Revenue by country",
        layer: "batch",
        chart: "horizontal-bars",
        measures: [REVENUE, QUANTITY, LINES],
        dimension: { kind: "values", field: "Country", limit: COUNTRIES },
    },
    {
        id: "top-products",
        title: "Top products by revenue",
        layer: "batch",
        chart: "horizontal-bars",
        measures: [REVENUE, QUANTITY],
        dimension: { kind: "values", field: "Description", limit: TOP_PRODUCTS },
    },
    {
        id: "cancellations",
        title: "Cancelled lines and what they gave back, by month",
        layer: "speed",
        chart: "bars",
        measures: [LINES, REVENUE],
        dimension: { kind: "time", field: "InvoiceDate", interval: "month" },
        only: CANCELLATION,
    },
    {
        id: "guests-and-known-customers",
        title: "Guests against known customers",
        layer: "speed",
        chart: "bars",
        measures: [REVENUE, LINES],
        dimension: { kind: "classes", classification: CUSTOMER_KIND },
    },
    {
        id: "latest-transactions",
        title: "Latest transactions",
        layer: "speed",
        chart: "table",
        fields: [
            "InvoiceDate",
            "Invoice",
            "StockCode",
            "Description",
            "Quantity",
            "Price",
            "Customer_ID",
            "Country",
        ],
        newestBy: "InvoiceDate",
        limit: LATEST_TRANSACTIONS,
    },
];
