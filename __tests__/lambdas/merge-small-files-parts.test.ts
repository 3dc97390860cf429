import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { areNear, HOUR_MS, hourNamed, hourOf, hoursBetween, neighboursOf } from "../../contract/hours";
import { readAcknowledgement } from "../../lambdas/merge-small-files/acknowledge";
import { ENVIRONMENT } from "../../lambdas/merge-small-files/env";
import { digestOf, lossOf, oldestUnmerged, rawBytes } from "../../lambdas/merge-small-files/plan";
import type { ListedObject, Partition } from "../../lambdas/merge-small-files/ports";
import {
  makeRunId,
  runStart,
  temporaryTableName,
  temporaryTableStart,
} from "../../lambdas/merge-small-files/run-id";
import { conflictOf, toSql } from "../../lambdas/merge-small-files/sql";
import type { Tables } from "../../lambdas/merge-small-files/statement";
import { deadRuns } from "../../lambdas/merge-small-files/sweep";
import { bucketCount } from "../../lambdas/merge-small-files/tasks";
import { EnvironmentError, readEnvironment } from "../../lambdas/shared/env";
import { chunks, given } from "../../lib/given";

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
  });

  test("are found by their name, and nothing else is one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
        expect(hourNamed(hourOf(ms).name)).toEqual(hourOf(ms));
      }),
    );
    for (const name of ["", "2026-11-24", "2026-11-24T3", "2026-02-30T03", "2026-11-24T24", "today"]) {
      expect(() => hourNamed(name)).toThrow(`"${name}" is not an hour such as`);
    }
  });

  test("have two neighbours before and two after, and are near themselves and those", () => {
    const near = neighboursOf(hourOf(Date.UTC(2027, 0, 1)));
    expect(near.map(({ name }) => name)).toEqual([
      "2026-12-31T22",
      "2026-12-31T23",
      "2027-01-01T01",
      "2027-01-01T02",
    ]);
    for (const hour of near) expect(areNear(hour, hourOf(Date.UTC(2027, 0, 1)))).toBe(true);
    expect(areNear(HOUR, HOUR)).toBe(true);
    expect(areNear(HOUR, hourOf(NOW + 3 * HOUR_MS))).toBe(false);
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
          expect(hours.map(({ startMs }) => startMs)).toEqual(
            hours.map((_, index) => hourOf(from).startMs + index * HOUR_MS),
          );
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

describe("what is known of an hour's raw objects", () => {
  const objects = [listed("a"), listed("b")];
  const digest = digestOf(objects);

  test("a digest depends on keys and ETags, not on the order of a listing", () => {
    expect(digestOf([...objects].reverse())).toBe(digest);
    const others = [
      digestOf([listed("a")]),
      digestOf([listed("a"), listed("b", { etag: "x" })]),
      digestOf([]),
      digestOf([listed("b"), listed("c")]),
    ];
    expect(new Set([digest, ...others]).size).toBe(5);
    expect(digestOf([listed("a", { bytes: 9, modifiedMs: 1 }), listed("b")])).toBe(digest);
  });

  test.each([
    ["new", objects, undefined, undefined, undefined],
    ["as merged", objects, "2", ["a", "b"], undefined],
    ["more", objects, "1", ["a"], undefined],
    ["fewer", [listed("a")], "2", ["a", "b"], "1 raw objects were merged and are gone, such as b"],
    [
      "another in the place of one",
      objects,
      "2",
      ["a", "z"],
      "1 raw objects were merged and are gone, such as z",
    ],
    ["gone, though newer came", objects, "1", ["z"], "1 raw objects were merged and are gone, such as z"],
    [
      "fewer, merged before keys were kept",
      [listed("a")],
      "2",
      undefined,
      "1 raw objects are listed and 2 were merged",
    ],
    ["as many, merged before keys were kept", objects, "2", undefined, undefined],
  ])("what is missing is said: %s", (_what, found, merged, keys, why) => {
    const live = merged === undefined ? undefined : partition({ objects: merged });
    expect(lossOf(found, live, keys)).toBe(why);
  });

  test("bytes are those before compression", () => {
    expect(rawBytes([listed("a", { bytes: 10 }), listed("b.gz", { bytes: 10 })])).toBe(90);
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
    [1800 * MIB, 1],
    [4800 * MIB, 2],
    [24_200 * MIB, 10],
    [1e15, 100],
  ])("for %d bytes of JSON is %d", (bytes, files) => {
    expect(bucketCount(bytes)).toBe(files);
  });
});

describe("the runs that may be deleted", () => {
  const parent = { bucket: "lake", prefix: "parquet/" };
  const folder = { bucket: "lake", prefix: `parquet/${HOUR.folder}` };
  const run = (minutesAgo: number): string => makeRunId(NOW - minutesAgo * 60_000, "00000000");
  const location = (name: string): string => `s3://lake/${folder.prefix}run=${name}/`;
  const swapped = (minutesAgo: number) => ({ swapped_at: new Date(NOW - minutesAgo * 60_000).toISOString() });
  const objects = [200, 120, 61, 59].flatMap((minutes) =>
    ["0", "1"].map((file) => listed(`${folder.prefix}run=${run(minutes)}/${file}`)),
  );
  const dead = (live: Partition | undefined, pending: readonly string[] = []): string[] => [
    ...deadRuns(HOUR, parent, objects, live, new Set(pending), NOW).keys(),
  ];

  test("are older than an hour, and not the live one, with or without its slash", () => {
    const live = partition(swapped(60), location(run(120)));
    expect(dead(live)).toEqual([run(200), run(61)]);
    expect(dead({ ...live, location: live.location.slice(0, -1) })).toEqual([run(200), run(61)]);
    expect(deadRuns(HOUR, parent, objects, live, new Set(), NOW).get(run(200))).toEqual([
      `${folder.prefix}run=${run(200)}/0`,
      `${folder.prefix}run=${run(200)}/1`,
    ]);
    expect(dead(undefined)).toEqual([run(200), run(120), run(61)]);
  });

  test("are not those of an intent, nor the live one's in another folder", () => {
    const live = partition(swapped(60), location(run(120)));
    expect(dead(live, [run(200)])).toEqual([run(61)]);
    const elsewhere = partition({ ...swapped(60), run: run(120) }, "s3://lake/elsewhere/");
    expect(dead(elsewhere)).toEqual([run(200), run(61)]);
  });

  test("are none while the live one is young, or made by someone else", () => {
    expect(dead(partition(swapped(59), location(run(59))))).toEqual([]);
    expect(dead(partition({}, location(run(59))))).toEqual([]);
    expect(dead(partition({ swapped_at: "yesterday" }, location(run(59))))).toEqual([]);
  });
});

describe("SQL", () => {
  const tables: Tables = {
    raw: { database: "db", name: "raw" },
    parquet: { database: "db", name: "parquet" },
    columns: ["invoice", "record_id", "arrived_at", "extra"],
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
  write_compression = 'GZIP',
  external_location = 's3://lake/it''s/run=x/',
  bucketed_by = ARRAY['record_id'],
  bucket_count = 3
) AS
SELECT "invoice", CASE
  WHEN _contents = 1 AND record_id IS NOT NULL THEN record_id
  ELSE CAST(CAST('rows of one identity differ: ' || coalesce(record_id, 'none') AS integer) AS varchar)
END AS "record_id", "arrived_at", "extra"
FROM (
    SELECT "invoice", "record_id", "arrived_at", max("extra") AS "extra", CASE WHEN min("extra") < max("extra") THEN 2 ELSE 1 END AS _contents
    FROM "db"."raw" WHERE "year" = 2027 AND "month" = 1 AND "day" = 1 AND "hour" = 0 GROUP BY "invoice", "record_id", "arrived_at"
  ) AS this_hour
WHERE NOT EXISTS (
    SELECT 1
    FROM "db"."parquet" AS held
    WHERE held.record_id = this_hour.record_id AND ((held."year" = 2026 AND held."month" = 12 AND held."day" = 31 AND held."hour" = 22) OR (held."year" = 2026 AND held."month" = 12 AND held."day" = 31 AND held."hour" = 23) OR (held."year" = 2027 AND held."month" = 1 AND held."day" = 1 AND held."hour" = 1) OR (held."year" = 2027 AND held."month" = 1 AND held."day" = 1 AND held."hour" = 2))
  )`);
  });

  test("quotes what it is given", () => {
    const table = { database: "db", name: 'a"b' };
    expect(toSql({ kind: "identities", table, hours: [midnight] }, tables)).toContain('FROM "db"."a""b"');
  });

  test("tells a conflict from any other failure", () => {
    const reason = "FAILED: INVALID_CAST_ARGUMENT: Cannot cast 'rows of one identity differ: 00ab' to INT";
    expect(conflictOf(reason)).toBe("00ab");
    expect(conflictOf("FAILED: INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT")).toBeUndefined();
  });

  test("means what it is meant to, in an engine", async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
    await connection.run("CREATE SCHEMA db");
    for (const table of ["raw", "parquet", "tmp_merge_x"]) {
      await connection.run(
        `CREATE TABLE db.${table} (invoice VARCHAR, record_id VARCHAR, arrived_at TIMESTAMP, extra VARCHAR, "year" INT, "month" INT, "day" INT, "hour" INT)`,
      );
    }
    const insert = async (table: string, identity: string, hour = midnight, invoice = "i", extra = "'{}'") =>
      connection.run(
        `INSERT INTO db.${table} VALUES ('${invoice}', '${identity}', TIMESTAMP '2026-11-24 03:00:00', ${extra}, ${hour.values.map(Number).join(", ")})`,
      );
    const ago = (hours: number) => hourOf(midnight.startMs - hours * HOUR_MS);
    for (const identity of ["a", "b", "c", "c", "d"]) await insert("raw", identity);
    await insert("parquet", "a", ago(2));
    await insert("parquet", "b", ago(-1));
    // Too far away to be a duplicate of the same delivery.
    await insert("parquet", "d", ago(3));
    const select = toSql(merge, tables).replace(/^[\s\S]*?\) AS\n/, "");
    expect(await rows(`SELECT record_id FROM (${select}) ORDER BY 1`)).toEqual([["c"], ["d"]]);

    const compare = toSql({ kind: "compare", hour: midnight }, tables);
    expect(await rows(compare)).toEqual([["2", "0", "0", "0", "c", null, null, null]]);
    const target = { database: "db", name: "tmp_merge_x" };
    const cover = toSql({ kind: "cover", hour: midnight, table: target }, tables);
    expect(await rows(cover)).toEqual([["5", "2", "0"]]);
    for (const identity of ["c", "d"]) {
      await insert("parquet", identity);
      await insert("tmp_merge_x", identity);
    }
    expect(await rows(compare)).toEqual([["0", "0", "0", "0", null, null, null, null]]);
    expect(await rows(cover)).toEqual([["5", "0", "0"]]);
    await insert("parquet", "held before");
    expect(await rows(cover)).toEqual([["5", "0", "1"]]);
    await connection.run("DELETE FROM db.parquet WHERE record_id = 'held before'");
    const alone = toSql({ kind: "identities", table: target, hours: [] }, tables);
    const beside = toSql({ kind: "identities", table: target, hours: [ago(1), ago(-2)] }, tables);
    expect(await rows(alone)).toEqual([["0", "0", null]]);
    expect(await rows(beside)).toEqual([["0", "0", null]]);
    await insert("parquet", "d", ago(1));
    await insert("parquet", "x");
    await insert("raw", "c", midnight, "another");
    expect(await rows(alone)).toEqual([["0", "0", null]]);
    expect(await rows(beside)).toEqual([["0", "1", null]]);
    expect(await rows(compare)).toEqual([["0", "1", "1", "1", null, "x", "d", "c"]]);
    const differing = async () => {
      await connection.run("DELETE FROM db.tmp_merge_x");
      await connection.run(`INSERT INTO db.tmp_merge_x (invoice, record_id, arrived_at, extra) (${select})`);
      return rows(alone);
    };
    // Neighbours hold a, b and d.
    expect(await differing()).toEqual([["1", "0", "c"]]);
    expect(await rows(beside)).toEqual([["1", "0", "c"]]);

    // Delivered before there was a column `extra`, and since: the text stands for both; NULL alone stays NULL.
    await connection.run("DELETE FROM db.raw");
    await connection.run("DELETE FROM db.parquet");
    for (const extra of ["NULL", "'{\"a\":1}'", "NULL", "'{\"a\":1}'"])
      await insert("raw", "e", midnight, "i", extra);
    await insert("raw", "f", midnight, "i", "NULL");
    expect(await rows(`SELECT record_id, extra FROM (${select}) ORDER BY 1`)).toEqual([
      ["e", '{"a":1}'],
      ["f", null],
    ]);
    expect(await rows(compare)).toEqual([["2", "0", "0", "0", "e", null, null, null]]);
    // Two texts are a conflict, and so is a NULL whose other columns differ.
    await insert("raw", "e", midnight, "i", "'{}'");
    expect(await rows(compare)).toEqual([["2", "0", "0", "1", "e", null, null, "e"]]);
    await expect(rows(`SELECT record_id FROM (${select})`)).rejects.toThrow(/rows of one identity differ: e/);
    await connection.run("DELETE FROM db.raw WHERE record_id = 'e'");
    await insert("raw", "f", midnight, "another", "'{}'");
    expect(await rows(compare)).toEqual([["1", "0", "0", "1", "f", null, null, "f"]]);
    expect(await differing()).toEqual([["1", "0", "f"]]);
    connection.closeSync();
  });
});

describe("an acknowledgement", () => {
  test("is a list of hours; an event of a schedule is none", () => {
    expect(readAcknowledgement({ acknowledge: ["2026-11-24T03"] })).toEqual({
      acknowledge: ["2026-11-24T03"],
    });
    for (const event of [undefined, null, "x", {}, { time: "2026-11-24T03:00:00Z" }]) {
      expect(readAcknowledgement(event)).toBeUndefined();
    }
    for (const acknowledge of [[], "2026-11-24T03", ["2026-11-24"], [3]]) {
      expect(() => readAcknowledgement({ acknowledge })).toThrow(RangeError);
    }
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
    STATE_PREFIX: "s3://lake/merge-state/",
    COLUMN_NAMES: "invoice,record_id,arrived_at,extra",
    LOOK_BACK_HOURS: "26",
    RAW_RETENTION_DAYS: "30",
    QUERIES_IN_FLIGHT: "4",
  };

  test("has the lab's names, and exactly those that it needs", () => {
    expect(Object.keys(ENVIRONMENT)).toEqual(Object.keys(good));
    expect(readEnvironment(ENVIRONMENT, good)).toMatchObject({
      LOOK_BACK_HOURS: 26,
      COLUMN_NAMES: ["invoice", "record_id", "arrived_at", "extra"],
      OUTPUT_PREFIX: { bucket: "lake", prefix: "parquet-retail-trans/" },
    });
  });

  test.each([
    ["OLD_DATABASE", "my-database", "lower-case letters, digits and underscores"],
    ["NEW_TABLE_NAME", 'x" AS SELECT', "lower-case letters, digits and underscores"],
    ["COLUMN_NAMES", "invoice,Record_Id", "lower-case"],
    ["COLUMN_NAMES", "invoice,arrived_at,extra", "must name record_id:"],
    ["COLUMN_NAMES", "invoice,record_id,arrived_at", "must name extra:"],
    ["COLUMN_NAMES", "invoice,extra", "must name record_id and arrived_at:"],
    ["LOOK_BACK_HOURS", "2", "whole number from 3"],
    ["QUERIES_IN_FLIGHT", "0", "whole number from 1"],
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
