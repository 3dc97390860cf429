import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { between, CPU_MICROS, HOURS, PARQUET, SECONDS, STORED_EXTRA } from "../../../ops/cost/assumptions";
import { billOf, reportOf } from "../../../ops/cost/cost";
import { dialsOf } from "../../../ops/cost/dials";
import { misfitsOf } from "../../../ops/cost/fit";
import { LAB } from "../../../ops/cost/lab";
import { checkRecord, type Load } from "../../../ops/cost/load";
import { flowOf, type Item, itemsOf, mergeScan, total } from "../../../ops/cost/model";
import { Prices } from "../../../ops/cost/prices";
import { reportText } from "../../../ops/cost/report";
import type { CostSettings } from "../../../ops/cost/settings";
import { documentsHeld } from "../../../stacks/index-volume";

const PRICES = Prices.ofRepository();
const ARM = { memoryMiB: 512, architecture: "arm64" } as const;

/** Only what a test gives costs anything. */
const NOTHING: CostSettings = {
  name: "test",
  region: "us-east-1",
  network: { natGateways: 0, addresses: 0, endpointZones: 0, flowLogs: false },
  instances: [],
  logDays: 0,
  alarmMetrics: 0,
  customMetrics: { always: 0, withData: 0 },
  dashboards: 0,
  keys: { count: 0, rotated: 0 },
  secrets: 0,
  notPriced: [],
};
const STREAM: NonNullable<CostSettings["stream"]> = {
  mode: "ON_DEMAND",
  shardCount: 4,
  retentionHours: 24,
  maxRecordKiB: 1024,
  encrypted: false,
};
const FULL: CostSettings = {
  ...NOTHING,
  stream: { ...STREAM, retentionHours: 168, encrypted: true },
  delivery: { bufferMiB: 64, bufferSeconds: 60, gzip: true },
  validate: { ...ARM, bufferMiB: 0.8, bufferSeconds: 60 },
  merge: { ...ARM, everyMinutes: 13, lookBackHours: 170, strategy: "swap", scanLimitBytes: 100 * 1024 ** 3 },
  upsert: { ...ARM, batchSize: 1000, windowSeconds: 1, parallelizationFactor: 2, cpuMicrosPerLine: 13.8 },
  lake: { rawDays: 730, noncurrentDays: 30, objectEvents: true, accessLogDays: 365, encrypted: true },
  search: {
    dataNodes: { type: "m6g.large.search", count: 3 },
    masterNodes: { type: "m6g.large.search", count: 3 },
    volumeGiB: 100,
    volumeType: "gp3",
    copies: 3,
    primaryShards: 1,
    retentionDays: 730,
  },
  network: { natGateways: 1, addresses: 2, endpointZones: 3, flowLogs: true },
  instances: [{ type: "t4g.nano", volumeGiB: 8, volumeType: "gp3" }],
  logDays: 365,
  alarmMetrics: 49,
  customMetrics: { always: 10, withData: 9 },
  dashboards: 1,
  keys: { count: 2, rotated: 2 },
};

const load = (eventsPerSecond: number, more: Partial<Load> = {}): Load => ({
  eventsPerSecond,
  bytes: 200,
  pack: 1,
  months: 1,
  ...more,
});
const cost = (settings: CostSettings, one: Load): number => total(itemsOf(settings, one, PRICES));

function item(settings: CostSettings, one: Load, name: string): Item {
  const found = itemsOf(settings, one, PRICES).filter((each) => each.item === name);
  expect([name, found.length]).toEqual([name, 1]);
  return found[0] as Item;
}

/** What was reckoned by hand, to a tenth of a cent. */
function expectDollars(settings: CostSettings, one: Load, name: string, dollars: number): void {
  expect(item(settings, one, name).dollars).toBeCloseTo(dollars, 3);
}

