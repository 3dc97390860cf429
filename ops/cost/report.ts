import Table from "cli-table3";
import { counted } from "../../lib/counted";
import type { Bill, CostReport } from "./cost";
import { LAYERS } from "./model";
import type { Prices } from "./prices";

/** The report as text. */
export function reportText(report: CostReport, prices: Prices): string {
  const { load, system, dials, misfits, notPriced, assumptions } = report;
  return [
    `${system.name} at ${loadText(report)}, US dollars a month`,
    layerTable(report),
    `Items of ${system.name}`,
    itemTable(system, prices),
    "What another setting changes, each alone",
    tableOf(["setting", "now", "then", "change"], 3, dialRows(dials)),
    ...(unchanged(dials).length > 0 ? [`No change by ${unchanged(dials).join(", ")}.`] : []),
    ...(misfits.length > 0
      ? [
          "Does not fit this load",
          ...misfits.map(({ setting, problem, remedy }) => `- ${setting}: ${problem}. Remedy: ${remedy}.`),
        ]
      : [
          load.eventsPerSecond === 0
            ? "Nothing is sent, so nothing can be said of what fits."
            : "No setting that the model checks is too small for this load.",
        ]),
    ...(notPriced.length > 0
      ? ["Not priced", ...notPriced.map(({ of, what, why }) => `- ${of}: ${what}: ${why}`)]
      : []),
    "Assumptions",
    ...assumptions.map((one) => `- ${one}`),
  ].join("\n");
}

function loadText({ load }: CostReport): string {
  const { eventsPerSecond, bytes, pack, months } = load;
  if (eventsPerSecond === 0) return `rest, in month ${months}`;
  return `${counted(eventsPerSecond, "event")} a second of ${counted(bytes, "byte")}, ${pack} in a record, in month ${months}`;
}

function billsOf({ system, compared, lab }: CostReport): readonly Bill[] {
  return [system, ...(compared ? [compared] : []), lab];
}

/** Rows of the bills by layer, with the sums. */
export function layerRows(bills: readonly Bill[]): string[][] {
  const used = LAYERS.filter((layer) => bills.some(({ layers }) => layers[layer] > 0));
  return [
    ...used.map((layer) => [layer, ...bills.map(({ layers }) => dollars(layers[layer]))]),
    ["sum", ...bills.map(({ dollarsPerMonth }) => dollars(dollarsPerMonth))],
    ...(bills.some(({ dollarsPerMillionEvents }) => dollarsPerMillionEvents !== undefined)
      ? [["for a million events", ...bills.map((bill) => perMillion(bill))]]
      : []),
  ];
}

export function perMillion({ dollarsPerMillionEvents }: Bill): string {
  return dollarsPerMillionEvents === undefined ? "–" : quantity(dollarsPerMillionEvents);
}

function layerTable(report: CostReport): string {
  const bills = billsOf(report);
  return tableOf(["layer", ...bills.map(({ name }) => name)], 1, layerRows(bills));
}

/** Rows of the items of a bill: layer, item, unit, quantity, price and dollars. */
export function itemRows({ items }: Bill, prices: Prices): string[][] {
  return items.map((item) => {
    const price = prices.of(item.price);
    // With tiers it is the price of all on average.
    const each = price.tiers.length === 0 ? price.usd : item.dollars / item.quantity;
    return [
      item.layer,
      item.item,
      price.unit,
      quantity(item.quantity),
      quantity(each),
      dollars(item.dollars),
    ];
  });
}

function itemTable(bill: Bill, prices: Prices): string {
  return tableOf(["layer", "item", "unit", "quantity", "price", "dollars"], 3, itemRows(bill, prices));
}

/** Rows of the settings that would change the sum by a cent or more. */
export function dialRows(dials: CostReport["dials"]): string[][] {
  return dials
    .filter(({ change }) => Math.abs(change) >= CENT / 2)
    .map(({ setting, from, to, change }) => [setting, from, to, signed(change)]);
}

/** Settings of which no other value would change the sum. */
function unchanged(dials: CostReport["dials"]): readonly string[] {
  const changing = new Set(dialRows(dials).map(([setting]) => setting));
  return [...new Set(dials.map(({ setting }) => setting))].filter((setting) => !changing.has(setting));
}

const CENT = 0.01;

function tableOf(head: readonly string[], texts: number, rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column < texts ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** An amount of money with its cents. */
export function dollars(value: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${dollars(Math.abs(value))}`;
}

/** Three digits, or all before the point. */
export function quantity(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toLocaleString("en", { maximumSignificantDigits: value < 0.001 ? 6 : 3 });
}
