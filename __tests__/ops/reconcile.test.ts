import fc from "fast-check";
import { isWithoutExtra, withoutExtra } from "../../contract/checksum";
import type { LayerName, StreamLine } from "../../ops/reconcile/compare";
import { arrivalCondition, intervalsOf, isInWindow, partitionCondition } from "../../ops/reconcile/window";
import { compare, compareSets, type Evidence } from "../support/compare-sets";
import { checksum } from "../support/retail";

const HORIZON = "2026-11-24 00:00:00.000";
const AFTER = "2026-11-24 10:00:00.000";
const BEFORE = "2026-11-23 10:00:00.000";

function layer(
  ids: readonly string[],
  arrivedAt = AFTER,
): Map<string, { checksums: string[]; arrivedAt: string }> {
  return new Map(ids.map((id) => [id, { checksums: [`sum of ${id}`], arrivedAt }]));
}

function stream(accepted: readonly string[], refused: readonly string[] = []): Map<string, StreamLine> {
  return new Map<string, StreamLine>([
    ...accepted.map((id) => [id, { accepted: true, checksum: `sum of ${id}`, arrivedAt: AFTER }] as const),
    ...refused.map((id) => [id, { accepted: false, reason: "not_json", arrivedAt: AFTER }] as const),
  ]);
}

function quarantine(ids: readonly string[], layers = ["batch", "speed"]): Evidence["quarantine"] {
  return new Map(ids.map((id) => [id, { reason: "not_json", detail: "", arrivedAt: AFTER, layers }]));
}

/** Three good lines and a bad one, everywhere where they belong. */
function agreeing(): Omit<Evidence, "layers"> & { layers: Record<LayerName, ReturnType<typeof layer>> } {
  return {
    ledger: new Set(["a", "b", "c", "bad"]),
    stream: stream(["a", "b", "c"], ["bad"]),
    horizon: HORIZON,
    layers: { raw: layer(["a", "b", "c"]), parquet: layer(["a", "b", "c"]), indexed: layer(["a", "b", "c"]) },
    quarantine: quarantine(["bad"]),
  };
}