describe("reckoned by hand, a month of 730 hours", () => {
  test("an on-demand stream of 100 records a second", () => {
    const settings = { ...NOTHING, stream: STREAM };
    expectDollars(settings, load(0), "on-demand stream", 730 * 0.04);
    // 100 records of 1 KB instead of 200 bytes, 2,628,000 seconds: 250.626 GB.
    expectDollars(settings, load(100), "data in", 250.626 * 0.08);
    const read = { ...settings, upsert: FULL.upsert, delivery: FULL.delivery } as CostSettings;
    expectDollars(read, load(100), "data out, 2 readers", 2 * 250.626 * 0.04);
    expectDollars(
      { ...read, upsert: undefined } as unknown as CostSettings,
      load(100),
      "data out, 1 reader",
      250.626 * 0.04,
    );
    // Ten lines fill two KB: a fifth of the bytes.
    expectDollars(settings, load(100, { pack: 10 }), "data in", 50.1251 * 0.08);
  });

  test("retention beyond a day, and beyond a week", () => {
    const week = { ...NOTHING, stream: { ...STREAM, retentionHours: 168 } };
    const name = "kept from the second day to the seventh";
    expectDollars(week, load(100), name, (250.626 * 144 * 0.1) / 730);
    const longer = { ...NOTHING, stream: { ...STREAM, retentionHours: 168 + 730 } };
    expectDollars(longer, load(100), name, (250.626 * 144 * 0.1) / 730);
    expectDollars(longer, load(100), "kept after the seventh day", 250.626 * 0.023);
  });

  test("a provisioned stream of two shards", () => {
    const settings = {
      ...NOTHING,
      stream: { ...STREAM, mode: "PROVISIONED" as const, shardCount: 2, retentionHours: 48 },
    };
    expectDollars(settings, load(100), "shards", 2 * 730 * 0.015);
    expectDollars(settings, load(100), "retention beyond a day", 2 * 730 * 0.02);
    expectDollars(settings, load(100), "PUT payload units", 262.8 * 0.014);
    // 26,000 bytes are two units of 25 KB.
    expectDollars(settings, load(130, { pack: 130 }), "PUT payload units", 2 * 2.628 * 0.014);
  });

  test("Firehose rounds each record up to 5 KB, and costs less beyond 500 TB", () => {
    const settings = { ...NOTHING, delivery: { bufferMiB: 1, bufferSeconds: 60, gzip: false } };
    expectDollars(settings, load(100), "Firehose", 5 * 250.626 * 0.029);
    // 1,253,128.8 GB: 512,000 at the first price.
    const { dollars } = item(settings, load(100_000), "Firehose");
    expect(dollars).toBeCloseTo(512_000 * 0.029 + (1_253_128.815 - 512_000) * 0.025, 1);
  });

  test("a search domain of three data and three master nodes", () => {
    const settings = { ...NOTHING, search: FULL.search } as CostSettings;
    expectDollars(settings, load(0), "data nodes m6g.large.search", 3 * 730 * 0.128);
    expectDollars(settings, load(0), "master nodes m6g.large.search", 3 * 730 * 0.128);
    expectDollars(settings, load(0), "volumes gp3", 300 * 0.122);
  });

  test("UpsertToES at 1,000 lines a second", () => {
    const settings = { ...NOTHING, stream: STREAM, upsert: FULL.upsert } as CostSettings;
    // Four shards, once a second each, 250 lines: 13.8 µs by 1769/512 and 0.1 s beside.
    expectDollars(settings, load(1000), "invocations", 4 * 2.628 * 0.2);
    const seconds = 0.1 + (250 * 13.8e-6 * 1769) / 512;
    expectDollars(settings, load(1000), "duration", 4 * 2_628_000 * seconds * 0.5 * 0.0000133334);
  });

  test("ValidateRecords at 100 and at 100,000 lines a second", () => {
    const settings = { ...NOTHING, stream: STREAM, validate: FULL.validate } as CostSettings;
    // Each shard once a minute; four shards.
    expectDollars(settings, load(100), "invocations", (4 / 60) * 2.628 * 0.2);
    const seconds = 0.01 + (1500 * CPU_MICROS.validate * 1e-6 * 1769) / 512;
    expectDollars(settings, load(100), "duration", (4 / 60) * 2_628_000 * seconds * 0.5 * 0.0000133334);
    // 20 MB a second in buffers of 0.8 MiB.
    expectDollars(settings, load(100_000), "invocations", (20e6 / (0.8 * 1024 ** 2)) * 2.628 * 0.2);
  });

  test("requests: of Firehose, of a merge once an hour, of KMS", () => {
    const delivery = { bufferMiB: 1, bufferSeconds: 60, gzip: false };
    const once = { ...ARM, everyMinutes: 60, lookBackHours: 1, strategy: "once" as const };
    const settings = {
      ...NOTHING,
      delivery,
      merge: once,
      lake: { ...FULL.lake, objectEvents: true },
    } as CostSettings;
    // An object a minute; a query, its file and its result each hour, which reads 60 objects.
    expectDollars(settings, load(10), "PUT and LIST", (62 * 730 * 0.005) / 1000);
    expectDollars(settings, load(10), "GET", (60 * 730 * 0.0004) / 1000);
    expectDollars(settings, load(10), "object events", (2 * 62 * 730) / 1e6);
    // MiB by MiB: 200,000 bytes a second fill one in 5.24 s.
    expect(flowOf(settings, load(1000)).objects).toBeCloseTo(200_000 / 1024 ** 2, 9);
    const keyed = { ...NOTHING, stream: { ...STREAM, encrypted: true }, upsert: FULL.upsert } as CostSettings;
    expectDollars(keyed, load(10), "KMS requests", (2 * 12 * 730 * 0.03) / 10_000);
    expect(itemsOf(keyed, load(0), PRICES).map(({ item }) => item)).not.toContain("KMS requests");
  });

  test("logs of the merge and of the network", () => {
    const merge = { ...NOTHING, merge: FULL.merge, logDays: 14 } as CostSettings;
    const runs = 2_628_000 / (13 * 60);
    expectDollars(merge, load(0), "ingested", (runs * 1500 * 0.5) / 1024 ** 3);
    const network = { ...NOTHING, search: FULL.search, network: FULL.network, logDays: 14 } as CostSettings;
    const { quantity } = item(network, load(0), "ingested");
    expect(quantity).toBeCloseTo((6 * 4 * 730 * 60 * 130) / 1024 ** 3, 9);
    // A month of them, of which 14 days are kept, compressed.
    expect(item(network, load(0), "stored").quantity).toBeCloseTo((quantity * 0.15 * 14 * 24) / 730, 9);
  });

  test("a merge every 30 minutes of plain objects", () => {
    const merge = { ...ARM, everyMinutes: 30, lookBackHours: 26, strategy: "swap" as const };
    const settings = { ...NOTHING, delivery: { bufferMiB: 1, bufferSeconds: 60, gzip: false }, merge };
    const flow = flowOf(settings, load(1000));
    // 720 MB an hour; at a quarter, at three quarters, and whole: three merges, three checks and a comparison;
    // identities of two hours for each merge, of its own lines for a check, of three for the comparison.
    const raw = 1000 * 200 * 3600;
    const ids = raw * 0.025;
    const { queries, scanned, billed } = mergeScan(settings, flow);
    expect(queries).toBe(7);
    expect(scanned).toBeCloseTo(raw * (0.25 + 0.75 + 1 + 1) + ids * 11, -1);
    // One check reads less than the least of 10 MB.
    expect(billed - scanned).toBeCloseTo(10 * 1024 ** 2 - ids * 0.25, -1);
    expectDollars(settings, load(1000), "Athena, merges and comparisons", (billed * 730 * 5) / 1024 ** 4);
    // At a line a second every query is below the least of 10 MB.
    expect(mergeScan(settings, flowOf(settings, load(1))).billed).toBe(7 * 10 * 1024 ** 2);
  });

  test("storage: what expires, what is replaced, and what stays", () => {
    const settings = { ...NOTHING, ...{ delivery: FULL.delivery, lake: FULL.lake } } as CostSettings;
    const { rawRatio } = flowOf(settings, load(1000));
    const perDay = (1000 * 200 * 86_400) / 1024 ** 3;
    const days = (months: number): number => (months * 730) / 24;
    expectDollars(settings, load(1000), "storage", perDay * rawRatio * days(1) * 0.023);
    // After five years 730 days are kept, and 30 of those that expired.
    expectDollars(settings, load(1000, { months: 60 }), "storage", perDay * rawRatio * 760 * 0.023);
    const once = {
      ...settings,
      merge: { ...ARM, everyMinutes: 60, lookBackHours: 1, strategy: "once" as const },
    };
    const parquet = perDay * PARQUET * days(1);
    expectDollars(once, load(1000), "storage", (perDay * rawRatio * days(1) + parquet) * 0.023);
  });

  test("keys: the third version of a rotated key is free", () => {
    const settings = { ...NOTHING, keys: { count: 2, rotated: 1 } };
    const keys = (months: number): number => item(settings, load(0, { months }), "KMS keys").quantity;
    expect([1, 12, 13, 24, 25, 37, 120].map(keys)).toEqual([2, 2, 3, 3, 4, 4, 4]);
  });

  test("a NAT gateway, its address, a bastion, interface endpoints", () => {
    expectDollars(FULL, load(0), "NAT gateways", 730 * 0.045);
    expectDollars(FULL, load(0), "public addresses", 2 * 730 * 0.005);
    expectDollars(FULL, load(0), "interface endpoints", 3 * 730 * 0.01);
    expectDollars(FULL, load(0), "instance t4g.nano", 730 * 0.0042);
    expectDollars(FULL, load(0), "its volume gp3", 8 * 0.08);
  });
});

