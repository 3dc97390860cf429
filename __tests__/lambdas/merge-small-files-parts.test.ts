import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { HOUR_MS, hourBefore, hourOf, hoursBetween } from "../../contract/hours";
import { ENVIRONMENT } from "../../lambdas/merge-small-files/env";
import { chunks, given } from "../../lambdas/merge-small-files/given";
import { bucketCount } from "../../lambdas/merge-small-files/merge-hour";
import { digestOf, oldestUnmerged, planHour } from "../../lambdas/merge-small-files/plan";
import type { ListedObject, Partition, QueryState } from "../../lambdas/merge-small-files/ports";
import { DeadlineReached, QueryFailed, QueryRunner } from "../../lambdas/merge-small-files/query";
import {
  makeRunId,
  runStart,
  temporaryTableName,
  temporaryTableStart,
} from "../../lambdas/merge-small-files/run-id";
import { toSql } from "../../lambdas/merge-small-files/sql";
import type { Tables } from "../../lambdas/merge-small-files/statement";
import { deadRuns } from "../../lambdas/merge-small-files/sweep";
import { EnvironmentError, readEnvironment } from "../../lambdas/shared/env";

const NOW = Date.UTC(2026, 10, 24, 3, 8, 27);
const HOUR = hourOf(NOW);
const MIB = 1024 * 1024;

function listed(key: string, more: Partial<ListedObject> = {}): ListedObject {
  return { key, etag: `"${key}"`, bytes: 1, modifiedMs: NOW, ...more };
}

function partition(parameters: Record<string, string>, location = "s3://lake/p/"): Partition {
  return { values: HOUR.values, location, parameters };
}

describe("hours", () => {
  test("have two digits always, in values and folders", () => {
    expect(HOUR).toEqual({
      startMs: Date.UTC(2026, 10, 24, 3),
      name: "2026-11-24T03",
      values: ["2026", "11", "24", "03"],
      folder: "year=2026/month=11/day=24/hour=03/",
    });
    expect(hourOf(Date.UTC(2027, 0, 1)).values).toEqual(["2027", "01", "01", "00"]);
    expect(hourBefore(hourOf(Date.UTC(2027, 0, 1))).name).toBe("2026-12-31T23");
  });

  test("between two times are all of them, in order, both ends included", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.integer({ min: 0, max: 200 * HOUR_MS }),
        (from, length) => {
          const hours = hoursBetween(from, from + length);
          expect(hours[0]).toEqual(hourOf(from));
          expect(hours.at(-1)).toEqual(hourOf(from + length));
          for (const [index, hour] of hours.slice(1).entries())
            expect(hourBefore(hour)).toEqual(hours[index]);
        },
      ),
    );
    expect(hoursBetween(NOW, NOW - HOUR_MS)).toEqual([]);
  });
});

describe("run ids", () => {
  test("say when the run began and sort by it, and so do their tables", () => {
    expect(makeRunId(NOW, "1f0c9a3b")).toBe("20261124T030827Z-1f0c9a3b");
    expect(temporaryTableName("20261124T030827Z-1f0c9a3b")).toBe("tmp_merge_20261124t030827z_1f0c9a3b");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), fc.integer({ min: 1, max: 1e6 }), (seconds, later) => {
        const [one, two] = [
          makeRunId(seconds * 1000, "ffffffff"),
          makeRunId((seconds + later) * 1000, "00000000"),
        ];
        expect(one < two).toBe(true);
        expect(runStart(one)).toBe(seconds * 1000);
        expect(temporaryTableStart(temporaryTableName(two))).toBe((seconds + later) * 1000);
      }),
    );
  });

  test("of others are none", () => {
    for (const text of ["", "mine", "20261124T030827Z", "20261124T030827Z-xyz"]) {
      expect(runStart(text)).toBeUndefined();
      expect(temporaryTableStart(`tmp_merge_${text}`)).toBeUndefined();
    }
    expect(temporaryTableStart("retail_trans_json")).toBeUndefined();
  });
});