describe("compare", () => {
  test("sets that agree", () => {
    const result = compare(agreeing());

    expect(result).toMatchObject({
      agree: true,
      acknowledged: 4,
      counts: { raw: 3, parquet: 3, indexed: 3 },
      quarantined: 1,
      extra: [],
    });
    expect(Object.values(result.missing).flat()).toEqual([]);
  });

  test.each<LayerName>(["raw", "parquet", "indexed"])("a line that %s lacks is named", (name) => {
    const evidence = agreeing();
    evidence.layers[name].delete("b");

    const result = compare(evidence);

    expect(result.agree).toBe(false);
    expect(result.missing[name]).toEqual(["b"]);
    expect([...result.missingSince]).toEqual([["b", AFTER]]);

    for (const lines of Object.values(evidence.layers)) lines.delete("c");
    expect([...compare(evidence).missingSince]).toEqual(expect.arrayContaining([["c", AFTER]]));
  });

  test.each<[LayerName, boolean]>([
    ["raw", true],
    ["parquet", false],
    ["indexed", false],
  ])("a duplicate in %s: agree is %s", (name, agree) => {
    const evidence = agreeing();
    evidence.layers[name].get("b")?.checksums.push("sum of b");

    const result = compare(evidence);

    expect(result.duplicates[name]).toEqual(["b"]);
    expect(result.agree).toBe(agree);
  });

  test.each<LayerName>(["raw", "parquet", "indexed"])("a changed value in %s is named", (name) => {
    const evidence = agreeing();
    evidence.layers[name].set("b", { checksums: ["another"], arrivedAt: AFTER });

    const result = compare(evidence);

    expect(result.agree).toBe(false);
    expect(result.altered[name]).toEqual(["b"]);
  });

  test("a duplicate with another value is both a duplicate and altered", () => {
    const evidence = agreeing();
    evidence.layers.raw.get("b")?.checksums.push("another");

    expect(compare(evidence)).toMatchObject({
      agree: false,
      duplicates: { raw: ["b"] },
      altered: { raw: ["b"] },
    });
  });

  describe("rows that were stored before there was a column extra", () => {
    const values = { Invoice: "1", Quantity: 1 };
    const [none, text, other] = [null, '{"a":1}', '{"a":2}'].map((extra) => checksum(values, AFTER, extra));
    type Sum = typeof none;
    /** One line with these checksums in each layer; the stream has the text, or has forgotten it. */
    function found(
      raw: Sum[],
      parquet: Sum[],
      indexed: Sum[],
      forgotten = false,
    ): ReturnType<typeof compare> {
      const evidence = agreeing();
      const arrivedAt = forgotten ? BEFORE : AFTER;
      for (const [name, sums] of Object.entries({ raw, parquet, indexed })) {
        const checksums = sums.map((sum) => String(sum));
        if (checksums.length > 0) evidence.layers[name as LayerName].set("b", { checksums, arrivedAt });
        else evidence.layers[name as LayerName].delete("b");
      }
      const lines = new Map(evidence.stream);
      if (forgotten) lines.delete("b");
      else lines.set("b", { accepted: true, checksum: String(text), arrivedAt });
      return compare({ ...evidence, stream: lines });
    }

    test.each([true, false])(
      "agree where every layer has NULL, and are counted; forgotten: %s",
      (forgotten) => {
        expect(found([none], [none], [none], forgotten)).toMatchObject({ agree: true, storedBefore: 1 });
        expect(found([none, none], [none], [none], forgotten)).toMatchObject({
          agree: true,
          storedBefore: 1,
        });
        expect(found([text], [text], [text], forgotten)).toMatchObject({ agree: true, storedBefore: 0 });
      },
    );

    test("do not hide a change of another value", () => {
      const changed = checksum({ ...values, Quantity: 2 }, AFTER, null);
      expect(found([none], [changed], [none])).toMatchObject({ agree: false, altered: { parquet: ["b"] } });
    });

    test.each<[string, Sum[], Sum[], Sum[], Partial<Record<LayerName, string[]>>]>([
      ["another text in Parquet", [text], [other], [text], { raw: [], parquet: ["b"], indexed: [] }],
      ["another text in the index", [text], [text], [other], { raw: [], parquet: [], indexed: ["b"] }],
      ["NULL in Parquet only", [text], [none], [text], { raw: [], parquet: ["b"], indexed: [] }],
      ["NULL in the index only", [text], [text], [none], { raw: [], parquet: [], indexed: ["b"] }],
      ["NULL in the lake only", [none], [none], [text], { raw: ["b"], parquet: ["b"], indexed: [] }],
      ["a copy with NULL in Parquet", [text], [none, text], [text], { raw: [], parquet: ["b"], indexed: [] }],
      [
        "NULL in Parquet, of two copies",
        [none, text],
        [none],
        [text],
        { raw: [], parquet: ["b"], indexed: [] },
      ],
    ])("%s is a difference", (_, raw, parquet, indexed, altered) => {
      expect(found(raw, parquet, indexed)).toMatchObject({ agree: false, storedBefore: 0, altered });
    });

    test("a copy of before and one of since are one line in the raw zone, and its text counts", () => {
      for (const forgotten of [true, false]) {
        expect(found([none, text], [text], [text], forgotten)).toMatchObject({
          agree: true,
          storedBefore: 0,
        });
      }
      expect(found([none, other], [text], [text])).toMatchObject({ agree: false, altered: { raw: ["b"] } });
    });
  });

  test("a line that the stream never had is unknown, and one that it has forgotten is not", () => {
    const evidence = agreeing();
    evidence.layers.raw.set("new", { checksums: ["x"], arrivedAt: AFTER });
    expect(compare(evidence)).toMatchObject({ agree: false, unknown: { raw: ["new"] } });

    const old = agreeing();
    for (const name of ["raw", "parquet", "indexed"] as const) {
      old.layers[name].set("old", { checksums: ["x"], arrivedAt: BEFORE });
    }
    expect(compare(old).agree).toBe(true);
    old.layers.parquet.delete("old");
    expect(compare(old)).toMatchObject({ agree: false, missing: { parquet: ["old"] } });
    old.layers.parquet.set("old", { checksums: ["y"], arrivedAt: BEFORE });
    expect(compare(old)).toMatchObject({ agree: false, altered: { parquet: ["old"] } });
    old.layers.raw.delete("old");
    expect(compare(old)).toMatchObject({ agree: false, missing: { raw: expect.arrayContaining(["old"]) } });
  });

  test("without a batch layer, what the stream has forgotten cannot be compared, and that is said", () => {
    const { raw: _, parquet: __, ...layers } = agreeing().layers;
    const evidence = { ...agreeing(), layers };
    expect(compare(evidence)).toMatchObject({ agree: true, notComparable: 0, counts: { indexed: 3 } });
    layers.indexed.set("old", { checksums: ["sum of old"], arrivedAt: BEFORE });
    expect(compare(evidence)).toMatchObject({ agree: true, notComparable: 1 });
    layers.indexed.delete("b");
    expect(compare(evidence)).toMatchObject({ agree: false, missing: { indexed: ["b"] } });
  });

  test("a refused line must be in quarantine and nowhere else", () => {
    expect(compare({ ...agreeing(), quarantine: new Map() })).toMatchObject({
      agree: false,
      missing: { quarantine: ["bad"] },
    });
    const evidence = agreeing();
    evidence.layers.raw.set("bad", { checksums: ["x"], arrivedAt: AFTER });
    expect(compare(evidence)).toMatchObject({ agree: false, unknown: { raw: ["bad"] } });
  });

  test("what only the engine refused may lack in the index alone", () => {
    const evidence = { ...agreeing(), quarantine: quarantine(["bad", "b"], ["speed"]) };
    evidence.layers.indexed.delete("b");
    expect(compare(evidence).agree).toBe(true);

    evidence.layers.raw.delete("b");
    expect(compare(evidence)).toMatchObject({ agree: false, missing: { raw: ["b"], indexed: [] } });
  });

  test("a discarded line is a fault, until the speed layer has dealt with it after all", () => {
    const discarded = new Map(
      ["c", "b", "bad"].map((id) => [id, { condition: "RecordAgeExceeded", location: `s3://lake/of ${id}` }]),
    );
    expect(compare({ ...agreeing(), discarded })).toMatchObject({ agree: true, discarded: new Map() });

    const evidence = { ...agreeing(), discarded, quarantine: quarantine(["bad"], ["batch"]) };
    evidence.layers.indexed.delete("c");
    evidence.layers.indexed.delete("b");
    const result = compare(evidence);
    expect(result).toMatchObject({ agree: false, missing: { indexed: ["b", "c"], quarantine: [] } });
    expect([...result.discarded.keys()]).toEqual(["b", "bad", "c"]);

    // Nothing is missing in any layer, and yet the speed layer never saw the broken line to its end.
    const justTheBroken = { ...agreeing(), discarded, quarantine: quarantine(["bad"], ["batch"]) };
    expect(compare(justTheBroken)).toMatchObject({ agree: false, missing: { indexed: [] } });
  });

  test("acknowledged but nowhere; there but never acknowledged", () => {
    const lost = agreeing();
    expect(compare({ ...lost, ledger: new Set(["a", "b", "c", "bad", "lost"]) })).toMatchObject({
      agree: false,
      missing: { stream: ["lost"] },
    });
    expect(compare({ ...lost, ledger: new Set(["a", "b"]) })).toMatchObject({
      agree: true,
      extra: ["bad", "c"],
    });
  });

  test("without a ledger the stream itself is what must be accounted for", () => {
    const { ledger: _, ...evidence } = agreeing();
    expect(compare(evidence)).toMatchObject({ agree: true, acknowledged: 4, extra: [] });
  });

  test("any single loss, in any layer, is found", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }),
        fc.nat(),
        fc.constantFrom<LayerName>("raw", "parquet", "indexed"),
        (ids, at, name) => {
          const layers = { raw: layer(ids), parquet: layer(ids), indexed: layer(ids) };
          const lost = ids[at % ids.length] ?? "";
          const evidence = { stream: stream(ids), horizon: HORIZON, layers, quarantine: new Map() };
          expect(compare(evidence).agree).toBe(true);
          layers[name].delete(lost);
          const result = compare(evidence);
          expect(result.agree).toBe(false);
          expect(result.missing[name]).toEqual([lost]);
        },
      ),
    );
  });
});

