import type { LocalRun } from "../../../local/local-run";
import { Generator, MOST_LINES_PER_SECOND, RateError } from "../../../local/page/generator";
import { Hours } from "../../../local/page/hours";
import { readParts } from "../../../local/page/parts";
import { PublishedVersions } from "../../../local/page/published-versions";
import { Rates } from "../../../local/page/rates";
import type { LayerState, ReconciliationState } from "../../../local/page/state";
import type { DataSources, LayerComparison } from "../../../ops/reconcile/reconcile";
import type { Window } from "../../../ops/reconcile/window";

describe("the generator's rate", () => {
  test("is what was asked for last, and 0 pauses", () => {
    const generator = new Generator(20);
    expect(generator.state()).toMatchObject({
      state: "sending",
      linesPerSecond: 20,
      most: MOST_LINES_PER_SECOND,
    });
    generator.set(0);
    expect([generator.rate(), generator.state().state]).toEqual([0, "paused"]);
    generator.set(250.5);
    expect([generator.rate(), generator.state().state]).toEqual([250.5, "sending"]);
    generator.onEnd();
    expect(generator.state().state).toBe("finished");
  });

  test("says since when it sends, pauses or has finished", () => {
    let now = 1;
    const generator = new Generator(20, () => now);
    const since = (): number => generator.state().sinceMs;
    now = 2;
    generator.set(50);
    expect(since()).toBe(1);
    generator.set(0);
    now = 3;
    generator.set(0);
    expect(since()).toBe(2);
    generator.set(20);
    expect(since()).toBe(3);
    now = 4;
    generator.onEnd();
    now = 5;
    generator.onEnd();
    expect(since()).toBe(4);
  });

  test.each([[-1], [1_001], [Number.NaN], [Number.POSITIVE_INFINITY], ["20"], [null], [undefined]])(
    "%p is refused, and the rate stays",
    (value) => {
      const generator = new Generator(20);
      expect(() => generator.set(value)).toThrow(RateError);
      expect(() => generator.set(value)).toThrow("a number of lines a second from 0 to 1000 is wanted");
      expect(generator.rate()).toBe(20);
    },
  );

  test("a run that began faster may go on so; one without a limit says so", () => {
    expect(new Generator(5_000).most).toBe(5_000);
    const unlimited = new Generator(Number.POSITIVE_INFINITY);
    expect(unlimited.most).toBe(MOST_LINES_PER_SECOND);
    expect(unlimited.state()).not.toHaveProperty("linesPerSecond");
  });

  test.each([20, 2, Number.POSITIVE_INFINITY])("after a pause is the one before it: %d", (rate) => {
    const generator = new Generator(rate);
    generator.set(0);
    generator.set(0);
    generator.resume();
    expect([generator.rate(), generator.state().state]).toEqual([rate, "sending"]);
    generator.set(7);
    generator.set(0);
    generator.resume();
    expect(generator.rate()).toBe(7);
  });
});

describe("rates", () => {
  test("are taken over the last five seconds, each by its name", () => {
    const rates = new Rates();
    expect(rates.take("a", 1_000, 0)).toBeUndefined();
    expect(rates.take("a", 1_020, 1_000)).toBe(20);
    expect(rates.take("b", 5, 1_000)).toBeUndefined();
    for (let second = 2; second <= 10; second++) rates.take("a", 1_020, second * 1_000);
    expect(rates.take("a", 1_020, 11_000)).toBe(0);
    expect(rates.take("a", 1_070, 12_000)).toBe(10);
  });

  test("a total of the same time replaces the one before it", () => {
    const rates = new Rates();
    rates.take("a", 10, 0);
    rates.take("a", 30, 2_000);
    expect(rates.take("a", 50, 2_000)).toBe(20);
    expect(rates.take("a", 50, 2_000)).toBe(20);
  });

  test("a total that became smaller is no negative rate", () => {
    const rates = new Rates();
    rates.take("a", 10, 0);
    expect(rates.take("a", 4, 1_000)).toBe(0);
  });
});

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 25, 12);

function reconciliation(more: Partial<LayerComparison> = {}): LayerComparison {
  return {
    agree: true,
    acknowledged: 3,
    counts: { raw: 3, parquet: 3, indexed: 2 },
    quarantined: 1,
    missing: {},
    missingSince: new Map(),
    duplicates: {},
    altered: {},
    notComparable: 0,
    storedBefore: 0,
    unknown: {},
    discarded: new Map(),
    extra: [],
    quarantine: new Map(),
    ...more,
  };
}

