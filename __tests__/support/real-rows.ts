import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import Papa from "papaparse";

/** The real rows lie beside the repository; they are not part of it. */
export const REAL_ROWS = resolve(__dirname, "../../../shared/data/online_retail_II_2009-2010.csv");

/** `describe`, or a skipped one whose title says what is missing. */
export function describeRealRows(title: string, body: () => void): void {
  if (existsSync(REAL_ROWS)) describe(title, body);
  else describe.skip(`${title} (NOT RUN: ../shared/data/online_retail_II_2009-2010.csv is absent)`, body);
}

/** The rows as text, read without any code of the product. */
export function readRealRows(): Record<string, string>[] {
  return Papa.parse<Record<string, string>>(readFileSync(REAL_ROWS, "utf8"), {
    header: true,
    skipEmptyLines: true,
  }).data;
}

/** Rows, quantity and revenue by country, in whole pence so that no sum is rounded on the way. */
export function realSums(): ReturnType<typeof sumsOf> {
  return sumsOf(readRealRows());
}

/** The same of any rows. */
export function sumsOf(
  rows: readonly Readonly<Record<string, unknown>>[],
): Record<string, { rows: number; quantity: number; revenue: number }> {
  const sums = new Map<string, { rows: number; quantity: number; pence: number }>();
  for (const row of rows) {
    const country = String(row["Country"] ?? "");
    const quantity = Number(row["Quantity"]);
    const sum = sums.get(country) ?? { rows: 0, quantity: 0, pence: 0 };
    sum.rows += 1;
    sum.quantity += quantity;
    sum.pence += quantity * Math.round(Number(row["Price"]) * 100);
    sums.set(country, sum);
  }
  return Object.fromEntries(
    [...sums].map(([country, { rows, quantity, pence }]) => [
      country,
      { rows, quantity, revenue: pence / 100 },
    ]),
  );
}