test("nothing costs nothing, and a bill adds up", () => {
  expect(itemsOf(NOTHING, load(0), PRICES)).toEqual([]);
  const bill = billOf(FULL, load(100), PRICES);
  const layers = Object.values(bill.layers).reduce((sum, one) => sum + one, 0);
  expect(layers).toBeCloseTo(bill.dollarsPerMonth, 6);
  expect(bill.dollarsPerMillionEvents).toBeCloseTo(bill.dollarsPerMonth / 262.8, 6);
  expect(billOf(FULL, load(0), PRICES).dollarsPerMillionEvents).toBeUndefined();
});

test("lines are stored as they are without the transformation", () => {
  const { validate: _, ...without } = FULL;
  expect(flowOf(FULL, load(10)).storedBytes).toBe(10 * (200 + STORED_EXTRA));
  expect(flowOf(without, load(10)).storedBytes).toBe(10 * 200);
});

test("what is scanned agrees with the simulation of docs/measurements.md", () => {
  const page = readFileSync(join(__dirname, "../../../docs/measurements.md"), "utf8");
  const rows = [...page.matchAll(/^\| ([\d,]+) \| 170 \| \S+ → ([\d.]+) \| \S+ → ([\d.]+) \|/gm)].map((row) =>
    row.slice(1).map((cell) => Number(cell.replace(",", ""))),
  );
  expect(rows.map(([rate]) => rate)).toEqual([1, 100, 10_000]);
  for (const [rate = 0, scanned = 0, billed = 0] of rows) {
    const flow = flowOf(FULL, load(rate, { bytes: 187 }));
    const scan = mergeScan(FULL, flow);
    const stored = flow.storedBytes * 3600;
    expect(Math.abs(scan.scanned / stored / scanned - 1)).toBeLessThan(0.05);
    expect(Math.abs(scan.billed / stored / billed - 1)).toBeLessThan(0.05);
  }
});

