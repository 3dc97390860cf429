import fc from "fast-check";
import type { RetailTransaction } from "../../contract/retail-transaction";
import { formatTimestamp } from "../../contract/timestamp";
import { type HeavyTailed, HOME, sample } from "../../loadgen/distributions";
import { generate, syntheticLines } from "../../loadgen/generate";
import { Random, WeightedValues } from "../../loadgen/random";
import { itemsOf } from "../../loadgen/source";
import { describeRealRows, readRealRows } from "../support/real-rows";
import { judgeLine } from "../support/retail";

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);

function take(count: number, seed: number, now = () => NOW): RetailTransaction[] {
  const rows = generate(seed, now);
  return Array.from({ length: count }, () => rows.next().value);
}

describe("Random", () => {
  test("draws evenly from 0 to below 1", () => {
    const random = new Random(7);
    const tenths = new Array<number>(10).fill(0);

    for (let draw = 0; draw < 100_000; draw++) {
      const tenth = Math.floor(random.next() * 10);
      tenths[tenth] = (tenths[tenth] ?? Number.NaN) + 1;
    }

    // Five standard deviations of a binomial count: 5 * sqrt(100000 * 0.1 * 0.9).
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(475);
  });

  test("depends on seed and stream alone", () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(5), fc.nat(0xffffffff), (seed, stream, other) => {
        const draw = (a: number, b: number): number[] => {
          const random = new Random(a, b);
          return [random.next(), random.next(), random.next(), random.next()];
        };
        expect(draw(seed, stream)).toEqual(draw(seed, stream));
        if (other !== seed) expect(draw(other, stream)).not.toEqual(draw(seed, stream));
        expect(draw(seed, stream + 1)).not.toEqual(draw(seed, stream));
      }),
    );
  });

  test("weights are kept", () => {
    const random = new Random(3);
    const counts = { often: 0, seldom: 0, never: 0 };

    for (let draw = 0; draw < 10_000; draw++) {
      const values = [
        ["often", 9],
        ["never", 0],
        ["seldom", 1],
      ] as const;
      counts[random.weighted(values)]++;
    }

    expect(counts.never).toBe(0);
    expect(counts.seldom / 10_000).toBeCloseTo(0.1, 1);
  });

  test("picks the same from values whose weights are summed up before", () => {
    const anyWeights = fc.array(fc.tuple(fc.nat(), fc.nat(20)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(anyWeights, fc.nat(), (weights, seed) => {
        fc.pre(weights.some(([, weight]) => weight > 0));
        const values = new WeightedValues(weights);
        const [one, other] = [new Random(seed), new Random(seed)];
        for (let draw = 0; draw < 20; draw++) expect(values.pick(one)).toBe(other.weighted(weights));
      }),
    );
    expect(() => new WeightedValues([["a", 0]]).pick(new Random(1))).toThrow("all weights are 0");
  });

  test("nothing to pick from is an error", () => {
    expect(() => new Random(1).pick([])).toThrow("there is nothing to pick from");
    expect(() => new Random(1).weighted([["a", 0]])).toThrow("all weights are 0");
  });
});

describe("sample", () => {
  const distribution: HeavyTailed = { body: [1, 2, 3, 4], tail: [5, 10, 20, 40, 80] };
  const at = (place: number): number => sample({ next: () => place }, distribution);

  test.each([
    [0, 1],
    [0.26, 2],
    [0.974, 4],
    [0.975, 5],
    [0.99, 10],
    [0.995, 20],
    [0.999, 40],
  ])("at %d it is %d", (place, value) => {
    expect(at(place)).toBeCloseTo(value, 6);
  });

  test("never decreases, and ends below the largest value", () => {
    let last = 0;
    for (let place = 0; place < 1; place += 0.0005) {
      expect(at(place)).toBeGreaterThanOrEqual(last);
      last = at(place);
    }
    expect(at(1 - 2 ** -32)).toBeLessThanOrEqual(80);
  });
});

describe("generate", () => {
  test("the same seed gives the same rows, but for the time", () => {
    const first = take(3_000, 42);
    const later = take(3_000, 42, () => NOW + 86_400_000);

    expect(take(3_000, 42)).toEqual(first);
    expect(later).not.toEqual(first);
    expect(later.map((row) => ({ ...row, InvoiceDate: "" }))).toEqual(
      first.map((row) => ({ ...row, InvoiceDate: "" })),
    );
    expect(take(3_000, 43)).not.toEqual(first);
  });

  test("every row keeps the contract, and has nothing that the contract does not know", () => {
    for (const row of take(20_000, 5)) {
      expect(judgeLine(Buffer.from(JSON.stringify(row)), NOW)).toMatchObject({ accepted: true, extra: "{}" });
    }
  });

  test("an invoice has one customer, country and second; its number comes once", () => {
    let now = NOW;
    const rows = take(20_000, 6, () => (now += 700));
    const invoices = Map.groupBy(rows, (row) => row.Invoice);
    const order = rows.map((row) => row.Invoice).filter((invoice, index, all) => invoice !== all[index - 1]);

    expect(order).toHaveLength(invoices.size);
    for (const lines of invoices.values()) {
      const heads = lines.map((row) => [row.Customer_ID, row.Country, row.InvoiceDate].join());
      expect(new Set(heads).size).toBe(1);
    }
    expect(rows[0]?.InvoiceDate).toBe(formatTimestamp(NOW + 700).slice(0, 19));
  });

  test("a cancellation takes back lines of an earlier sale, not more of them than were sold", () => {
    const rows = take(30_000, 7);
    const sold = new Map<string, number>();
    let cancelled = 0;

    for (const { Invoice, Customer_ID, StockCode, Price, Quantity } of rows) {
      const key = [Customer_ID, StockCode, Price].join();
      sold.set(key, (sold.get(key) ?? 0) + Quantity);
      if (!Invoice.startsWith("C")) {
        expect(Quantity).toBeGreaterThan(0);
      } else {
        cancelled++;
        expect(Quantity).toBeLessThan(0);
        expect(sold.get(key)).toBeGreaterThanOrEqual(0);
      }
    }

    expect(cancelled).toBeGreaterThan(300);
  });

  test("lines are the rows as JSON.stringify writes them, numbered", async () => {
    const lines = [];
    for await (const line of itemsOf(syntheticLines(8, () => NOW))) {
      lines.push(line);
      if (lines.length === 3_000) break;
    }

    const texts = lines.map(({ bytes }) => Buffer.from(bytes).toString());
    expect(texts).toEqual(take(3_000, 8).map((row) => JSON.stringify(row)));
    expect(texts.join()).toContain('"Invoice":"C');
    expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: 3_000 }, (_, at) => at + 1));
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