class Bench {
  readonly windows: Window[] = [];
  readonly told: ReconciliationState[] = [];
  answer: () => LayerComparison = () => reconciliation();
  readonly hours: Hours;

  constructor(startedAt: number) {
    this.hours = new Hours({
      dataSources: {} as DataSources,
      settleMs: 60_000,
      startedAt,
      onCompared: (state) => this.told.push(state),
      compare: async (window) => {
        this.windows.push(window);
        return this.answer();
      },
    });
  }

  get last(): ReconciliationState | undefined {
    return this.told.at(-1);
  }
}

describe("the hours", () => {
  test("an hour that goes on is compared up to now, at once and again later", async () => {
    const bench = new Bench(NOON + 1_000);
    await bench.hours.step([], NOON + 2_000);
    expect(bench.windows).toEqual([{ fromMs: NOON, toMs: NOON + 1_000, minutesPerHour: 60 }]);
    bench.windows.length = 0;
    await bench.hours.step([], NOON + 600_000);
    expect(bench.windows).toEqual([{ fromMs: NOON, toMs: NOON + 599_000, minutesPerHour: 60 }]);
    expect(bench.last?.hours).toEqual([
      expect.objectContaining({
        isOpen: true,
        agree: true,
        stream: 3,
        indexed: 2,
        quarantined: 1,
        faults: [],
      }),
    ]);
    await bench.hours.step([], NOON + 603_000);
    expect(bench.windows).toHaveLength(1);
    await bench.hours.step([], NOON + 612_000);
    expect(bench.windows).toHaveLength(2);
  });

  test("a line that is missing is on the way until it is late, unless it was discarded; it is a fault then", async () => {
    const bench = new Bench(NOON);
    const now = NOON + 600_000;
    const line = { condition: "RecordAgeExceeded", location: "s3://b/k" };
    bench.answer = () =>
      reconciliation({
        agree: false,
        missing: { raw: ["young"], parquet: ["late", "unknown age", "young"], indexed: ["young", "up"] },
        missingSince: new Map([
          ["late", "2026-11-25 12:08:59.999"],
          ["young", "2026-11-25 12:09:00.000"],
          ["up", "2026-11-25 12:09:30.000"],
        ]),
        discarded: new Map([["up", line]]),
      });
    await bench.hours.step([], now);
    expect(bench.last?.hours[0]).toMatchObject({
      agree: false,
      waiting: 1,
      waitingFor: [
        { source: "raw", lines: 1 },
        { source: "parquet", lines: 1 },
        { source: "indexed", lines: 1 },
      ],
      faults: [
        { kind: "missing", source: "parquet", lines: 2, first: ["late", "unknown age"] },
        { kind: "missing", source: "indexed", lines: 1, first: ["up"] },
        { kind: "discarded", source: "indexed", lines: 1, first: ["up"] },
      ],
    });
  });

  test("a slow comparison is rested from, but not for longer than half a minute", async () => {
    const bench = new Bench(NOON);
    let clock = 0;
    const now = jest.spyOn(performance, "now").mockImplementation(() => clock);
    bench.answer = () => {
      clock += 40_000;
      return reconciliation();
    };
    await bench.hours.step([], NOON + 10_000);
    await bench.hours.step([], NOON + 79_000);
    expect(bench.windows).toHaveLength(1);
    await bench.hours.step([], NOON + 81_000);
    expect(bench.windows).toHaveLength(2);
    now.mockRestore();
  });

  test("lines that are all on the way are no fault, and an hour that has any is compared again after its end", async () => {
    const bench = new Bench(NOON);
    bench.answer = () =>
      reconciliation({
        agree: false,
        missing: { parquet: ["x"] },
        missingSince: new Map([["x", "2026-11-25 12:59:59.000"]]),
      });
    const ended = NOON + HOUR + 1_000;
    await bench.hours.step([], ended);
    expect(bench.last?.hours[0]).toMatchObject({ agree: true, waiting: 1, isOpen: false });
    bench.answer = () => reconciliation();
    for (const at of [12_000, 24_000, 36_000]) await bench.hours.step([], ended + at);
    expect(bench.windows.filter(({ fromMs }) => fromMs === NOON)).toHaveLength(2);
    expect(bench.last?.hours.at(-1)).toMatchObject({ agree: true, waiting: 0 });
  });

  test("an hour that agreed is compared again once a layer turns out to lack lines of it", async () => {
    const bench = new Bench(NOON);
    const later = NOON + HOUR + 61_000;
    for (let at = 0; at < 3; at++) await bench.hours.step([], later + at);
    const ofNoon = (): number => bench.windows.filter(({ fromMs }) => fromMs === NOON).length;
    expect(ofNoon()).toBe(1);
    bench.hours.doubt(NOON + 5_000);
    await bench.hours.step([], later + 3_000);
    expect(ofNoon()).toBe(1);
    await bench.hours.step([], later + 12_000);
    await bench.hours.step([], later + 12_001);
    expect(ofNoon()).toBe(2);
  });

  test("how many hours were not compared yet, and how many never are, is told", async () => {
    const bench = new Bench(NOON);
    const merged = Array.from({ length: 26 }, (_, at) => ({ startMs: NOON - (at + 1) * HOUR, rows: 1 }));
    await bench.hours.step(merged, NOON + 30_000);
    expect(bench.last).toMatchObject({ notCompared: 23, leftOut: 3 });
    await bench.hours.step(merged, NOON + 30_000);
    expect(bench.last).toMatchObject({ notCompared: 22, leftOut: 3 });
  });

  test("an hour that ended and agrees is done with, until it is asked for again", async () => {
    const bench = new Bench(NOON);
    const later = NOON + HOUR + 2_000;
    await bench.hours.step([], later);
    await bench.hours.step([], later);
    expect(bench.windows.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [NOON + HOUR, NOON + HOUR + 1_000],
      [NOON, NOON + HOUR],
    ]);
    await bench.hours.step([], later + 1_000);
    expect(bench.windows).toHaveLength(2);
    bench.hours.again();
    await bench.hours.step([], later + 1_000);
    await bench.hours.step([], later + 1_000);
    await bench.hours.step([], later + 1_000);
    expect(bench.windows.map(({ fromMs }) => fromMs).slice(2)).toEqual([NOON + HOUR, NOON]);
  });

  test("one that ended and disagrees is compared again", async () => {
    const bench = new Bench(NOON);
    bench.answer = () => reconciliation({ agree: false, missing: { parquet: ["x"] } });
    const later = NOON + HOUR + 61_000;
    for (let at = 0; at < 4; at++) await bench.hours.step([], later + at * 15_000);
    expect(bench.windows.filter(({ fromMs }) => fromMs === NOON).length).toBeGreaterThan(1);
  });

  test("faults name data source and identities, a few of many; duplicates in the raw zone are none", async () => {
    const bench = new Bench(NOON);
    const ids = ["a", "b", "c", "d", "e", "f"];
    const line = { condition: "RecordAgeExceeded", location: "s3://b/k" };
    bench.answer = () =>
      reconciliation({
        agree: false,
        missing: { parquet: ids, raw: [] },
        duplicates: { raw: ["r"], indexed: ["i"] },
        discarded: new Map([["g", line]]),
      });
    await bench.hours.step([], NOON + 600_000);
    expect(bench.last?.hours[0]?.faults).toEqual([
      { kind: "missing", source: "parquet", lines: 6, first: ["a", "b", "c", "d", "e"] },
      { kind: "duplicates", source: "indexed", lines: 1, first: ["i"] },
      { kind: "discarded", source: "indexed", lines: 1, first: ["g"] },
    ]);
  });

  test("of a busy hour a sample of its minutes; hours before the run count where something was merged", async () => {
    const bench = new Bench(NOON);
    const merged = [{ startMs: NOON - 5 * HOUR, rows: 400_000 }];
    for (let at = 0; at < 3; at++) await bench.hours.step(merged, NOON + 30_000);
    expect(bench.windows).toEqual([
      { fromMs: NOON, toMs: NOON + 29_000, minutesPerHour: 60 },
      { fromMs: NOON - 5 * HOUR, toMs: NOON - 4 * HOUR, minutesPerHour: 15 },
    ]);
  });

  test("no more than 24 hours, the newest", async () => {
    const bench = new Bench(NOON);
    const merged = Array.from({ length: 40 }, (_, at) => ({ startMs: NOON - (at + 1) * HOUR, rows: 1 }));
    for (let at = 0; at < 60; at++) await bench.hours.step(merged, NOON + 30_000);
    expect(bench.last?.hours.length).toBe(24);
    expect(bench.last?.hours.at(0)?.fromMs).toBe(NOON);
  });

  test("a comparison that cannot be made is told, and what was known stays", async () => {
    const bench = new Bench(NOON);
    await bench.hours.step([], NOON + 600_000);
    bench.answer = () => {
      throw new Error("the stream is away");
    };
    await bench.hours.step([], NOON + 700_000);
    expect(bench.last).toMatchObject({ error: "the stream is away", hours: [{ fromMs: NOON }] });
  });

  test("the failed comparison of an hour is told until it succeeds, and keeps no other hour waiting", async () => {
    const bench = new Bench(NOON);
    const later = NOON + HOUR + 61_000;
    for (let at = 0; at < 2; at++) await bench.hours.step([], later);
    bench.windows.length = 0;
    bench.hours.again();
    bench.answer = () => {
      if (bench.windows.at(-1)?.fromMs === NOON) throw new Error("the stream is away");
      return reconciliation();
    };
    for (let at = 0; at < 4; at++) await bench.hours.step([], later + 1_000);
    expect(bench.windows.map(({ fromMs }) => fromMs)).toEqual([NOON + HOUR, NOON]);
    expect(bench.last).toMatchObject({ error: "the stream is away" });
    await bench.hours.step([], later + 12_000);
    await bench.hours.step([], later + 12_000);
    expect(bench.windows.map(({ fromMs }) => fromMs).slice(2)).toEqual([NOON + HOUR, NOON]);
    expect(bench.last).toMatchObject({ error: "the stream is away" });
    bench.answer = () => reconciliation();
    await bench.hours.step([], later + 23_000);
    await bench.hours.step([], later + 23_000);
    expect(bench.windows.map(({ fromMs }) => fromMs).slice(4)).toEqual([NOON + HOUR, NOON]);
    expect(bench.last).not.toHaveProperty("error");
  });

  test("a failed comparison of an hour that is too old by now is forgotten", async () => {
    const bench = new Bench(NOON);
    bench.answer = () => {
      throw new Error("the stream is away");
    };
    await bench.hours.step([], NOON + 30_000);
    bench.answer = () => reconciliation();
    await bench.hours.step([], NOON + 25 * HOUR);
    expect(bench.last).not.toHaveProperty("error");
  });
});

