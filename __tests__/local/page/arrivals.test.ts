import fc from "fast-check";
import { Arrivals, type GapEvidence, gapOf, minuteStart, secondStart } from "../../../local/page/arrivals";

const NOON = Date.UTC(2026, 10, 25, 12);
const MINUTE = 60_000;

function arrivals(times: readonly number[], secondsFromMs = NOON): Arrivals {
  const counted = new Arrivals(secondsFromMs);
  for (const ms of times) counted.add(ms);
  return counted;
}

function evidence(given: Partial<Record<keyof GapEvidence, readonly number[]>>): GapEvidence {
  const { accepted = [], refused = [], quarantined = [], held = [] } = given;
  return {
    accepted: arrivals(accepted),
    refused: arrivals(refused),
    quarantined: arrivals(quarantined),
    held: arrivals(held),
  };
}

test("what arrived is kept by second, and by minute before; folding loses no line", () => {
  const counted = arrivals([NOON - 1, NOON, NOON + 999, NOON + 1_000, NOON + 61_000]);
  expect([...counted.buckets]).toEqual([
    [NOON - MINUTE, 1],
    [NOON, 2],
    [NOON + 1_000, 1],
    [NOON + 61_000, 1],
  ]);
  counted.fold(NOON + 90_000);
  expect(Object.fromEntries(counted.buckets)).toEqual({
    [NOON - MINUTE]: 1,
    [NOON]: 3,
    [NOON + 61_000]: 1,
  });
});

describe("what a layer lacks", () => {
  const until = NOON + 100_000;
  const sent = Array.from({ length: 100 }, (_, at) => NOON + at * 1_000 + 7);

  test("19 of 100 lines are missing although the newest is there: the age is the oldest one's", () => {
    const held = sent.filter((_, at) => at < 20 || at >= 39);
    const gap = gapOf(evidence({ accepted: sent, held }), NOON, until);
    expect(gap).toEqual({ missing: 19, oldestMissingMs: NOON + 20_000, surplus: 0 });
  });

  test("nothing: no oldest one", () => {
    expect(gapOf(evidence({ accepted: sent, held: sent }), NOON, until)).toEqual({ missing: 0, surplus: 0 });
  });

  test("a line that the stream never had makes up for no line that is missing", () => {
    const held = [...sent.slice(1), NOON + 50_500];
    const gap = gapOf(evidence({ accepted: sent, held }), NOON, until);
    expect(gap).toEqual({ missing: 1, oldestMissingMs: NOON, surplus: 1 });
  });

  test("a line that the engine refused lies in quarantine and need not be there; one that breaks the contract never need", () => {
    const given = { accepted: [NOON, NOON + 1], refused: [NOON + 2], held: [NOON + 1] };
    expect(gapOf(evidence({ ...given, quarantined: [NOON, NOON + 2] }), NOON, until).missing).toBe(0);
    expect(gapOf(evidence({ ...given, quarantined: [NOON + 2] }), NOON, until).missing).toBe(1);
    // The refused one's place in quarantine excuses no other.
    expect(gapOf(evidence({ ...given, quarantined: [] }), NOON, until).missing).toBe(1);
  });

  test("what arrived at the moment or later, or before the stream's memory, does not count", () => {
    const times = [NOON - 1, NOON, NOON + 59_999, NOON + MINUTE];
    const gap = gapOf(evidence({ accepted: times }), NOON, NOON + MINUTE);
    expect(gap).toEqual({ missing: 2, oldestMissingMs: NOON, surplus: 0 });
  });

  test("sides with different memories are compared by minute where one has only minutes", () => {
    const given = {
      ...evidence({}),
      accepted: arrivals(sent, NOON),
      held: arrivals(sent.slice(1), NOON + MINUTE),
    };
    expect(gapOf(given, NOON, until)).toEqual({ missing: 1, oldestMissingMs: NOON, surplus: 0 });
    expect([...given.accepted.buckets.keys()]).toHaveLength(100);
  });

  test("is never less, and never younger, than by identity when the layer holds nothing else", () => {
    const line = fc.record({ at: fc.integer({ min: 0, max: 300_000 }), isHeld: fc.boolean() });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), fc.integer({ min: 0, max: 5 }), (lines, minutes) => {
        const accepted = arrivals(
          lines.map(({ at }) => NOON + at),
          NOON + minutes * MINUTE,
        );
        const held = arrivals(lines.filter(({ isHeld }) => isHeld).map(({ at }) => NOON + at));
        const gap = gapOf({ ...evidence({}), accepted, held }, NOON, NOON + 301_000);
        const missing = lines.filter(({ isHeld }) => !isHeld).map(({ at }) => NOON + at);
        expect(gap.missing).toBe(missing.length);
        expect(gap.surplus).toBe(0);
        if (missing.length > 0) {
          const oldest = Math.min(...missing);
          expect(gap.oldestMissingMs).toBeLessThanOrEqual(oldest);
          expect(gap.oldestMissingMs).toBeGreaterThanOrEqual(minuteStart(oldest));
          if (oldest >= NOON + minutes * MINUTE) expect(gap.oldestMissingMs).toBe(secondStart(oldest));
        }
      }),
    );
  });
});
