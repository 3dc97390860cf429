import fc from "fast-check";
import { lineJudge } from "../../contract/judge";
import type { RetailTransaction } from "../../contract/retail-transaction";
import { parseTimestamp } from "../../contract/timestamp";
import { businessOf, HOME } from "../../loadgen/distributions";
import { generate, syntheticLines } from "../../loadgen/generate";
import { type History, PastTimes } from "../../loadgen/past-times";
import { presetOf } from "../../loadgen/preset";
import { itemsOf } from "../../loadgen/source";
import { anyContract } from "../support/any-contract";
import { meterReadings } from "../support/meter-readings";
import { describeRealRows, readRealRows } from "../support/real-rows";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Tuesday. */
const NOW = Date.UTC(2026, 10, 24, 12, 30, 0);
const YEAR: History = { spanMs: 365 * DAY_MS, lines: 20_000 };

type Row = Pick<RetailTransaction, "Invoice" | "InvoiceDate" | "Customer_ID" | "StockCode">;

function take(count: number, history: History, seed = 1, now: () => number = () => NOW): RetailTransaction[] {
  const rows = generate(seed, now, history);
  return Array.from({ length: count }, () => rows.next().value);
}

function timeOf({ InvoiceDate }: Pick<Row, "InvoiceDate">): number {
  return parseTimestamp(`${InvoiceDate}.000`);
}

function sharesBy<T>(values: readonly T[], keyOf: (value: T) => number): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1);
  return new Map([...counts].map(([key, count]) => [key, count / values.length]));
}

describe("PastTimes", () => {
  const anySpan = fc.integer({ min: 60_000, max: 30 * DAY_MS });

  test("times lie in the span, in order, whatever the weights", () => {
    fc.assert(
      fc.property(anySpan, fc.array(fc.nat(3), { minLength: 24, maxLength: 24 }), (spanMs, weights) => {
        const times = new PastTimes({ spanMs, lines: 1 }, NOW, (hour) => weights[(hour / HOUR_MS) % 24] ?? 0);
        let last = NOW - spanMs;
        for (let step = 0; step <= 100; step++) {
          const at = times.at(step / 100);
          expect(at).toBeGreaterThanOrEqual(last);
          expect(at).toBeLessThanOrEqual(NOW);
          last = at;
        }
      }),
    );
  });

  test("an hour gets as much as its weight, the first and the last for their part", () => {
    const isNoon = (hour: number): number =>
      (hour / HOUR_MS) % 24 === 12 ? 3 : (hour / HOUR_MS) % 24 === 11 ? 1 : 0;
    // Half of today's noon hour, yesterday's whole, and its eleventh.
    const times = new PastTimes({ spanMs: DAY_MS + 1.5 * HOUR_MS, lines: 1 }, NOW, isNoon);
    const [eleven, noon] = [Date.UTC(2026, 10, 23, 11), Date.UTC(2026, 10, 23, 12)];

    expect(times.at(0)).toBe(eleven);
    expect(times.at(1 / 6.5)).toBe(noon);
    expect(times.at(2.5 / 6.5)).toBe(noon + HOUR_MS / 2);
    expect(times.at(5 / 6.5)).toBe(eleven + DAY_MS + HOUR_MS);
    expect(times.at(1)).toBe(NOW);
  });

  test("where no hour has a weight, all count the same", () => {
    const saturday = Date.UTC(2026, 10, 28, 20);
    const times = new PastTimes({ spanMs: 10 * HOUR_MS, lines: 1 }, saturday, businessOf);

    expect([0, 0.25, 0.5, 1].map((share) => times.at(share))).toEqual([
      saturday - 10 * HOUR_MS,
      saturday - 7.5 * HOUR_MS,
      saturday - 5 * HOUR_MS,
      saturday,
    ]);
  });
});

