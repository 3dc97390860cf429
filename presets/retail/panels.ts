import type { retailTransaction } from "../../contract/retail-transaction";
import type { FieldNamesOf } from "../../dashboards/fields";
import type { Classification, DistinctCount, Money, Panel, Sum } from "../../dashboards/spec";

type Fields = FieldNamesOf<typeof retailTransaction>;

const POUNDS: Money = { currency: "GBP" };

/** Units sold; a cancellation's are negative. */
const QUANTITY: Sum<Fields> = { id: "quantity", title: "Quantity", color: "blue", factors: ["Quantity"] };
/** Revenue, less refunds. */
const REVENUE: Sum<Fields> = {
  id: "revenue",
  title: "Revenue",
  unit: POUNDS,
  digits: 2,
  color: "green",
  factors: ["Quantity", "Price"],
};
/** What cancellations gave back; a negative revenue. */
const GIVEN_BACK: Sum<Fields> = { ...REVENUE, color: "orange" };
const LINES: Sum<Fields> = { id: "lines", title: "Lines", color: "pink", factors: [] };
/** Cancelled invoices have numbers of their own. */
const INVOICES: DistinctCount<Fields> = { id: "invoices", title: "Invoices", distinct: "Invoice" };
const CUSTOMERS: DistinctCount<Fields> = { id: "customers", title: "Customers", distinct: "Customer_ID" };

/** Lines of a cancelled invoice against lines of a sale. */
const CANCELLATION: Classification<Fields> = {
  id: "invoice-kind",
  title: "Kind of invoice",
  condition: { kind: "begins", field: "Invoice", prefix: "C" },
  fulfilled: "Cancelled",
  otherwise: "Sold",
};

/** Kind of buyer: a guest without a customer number, or a known customer. */
const CUSTOMER_KIND: Classification<Fields> = {
  id: "customer-kind",
  title: "Kind of customer",
  condition: { kind: "blank", field: "Customer_ID" },
  fulfilled: "Guests",
  otherwise: "Known customers",
};

/** The data set's stock codes of postage, carriage, fees, discounts, samples and corrections by hand. */
const CHARGE: Classification<Fields> = {
  id: "stock-kind",
  title: "Kind of stock",
  condition: {
    kind: "one-of",
    field: "StockCode",
    values: [
      "POST",
      "DOT",
      "C2",
      "C3",
      "M",
      "m",
      "D",
      "S",
      "B",
      "ADJUST",
      "ADJUST2",
      "AMAZONFEE",
      "BANK CHARGES",
      "CRUK",
    ],
  },
  fulfilled: "Charges",
  otherwise: "Products",
};

/** More than the number of countries. */
const COUNTRIES = 50;
const TOP_PRODUCTS = 10;
const LATEST_TRANSACTIONS = 50;

/** Title of the retail dashboards. */
export const RETAIL_TITLE = "Retail transactions";

/** The panels of retail transactions in the order in which they are shown. */
export const RETAIL_PANELS: readonly Panel<Fields>[] = [
  {
    id: "about",
    title: RETAIL_TITLE,
    chart: "text",
    text: "Each line of an invoice, seconds after it was sent. Days are **UTC**, money is **£**. An invoice whose number begins with **C** is a cancellation: its lines count negative.",
  },
  {
    id: "filters",
    title: "Filters",
    chart: "controls",
    fields: [
      { field: "Country", title: "Country" },
      { field: "Description", title: "Product" },
      { field: "Customer_ID", title: "Customer" },
    ],
  },
  {
    id: "figures",
    title: "Figures",
    description:
      "Totals of the chosen time. Guests, who have no customer number, are not among the customers.",
    layer: "speed",
    chart: "headline",
    measures: [REVENUE, { ...QUANTITY, title: "Units" }, INVOICES, CUSTOMERS, LINES],
  },
  {
    id: "quantity-and-price-by-invoice-date",
    title: "Quantity by InvoiceDate",
    description: "Units sold, less those that were cancelled.",
    layer: "speed",
    chart: "bars",
    measures: [QUANTITY],
    dimension: { kind: "time", field: "InvoiceDate", interval: "day" },
  },
  {
    id: "revenue-over-time",
    title: "Revenue over time",
    description: "Quantity times price, less cancellations.",
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
    measures: [REVENUE],
    dimension: { kind: "values", field: "Country", limit: COUNTRIES },
  },
  {
    id: "top-products",
    title: "Top products by revenue",
    description: "Without postage, fees, discounts and corrections, which have stock codes too.",
    layer: "batch",
    chart: "horizontal-bars",
    measures: [REVENUE],
    dimension: { kind: "values", field: "Description", limit: TOP_PRODUCTS },
    except: CHARGE,
  },
  {
    id: "cancellations",
    title: "Given back by cancellations, by month",
    layer: "speed",
    chart: "bars",
    measures: [GIVEN_BACK],
    dimension: { kind: "time", field: "InvoiceDate", interval: "month" },
    only: CANCELLATION,
    width: "third",
  },
  {
    id: "cancelled-lines",
    title: "Cancelled lines, by month",
    layer: "speed",
    chart: "bars",
    measures: [LINES],
    dimension: { kind: "time", field: "InvoiceDate", interval: "month" },
    only: CANCELLATION,
    width: "third",
  },
  {
    id: "guests-and-known-customers",
    title: "Guests and known customers",
    description: "A guest buys without a customer number.",
    layer: "speed",
    chart: "shares",
    measures: [REVENUE, LINES],
    dimension: { kind: "classes", classification: CUSTOMER_KIND },
    width: "third",
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
    units: { Price: POUNDS },
    newestBy: "InvoiceDate",
    limit: LATEST_TRANSACTIONS,
  },
];
