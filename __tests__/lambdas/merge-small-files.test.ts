import { HOUR_MS, hourOf, hoursBetween } from "../../contract/hours";
import { mergeSmallFiles } from "../../lambdas/merge-small-files/core";
import { MergeRunFailed } from "../../lambdas/merge-small-files/outcome";
import { BUCKET, CONFIG, FakeWarehouse, Killed } from "../support/fake-warehouse";
import {
  expectSound,
  hourBefore,
  MINUTE_MS,
  merge,
  NOON,
  TIMEOUT_MS,
  withTwoHours,
} from "../support/merge-runs";

describe("a run", () => {
  test("merges what is there, says so, and points the partitions at checked folders", async () => {
    const { warehouse, now, before } = withTwoHours();

    const outcome = await merge(warehouse);

    expectSound(warehouse, [before, now]);
    expect(outcome).toMatchObject({
      status: "done",
      hourlyPass: true,
      registered: 26 + 1 + 48,
      merged: [
        { hour: before.name, objects: 2, rows: 3, files: 1 },
        { hour: now.name, objects: 1, rows: 2, files: 1 },
      ],
      refused: [],
      postponed: [],
      failed: [],
      compared: [{ hour: before.name, differences: 0 }],
      swept: { runs: [], tables: [] },
      unsettled: [],
      inFlight: [],
      expired: 0,
      queries: 5,
      stalenessSeconds: 0,
    });
    const [run] = warehouse.runs(now);
    expect(warehouse.parquetPartition(now)).toEqual({
      values: ["2026", "11", "24", "12"],
      location: `s3://${BUCKET}/parquet-retail-trans/year=2026/month=11/day=24/hour=12/${run}/`,
      parameters: {
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        columns: "invoice,record_id,arrived_at,extra",
        objects: "1",
        source_bytes: "3",
        listed_at: expect.stringMatching(/^2026-11-24T12:10:/),
        rows: "2",
        files: "1",
        bytes: "3",
        run: run?.slice("run=".length),
        swapped_at: expect.stringMatching(/^2026-11-24T12:10:/),
      },
    });
    expect([...warehouse.temporary.keys()]).toEqual([]);
    expect(warehouse.metric("MergedHours")).toBe(2);
    expect(warehouse.metric("MergedRows")).toBe(5);
    expect(warehouse.metric("Queries")).toBe(5);
    expect(warehouse.metric("DurationMilliseconds")).toBeGreaterThan(1000);
  });

  test("makes the raw partitions from the look-back to 48 hours ahead, two digits each", async () => {
    const { warehouse, now } = withTwoHours();
    await merge(warehouse);
    const registered = [...warehouse.partitions.keys()].filter((key) =>
      key.startsWith(CONFIG.OLD_TABLE_NAME),
    );
    const hours = hoursBetween(now.startMs - 26 * HOUR_MS, now.startMs + 48 * HOUR_MS);
    expect(registered).toEqual(hours.map(({ values }) => [CONFIG.OLD_TABLE_NAME, ...values].join("/")));
    expect(registered[0]).toBe(`${CONFIG.OLD_TABLE_NAME}/2026/11/23/10`);
    expect(warehouse.rawPartition(now)?.location).toBe(
      `s3://${BUCKET}/json-data/year=2026/month=11/day=24/hour=12/`,
    );

    warehouse.nowMs += HOUR_MS;
    await expect(merge(warehouse)).resolves.toMatchObject({ registered: 1 });
    await expect(merge(warehouse)).resolves.toMatchObject({ registered: 0 });
  });

  test("runs no query when nothing is new, the second and the third time", async () => {
    const { warehouse } = withTwoHours();
    await merge(warehouse);
    for (let time = 0; time < 2; time++) {
      warehouse.nowMs += 5 * MINUTE_MS;
      const swaps = () => warehouse.calls.filter((call) => call === "catalog.putPartition").length;
      const earlier = swaps();
      const outcome = await merge(warehouse);
      expect(outcome).toMatchObject({ queries: 0, merged: [], hourlyPass: false });
      expect(outcome.unchanged).toHaveLength(3);
      expect(swaps()).toBe(earlier);
    }
  });

  test("with no raw objects at all does nothing to Parquet", async () => {
    const warehouse = new FakeWarehouse(NOON);
    await expect(merge(warehouse)).resolves.toMatchObject({ queries: 0, merged: [], failed: [] });
    expect(warehouse.parquetPartition(warehouse.hour)).toBeUndefined();
  });

  test("takes late objects, of an older hour on the next hourly pass", async () => {
    const { warehouse, now, before } = withTwoHours();
    await merge(warehouse);
    const old = hourOf(now.startMs - 20 * HOUR_MS);
    warehouse.deliver(before, ["late"]);
    warehouse.deliver(old, ["very late"]);

    warehouse.nowMs += 5 * MINUTE_MS;
    const soon = await merge(warehouse);
    expect(soon.merged.map(({ hour }) => hour)).toEqual([before.name]);
    expect(warehouse.read("parquet", old)).toEqual([]);

    warehouse.nowMs += HOUR_MS;
    await merge(warehouse);
    expectSound(warehouse, [old, before, now]);
  });

  test("has a line once that was delivered twice into its hour and once more into the next", async () => {
    const { warehouse, now, before } = withTwoHours();
    warehouse.deliver(before, ["a", "b"]);
    warehouse.deliver(now, ["b", "d"]);
    await merge(warehouse);
    expect(warehouse.read("parquet", before).sort()).toEqual(["a", "b", "c"]);
    expect(warehouse.read("parquet", now).sort()).toEqual(["d", "e"]);
  });

  test("takes an hour of nothing but duplicates for empty: no rows, no files", async () => {
    const { warehouse, now } = withTwoHours();
    await merge(warehouse);
    const next = hourOf(now.startMs + HOUR_MS);
    warehouse.nowMs = next.startMs + MINUTE_MS;
    warehouse.deliver(next, ["d", "e"]);
    const outcome = await merge(warehouse);
    expect(outcome.merged).toEqual([expect.objectContaining({ hour: next.name, rows: 0, files: 0 })]);
    expect(warehouse.parquetPartition(next)).toBeDefined();
    warehouse.nowMs += 5 * MINUTE_MS;
    await expect(merge(warehouse)).resolves.toMatchObject({ queries: 0 });
  });

  test("looks at all hours once an hour and at the newest three otherwise", async () => {
    const { warehouse } = withTwoHours();
    const listed = async (): Promise<number> => {
      warehouse.calls.length = 0;
      const { unchanged, merged } = await merge(warehouse);
      return unchanged.length + merged.length;
    };
    expect(await listed()).toBe(27);
    warehouse.nowMs += 5 * MINUTE_MS;
    expect(await listed()).toBe(3);
    // The intents and the three.
    expect(warehouse.calls.filter((call) => call === "objects.list")).toHaveLength(4);
    // And the one that leaves the look-back.
    warehouse.nowMs += HOUR_MS;
    expect(await listed()).toBe(28);
  });
});

