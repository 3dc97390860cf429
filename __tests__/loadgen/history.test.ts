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

describe("PastTimes", () => {
  const anySpan = fc.integer({ min: 60_000, max: 30 * DAY_MS });

  test("times lie in the span, in order, whatever the weights", () => {
    fc.assert(
      fc.property(anySpan, fc.array(fc.nat(3), { minLength: 24, maxLength: 24 }), (spanMs, weights) => {
        const times = new PastTimes({ spanMs, lines: 1 }, NOW, (hour) => weights[(hour / HOUR_MS) % 24] ?? 0);
        const found = Array.from({ length: 101 }, (_, step) => times.at(step / 100));
        expect(found).toEqual([...found].sort((a, b) => a - b));
        expect(found[0]).toBeGreaterThanOrEqual(NOW - spanMs);
        expect(found[100]).toBeLessThanOrEqual(NOW);
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
    const mixed = [...Map.groupBy(rows, (row) => row.Invoice).values()].filter((lines) => {
      const heads = lines.map((row) => [row.Customer_ID, row.Country, row.InvoiceDate].join());
      return new Set(heads).size > 1;
    });
    expect(mixed).toEqual([]);
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