describe("the plan of an hour", () => {
  const objects = [listed("a"), listed("b")];
  const objectsBefore = [listed("z")];
  const digest = digestOf(objects, objectsBefore);
  const merged = partition({ digest, objects: "2" });

  test("digest depends on keys, ETags and on which hour they are of, not on the order of a listing", () => {
    expect(digestOf([...objects].reverse(), objectsBefore)).toBe(digest);
    const others = [
      digestOf([listed("a")], objectsBefore),
      digestOf([listed("a"), listed("b", { etag: "x" })], objectsBefore),
      digestOf(objects, []),
      digestOf(objectsBefore, objects),
      digestOf([...objects, ...objectsBefore], []),
    ];
    expect(new Set([digest, ...others]).size).toBe(6);
    expect(digestOf([listed("a", { bytes: 9, modifiedMs: 1 }), listed("b")], objectsBefore)).toBe(digest);
  });

  test.each([
    ["nothing there", { objects: [], objectsBefore, partition: undefined }, { action: "none" }],
    ["new", { objects, objectsBefore, partition: undefined }, { action: "merge", digest }],
    ["as merged", { objects, objectsBefore, partition: merged }, { action: "none" }],
    [
      "changed",
      { objects, objectsBefore, partition: partition({ digest: "other" }) },
      { action: "merge", digest },
    ],
    ["foreign", { objects, objectsBefore, partition: partition({}) }, { action: "merge", digest }],
    ["fewer", { objects: [listed("a")], objectsBefore, partition: merged }, { action: "refuse" }],
    ["gone", { objects: [], objectsBefore, partition: merged }, { action: "refuse" }],
  ])("%s", (_what, state, plan) => {
    expect(planHour({ ...state, partitionBefore: undefined })).toMatchObject(plan);
  });

  test("is refused when the hour before shrank: its lines would be taken up a second time", () => {
    const state = { objects, objectsBefore, partition: undefined };
    const plan = planHour({ ...state, partitionBefore: partition({ objects: "2" }) });
    expect(plan).toEqual({
      action: "refuse",
      why: "in the hour before, 1 raw objects are listed and 2 were merged",
    });
    expect(planHour({ ...state, partitionBefore: partition({ objects: "1" }) })).toMatchObject({
      action: "merge",
    });
  });

  test("knows the oldest object that no merge has seen", () => {
    const three = [5, 3, 9].map((seconds) => listed(`${seconds}`, { modifiedMs: NOW + seconds * 1000 }));
    const listedAt = (seconds: number) =>
      partition({ listed_at: new Date(NOW + seconds * 1000).toISOString() });
    expect(oldestUnmerged(three, undefined)).toBe(NOW + 3000);
    expect(oldestUnmerged(three, listedAt(4))).toBe(NOW + 5000);
    expect(oldestUnmerged(three, listedAt(10))).toBeUndefined();
    expect(oldestUnmerged([], undefined)).toBeUndefined();
  });
});

describe("the number of files", () => {
  test.each([
    [0, 1],
    [60 * MIB, 1],
    [1200 * MIB, 1],
    [2500 * MIB, 2],
    [12_000 * MIB, 10],
    [1e15, 100],
  ])("for %d bytes of JSON is %d", (bytes, files) => {
    expect(bucketCount(bytes)).toBe(files);
  });
});

describe("the runs that may be deleted", () => {
  const folder = { bucket: "lake", prefix: `parquet/${HOUR.folder}` };
  const run = (minutesAgo: number): string => makeRunId(NOW - minutesAgo * 60_000, "00000000");
  const location = (name: string): string => `s3://lake/${folder.prefix}run=${name}/`;
  const swapped = (minutesAgo: number) => ({ swapped_at: new Date(NOW - minutesAgo * 60_000).toISOString() });
  const objects = [200, 120, 61, 59].flatMap((minutes) =>
    ["0", "1"].map((file) => listed(`${folder.prefix}run=${run(minutes)}/${file}`)),
  );
  const dead = (live: Partition | undefined): string[] => [...deadRuns(folder, objects, live, NOW).keys()];

  test("are older than an hour, and not the live one, with or without its slash", () => {
    const live = partition(swapped(60), location(run(120)));
    expect(dead(live)).toEqual([run(200), run(61)]);
    expect(dead({ ...live, location: live.location.slice(0, -1) })).toEqual([run(200), run(61)]);
    expect(deadRuns(folder, objects, live, NOW).get(run(200))).toEqual([
      `${folder.prefix}run=${run(200)}/0`,
      `${folder.prefix}run=${run(200)}/1`,
    ]);
    expect(dead(undefined)).toEqual([run(200), run(120), run(61)]);
  });

  test("are none while the live one is young, or made by someone else", () => {
    expect(dead(partition(swapped(59), location(run(59))))).toEqual([]);
    expect(dead(partition({}, location(run(59))))).toEqual([]);
    expect(dead(partition({ swapped_at: "yesterday" }, location(run(59))))).toEqual([]);
  });
});