describe("laws", () => {
  const SYSTEMS = {
    full: FULL,
    provisioned: { ...FULL, stream: { ...STREAM, mode: "PROVISIONED" as const } },
    lab: LAB,
  };
  const loads = fc.record({
    eventsPerSecond: fc.double({ min: 0.001, max: 1_000_000, noNaN: true }),
    bytes: fc.integer({ min: 1, max: 10_000 }),
    pack: fc.integer({ min: 1, max: 100 }),
    months: fc.integer({ min: 1, max: 120 }),
  });

  test.each(Object.entries(SYSTEMS))("%s: no sum is negative or not finite", (_name, settings) => {
    fc.assert(
      fc.property(loads, (one) => {
        const wrong = itemsOf(settings, one, PRICES).filter(
          ({ dollars }) => !(dollars >= 0 && Number.isFinite(dollars)),
        );
        expect(wrong).toEqual([]);
      }),
    );
  });

  test.each(Object.entries(SYSTEMS))(
    "%s: more events, longer lines and more months never cost less",
    (_name, settings) => {
      fc.assert(
        fc.property(loads, fc.double({ min: 1, max: 100, noNaN: true }), (one, times) => {
          const now = cost(settings, one);
          const never = (changed: Partial<Load>): void =>
            expect(cost(settings, { ...one, ...changed })).toBeGreaterThanOrEqual(now - TOLERANCE(now));
          never({ eventsPerSecond: one.eventsPerSecond * times });
          never({ bytes: Math.ceil(one.bytes * times) });
          never({ months: Math.min(120, one.months + 6) });
        }),
      );
    },
  );

  // The steps of a merge and of shards are whole numbers: a thousandth of the sum.
  const TOLERANCE = (now: number): number => now * 1e-9;

  test("packing never costs more", () => {
    fc.assert(
      fc.property(loads, fc.integer({ min: 2, max: 10 }), (one, times) => {
        // A whole number of roundings: 5 KB records packed fill the same units.
        const now = cost(FULL, one);
        expect(cost(FULL, { ...one, pack: one.pack * times })).toBeLessThanOrEqual(now + TOLERANCE(now));
      }),
    );
  });
});

