import fc from "fast-check";
import { formatTimestamp, parseIso, parseSeconds } from "../../contract/timestamp";

const MOST_MS = 8.64e15;

test("formatTimestamp writes what toISOString writes, whatever was written before", () => {
  const near = fc.integer({ min: -200_000, max: 200_000 }).map((ms) => Date.UTC(2026, 10, 29) + ms);
  const edges = fc.constantFrom(0, -1, -0, MOST_MS, -MOST_MS, Date.UTC(10_000, 0, 1), Date.UTC(-1, 0, 1));
  fc.assert(
    fc.property(
      fc.array(fc.oneof(near, edges, fc.integer({ min: -MOST_MS, max: MOST_MS })), { minLength: 1 }),
      (all) => {
        const wanted = all.map((ms) => new Date(ms).toISOString().replace("T", " ").replace("Z", ""));
        expect(all.map(formatTimestamp)).toEqual(wanted);
      },
    ),
  );
  expect(formatTimestamp(0.5)).toBe("1970-01-01 00:00:00.001");
  for (const ms of [MOST_MS + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => formatTimestamp(ms)).toThrow(RangeError);
  }
});

test("parseSeconds takes the seconds that exist, and no other text", () => {
  const part = (most: number) =>
    fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, "0"));
  const text = fc
    .tuple(fc.integer({ min: 0, max: 9_999 }), part(13), part(32), part(24), part(60), part(60))
    .map(
      ([year, month, day, ...time]) => `${String(year).padStart(4, "0")}-${month}-${day} ${time.join(":")}`,
    );
  const damaged = fc
    .tuple(text, fc.nat({ max: 19 }), fc.constantFrom("", "x", "/", ":", " ", "-", "+", "\n", "२", ".", "1"))
    .map(([whole, at, put]) => whole.slice(0, at) + put + whole.slice(at + 1));
  let taken = 0;
  fc.assert(
    fc.property(fc.oneof(text, damaged), (given) => {
      const ms = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(given)
        ? Date.parse(`${given.replace(" ", "T")}Z`)
        : Number.NaN;
      // Date.parse carries 30 February over into March, and takes hour 24.
      const exists = !Number.isNaN(ms) && new Date(ms).toISOString() === `${given.replace(" ", "T")}.000Z`;
      if (exists && Number(given.slice(0, 4)) >= 100) taken++;
      expect(parseSeconds(given)).toBe(exists && Number(given.slice(0, 4)) >= 100 ? ms : undefined);
    }),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

describe("parseIso", () => {
  it.each([
    ["2026-11-28T09:30:00Z", "2026-11-28 09:30:00.000"],
    ["2026-11-28T09:30Z", "2026-11-28 09:30:00.000"],
    ["2026-11-28T09:30:00.250+01:00", "2026-11-28 08:30:00.250"],
    ["2026-11-28T23:30:00-0330", "2026-11-29 03:00:00.000"],
    ["2026-11-28T09:30:00.123456789Z", "2026-11-28 09:30:00.123"],
    ["2026-11-28 09:30:00,5Z", "2026-11-28 09:30:00.500"],
    ["2024-02-29T00:00:00Z", "2024-02-29 00:00:00.000"],
  ])("%s is %s in UTC", (text, utc) => {
    expect(formatTimestamp(parseIso(text) ?? Number.NaN)).toBe(utc);
  });

  it.each([
    "2026-11-28T09:30:00", // no zone
    "2026-11-28",
    "2026-02-30T09:30:00Z",
    "2026-11-28T24:00:00Z",
    "2026-11-28T09:30:60Z",
    "2026-11-28T09:30:00+24:00",
    "2026-11-28T09:30:00+01:60",
    "20261128T093000Z",
    "2026-11-28T09:30:00Z ",
  ])("refuses %j", (text) => {
    expect(parseIso(text)).toBeUndefined();
  });
});