test("pages get a layer's panels in each version once, and again with and after an error", () => {
  const published = new PublishedVersions();
  const isNew = (layer: "speed" | "batch", version: string, error?: string): boolean =>
    published.isNew({
      layer,
      version,
      panels: [{ id: "a", rows: [], ...(error !== undefined && { error }) }],
    });
  expect([isNew("speed", "1"), isNew("speed", "1"), isNew("batch", "1")]).toEqual([true, false, true]);
  expect([isNew("speed", "2", "away"), isNew("speed", "2", "away")]).toEqual([true, true]);
  expect([isNew("speed", "2"), isNew("speed", "2"), isNew("batch", "1")]).toEqual([true, false, false]);
});

describe("the parts", () => {
  const FUNCTION = { invocations: 4, failures: 1, durationTotal: 200 };

  /** What the parts are read from, and nothing else of a run. */
  function run(hasSearch: boolean): LocalRun {
    const arn = (name: string): string => `arn:aws:lambda:eu-west-1:1:function:${name}`;
    const metric = (functionName: string, name: string, sum: number) => ({ functionName, name, sum });
    const partial = {
      startedAt: 0,
      puts: () => ({ records: 100, refused: 2, lastMs: 10_000 }),
      plane: {
        streams: [{ name: "retail-trans", shardCount: 4 }],
        functions: ["V", "M", "U"].map((name) => ({ name, arn: arn(name) })),
        schedules: [{ name: "merge", functionArn: arn("M") }],
        searchDomains: [{ name: "sales" }],
      },
      deliveryStreams: [
        {
          model: { name: "d", bucket: "lake", transformation: { functionArn: arn("V") } },
          progress: () => ({
            recordsRead: 90,
            recordsDelivered: 60,
            recordsDropped: 1,
            recordsFailed: 3,
            failedInvocations: 5,
            objects: 7,
          }),
        },
      ],
      eventSourceMappings: [
        {
          model: { functionArn: arn("U") },
          progress: () => ({
            recordsRead: 80,
            recordsAcknowledged: 72,
            invocations: 9,
            retries: 2,
            discarded: [{}],
          }),
        },
      ],
      functions: {
        stats: () => ["V", "M", "U"].map((functionName) => ({ functionName, ...FUNCTION })),
        metrics: () => [
          metric("V", "LinesAccepted", 70),
          metric("V", "LinesQuarantined", 6),
          metric("U", "LinesIndexed", 75),
          metric("U", "LinesQuarantined", 6),
          metric("M", "MergedHours", 3),
        ],
      },
      outcomes: new Map([["merge", { ok: false }]]),
      latency: { latency: () => ({ samples: 1, p50_ms: 2, p99_ms: 9, passedOver: 3, awaited: 12 }) },
      dataSources: { batch: {}, ...(hasSearch && { search: {} }) },
    };
    return partial as unknown as LocalRun;
  }

  const read = (hasSearch: boolean) => {
    const sources = { run: run(hasSearch), generator: new Generator(1), rates: new Rates(), layers: [] };
    return new Map(readParts(sources, 0).map((part) => [part.id, part]));
  };
  const fact = (
    part: ReturnType<typeof read>,
    id: "delivery" | "upsert-to-es" | "validate-records",
    label: string,
  ) => part.get(id)?.facts.find((one) => one.label === label)?.value;

  test("each says what went in and out, what it has in hand, and what went wrong", () => {
    const parts = read(true);
    expect(parts.get("stream")).toMatchObject({ in: { total: 100 }, out: { total: 170 } });
    expect(parts.get("delivery")).toMatchObject({ in: { total: 90 }, out: { total: 60 }, lane: "batch" });
    expect(parts.get("validate-records")).toMatchObject({ name: "V", in: { total: 76 }, out: { total: 70 } });
    expect(parts.get("lake")).toMatchObject({ in: { total: 7, unit: "objects" } });
    expect(parts.get("upsert-to-es")).toMatchObject({ name: "U", in: { total: 80 }, out: { total: 75 } });
    expect(fact(parts, "delivery", "in its buffers")).toBe(26);
    expect(fact(parts, "upsert-to-es", "in hand")).toBe(7);
    expect(fact(parts, "upsert-to-es", "retries")).toBe(2);
    expect(fact(parts, "upsert-to-es", "discarded")).toBe(1);
    expect(fact(parts, "validate-records", "quarantined")).toBe(6);
    expect(fact(parts, "validate-records", "mean duration")).toBe(50);
    expect(parts.get("merge-small-files")?.facts).toContainEqual(
      expect.objectContaining({ label: "last run failed", isTrouble: true }),
    );
  });

  test("the rate of a layer is of its readings, and not known when they are old", () => {
    const rates = new Rates();
    const rateAt = (nowMs: number, asOfMs: number, lines: number): number | undefined => {
      const layer: LayerState = { layer: "speed", source: "retail*", asOfMs, lines, version: "v" };
      const sources = { run: run(true), generator: new Generator(1), rates, layers: [layer] };
      return readParts(sources, nowMs).find(({ id }) => id === "index")?.in?.perSecond;
    };
    expect(rateAt(1_000, 1_000, 100)).toBeUndefined();
    expect(rateAt(3_000, 3_000, 140)).toBe(20);
    expect(rateAt(4_000, 3_000, 140)).toBe(20);
    // The index cannot be read for a minute, or nobody looks.
    expect(rateAt(60_000, 3_000, 140)).toBeUndefined();
    expect(rateAt(63_000, 63_000, 1_340)).toBe(20);
  });

  test("without invocations there is no mean duration", () => {
    const idle = run(true);
    const stats = () => [];
    const functions = { ...idle.functions, stats } as unknown as LocalRun["functions"];
    const sources = {
      run: { ...idle, functions },
      generator: new Generator(1),
      rates: new Rates(),
      layers: [],
    };
    const labels = readParts(sources, 0).flatMap(({ facts }) => facts.map(({ label }) => label));
    expect(labels).not.toContain("mean duration");
  });

  test("a layer that was not read yet has no number, rather than none", () => {
    const parts = read(true);
    expect(parts.get("index")?.in).toEqual({ unit: "documents" });
    expect(parts.get("merge-small-files")?.out).toEqual({ unit: "rows" });
  });

  test("what is sampled and was not found is told beside the percentiles that it is not in", () => {
    const parts = read(true);
    const facts = parts.get("index")?.facts.map(({ label, value }) => [label, value]);
    expect(facts).toContainEqual(["of the sample, not found", 12]);
    expect(facts).toContainEqual(["not sampled, too many", 3]);
  });

  test("without the speed layer there is none of it", () => {
    expect([...read(false).keys()]).toEqual([
      ...["generator", "stream", "delivery", "validate-records", "lake", "merge-small-files"],
    ]);
  });
});
