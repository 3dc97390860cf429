import type { Row } from "../../dashboards/rows";
import { readRealRows } from "./real-rows";

/** The record id of a row of the file, for a stream that received the rows in order. */
export function realRecordId(position: number): string {
  return `shard-${String(position).padStart(6, "0")}`;
}

/** The real rows as stream lines, in the order of the file. */
export function realLines(): Record<string, string | number>[] {
  return readRealRows().map((row, position) => ({
    ...row,
    Quantity: Number(row["Quantity"]),
    Price: Number(row["Price"]),
    record_id: realRecordId(position),
    arrived_at: "2026-11-24 03:00:00.123",
  }));
}

/** Stock codes of the file that are no product. */
const CHARGES: readonly string[] = ["POST", "M", "ADJUST", "D", "C2"];

type CsvRow = Readonly<Record<string, string>>;

const text = (row: CsvRow, name: string): string => row[name] ?? "";
const units = (row: CsvRow): number => Number(row["Quantity"]);
const pence = (row: CsvRow): number => Math.round(Number(row["Price"]) * 100);

function total(rows: readonly CsvRow[], of: (row: CsvRow) => number): number {
  return rows.reduce((sum, row) => sum + of(row), 0);
}

const revenue = (rows: readonly CsvRow[]): number => total(rows, (row) => units(row) * pence(row)) / 100;

function grouped(
  rows: readonly CsvRow[],
  by: (row: CsvRow) => string,
): (readonly [string, readonly CsvRow[]])[] {
  const groups = new Map<string, CsvRow[]>();
  for (const row of rows) {
    const key = by(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function largestFirst(rows: readonly CsvRow[], name: string): (readonly [string, readonly CsvRow[]])[] {
  return grouped(rows, (row) => text(row, name)).sort(([, a], [, b]) => revenue(b) - revenue(a));
}

/**
 * Expected figures of each panel for the real rows, or some of them, by its id: computed from the CSV alone, in whole pence,
 * without the spec or any of its renderings.
 * @param interval of panels over time that are not by month
 */
export function realFigures(
  rows: readonly CsvRow[] = readRealRows(),
  interval: "hour" | "day" | "month" = "day",
): Readonly<Record<string, readonly Row[]>> {
  const day = (row: CsvRow): string => {
    if (interval === "month") return month(row);
    const date = text(row, "InvoiceDate");
    return interval === "day" ? date.slice(0, 10) : `${date.slice(0, 13)}:00:00`;
  };
  const month = (row: CsvRow): string => `${text(row, "InvoiceDate").slice(0, 7)}-01`;
  const cancelled = rows.filter((row) => text(row, "Invoice").startsWith("C"));
  const guests = rows.filter((row) => text(row, "Customer_ID") === "");
  const known = rows.filter((row) => text(row, "Customer_ID") !== "");
  const different = (name: string): number =>
    new Set(rows.map((row) => text(row, name)).filter((value) => value !== "")).size;
  const share = (part: readonly CsvRow[]): number => Math.round((revenue(part) / revenue(rows)) * 1000) / 10;
  const newest = rows
    .map((row, position) => ({ row, position }))
    .sort(
      (a, b) =>
        text(b.row, "InvoiceDate").localeCompare(text(a.row, "InvoiceDate")) || b.position - a.position,
    )
    .slice(0, 50);
  return {
    figures: [
      {
        revenue: revenue(rows),
        quantity: total(rows, units),
        invoices: different("Invoice"),
        customers: different("Customer_ID"),
        lines: rows.length,
      },
    ],
    "quantity-and-price-by-invoice-date": grouped(rows, day).map(([InvoiceDate, group]) => ({
      InvoiceDate,
      quantity: total(group, units),
    })),
    "revenue-over-time": grouped(rows, day).map(([InvoiceDate, group]) => ({
      InvoiceDate,
      revenue: revenue(group),
    })),
    "revenue-by-country": largestFirst(rows, "Country").map(([Country, group]) => ({
      Country,
      revenue: revenue(group),
    })),
    "top-products": largestFirst(
      rows.filter((row) => !CHARGES.includes(text(row, "StockCode"))),
      "Description",
    )
      .slice(0, 10)
      .map(([Description, group]) => ({ Description, revenue: revenue(group) })),
    cancellations: grouped(cancelled, month).map(([InvoiceDate, group]) => ({
      InvoiceDate,
      revenue: revenue(group),
    })),
    "cancelled-lines": grouped(cancelled, month).map(([InvoiceDate, group]) => ({
      InvoiceDate,
      lines: group.length,
    })),
    "guests-and-known-customers": [
      {
        "customer-kind": "Guests",
        revenue: revenue(guests),
        share: share(guests),
        lines: guests.length,
      },
      {
        "customer-kind": "Known customers",
        revenue: revenue(known),
        share: share(known),
        lines: known.length,
      },
    ].filter(({ lines }) => lines > 0),
    "latest-transactions": newest.map(({ row }) => ({
      ...row,
      Quantity: units(row),
      Price: Number(row["Price"]),
    })),
  };
}
