import type { RetailTransaction } from "../../contract/retail-transaction";
import { parseTimestamp } from "../../contract/timestamp";
import { HOME } from "../../loadgen/distributions";
import { generate } from "../../loadgen/generate";
import { replay } from "../../loadgen/replay";
import { retailPreset } from "../../loadgen/retail-preset";
import { isBadRow, itemsOf, type SourceItem } from "../../loadgen/source";
import { describeRealRows, readRealRows, realRowsFile } from "../support/real-rows";
import { COLUMNS } from "../support/retail";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);

describeRealRows("the real rows as input", () => {
  test("all 14,269 become lines with exactly their values", async () => {
    const items: SourceItem[] = [];
    for await (const item of itemsOf(replay(realRowsFile(), retailPreset))) items.push(item);

    expect(items).toHaveLength(14_269);
    const expected = readRealRows().map((row) => {
      return Object.fromEntries(
        COLUMNS.map(({ field, kind }) => {
          const text = row[field] ?? "absent";
          return [field, kind === "integer" || kind === "decimal" ? Number(text) : text];
        }),
      );
    });
    expect(
      items.map((item) => (isBadRow(item) ? item : JSON.parse(Buffer.from(item.bytes).toString()))),
    ).toEqual(expected);
    expect(items.at(-1)?.number).toBe(14_270);
  });
});

/** Figures that two sets of rows can be compared by. */
function figures(rows: readonly RetailTransaction[]): Record<string, number> {
  const invoices = [...Map.groupBy(rows, (row) => row.Invoice).values()];
  const sales = invoices.filter(([first]) => !first?.Invoice.startsWith("C"));
  const sold = rows.filter((row) => !row.Invoice.startsWith("C"));
  const known = sales.filter(([first]) => first?.Customer_ID !== "");
  const bySales = [...Map.groupBy(known, ([first]) => first?.Customer_ID).values()].map(
    ({ length }) => length,
  );
  const top = bySales.sort((a, b) => b - a).slice(0, 10);
  const share = (part: number, whole: number): number => part / whole;
  const countries = Map.groupBy(sales, ([first]) => first?.Country);
  return {
    "cancelled lines": share(rows.length - sold.length, rows.length),
    "guest lines": share(rows.filter((row) => row.Customer_ID === "").length, rows.length),
    "cancellations per sale": share(invoices.length - sales.length, sales.length),
    "sales with postage": share(
      sales.filter((lines) => lines.some((row) => row.StockCode === "POST")).length,
      sales.length,
    ),
    "sales of the ten best customers": share(
      top.reduce((sum, count) => sum + count, 0),
      known.length,
    ),
    "best-selling hundred products": bestSellers(sold),
    "description ends in a blank": share(
      rows.filter((row) => row.Description?.endsWith(" ")).length,
      rows.length,
    ),
    "sold by the dozen": share(sold.filter((row) => row.Quantity === 12).length, sold.length),
    ...Object.fromEntries(
      [...countries].map(([name, { length }]) => [`sales to ${name}`, share(length, sales.length)]),
    ),
    ...quantiles(
      "lines of a sale",
      sales.map(({ length }) => length),
      [0.1, 0.25, 0.5, 0.75, 0.9, 0.99],
    ),
    ...quantiles(
      "price",
      rows.map((row) => row.Price),
      [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98],
    ),
    ...quantiles(
      "quantity",
      sold.map((row) => row.Quantity),
      [0.1, 0.25, 0.5, 0.75, 0.9, 0.99],
    ),
    ...quantiles(
      "quantity above 8 pounds",
      sold.filter((row) => row.Price > 8).map((row) => row.Quantity),
      [0.5, 0.9],
    ),
  };
}

function bestSellers(rows: readonly RetailTransaction[]): number {
  const goods = rows.filter((row) => /^\d/.test(row.StockCode));
  const counts = [...Map.groupBy(goods, (row) => row.StockCode).values()].map(({ length }) => length);
  return (
    counts
      .sort((a, b) => b - a)
      .slice(0, 100)
      .reduce((sum, count) => sum + count, 0) / goods.length
  );
}

function quantiles(name: string, values: number[], places: readonly number[]): Record<string, number> {
  values.sort((a, b) => a - b);
  return Object.fromEntries(
    places.map((at) => [`${name}, ${at}`, values[Math.floor(at * values.length)] ?? Number.NaN]),
  );
}

describeRealRows("synthetic rows are distributed like the real ones", () => {
  let real: Record<string, number>;
  beforeAll(() => {
    real = figures(
      readRealRows().map((row) => ({
        Invoice: row["Invoice"] ?? "",
        StockCode: row["StockCode"] ?? "",
        Description: row["Description"] ?? "",
        Quantity: Number(row["Quantity"]),
        InvoiceDate: row["InvoiceDate"] ?? "",
        Price: Number(row["Price"]),
        Customer_ID: row["Customer_ID"] ?? "",
        Country: row["Country"] ?? "",
      })),
    );
  });

  test.each([1, 2, 3])("seed %d", (seed) => {
    // The real rows are of other countries than the retailer's own.
    const abroad: RetailTransaction[] = [];
    let all = 0;
    for (const row of generate(seed, () => NOW)) {
      if (++all > 600_000) break;
      if (row.Country !== HOME) abroad.push(row);
    }
    const synthetic = figures(abroad);

    const far = Object.entries(real).filter(([name, value]) => {
      const found = synthetic[name] ?? 0;
      // A fifth off, or for small shares, where the real rows themselves are few, one in a hundred.
      return Math.abs(found - value) > Math.max(0.2 * value, value < 1 ? 0.012 : 1);
    });

    expect(far.map(([name, value]) => `${name}: ${synthetic[name]} for ${value}`)).toEqual([]);
    expect(Object.keys(real).length).toBeGreaterThan(30);
    expect(1 - abroad.length / 600_000).toBeCloseTo(0.9, 1.5);
  });
});