describe("a deploy that gives the tables a column", () => {
  const BEFORE = { ...CONFIG, COLUMN_NAMES: CONFIG.COLUMN_NAMES.filter((name) => name !== "extra") };
  const mergeBefore = (warehouse: FakeWarehouse, lastCall?: number) =>
    mergeSmallFiles(BEFORE, warehouse.ports(lastCall), TIMEOUT_MS);

  test("gives it to the raw partitions that were registered before, once, and leaves the rest of them as it is", async () => {
    const { warehouse, now } = withTwoHours();
    await mergeBefore(warehouse);
    const registered = [...warehouse.partitions.keys()].filter((key) =>
      key.startsWith(CONFIG.OLD_TABLE_NAME),
    );
    const [first = ""] = registered;
    for (const key of registered) warehouse.outdated.add(key);
    const before = warehouse.rawPartition(now);

    // Killed in the midst of it, by the next run.
    await expect(merge(warehouse, 10)).rejects.toThrow(Killed);
    expect(warehouse.outdated.has(first)).toBe(false);
    expect(warehouse.outdated.size).toBeGreaterThan(50);
    warehouse.nowMs += TIMEOUT_MS + MINUTE_MS;
    await expect(merge(warehouse)).resolves.toMatchObject({ registered: expect.any(Number) });
    expect(warehouse.outdated.size).toBe(0);
    expect(warehouse.rawPartition(now)).toEqual(before);
    await expect(merge(warehouse)).resolves.toMatchObject({ registered: 0 });
  });

  test("has the hours merged anew into which lines of the new columns may have come meanwhile, once, and no older ones", async () => {
    const { warehouse, now, before } = withTwoHours();
    const old = hourOf(NOON - 8 * HOUR_MS);
    warehouse.deliver(old, ["old"]);
    for (const object of warehouse.objects.values()) object.modifiedMs = NOON;
    for (const [key, object] of warehouse.objects) {
      if (key.includes(old.folder)) object.modifiedMs = old.startMs + MINUTE_MS;
    }
    await mergeBefore(warehouse);
    warehouse.nowMs += HOUR_MS;
    const { merged } = await merge(warehouse);
    expect(merged.map(({ hour }) => hour).sort()).toEqual([before.name, now.name]);
    expect(warehouse.parquetPartition(now)?.parameters["columns"]).toBe(CONFIG.COLUMN_NAMES.join(","));
    warehouse.nowMs += HOUR_MS;
    await expect(merge(warehouse)).resolves.toMatchObject({ merged: [], hourlyPass: true });
    expectSound(warehouse, [old, before, now]);
  });

  test("does not go on with a merge that was begun without it", async () => {
    const { warehouse, now, before } = withTwoHours();
    warehouse.queryMs = ({ kind }) => (kind === "merge" ? 2 * TIMEOUT_MS : 500);
    await mergeBefore(warehouse);
    const begun = warehouse.jobs.length;
    expect(begun).toBeGreaterThan(0);
    warehouse.queryMs = () => 500;
    warehouse.nowMs += 3 * TIMEOUT_MS;
    const { merged } = await merge(warehouse);
    expect(merged.map(({ hour }) => hour).sort()).toEqual([before.name, now.name]);
    expect(warehouse.jobs.length).toBeGreaterThan(begun + 1);
    for (const hour of [before, now]) {
      expect(warehouse.parquetPartition(hour)?.parameters["columns"]).toBe(CONFIG.COLUMN_NAMES.join(","));
    }
    expectSound(warehouse, [before, now]);
  });
});