describe("checksum", () => {
  const line = {
    Invoice: "1",
    StockCode: "s",
    Description: null,
    Quantity: 1,
    InvoiceDate: "2009-12-06 10:30:00",
    Price: 2.95,
    Customer_ID: "",
    Country: "France",
  };

  test("does not depend on how a layer spells the date", () => {
    const inTable = { ...line, InvoiceDate: "2009-12-06 10:30:00.000" };
    expect(checksum(inTable, AFTER, "{}")).toBe(checksum(line, AFTER, "{}"));
  });

  test.each(Object.keys(line))("moves with %s", (field) => {
    expect(checksum({ ...line, [field]: "other" }, AFTER, "{}")).not.toBe(checksum(line, AFTER, "{}"));
  });

  test("moves with arrival, with a cent, and with null against empty", () => {
    const sum = checksum(line, AFTER, "{}");
    expect(checksum(line, BEFORE, "{}")).not.toBe(sum);
    expect(checksum({ ...line, Price: 2.96 }, AFTER, "{}")).not.toBe(sum);
    expect(checksum({ ...line, Customer_ID: null }, AFTER, "{}")).not.toBe(sum);
  });

  test("moves with unknown columns alone, and begins alike without them", () => {
    const sums = [null, "{}", '{"a":1}', '{"a":1.0}', '{"A":1}'].map((extra) => checksum(line, AFTER, extra));
    expect(new Set(sums).size).toBe(sums.length);
    const [without = ""] = sums;
    for (const sum of sums) expect(withoutExtra(sum)).toBe(without);
    expect(sums.map(isWithoutExtra)).toEqual([true, false, false, false, false]);
  });
});