type Row = Pick<RetailTransaction, "Invoice" | "InvoiceDate" | "Customer_ID" | "StockCode">;

function timeOf({ InvoiceDate }: Pick<Row, "InvoiceDate">): number {
  return parseTimestamp(`${InvoiceDate}.000`);
}

function sharesBy<T>(values: readonly T[], keyOf: (value: T) => number): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1);
  return new Map([...counts].map(([key, count]) => [key, count / values.length]));
}

describeRealRows("a history compared with the real rows", () => {
  let real: Row[];
  let made: Row[];
  beforeAll(() => {
    real = readRealRows() as unknown as Row[];
    // As many as the period of the real rows would have with the retailer's own country, in a calendar year.
    const rows = generate(5, () => Date.UTC(2027, 0, 1), { spanMs: 365 * DAY_MS, lines: 140_000 });
    made = Array.from({ length: 140_000 }, () => rows.next().value);
  });

  // The weights are counts of the real invoices; here are lines, and what comes of weights, spans and pauses together.
  test.each<[string, (row: Row) => number, tolerance: number]>([
    // A hundred sales of a month are a tenth uncertain, and December is there twice in part.
    ["month", (row) => new Date(timeOf(row)).getUTCMonth(), 0.035],
    ["weekday", (row) => new Date(timeOf(row)).getUTCDay(), 0.035],
    ["hour", (row) => new Date(timeOf(row)).getUTCHours(), 0.035],
  ])("lines by %s have about the same shares", (_, keyOf, tolerance) => {
    const [ofReal, ofMade] = [sharesBy(real, keyOf), sharesBy(made, keyOf)];
    const keys = new Set([...ofReal.keys(), ...ofMade.keys()]);
    const far = [...keys]
      .map((key) => [key, ofReal.get(key) ?? 0, ofMade.get(key) ?? 0] as const)
      .filter(([, a, b]) => Math.abs(a - b) > tolerance);

    expect(far).toEqual([]);
    expect(keys.size).toBeGreaterThan(5);
  });

  test.each<[string, () => Row[]]>([
    ["real", () => real],
    ["made", () => made],
  ])("%s: the autumn is the season, Saturdays are free, and most is sold around noon", (_, rowsOf) => {
    const rows = rowsOf();
    const byMonth = sharesBy(rows, (row) => new Date(timeOf(row)).getUTCMonth());
    const byWeekday = sharesBy(rows, (row) => new Date(timeOf(row)).getUTCDay());
    const byHour = sharesBy(rows, (row) => new Date(timeOf(row)).getUTCHours());
    const best = (shares: ReadonlyMap<number, number>) => [...shares].sort(([, a], [, b]) => b - a)[0]?.[0];

    expect(best(byMonth)).toBe(10);
    expect([8, 9, 10].reduce((sum, month) => sum + (byMonth.get(month) ?? 0), 0)).toBeGreaterThan(0.36);
    expect(byWeekday.has(6)).toBe(false);
    expect(byWeekday.get(0)).toBe(Math.min(...byWeekday.values()));
    expect([12, 13, 14]).toContain(best(byHour));
    expect([17, 18, 19].reduce((sum, hour) => sum + (byHour.get(hour) ?? 0), 0)).toBeLessThan(0.1);
  });

  test("customers return as often", () => {
    const returning = (rows: readonly Row[]): number => {
      const sales = new Map(
        rows
          .filter((row) => row.Customer_ID && !row.Invoice.startsWith("C"))
          .map((row) => [row.Invoice, row.Customer_ID]),
      );
      const bySales = [...Map.groupBy(sales.values(), (customer) => customer).values()].map(
        ({ length }) => length,
      );
      return bySales.filter((count) => count > 1).reduce((sum, count) => sum + count, 0) / sales.size;
    };

    expect(Math.abs(returning(made) - returning(real))).toBeLessThan(0.08);
  });

  test("they cancel about as soon", () => {
    /** The middle of the days from the last sale of such a product to that customer to its cancellation. */
    const delay = (rows: readonly Row[]): number => {
      const sold = new Map<string, number>();
      const delays = rows.flatMap((row) => {
        const key = [row.Customer_ID, row.StockCode].join();
        if (!row.Invoice.startsWith("C")) {
          sold.set(key, timeOf(row));
          return [];
        }
        const last = sold.get(key);
        return last === undefined ? [] : [(timeOf(row) - last) / DAY_MS];
      });
      return delays.sort((a, b) => a - b)[delays.length >> 1] ?? Number.NaN;
    };

    expect(delay(made) / delay(real)).toBeGreaterThan(0.5);
    expect(delay(made) / delay(real)).toBeLessThan(2);
  });
});