describe("an hour whose raw objects became fewer", () => {
  test("is refused, said and counted, and the one after it is merged", async () => {
    const { warehouse, now, before } = withTwoHours();
    await merge(warehouse);
    const key = [...warehouse.objects.keys()].find(
      (name) => name.startsWith("json-data") && name.includes("hour=11"),
    );
    warehouse.objects.delete(key ?? "");
    warehouse.deliver(now, ["new"]);
    warehouse.nowMs += 5 * MINUTE_MS;

    const outcome = await merge(warehouse);

    expect(outcome).toMatchObject({
      queries: 2,
      merged: [expect.objectContaining({ hour: now.name })],
      failed: [],
      refused: [{ hour: before.name, why: "1 raw objects are listed and 2 were merged" }],
    });
    expect(warehouse.read("parquet", before).sort()).toEqual(["a", "b", "c"]);
    expect(warehouse.metric("RefusedHours")).toBe(1);
    expect(warehouse.logged.filter(({ level }) => level === "WARN")).toHaveLength(1);
  });

  test("all gone, is refused as well", async () => {
    const { warehouse, before } = withTwoHours();
    await merge(warehouse);
    for (const key of [...warehouse.objects.keys()])
      if (key.startsWith("json-data")) warehouse.objects.delete(key);
    warehouse.nowMs += 5 * MINUTE_MS;
    const outcome = await merge(warehouse);
    expect(outcome.refused).toHaveLength(2);
    expect(warehouse.read("parquet", before).sort()).toEqual(["a", "b", "c"]);
  });
});