describe("dials", () => {
  const dials = dialsOf(FULL, load(1000), PRICES);
  const dial = (setting: string, to: string) => dials.find((one) => one.setting === setting && one.to === to);

  test("are differences of two bills of the same model", () => {
    const plain = { ...FULL, delivery: { bufferMiB: 64, bufferSeconds: 60, gzip: false } };
    expect(dial("lake.compression", "none")?.change).toBeCloseTo(
      cost(plain, load(1000)) - cost(FULL, load(1000)),
      9,
    );
    const packed = cost(FULL, load(1000, { pack: 25 })) - cost(FULL, load(1000));
    expect(dial("--pack of the sender", "25")?.change).toBeCloseTo(packed, 9);
    // One node type for another, at three nodes.
    expect(dial("speed.instanceType", "r6g.large.search")?.change).toBeCloseTo(
      3 * HOURS * (0.167 - 0.128),
      9,
    );
  });

  test("name every other value, and never the present one", () => {
    expect(new Set(dials.map(({ setting }) => setting))).toEqual(
      new Set([
        "--pack of the sender",
        "stream.capacity",
        "stream.retentionHours",
        "lake.compression",
        "lake.bufferMiB",
        "lake.rawRetentionDays",
        "merge.everyMinutes",
        "speed.instanceType",
        "speed.volumeGiB",
        "speed.enabled",
        "network.nat",
      ]),
    );
    expect(dials.filter(({ from, to }) => from === to)).toEqual([]);
  });

  test("do not offer what the system cannot have", () => {
    // With standby no burstable nodes; a record of 100 lines of 20 KB is too large.
    expect(dials.filter(({ to }) => to.startsWith("t3."))).toEqual([]);
    const long = dialsOf(FULL, load(1, { bytes: 20_000 }), PRICES);
    expect(long.filter(({ setting }) => setting.startsWith("--pack")).map(({ to }) => to)).toEqual(["25"]);
    const { search: _s, upsert: _u, merge: _m, lake: _l, delivery: _d, stream: _st, ...bare } = FULL;
    expect(new Set(dialsOf(bare, load(1), PRICES).map(({ setting }) => setting))).toEqual(
      new Set(["--pack of the sender", "network.nat"]),
    );
  });
});