describe("a query", () => {
  function fakes(states: readonly QueryState[]) {
    const log: string[] = [];
    let nowMs = 0;
    let asked = 0;
    const running: QueryState = { state: "running" };
    return {
      log,
      ports: {
        clock: {
          now: () => nowMs,
          sleep: async (ms: number) => {
            log.push(`sleep ${ms}`);
            nowMs += ms;
          },
        },
        queries: {
          start: async () => `q${log.push("start")}`,
          state: async () => states[asked++] ?? running,
          rows: async () => [["1"]],
          stop: async (id: string) => void log.push(`stop ${id}`),
        },
      },
    };
  }
  const statement = { kind: "check", table: { database: "d", name: "t" } } as const;

  test("is asked for after growing waits, at most five seconds", async () => {
    const running: QueryState[] = Array(12).fill({ state: "running" });
    const { ports, log } = fakes([...running, { state: "succeeded" }]);
    const runner = new QueryRunner(ports, 60_000);
    await expect(runner.run(statement)).resolves.toBe("q1");
    const waits = log.flatMap((entry) => (entry.startsWith("sleep") ? [Number(entry.slice(6))] : []));
    expect(waits.slice(0, 4)).toEqual([200, 300, 450, 675]);
    expect(Math.max(...waits)).toBe(5000);
    expect(runner.started).toBe(1);
  });

  test("fails with the engine's reason", async () => {
    const { ports } = fakes([{ state: "failed", reason: "FAILED: HIVE_CURSOR_ERROR" }]);
    const failing = new QueryRunner(ports, 1000).run(statement);
    await expect(failing).rejects.toThrow(new QueryFailed("check query q1: FAILED: HIVE_CURSOR_ERROR"));
  });

  test("is stopped at the deadline, and none is begun after it", async () => {
    const { ports, log } = fakes([]);
    const runner = new QueryRunner(ports, 1000);
    await expect(runner.run(statement)).rejects.toThrow(DeadlineReached);
    expect(log.at(-1)).toBe("stop q1");
    expect(ports.clock.now()).toBeLessThanOrEqual(1000);
    await ports.clock.sleep(1000);
    await expect(runner.run(statement)).rejects.toThrow("no time was left for a check query");
    expect(runner.started).toBe(1);
  });
});

describe("SQL", () => {
  const tables: Tables = {
    raw: { database: "db", name: "raw" },
    parquet: { database: "db", name: "parquet" },
    columns: ["invoice", "record_id", "arrived_at"],
  };
  const midnight = hourOf(Date.UTC(2027, 0, 1));
  const merge = {
    kind: "merge",
    hour: midnight,
    target: { database: "db", name: "tmp_merge_x" },
    location: "s3://lake/it's/run=x/",
    buckets: 3,
  } as const;

  test("of a merge", () => {
    expect(toSql(merge, tables)).toBe(`CREATE TABLE "db"."tmp_merge_x"
WITH (
  format = 'PARQUET',
  write_compression = 'SNAPPY',
  external_location = 's3://lake/it''s/run=x/',
  bucketed_by = ARRAY['record_id'],
  bucket_count = 3
) AS
SELECT "invoice", "record_id", "arrived_at"
FROM (
  SELECT "invoice", "record_id", "arrived_at", row_number() OVER (PARTITION BY record_id ORDER BY arrived_at) AS copy_number
  FROM "db"."raw"
  WHERE "year" = 2027 AND "month" = 1 AND "day" = 1 AND "hour" = 0
) AS this_hour
WHERE copy_number = 1
  AND NOT EXISTS (
    SELECT 1
    FROM "db"."raw" AS hour_before
    WHERE hour_before.record_id = this_hour.record_id AND hour_before."year" = 2026 AND hour_before."month" = 12 AND hour_before."day" = 31 AND hour_before."hour" = 23
  )`);
  });

  test("of a check", () => {
    const check = { kind: "check", table: { database: "db", name: 'a"b' } } as const;
    expect(toSql(check, tables)).toBe(
      'SELECT count(*) AS row_count, count(DISTINCT record_id) AS identity_count FROM "db"."a""b"',
    );
  });

  test("of a comparison", () => {
    expect(toSql({ kind: "compare", hour: midnight }, tables)).toBe(`WITH raw_identities AS (
  SELECT record_id FROM "db"."raw" WHERE "year" = 2027 AND "month" = 1 AND "day" = 1 AND "hour" = 0
  EXCEPT
  SELECT record_id FROM "db"."raw" WHERE "year" = 2026 AND "month" = 12 AND "day" = 31 AND "hour" = 23
), parquet_identities AS (
  SELECT record_id, count(*) AS copies FROM "db"."parquet" WHERE "year" = 2027 AND "month" = 1 AND "day" = 1 AND "hour" = 0 GROUP BY record_id
)
SELECT
  count(*) FILTER (WHERE p.record_id IS NULL) AS missing,
  count(*) FILTER (WHERE r.record_id IS NULL) AS extra,
  count(*) FILTER (WHERE p.copies > 1) AS doubled,
  min(r.record_id) FILTER (WHERE p.record_id IS NULL) AS missing_example,
  min(p.record_id) FILTER (WHERE r.record_id IS NULL) AS extra_example,
  min(p.record_id) FILTER (WHERE p.copies > 1) AS doubled_example
FROM raw_identities AS r
FULL OUTER JOIN parquet_identities AS p ON r.record_id = p.record_id`);
  });

  test("means what it is meant to, in an engine", async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
    await connection.run("CREATE SCHEMA db");
    for (const table of ["raw", "parquet"]) {
      await connection.run(
        `CREATE TABLE db.${table} (invoice VARCHAR, record_id VARCHAR, arrived_at TIMESTAMP, "year" INT, "month" INT, "day" INT, "hour" INT)`,
      );
    }
    const insert = async (table: string, identity: string, values: readonly string[]) =>
      connection.run(
        `INSERT INTO db.${table} VALUES ('i', '${identity}', TIMESTAMP '2026-11-24 03:00:00', ${values.map(Number).join(", ")})`,
      );
    const earlier = hourBefore(midnight);
    for (const identity of ["a", "b"]) await insert("raw", identity, earlier.values);
    for (const identity of ["b", "c", "c", "d"]) await insert("raw", identity, midnight.values);
    await insert("raw", "e", hourBefore(earlier).values);
    const select = toSql(merge, tables).replace(/^[\s\S]*?\) AS\n/, "");
    expect(await rows(`SELECT record_id FROM (${select}) ORDER BY 1`)).toEqual([["c"], ["d"]]);

    const compare = toSql({ kind: "compare", hour: midnight }, tables);
    expect(await rows(compare)).toEqual([["2", "0", "0", "c", null, null]]);
    for (const identity of ["c", "d"]) await insert("parquet", identity, midnight.values);
    expect(await rows(compare)).toEqual([["0", "0", "0", null, null, null]]);
    for (const identity of ["d", "x"]) await insert("parquet", identity, midnight.values);
    expect(await rows(compare)).toEqual([["0", "1", "1", null, "x", "d"]]);
    const check = toSql({ kind: "check", table: tables.parquet }, tables);
    expect(await rows(check)).toEqual([["4", "3"]]);
    connection.closeSync();
  });
});