describe("the lease", () => {
  test("lets one of two runs work, and the other is no error", async () => {
    const { warehouse, now, before } = withTwoHours();
    const outcomes = await Promise.all([merge(warehouse), merge(warehouse), merge(warehouse)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["busy", "busy", "done"]);
    expect(warehouse.jobs.filter(({ statement }) => statement.kind === "merge")).toHaveLength(2);
    expect(warehouse.metric("BusyRuns")).toBe(1);
    expectSound(warehouse, [before, now]);
  });

  test("of a killed run is taken over after that run's time-out, not before", async () => {
    const { warehouse } = withTwoHours();
    const started = warehouse.nowMs;
    await expect(merge(warehouse, 8)).rejects.toThrow("killed");
    warehouse.nowMs = started + TIMEOUT_MS;
    await expect(merge(warehouse)).resolves.toMatchObject({ status: "busy" });
    warehouse.nowMs = started + TIMEOUT_MS + MINUTE_MS;
    const outcomes = await Promise.all([merge(warehouse), merge(warehouse)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["busy", "done"]);
    expect(warehouse.logged).toContainEqual(
      expect.objectContaining({ message: "Took over the lease of a run that did not end" }),
    );
  });

  test("is won although the answer to its write was lost", async () => {
    const { warehouse } = withTwoHours();
    const ports = warehouse.ports();
    const { writeIf } = ports.objects;
    const lossy: typeof writeIf = async (...args) => {
      await writeIf(...args);
      return writeIf(...args);
    };
    const run = mergeSmallFiles(
      CONFIG,
      { ...ports, objects: { ...ports.objects, writeIf: lossy } },
      TIMEOUT_MS,
    );
    await expect(run).resolves.toMatchObject({ status: "done" });
  });

  test("that cannot be given back expires, and the work counts", async () => {
    const { warehouse, now, before } = withTwoHours();
    let writes = 0;
    warehouse.outage = (call, [, key]) =>
      call === "objects.writeIf" && String(key).endsWith("lease.json") && ++writes === 2
        ? new Error("S3 is away")
        : undefined;
    await expect(merge(warehouse)).resolves.toMatchObject({ status: "done" });
    expectSound(warehouse, [before, now]);
    expect(warehouse.logged.at(-1)).toMatchObject({ level: "WARN", errorMessage: "S3 is away" });
  });

  test("that was taken over by another is not given back", async () => {
    const { warehouse } = withTwoHours();
    const lease = "tmp/merge-small-files/lease.json";
    const other = {
      body: JSON.stringify({ holder: "other", expiresAtMs: 1, lastHourlyPass: null }),
      etag: "x",
    };
    warehouse.afterCall = () => {
      if (warehouse.jobs.length === 1) warehouse.objects.set(lease, { ...other, modifiedMs: 0 });
    };
    await merge(warehouse);
    expect(warehouse.objects.get(lease)?.body).toBe(other.body);
    expect(warehouse.logged.at(-1)).toMatchObject({ message: "The lease changed while it was held" });
  });

  test("that is none names itself and the remedy", async () => {
    const { warehouse } = withTwoHours();
    warehouse.objects.set("tmp/merge-small-files/lease.json", { body: '{"x":1}', etag: "x", modifiedMs: 0 });
    await expect(merge(warehouse)).rejects.toThrow(
      's3://lake/tmp/merge-small-files/lease.json is not a lease: {"x":1}; delete it while no run is at work',
    );
  });
});

describe("what fails", () => {
  test("for one hour does not keep the others from being merged; the run fails naming it", async () => {
    const { warehouse, now, before } = withTwoHours();
    warehouse.failure = (statement) =>
      statement.kind === "merge" && statement.hour.name === before.name ? "HIVE_BAD_DATA" : undefined;

    const failed = await merge(warehouse).catch((error: unknown) => error);

    expect(failed).toBeInstanceOf(MergeRunFailed);
    expect(failed).toHaveProperty(
      "message",
      `merge of ${before.name}: QueryFailed: merge query 0: HIVE_BAD_DATA`,
    );
    expect(warehouse.read("parquet", before)).toEqual([]);
    expect(warehouse.read("parquet", now).sort()).toEqual(["d", "e"]);
    expect(warehouse.metric("FailedSteps")).toBe(1);

    warehouse.failure = () => undefined;
    warehouse.nowMs += 5 * MINUTE_MS;
    await expect(merge(warehouse)).resolves.toMatchObject({ failed: [], failing: [] });
    expectSound(warehouse, [before, now]);
  });

  test("for an hour again and again costs less and less: it is tried at once, and then after twice as long", async () => {
    const { warehouse, before } = withTwoHours();
    const firstMs = warehouse.nowMs;
    warehouse.failure = (statement) =>
      statement.kind === "merge" && statement.hour.name === before.name ? "HIVE_BAD_DATA" : undefined;
    const tried: number[] = [];
    for (let run = 0; run <= 48; run++) {
      warehouse.nowMs = firstMs + run * 5 * MINUTE_MS;
      const started = warehouse.jobs.length;
      await merge(warehouse).catch(() => undefined);
      if (
        warehouse.jobs
          .slice(started)
          .some(({ statement }) => statement.kind === "merge" && statement.hour.name === before.name)
      )
        tried.push(run * 5);
      expect(warehouse.metric("FailedSteps")).toBe(1);
    }
    expect(tried).toEqual([0, 5, 15, 35, 75, 135, 195]);
  });

  test("the age of what is not merged grows until it is", async () => {
    const { warehouse, now } = withTwoHours();
    await merge(warehouse);
    warehouse.nowMs += 5 * MINUTE_MS;
    warehouse.deliver(now, ["f"]);
    warehouse.failure = ({ kind }) => (kind === "merge" ? "out of service" : undefined);
    for (const minutes of [0, 5, 10]) {
      warehouse.nowMs += minutes === 0 ? 0 : 5 * MINUTE_MS;
      await merge(warehouse).catch((error: unknown) => expect(error).toBeInstanceOf(MergeRunFailed));
      expect(Math.floor(Number(warehouse.metric("StalenessSeconds")) / 60)).toBe(minutes);
    }
    warehouse.failure = () => undefined;
    warehouse.nowMs += HOUR_MS;
    await merge(warehouse);
    expect(warehouse.metric("StalenessSeconds")).toBe(0);
  });

  test("rows of one identity that differ are never reduced to one: no swap, and no second query until something came", async () => {
    const { warehouse, now, before } = withTwoHours();
    await merge(warehouse);
    const swapped = warehouse.parquetPartition(now);
    warehouse.deliver(now, ["d=other"]);
    for (const queries of [2, 0]) {
      warehouse.nowMs += 5 * MINUTE_MS;
      await expect(merge(warehouse)).resolves.toMatchObject({
        merged: [],
        refused: [{ hour: now.name, why: "rows of identity d differ" }],
        queries,
      });
      expect(warehouse.metric("RefusedHours")).toBe(1);
    }
    expect(warehouse.parquetPartition(now)).toBe(swapped);
    expectSound(warehouse, [before]);
    warehouse.deliver(now, ["more"]);
    await expect(merge(warehouse)).resolves.toMatchObject({ queries: 2, refused: [{ hour: now.name }] });
  });

  test("rows that a merge's query itself finds to differ are refused alike", async () => {
    const { warehouse, now } = withTwoHours();
    warehouse.failure = (statement) =>
      statement.kind === "merge" && statement.hour.name === now.name
        ? "INVALID_CAST_ARGUMENT: Cannot cast 'rows of one identity differ: d' to INT"
        : undefined;
    for (const queries of [4, 0]) {
      await expect(merge(warehouse)).resolves.toMatchObject({
        refused: [{ hour: now.name, why: "rows of identity d differ" }],
        failed: [],
        queries,
      });
      warehouse.nowMs += 5 * MINUTE_MS;
    }
    expect(warehouse.parquetPartition(now)).toBeUndefined();
  });

  test("a result with rows and no files, or with more files than one query writes, is never swapped in", async () => {
    const { warehouse, now } = withTwoHours();
    await merge(warehouse);
    const swapped = warehouse.parquetPartition(now);
    for (const [files, why] of [
      [0, /wrote 3 rows and s3:.*run=.* has no files/],
      [2, /has 2 files and the merge writes at most 1/],
    ] as const) {
      warehouse.deliver(now, ["f"]);
      const ports = warehouse.ports();
      const list: typeof ports.objects.list = async (place) => {
        const found = await ports.objects.list(place);
        return place.prefix.startsWith("parquet") && place.prefix.includes("run=")
          ? Array.from({ length: files }, (_, at) => ({ ...(found[0] ?? fail()), key: String(at) }))
          : found;
      };
      const run = mergeSmallFiles(CONFIG, { ...ports, objects: { ...ports.objects, list } }, TIMEOUT_MS);
      await expect(run).rejects.toThrow(why);
      expect(warehouse.parquetPartition(now)).toBe(swapped);
    }
  });

  test("an hour that reads as empty, or as less than it was, is not swapped unless its neighbours hold the rest", async () => {
    const { warehouse, now, before } = withTwoHours();
    await merge(warehouse);
    const swapped = warehouse.parquetPartition(before);
    warehouse.deliver(before, ["late"]);
    // Somebody forgot the raw partition after it was registered: queries see nothing of it.
    const ports = warehouse.ports();
    const start: typeof ports.queries.start = async (text, token) => {
      const key = `${CONFIG.OLD_TABLE_NAME}/${before.values.join("/")}`;
      const partition = warehouse.partitions.get(key);
      warehouse.partitions.delete(key);
      const id = await ports.queries.start(text, token);
      if (partition) warehouse.partitions.set(key, partition);
      return id;
    };
    const run = mergeSmallFiles(CONFIG, { ...ports, queries: { ...ports.queries, start } }, TIMEOUT_MS);
    await expect(run).rejects.toThrow(
      /has 0 rows; of 0 raw rows 0 identities are in no Parquet, and 3 live rows/,
    );
    expect(warehouse.parquetPartition(before)).toBe(swapped);
    await expect(merge(warehouse)).resolves.toMatchObject({ failed: [] });
    expectSound(warehouse, [before, now]);
  });

  test.each(["identities", "compare"])(
    "an answer of another shape to %s is an error, not a guess",
    async (kind) => {
      for (const answer of [
        [],
        [
          ["1", "1", "1", "1"],
          ["2", "2", "2", "2"],
        ],
        [["x", "x"]],
        [[]],
      ]) {
        const { warehouse } = withTwoHours();
        const ports = warehouse.ports();
        const rows = async (id: string) =>
          warehouse.jobs[Number(id)]?.statement.kind === kind ? answer : ports.queries.rows(id);
        const run = mergeSmallFiles(CONFIG, { ...ports, queries: { ...ports.queries, rows } }, TIMEOUT_MS);
        await expect(run).rejects.toThrow(new RegExp(`${kind} query \\d+ answered \\[`));
      }
    },
  );

  test("nothing is merged while the raw partitions cannot be made: their hours would read as empty", async () => {
    const { warehouse, now } = withTwoHours();
    warehouse.outage = (call) =>
      call === "catalog.createPartitions" ? new Error("Glue is away") : undefined;
    await expect(merge(warehouse)).rejects.toThrow("Glue is away");
    expect(warehouse.jobs).toEqual([]);

    warehouse.outage = () => undefined;
    await expect(merge(warehouse)).resolves.toMatchObject({ status: "done" });
    expect(warehouse.read("parquet", now).sort()).toEqual(["d", "e"]);
  });

  test("a sweep that fails fails the run, after everything else", async () => {
    const { warehouse, now, before } = withTwoHours();
    warehouse.outage = (call) => (call === "catalog.tableNames" ? new Error("Glue is away") : undefined);
    await expect(merge(warehouse)).rejects.toThrow("sweep: Error: Glue is away");
    expectSound(warehouse, [before, now]);
  });
});

describe("the deadline", () => {
  test("leaves the query that crosses it to the next run, which swaps its result in", async () => {
    const { warehouse, now, before } = withTwoHours();
    warehouse.queryMs = (statement) =>
      statement.kind === "merge" && statement.hour.name === before.name ? 9 * MINUTE_MS : 500;
    const started = warehouse.nowMs;

    const outcome = await merge(warehouse);

    expect(warehouse.nowMs - started).toBeLessThan(TIMEOUT_MS);
    expect(outcome).toMatchObject({ merged: [{ hour: now.name }], failed: [], inFlight: [before.name] });
    expect(warehouse.metric("BacklogHours")).toBe(1);
    expect(Number(warehouse.metric("StalenessSeconds"))).toBeGreaterThan(60);

    warehouse.nowMs += MINUTE_MS;
    const next = await merge(warehouse);
    expect(next).toMatchObject({ inFlight: [], failed: [], merged: [{ hour: before.name }] });
    // The merge itself was not repeated.
    expect(warehouse.jobs.map(({ statement }) => statement.kind)).toEqual([
      "merge",
      "merge",
      "identities",
      "identities",
    ]);
    // Its result was compared with the hour that was swapped meanwhile.
    expect(warehouse.jobs.at(-1)?.statement).toMatchObject({ hours: [{ name: now.name }] });
    expectSound(warehouse, [before, now]);
  });

  test("with too little time, begins nothing", async () => {
    const { warehouse } = withTwoHours();
    const outcome = await mergeSmallFiles(CONFIG, warehouse.ports(), 30_000);
    expect(outcome).toMatchObject({ queries: 0, merged: [] });
    expect(outcome.postponed.length).toBeGreaterThanOrEqual(2);
  });

  test("a backlog of many hours is worked off over several runs, who waits longest first", async () => {
    const warehouse = new FakeWarehouse(NOON);
    const hours = hoursBetween(NOON - 20 * HOUR_MS, NOON);
    hours.forEach((hour, index) => void warehouse.deliver(hour, [`line ${index}`]));
    warehouse.queryMs = ({ kind }) => (kind === "merge" ? MINUTE_MS : 500);
    const merged: string[] = [];
    for (let run = 0; run < 8; run++) {
      warehouse.nowMs += 5_000;
      merged.push(...(await merge(warehouse)).merged.map(({ hour }) => hour));
    }
    expect([...merged].sort()).toEqual(hours.map(({ name }) => name));
    expect(merged[0]).toBe(hours[0]?.name);
    expectSound(warehouse, hours);
  });
});

describe("the comparison of identities", () => {
  /** An hour later, with the hour that ended compared. */
  function tampered(change: (body: string[]) => string[]): FakeWarehouse {
    const { warehouse, before } = withTwoHours();
    let done = false;
    warehouse.afterCall = () => {
      const location = warehouse.parquetPartition(before)?.location.replace(`s3://${BUCKET}/`, "");
      if (done || location === undefined) return;
      done = true;
      for (const [key, object] of warehouse.objects) {
        if (key.startsWith(location)) object.body = change(object.body.split("\n")).join("\n");
      }
    };
    return warehouse;
  }

  test.each([
    [
      "missing",
      { missing: 1, extra: 0, duplicated: 0, missingExample: "a" },
      (ids: string[]) => ids.slice(1),
    ],
    ["extra", { missing: 0, extra: 1, duplicated: 0, extraExample: "z" }, (ids: string[]) => [...ids, "z"]],
    [
      "duplicated",
      { missing: 0, extra: 0, duplicated: 1, duplicatedExample: "c" },
      (ids: string[]) => [...ids, "c"],
    ],
  ])("names an identity that is %s, each hour until it is settled", async (_what, difference, change) => {
    const warehouse = tampered(change);
    const before = hourBefore(warehouse.hour);
    const outcome = await merge(warehouse);
    expect(outcome.compared).toEqual([{ hour: before.name, differences: 1 }]);
    expect(warehouse.metric("IdentityDifferences")).toBe(1);
    expect(warehouse.logged.filter(({ level }) => level === "ERROR")).toEqual([
      expect.objectContaining({ message: "Parquet and raw differ", hour: before.name, ...difference }),
    ]);
    warehouse.nowMs += HOUR_MS;
    await merge(warehouse);
    expect(warehouse.metric("IdentityDifferences")).toBe(1);
  });

  test("is made once for a content, and again when late objects came", async () => {
    const { warehouse, now, before } = withTwoHours();
    const compared = async (): Promise<string[]> => {
      warehouse.nowMs += HOUR_MS;
      return (await merge(warehouse)).compared.map(({ hour }) => hour);
    };
    await merge(warehouse);
    expect(await compared()).toEqual([now.name]);
    expect(await compared()).toEqual([]);
    warehouse.deliver(before, ["late"]);
    expect(await compared()).toEqual([before.name]);
  });

  test("says nothing of an hour whose raw objects changed while it was made", async () => {
    const { warehouse, before } = withTwoHours();
    let delivered = false;
    warehouse.afterCall = () => {
      if (delivered || warehouse.jobs.at(-1)?.statement.kind !== "compare") return;
      delivered = true;
      warehouse.deliver(before, ["meanwhile"]);
    };
    const outcome = await merge(warehouse);
    expect(outcome).toMatchObject({ compared: [], failed: [] });
    expect(warehouse.metric("IdentityDifferences")).toBe(0);
    warehouse.nowMs += HOUR_MS;
    const next = await merge(warehouse);
    expect(next.compared).toContainEqual({ hour: before.name, differences: 0 });
  });

  test("leaves out an hour that could not be merged, which differs for certain", async () => {
    const { warehouse, now } = withTwoHours();
    await merge(warehouse);
    warehouse.nowMs += HOUR_MS;
    warehouse.deliver(now, ["late"]);
    warehouse.failure = (statement) =>
      statement.kind === "merge" && statement.hour.name === now.name ? "broken" : undefined;
    await expect(merge(warehouse)).rejects.toThrow("broken");
    const compared = () =>
      warehouse.jobs.flatMap(({ statement }) => (statement.kind === "compare" ? [statement.hour.name] : []));
    expect(compared()).not.toContain(now.name);

    warehouse.failure = () => undefined;
    warehouse.nowMs += HOUR_MS;
    await merge(warehouse);
    expect(compared()).toContain(now.name);
    expect(warehouse.metric("IdentityDifferences")).toBe(0);
  });
});

describe("the sweep", () => {
  test("removes a superseded run an hour after it was superseded, and never the live one", async () => {
    const { warehouse, now, before } = withTwoHours();
    await merge(warehouse);
    const [first] = warehouse.runs(now);
    warehouse.deliver(now, ["f"]);
    warehouse.nowMs += 45 * MINUTE_MS;
    await merge(warehouse);
    const second = warehouse.runs(now).find((run) => run !== first);
    expect(warehouse.runs(now)).toHaveLength(2);

    warehouse.nowMs = now.startMs + HOUR_MS + 30 * MINUTE_MS;
    const early = await merge(warehouse);
    expect(early).toMatchObject({ hourlyPass: true, swept: { runs: [], tables: [] } });
    warehouse.nowMs += HOUR_MS;
    const late = await merge(warehouse);
    expect(late.swept.runs).toEqual([first?.slice("run=".length)]);
    expect(warehouse.runs(now)).toEqual([second]);
    expectSound(warehouse, [before, now]);
  });

  test("of an hour without a partition stays inside the look-back, where the raw zone can rebuild it", async () => {
    const { warehouse, now } = withTwoHours();
    await merge(warehouse);
    const old = hourOf(now.startMs - 28 * HOUR_MS);
    const recent = hourOf(now.startMs - 20 * HOUR_MS);
    for (const hour of [old, recent]) {
      const key = `parquet-retail-trans/${hour.folder}run=20261123T080000Z-00000000/bucket-0`;
      warehouse.objects.set(key, { body: "x", etag: "x", modifiedMs: 0 });
    }
    warehouse.nowMs += HOUR_MS;
    const { swept } = await merge(warehouse);
    expect(swept.runs).toEqual(["20261123T080000Z-00000000"]);
    expect(warehouse.runs(old)).toHaveLength(1);
    expect(warehouse.runs(recent)).toHaveLength(0);
  });

  test("forgets the temporary table of a run that nobody goes on with after an hour, when no query can be writing it", async () => {
    const { warehouse } = withTwoHours();
    warehouse.temporary.set("tmp_merge_20261124t121000z_00000000", "s3://lake/elsewhere/");
    warehouse.nowMs += 52 * MINUTE_MS;
    await expect(merge(warehouse)).resolves.toMatchObject({ hourlyPass: true, swept: { tables: [] } });
    warehouse.nowMs += HOUR_MS;
    await expect(merge(warehouse)).resolves.toMatchObject({
      swept: { tables: ["tmp_merge_20261124t121000z_00000000"] },
    });
    expect([...warehouse.temporary.keys()]).toEqual([]);
  });

  test("spares what an intent names, and takes the keys of a run with it", async () => {
    const { warehouse, now, before } = withTwoHours();
    warehouse.queryMs = () => 3 * HOUR_MS;
    await merge(warehouse);
    warehouse.nowMs += 4 * HOUR_MS;
    warehouse.outage = (call) => (call === "queries.state" ? new Error("Athena is away") : undefined);
    await expect(merge(warehouse)).rejects.toThrow("Athena is away");
    expect(warehouse.temporary.size).toBe(2);
    warehouse.outage = () => undefined;
    warehouse.queryMs = () => 500;
    await expect(merge(warehouse)).resolves.toMatchObject({ failed: [], merged: [{}, {}] });
    expectSound(warehouse, [before, now]);
    const keys = () => [...warehouse.objects.keys()].filter((key) => key.startsWith("merge-state/runs/"));
    expect(keys()).toHaveLength(2);
    warehouse.deliver(before, ["late"]);
    for (let hour = 0; hour < 3; hour++) {
      warehouse.nowMs += HOUR_MS;
      await merge(warehouse);
    }
    expect(keys()).toHaveLength(2);
    expect(keys().some((key) => key.includes(warehouse.runs(before)[0] ?? "none"))).toBe(true);
  });

  test("leaves alone what is not the function's own", async () => {
    const { warehouse, now, before } = withTwoHours();
    await merge(warehouse);
    const foreign = [
      `parquet-retail-trans/${now.folder}part-0.parquet`,
      `parquet-retail-trans/${now.folder}run=mine/part-0.parquet`,
    ];
    for (const key of foreign) warehouse.objects.set(key, { body: "", etag: "x", modifiedMs: 0 });
    warehouse.temporary.set("tmp_merge_mine", "s3://lake/elsewhere/");
    warehouse.partitions.set(`${CONFIG.NEW_TABLE_NAME}/${before.values.join("/")}`, {
      values: before.values,
      location: "s3://lake/elsewhere/",
      parameters: {
        digest: warehouse.parquetPartition(before)?.parameters.digest ?? "",
        columns: CONFIG.COLUMN_NAMES.join(","),
      },
    });
    warehouse.nowMs += 3 * HOUR_MS;
    const { swept } = await merge(warehouse);
    expect(swept).toEqual({ runs: [], tables: [] });
    expect(warehouse.runs(before)).toHaveLength(1);
    expect(foreign.every((key) => warehouse.objects.has(key))).toBe(true);
  });
});

function fail(): never {
  throw new Error("there is no such file");
}