describe("what does not fit", () => {
  const named = (settings: CostSettings, one: Load) =>
    misfitsOf(settings, one, PRICES).map(({ setting }) => setting);
  const provisioned = (shardCount: number): CostSettings => ({
    ...NOTHING,
    stream: { ...STREAM, mode: "PROVISIONED", shardCount },
  });

  test("shards, by records and by bytes", () => {
    expect(named(provisioned(1), load(1000))).toEqual([]);
    expect(named(provisioned(1), load(1001))).toEqual(["stream.capacity"]);
    expect(named(provisioned(2), load(100, { bytes: 20_000 }))).toEqual([]);
    expect(named(provisioned(1), load(100, { bytes: 10_001 }))).toEqual(["stream.capacity"]);
    // 25 lines a record: 80 records a second.
    expect(named(provisioned(1), load(2000, { pack: 25 }))).toEqual([]);
  });

  test("an on-demand stream: when it is new, and the most of its region", () => {
    const there = { ...NOTHING, stream: STREAM };
    const elsewhere = { ...there, region: "eu-north-1" };
    const problem = (settings: CostSettings, rate: number) =>
      misfitsOf(settings, load(rate, { pack: 25 }), PRICES)[0]?.problem ?? "";
    expect(problem(there, 10_000)).toBe("");
    expect(problem(there, 1_000_000)).toContain("a new on-demand stream takes 4 MB");
    expect(problem(elsewhere, 1_100_000)).toContain("grows to 200 MB a second in eu-north-1");
    expect(problem(there, 60_000_000)).toContain("grows to 10,000 MB a second");
  });

  test("UpsertToES against shards by factor, and the account's concurrency", () => {
    const upsert = { ...FULL.upsert, parallelizationFactor: 1, memoryMiB: 128 } as NonNullable<
      CostSettings["upsert"]
    >;
    const slow = { ...provisioned(1), upsert: { ...upsert, cpuMicrosPerLine: 100 } };
    // 900 lines of 0.1 ms, 13.8 times as long at 128 MB, and 0.1 s beside: 1.34 s each second.
    expect(named(slow, load(900))).toEqual(["speed.parallelizationFactor"]);
    expect(named({ ...slow, upsert: { ...slow.upsert, parallelizationFactor: 2 } }, load(900))).toEqual([]);
    expect(named({ ...slow, upsert: { ...slow.upsert, memoryMiB: 256 } }, load(900))).toEqual([]);
    expect(named({ ...FULL, search: undefined } as unknown as CostSettings, load(10_000_000))).toContain(
      "quota: concurrent executions",
    );
  });

  test("one of a thing is said in the singular", () => {
    const problem = (settings: CostSettings, one: Load) => misfitsOf(settings, one, PRICES)[0]?.problem;
    expect(problem(provisioned(1), load(1001))).toBe(
      "1 shard takes 1 MB and 1,000 records a second; the load has 0.2 MB and 1,001 records a second",
    );
    expect(problem(provisioned(2), load(2001))).toMatch(/^2 shards take 2 MB and 2,000 records a second;/);
    expect(problem(provisioned(1), load(1, { bytes: 1_040_000 }))).toMatch(
      /has 1\.04 MB and 1 record a second$/,
    );
    const upsert = { ...FULL.upsert, parallelizationFactor: 1, memoryMiB: 128, cpuMicrosPerLine: 100 };
    expect(problem({ ...provisioned(1), upsert } as CostSettings, load(900))).toMatch(
      /^1\.34 invocations of .*; 1 shard by 1 allows 1:/,
    );
    expect(problem({ ...provisioned(2), upsert } as CostSettings, load(1800))).toContain(
      "2 shards by 1 allow 2:",
    );
    const validate = { ...NOTHING, stream: STREAM, validate: FULL.validate } as CostSettings;
    expect(problem(validate, load(1, { bytes: 1 }))).toContain("lines of 1 byte makes");
    const search = { ...FULL.search, retentionDays: 1 };
    const index = { ...NOTHING, upsert: FULL.upsert, search } as CostSettings;
    const held = documentsHeld(search.volumeGiB ?? 0, 1);
    expect(problem(index, load(held / 3600))).toContain("full after 1 hour; an index is kept for 1 day (");

    const text = (one: Load) => reportText(reportOf(NOTHING, undefined, one, PRICES), PRICES);
    expect(text(load(1, { bytes: 1 }))).toContain("test at 1 event a second of 1 byte, 1 in a record");
    expect(() => checkRecord(load(1, { bytes: 1025 }), 1)).toThrow(
      "a record of 1 line of 1,025 bytes has 1,025 bytes, and the stream takes 1 KiB",
    );
  });

  test("an answer of ValidateRecords above 6 MB", () => {
    const settings = { ...NOTHING, stream: STREAM, validate: FULL.validate } as CostSettings;
    // 0.8 MB by (B + 118) / B by 4 / 3.
    expect(named(settings, load(1, { bytes: 26 }))).toEqual([]);
    expect(named(settings, load(1, { bytes: 25 }))).toEqual(["--bytes"]);
  });

  test("a merge that scans more than its limit", () => {
    const settings = { ...NOTHING, delivery: FULL.delivery, merge: FULL.merge } as CostSettings;
    // 100 GiB: gzip 0.0973 and identities 3 × 0.025 of the lines of an hour.
    const most = (100 * 1024 ** 3) / (0.0973 + 3 * 0.025) / 200 / 3600;
    expect(named(settings, load(most * 0.999))).toEqual([]);
    expect(named(settings, load(most * 1.001))).toEqual(["merge.scanLimitGiB"]);
  });

  test("an index against its volume, and a shard against 50 GiB", () => {
    const settings = { ...NOTHING, upsert: FULL.upsert, search: FULL.search } as CostSettings;
    expect(named(settings, load(6.3))).toEqual([]);
    expect(named(settings, load(6.5))).toEqual(["speed.volumeGiB"]);
    // A month of 730 hours at 200 bytes a document.
    const most = (50 * 1024 ** 3) / (200 * SECONDS);
    const large = { ...settings, search: { ...FULL.search, volumeGiB: 100_000 } } as CostSettings;
    expect(named(large, load(most * 0.999))).toEqual([]);
    expect(named(large, load(most * 1.001))).toEqual(["speed.shards"]);
  });

  test("the budget", () => {
    const dollars = cost({ ...NOTHING, stream: STREAM }, load(0));
    expect(named({ ...NOTHING, stream: STREAM, budgetUsd: dollars + 0.01 }, load(0))).toEqual([]);
    expect(named({ ...NOTHING, stream: STREAM, budgetUsd: dollars - 0.01 }, load(0))).toEqual([
      "operations.budget.usdPerMonth",
    ]);
  });
});

test("a record that the stream does not take is refused", () => {
  const one = load(1, { bytes: 1024, pack: 1024 });
  expect(() => billOf(FULL, one, PRICES)).not.toThrow();
  expect(() => billOf(FULL, { ...one, pack: 1025 }, PRICES)).toThrow(/1,049,600 bytes.*1024 KiB/);
});

test("values between measured ones", () => {
  const points = [
    [10, 4],
    [1000, 1],
  ] as const;
  expect([1, 10, 100, 1000, 5000].map((at) => between(points, at))).toEqual([4, 4, 2, 1, 1]);
});