describe("a history of sales", () => {
  let rows: RetailTransaction[];
  beforeAll(() => {
    rows = take(YEAR.lines + 500, YEAR);
  });

  test("fills the year before now in order of event time, and goes on with now", () => {
    const times = rows.map(timeOf);

    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(NOW - YEAR.spanMs);
    expect(times[0]).toBeLessThan(NOW - YEAR.spanMs + 3 * DAY_MS);
    expect(times[YEAR.lines - 1]).toBeLessThanOrEqual(NOW);
    expect(times[YEAR.lines - 1]).toBeGreaterThan(NOW - 2 * DAY_MS);
    const live = times.slice(YEAR.lines).filter((time) => time === NOW);
    // The invoice that the history ends on goes on behind it; the longest of the source has 164 lines.
    expect(live.length).toBeGreaterThan(500 - 170);
    expect(new Set(times.slice(0, YEAR.lines).map((time) => new Date(time).getUTCMonth())).size).toBe(12);
  });

  test("has no Saturdays and no nights, and a pause between the years", () => {
    const dates = rows.slice(0, YEAR.lines).map((row) => new Date(timeOf(row)));

    expect(dates.filter((date) => date.getUTCDay() === 6)).toEqual([]);
    expect(dates.filter((date) => date.getUTCHours() < 7 || date.getUTCHours() > 19)).toEqual([]);
    expect(
      dates
        .filter((date) => date.getUTCMonth() === 11 && date.getUTCDate() >= 24)
        .map((date) => date.toISOString()),
    ).toEqual([]);
  });

  test("an invoice has one time, customer and country, and nine rows of ten are of the retailer's own country", () => {
    for (const lines of Map.groupBy(rows, (row) => row.Invoice).values()) {
      expect(new Set(lines.map((row) => [row.Customer_ID, row.Country, row.InvoiceDate].join())).size).toBe(
        1,
      );
    }
    const home = rows.filter((row) => row.Country === HOME);
    expect(home.length / rows.length).toBeGreaterThan(0.87);
    expect(home.length / rows.length).toBeLessThan(0.93);
    expect(home.filter((row) => row.StockCode === "POST")).toEqual([]);
  });

  test("a cancellation takes back lines of an earlier sale, within some weeks", () => {
    const sold = new Map<string, number[]>();
    let cancelled = 0;
    for (const row of rows) {
      const key = [row.Customer_ID, row.StockCode, row.Price].join();
      if (!row.Invoice.startsWith("C")) {
        sold.set(key, [...(sold.get(key) ?? []), timeOf(row)]);
        continue;
      }
      cancelled++;
      const ages = (sold.get(key) ?? []).map((time) => timeOf(row) - time);
      expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
      // The weeks are of an average season; the pause between the years lengthens them.
      expect(Math.min(...ages)).toBeLessThan(75 * DAY_MS);
    }
    expect(cancelled).toBeGreaterThan(200);
  });

  test("the same seed gives the same rows, whenever; their times too, at the same moment", () => {
    const withoutTimes = (given: readonly RetailTransaction[]) =>
      given.map((row) => ({ ...row, InvoiceDate: "" }));
    const later = take(3_000, YEAR, 1, () => NOW + 40 * DAY_MS);

    expect(take(3_000, YEAR)).toEqual(rows.slice(0, 3_000));
    expect(later).not.toEqual(rows.slice(0, 3_000));
    expect(withoutTimes(later)).toEqual(withoutTimes(rows.slice(0, 3_000)));
    expect(withoutTimes(take(3_000, YEAR, 2))).not.toEqual(withoutTimes(later));
  });

  test("lines are the rows", async () => {
    const texts: string[] = [];
    for await (const { bytes } of itemsOf(syntheticLines(1, () => NOW, YEAR))) {
      texts.push(Buffer.from(bytes).toString());
      if (texts.length === 2_000) break;
    }
    expect(texts).toEqual(rows.slice(0, 2_000).map((row) => JSON.stringify(row)));
  });

  test.each([
    ["some hours at noon", NOW, 3 * HOUR_MS],
    ["a Saturday", Date.UTC(2026, 10, 28, 22), 20 * HOUR_MS],
    ["ten years", NOW, 3_650 * DAY_MS],
  ])("of %s", (_, now, spanMs) => {
    const times = take(1_000, { spanMs, lines: 1_000 }, 4, () => now).map(timeOf);

    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(now - spanMs - 1_000);
    expect(times.at(-1)).toBeLessThanOrEqual(now);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(0.4 * spanMs);
  });
});

describe("a history of another contract", () => {
  test("every line keeps the contract, whatever that is", () => {
    fc.assert(
      fc.asyncProperty(anyContract, async (contract) => {
        const judge = lineJudge(contract.columns);
        let count = 0;
        for await (const { bytes } of itemsOf(
          presetOf(contract).syntheticLines(3, () => NOW, { ...YEAR, lines: 30 }),
        )) {
          expect(judge(bytes, NOW)).toMatchObject({ accepted: true });
          if (++count === 40) break;
        }
      }),
      { numRuns: 30 },
    );
  });

  test("event times are spread evenly over the span, then they are of now", async () => {
    const { columns, eventTime } = meterReadings;
    const times: number[] = [];
    const lines = presetOf({ columns, eventTime }).syntheticLines(3, () => NOW, {
      spanMs: 100 * DAY_MS,
      lines: 100,
    });
    for await (const { bytes } of itemsOf(lines)) {
      times.push(Date.parse(String(JSON.parse(Buffer.from(bytes).toString())[eventTime])));
      if (times.length === 110) break;
    }

    for (const [day, time] of times.slice(0, 100).entries()) {
      expect(Math.abs(time - (NOW - (99.5 - day) * DAY_MS))).toBeLessThan(1_000);
    }
    expect(times.slice(100)).toEqual(Array(10).fill(NOW));
  });
});

describeRealRows("a history compared with the real rows", () => {
  let real: Row[];
  let made: Row[];
  beforeAll(() => {
    real = readRealRows() as unknown as Row[];
    // As many as the period of the real rows would have with the retailer's own country, in a calendar year.
    made = take(140_000, { spanMs: 365 * DAY_MS, lines: 140_000 }, 5, () => Date.UTC(2027, 0, 1));
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