describe("a window of arrivals", () => {
  const hour = Date.UTC(2026, 10, 24, 3);
  const minute = 60_000;

  test("complete: from is included, to is not", () => {
    const window = { fromMs: hour, toMs: hour + 90 * minute, minutesPerHour: 60 };

    expect(
      [hour - 1, hour, hour + 90 * minute - 1, hour + 90 * minute].map((ms) => isInWindow(window, ms)),
    ).toEqual([false, true, true, false]);
    expect(arrivalCondition(window)).toBe(
      "((arrived_at >= TIMESTAMP '2026-11-24 03:00:00.000' AND arrived_at < TIMESTAMP '2026-11-24 04:30:00.000'))",
    );
  });

  test("the hour before is scanned too, for an object that began in it", () => {
    expect(partitionCondition({ fromMs: hour, toMs: hour + minute, minutesPerHour: 60 })).toBe(
      '(("year" = 2026 AND "month" = 11 AND "day" = 24 AND "hour" = 2) OR ' +
        '("year" = 2026 AND "month" = 11 AND "day" = 24 AND "hour" = 3))',
    );
  });

  test("a line is in the window exactly if it is in one of its intervals, whatever the window", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: hour, max: hour + 300 * minute }),
        fc.integer({ min: 1, max: 300 * minute }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: hour, max: hour + 600 * minute }),
        (fromMs, length, minutesPerHour, at) => {
          const window = { fromMs, toMs: fromMs + length, minutesPerHour };
          const inInterval = intervalsOf(window).some(
            (interval) => at >= interval.fromMs && at < interval.toMs,
          );
          expect(isInWindow(window, at)).toBe(inInterval);
        },
      ),
    );
  });
});

