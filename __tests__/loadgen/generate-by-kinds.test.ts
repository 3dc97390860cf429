import fc from "fast-check";
import { lineJudge } from "../../contract/judge";
import type { RunTimeContract } from "../../contract/variable";
import { generateByKinds } from "../../loadgen/generate-by-kinds";
import { presetOf } from "../../loadgen/preset";
import { itemsOf } from "../../loadgen/source";
import { anyContract, everyKind } from "../support/any-contract";

const NOW = Date.UTC(2026, 10, 28, 9, 30, 0, 250);

function take(contract: RunTimeContract, seed: number, count: number, now = (): number => NOW): string[] {
  const lines = generateByKinds(contract, seed, now);
  return Array.from({ length: count }, () => lines.next().value);
}

let made: readonly string[] | undefined;
function lines(): readonly string[] {
  made ??= take(everyKind, 1, 10_000);
  return made;
}

function valuesOf(field: string): unknown[] {
  return lines().map((line) => JSON.parse(line)[field]);
}

/** Texts of a column's values, as they are written. */
function textsOf(field: string): string[] {
  const found = new RegExp(`"${field}":([^,}]*)`);
  return lines().flatMap((line) => found.exec(line)?.[1] ?? []);
}

test("every line keeps its contract, whatever that is", () => {
  fc.assert(
    fc.property(anyContract, fc.nat(), (contract, seed) => {
      const judge = lineJudge(contract.columns);
      const refused = take(contract, seed, 20).filter((line) => {
        const verdict = judge(Buffer.from(line), NOW);
        return !verdict.accepted || verdict.extra !== "{}";
      });
      expect(refused).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test("a seed gives the same lines, and another one others", () => {
  fc.assert(
    fc.property(anyContract, fc.nat({ max: 1e9 }), (contract, seed) => {
      expect(take(contract, seed, 20)).toEqual(take(contract, seed, 20));
    }),
    { numRuns: 50 },
  );
  expect(take(everyKind, 1, 20)).not.toEqual(take(everyKind, 2, 20));
});

test("time moves the timestamps, and nothing else", () => {
  const withoutTimes = (lines: readonly string[]): string[] =>
    lines.map((line) => line.replace(/,?"(happened|installed)":"[^"]*"/g, ""));
  const later = take(everyKind, 1, 50, () => NOW + 86_400_000);

  expect(withoutTimes(later)).toEqual(withoutTimes(take(everyKind, 1, 50)));
  expect(later).not.toEqual(take(everyKind, 1, 50));
});

test("the event happens now, in its format, and other times are of the last 30 days", () => {
  const events = valuesOf("happened").map((value) => String(value));
  expect(new Set(events.map((value) => Date.parse(value)))).toEqual(new Set([NOW]));
  expect(new Set(events)).toEqual(
    new Set([
      "2026-11-28T09:30:00.250Z",
      "2026-11-28T10:30:00.250+01:00",
      "2026-11-28T15:00:00.250+05:30",
      "2026-11-28T04:30:00.250-05:00",
    ]),
  );
  const installed = valuesOf("installed").flatMap((value) => value ?? []);
  expect(installed.filter((value) => !/^2026-1[01]-\d\d \d\d:\d\d:\d\d$/.test(`${value}`))).toEqual([]);
  const ages = installed.map((value) => NOW - Date.parse(`${value}Z`));
  expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...ages)).toBeLessThanOrEqual(30 * 86_400_000 + 1_000);
  expect(new Set(installed).size).toBeGreaterThan(1_000);
});

test("texts have a bounded vocabulary, so that they can be grouped by", () => {
  const ids = new Set(valuesOf("meter_id"));

  expect(ids.size).toBeGreaterThan(1);
  expect(ids.size).toBeLessThanOrEqual(200);
  for (const id of ids) expect(id).toMatch(/^meter_id-\d{3}$/);
});

test("numbers are of ordinary size, with some negative ones and the extremes of their kind", () => {
  const amounts = textsOf("amount");
  expect(amounts).toContain("99999999999999.9999");
  expect(amounts.filter((amount) => /^-?\d{1,4}\.\d{4}$/.test(amount)).length).toBeGreaterThan(9_900);
  const negative = amounts.filter((amount) => amount.startsWith("-")).length;
  expect(negative).toBeGreaterThan(200);
  expect(negative).toBeLessThan(1_000);
  expect(textsOf("order")).toContain("2147483647");
  expect(textsOf("serial")).toContain("9223372036854775807");
  expect(textsOf("serial").some((serial) => BigInt(serial) > 2n ** 53n)).toBe(true);
});

test("optional columns are absent, null or empty at times, and others never are", () => {
  const sites = valuesOf("site");
  expect(new Set(sites.filter((value) => !value))).toEqual(new Set([undefined, null, ""]));
  expect(sites.filter((value) => value).length).toBeGreaterThan(8_500);
  expect(new Set(valuesOf("opt_amount").filter((value) => typeof value !== "number"))).toEqual(
    new Set([undefined, null]),
  );
  for (const { field, required } of everyKind.columns) {
    if (required)
      expect(valuesOf(field).filter((value) => value === "" || (value ?? null) === null)).toEqual([]);
  }
});

test("a contract's preset sends them, numbered", async () => {
  const sent: { number: number; text: string }[] = [];
  for await (const { number, bytes } of itemsOf(presetOf(everyKind).syntheticLines(3, () => NOW))) {
    sent.push({ number, text: Buffer.from(bytes).toString() });
    if (sent.length === 3) break;
  }

  expect(sent).toEqual(take(everyKind, 3, 3).map((text, index) => ({ number: index + 1, text })));
});
