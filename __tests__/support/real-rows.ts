import { readFileSync } from "node:fs";
import Papa from "papaparse";
import { describeWithShared, hasSharedFile, sharedFile } from "./shared-data";

const FILE = "data/online_retail_II_2009-2010.csv";

/** `describe`; skipped, with a title that names the missing file, when there are no real rows. */
export function describeRealRows(title: string, body: () => void): void {
  describeWithShared(FILE, title, body);
}

export function hasRealRows(): boolean {
  return hasSharedFile(FILE);
}

/** Path of the CSV file with the real rows. @throws as {@link sharedFile} */
export function realRowsFile(): string {
  return sharedFile(FILE);
}

/** The rows as text, read without any product code. @throws as {@link sharedFile} */
export function readRealRows(): Record<string, string>[] {
  return Papa.parse<Record<string, string>>(readFileSync(realRowsFile(), "utf8"), {
    header: true,
    skipEmptyLines: true,
  }).data;
}

/** Rows, quantity and revenue by country, in whole pence, which avoids rounding. */
export function realSums(): ReturnType<typeof sumsOf> {
  return sumsOf(readRealRows());
}

/** The same sums for any rows. */
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