describe("line by line and by sets of all identities", () => {
  const TIMES = [BEFORE, HORIZON, AFTER];
  const LAYERS = ["raw", "parquet", "indexed"] as const;
  const [SUM, OTHER] = [{ Quantity: 1 }, { Quantity: 2 }].map((values) => {
    return [null, "{}", '{"a":1}'].map((extra) => checksum(values, AFTER, extra));
  });
  const sum = fc.oneof(
    { weight: 5, arbitrary: fc.constant(String(SUM?.[1])) },
    fc.constantFrom(...[...(SUM ?? []), ...(OTHER ?? [])].map(String)),
  );
  const arrivedAt = fc.constantFrom(...TIMES);
  const id = fc.oneof(fc.constantFrom(..."abcdefgh"), fc.constantFrom("é".repeat(130), "x".repeat(300)));
  const rows = fc.dictionary(
    id,
    fc.record({ checksums: fc.array(sum, { minLength: 1, maxLength: 3 }), arrivedAt }),
  );
  const streamLine = fc.oneof(
    { weight: 4, arbitrary: fc.record({ accepted: fc.constant(true as const), checksum: sum, arrivedAt }) },
    fc.record({ accepted: fc.constant(false as const), reason: fc.constant("not_json"), arrivedAt }),
  );
  const quarantined = fc.record({
    reason: fc.constant("not_json"),
    detail: fc.constant(""),
    arrivedAt,
    layers: fc.subarray(["batch", "speed"], { minLength: 1 }),
  });
  const discarded = fc.record({ condition: fc.constant("c"), location: fc.constant("l") });
  const mapOf = <T>(entries: Record<string, T>): Map<string, T> => new Map(Object.entries(entries));

  const evidence: fc.Arbitrary<Evidence> = fc
    .record({
      stream: fc.dictionary(id, streamLine),
      layers: fc.tuple(rows, rows, rows),
      present: fc.subarray([...LAYERS], { minLength: 1 }),
      quarantine: fc.dictionary(id, quarantined),
      discarded: fc.option(fc.dictionary(id, discarded), { nil: undefined }),
      ledger: fc.option(fc.array(id), { nil: undefined }),
      // Mostly lines that are everywhere, so that single faults show.
      everywhere: fc.dictionary(id, arrivedAt),
    })
    .map(({ stream, layers, present, quarantine, discarded, ledger, everywhere }) => {
      const good = String(SUM?.[2]);
      const line = (at: string) => ({ checksums: [good], arrivedAt: at });
      const all = Object.entries(everywhere);
      return {
        horizon: HORIZON,
        stream: mapOf({
          ...stream,
          ...Object.fromEntries(
            all.map(([one, at]) => [one, { accepted: true as const, checksum: good, arrivedAt: at }]),
          ),
        }),
        layers: Object.fromEntries(
          present.map((name) => {
            const own = layers[LAYERS.indexOf(name)] ?? {};
            return [name, mapOf({ ...Object.fromEntries(all.map(([one, at]) => [one, line(at)])), ...own })];
          }),
        ),
        quarantine: mapOf(quarantine),
        ...(discarded && { discarded: mapOf(discarded) }),
        ...(ledger && { ledger: new Set(ledger) }),
      };
    });

  test("give the same answer in every field", () => {
    let agreements = 0;
    fc.assert(
      fc.property(evidence, (given) => {
        const expected = compareSets(given);
        const found = compare(given);
        expect({ ...found, missingSince: [...found.missingSince] }).toEqual({
          ...expected,
          missingSince: [...expected.missingSince],
        });
        if (found.agree) agreements++;
      }),
      { numRuns: 3_000 },
    );
    expect(agreements).toBeGreaterThan(0);
  });

  test("give the same answer about thousands of lines, in any order", () => {
    const ids = Array.from({ length: 5_000 }, (_, at) => `${at % 7}-${at}`);
    const given = {
      horizon: HORIZON,
      ledger: new Set(ids),
      stream: stream(ids.filter((_, at) => at % 1_111 !== 3)),
      layers: {
        raw: layer(ids.filter((_, at) => at % 1_009 !== 5)),
        parquet: layer([...ids].reverse().filter((_, at) => at % 997 !== 5)),
        indexed: layer([...ids].sort()),
      },
      quarantine: quarantine(ids.filter((_, at) => at % 1_009 === 5).slice(0, 2)),
    };
    expect(compare(given)).toEqual(compareSets(given));
    expect(compare(given).counts).toEqual({ raw: 4_995, parquet: 4_994, indexed: 5_000 });
  });
});