describe("the environment", () => {
  const good = {
    OLD_DATABASE: "mydatabase",
    OLD_TABLE_NAME: "retail_trans_json",
    NEW_DATABASE: "mydatabase",
    NEW_TABLE_NAME: "ctas_retail_trans_parquet",
    WORK_GROUP: "merge",
    OLD_TABLE_LOCATION_PREFIX: "s3://lake/json-data/",
    OUTPUT_PREFIX: "s3://lake/parquet-retail-trans/",
    STAGING_OUTPUT_PREFIX: "s3://lake/tmp/",
    COLUMN_NAMES: "invoice,record_id,arrived_at",
    LOOK_BACK_HOURS: "26",
  };

  test("has the lab's names, and exactly those that it needs", () => {
    expect(Object.keys(ENVIRONMENT)).toEqual(Object.keys(good));
    expect(readEnvironment(ENVIRONMENT, good)).toMatchObject({
      LOOK_BACK_HOURS: 26,
      COLUMN_NAMES: ["invoice", "record_id", "arrived_at"],
      OUTPUT_PREFIX: { bucket: "lake", prefix: "parquet-retail-trans/" },
    });
  });

  test.each([
    ["OLD_DATABASE", "my-database", "lower-case letters, digits and underscores"],
    ["NEW_TABLE_NAME", 'x" AS SELECT', "lower-case letters, digits and underscores"],
    ["COLUMN_NAMES", "invoice,Record_Id", "lower-case"],
    ["COLUMN_NAMES", "invoice,arrived_at", "must name record_id"],
    ["COLUMN_NAMES", "invoice", "must name record_id and arrived_at"],
    ["LOOK_BACK_HOURS", "2", "whole number from 3"],
    ["OUTPUT_PREFIX", "s3://lake", "s3://bucket/prefix/"],
  ])("refuses %s=%s", (name, value, why) => {
    const read = () => readEnvironment(ENVIRONMENT, { ...good, [name]: value });
    expect(read).toThrow(EnvironmentError);
    expect(read).toThrow(`${name}="${value}"`);
    expect(read).toThrow(why);
  });
});

describe("small helpers", () => {
  test("cut a list without losing any of it", () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 10 }), (items, size) => {
        const parts = chunks(items, size);
        expect(parts.flat()).toEqual(items);
        expect(parts.every(({ length }) => length > 0 && length <= size)).toBe(true);
      }),
    );
  });

  test("name what AWS did not give", () => {
    expect(given(0, "Size")).toBe(0);
    expect(() => given(undefined, "ETag")).toThrow("The answer has no ETag");
  });
});
