import fc from "fast-check";
import type { RetailTransaction } from "../../contract/retail-transaction";
import { formatTimestamp } from "../../contract/timestamp";
import { type HeavyTailed, sample } from "../../loadgen/distributions";
import { generate, syntheticLines } from "../../loadgen/generate";
import { Random, WeightedValues } from "../../loadgen/random";
import { itemsOf } from "../../loadgen/source";
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
        const draws = <T>(draw: () => T): T[] => Array.from({ length: 20 }, draw);
        expect(draws(() => values.pick(one))).toEqual(draws(() => other.weighted(weights)));
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
    const values = Array.from({ length: 2_000 }, (_, index) => at(index / 2_000));
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values[0]).toBeGreaterThanOrEqual(0);
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
    const verdicts = take(20_000, 5).map((row) => judgeLine(Buffer.from(JSON.stringify(row)), NOW));
    expect(verdicts.filter((verdict) => !verdict.accepted || verdict.extra !== "{}")).toEqual([]);
  });

  test("an invoice has one customer, country and second; its number comes once", () => {
    let now = NOW;
    const rows = take(20_000, 6, () => (now += 700));
    const invoices = Map.groupBy(rows, (row) => row.Invoice);
    const order = rows.map((row) => row.Invoice).filter((invoice, index, all) => invoice !== all[index - 1]);

    expect(order).toHaveLength(invoices.size);
    const mixed = [...invoices.values()].filter((lines) => {
      const heads = lines.map((row) => [row.Customer_ID, row.Country, row.InvoiceDate].join());
      return new Set(heads).size > 1;
    });
    expect(mixed).toEqual([]);
    expect(rows[0]?.InvoiceDate).toBe(formatTimestamp(NOW + 700).slice(0, 19));
  });

  test("a cancellation takes back lines of an earlier sale, not more of them than were sold", () => {
    const rows = take(30_000, 7);
    const sold = new Map<string, number>();
    const wrong: object[] = [];
    let cancelled = 0;

    for (const { Invoice, Customer_ID, StockCode, Price, Quantity } of rows) {
      const key = [Customer_ID, StockCode, Price].join();
      const left = (sold.get(key) ?? 0) + Quantity;
      sold.set(key, left);
      const isCancellation = Invoice.startsWith("C");
      if (isCancellation) cancelled++;
      if (isCancellation ? Quantity >= 0 || left < 0 : Quantity <= 0)
        wrong.push({ Invoice, key, Quantity, left });
    }

    expect(wrong).toEqual([]);
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
