import { gzipSync } from "node:zlib";
import { CreatePartitionCommand, DeleteTableCommand, GetTableCommand } from "@aws-sdk/client-glue";
import { type Hour, hourOf } from "../../../../contract/hours";
import { glueCatalog } from "../../../../lambdas/merge-small-files/aws-catalog";
import { athenaQueries } from "../../../../lambdas/merge-small-files/aws-queries";
import { registerHours } from "../../../../lambdas/merge-small-files/register";
import type { Statement, Tables } from "../../../../lambdas/merge-small-files/statement";
import { readDataPlane } from "../../../../local/plan/read-data-plane";
import { describeRealRows, readRealRows, realSums } from "../../../support/real-rows";
import { synthesized } from "../../../support/synthesized";
import {
  BUCKET,
  DATABASE,
  HOUR_COLUMNS,
  SqlBench,
  sqlPlane,
  TRANSACTION_COLUMNS,
  table,
  transaction,
} from "../../support/sql";

const RAW = table("raw", TRANSACTION_COLUMNS, { partitionKeys: HOUR_COLUMNS });
const PARQUET = table("merged", TRANSACTION_COLUMNS, { partitionKeys: HOUR_COLUMNS, format: "parquet" });
const TABLES: Tables = {
  raw: { database: DATABASE, name: "raw" },
  parquet: { database: DATABASE, name: "merged" },
  columns: TRANSACTION_COLUMNS.map(({ name }) => name),
};
const [FIRST, SECOND, THIRD] = [3, 4, 5].map((hour) => hourOf(Date.UTC(2026, 10, 24, hour))) as [
  Hour,
  Hour,
  Hour,
];

let bench: SqlBench;

beforeEach(async () => {
  bench = await SqlBench.start(sqlPlane([RAW, PARQUET]));
});

afterEach(() => bench.close());

/** The catalog and the queries as the function has them. */
const catalog = () => glueCatalog(bench.glue);
const queries = () => athenaQueries(bench.athena, "people", { bucket: BUCKET, prefix: "tmp/" }, TABLES);

function rawLocation(hour: Hour): string {
  return `s3://${BUCKET}/raw/${hour.folder}`;
}

function runLocation(hour: Hour, run: string): string {
  return `s3://${BUCKET}/merged/${hour.folder}run=${run}/`;
}

let tokens = 0;

/** Runs one of the function's statements to its end. */
async function run(statement: Statement): Promise<string[][]> {
  const port = queries();
  const id = await port.start(port.text(statement), `${statement.kind}-`.padEnd(32, String(tokens++)));
  const { state, reason } = await bench.ended(id);
  if (state !== "SUCCEEDED") throw new Error(`${statement.kind}: ${reason}`);
  return queries().rows(id);
}

async function merge(hour: Hour, runId: string, buckets = 1): Promise<void> {
  const target = { database: DATABASE, name: `tmp_${runId}` };
  await run({ kind: "merge", hour, target, location: runLocation(hour, runId), buckets });
  await catalog().putPartition(TABLES.parquet, {
    values: hour.values,
    location: runLocation(hour, runId),
    parameters: { digest: runId },
  });
  await bench.glue.send(new DeleteTableCommand({ DatabaseName: DATABASE, Name: target.name }));
}

async function registerRaw(...hours: Hour[]): Promise<void> {
  const partitions = hours.map((hour) => ({
    values: hour.values,
    location: rawLocation(hour),
    parameters: {},
  }));
  await catalog().createPartitions(TABLES.raw, partitions);
}

const identities = (hour: Hour) =>
  bench.rows(`SELECT record_id FROM merged WHERE hour = ${Number(hour.values[3])} ORDER BY record_id`);

describe("MergeSmallFiles' statements", () => {
  beforeEach(async () => {
    await registerRaw(FIRST, SECOND, THIRD);
    await bench.put(`raw/${FIRST.folder}a.json`, transaction("a1") + transaction("a2"));
    await bench.put(`raw/${FIRST.folder}b.json.gz`, gzipSync(transaction("a2") + transaction("a3")));
    await bench.put(`raw/${SECOND.folder}a.json`, transaction("a3") + transaction("b1"));
    await bench.put(`raw/${THIRD.folder}a.json`, transaction("a1"));
  });

  test("an hour has each identity once, and none of the hour before", async () => {
    await merge(FIRST, "r1");
    await merge(SECOND, "r2");
    await merge(THIRD, "r3");

    expect(await identities(FIRST)).toEqual([["a1"], ["a2"], ["a3"]]);
    expect(await identities(SECOND)).toEqual([["b1"]]);
    expect(await identities(THIRD)).toEqual([]);
  });

  test("a deploy over hours that were registered without extra: text where there is one, NULL where there was none", async () => {
    const hour = hourOf(Date.UTC(2026, 10, 24, 7));
    const { Table } = await bench.glue.send(new GetTableCommand({ DatabaseName: DATABASE, Name: "raw" }));
    const { Columns = [], ...descriptor } = Table?.StorageDescriptor ?? {};
    const StorageDescriptor = {
      ...descriptor,
      Location: rawLocation(hour),
      Columns: Columns.filter(({ Name }) => Name !== "extra"),
    };
    await bench.glue.send(
      new CreatePartitionCommand({
        ...{ DatabaseName: DATABASE, TableName: "raw" },
        PartitionInput: { Values: [...hour.values], StorageDescriptor },
      }),
    );
    // As the function of before wrote them: unknown columns beside the others.
    const before = { extra: undefined, Channel: "web" };
    await bench.put(
      `raw/${hour.folder}before.json`,
      transaction("old", before) + transaction("both", before) + transaction("own", { ...before, Extra: 7 }),
    );
    const since =
      transaction("both", { extra: '{"Channel":"web"}' }) + transaction("new", { extra: '{"a":0.10}' });
    await bench.put(`raw/${hour.folder}since.json.gz`, gzipSync(since + transaction("none")));

    await registerHours(catalog(), TABLES.raw, { bucket: BUCKET, prefix: "raw/" }, [hour]);
    await merge(hour, "r7");

    const expected = [
      ["both", '{"Channel":"web"}'],
      ["new", '{"a":0.10}'],
      ["none", "{}"],
      ["old", null],
      // It had a column of this name of its own, which the table cannot tell from ours.
      ["own", "7"],
    ];
    expect(await bench.rows("SELECT record_id, extra FROM merged WHERE hour = 7 ORDER BY record_id")).toEqual(
      expected,
    );
    expect(
      await bench.rows(
        "SELECT record_id, max(extra) FROM raw WHERE hour = 7 GROUP BY record_id ORDER BY record_id",
      ),
    ).toEqual(expected);
    expect(
      await bench.rows(
        "SELECT json_extract_scalar(extra, '$.a') FROM merged WHERE hour = 7 AND record_id = 'new'",
      ),
    ).toEqual([["0.10"]]);

    await bench.put(`raw/${hour.folder}again.json`, transaction("new", { extra: '{"a":0.1}' }));
    await expect(merge(hour, "r8")).rejects.toThrow(/rows of one identity differ: new/);
  });

  test("Parquet of before there was extra is read, with NULL, beside Parquet that has it", async () => {
    const columns = TABLES.columns.filter((name) => name !== "extra").join(", ");
    await bench.put(`raw/${THIRD.folder}b.json`, transaction("c1", { extra: '{"a":1}' }));
    const { state } = await bench.query(
      `CREATE TABLE before WITH (format = 'PARQUET', external_location = '${runLocation(FIRST, "r1")}') AS SELECT ${columns} FROM raw WHERE hour = 3 AND record_id <> 'a2'`,
    );
    expect(state).toBe("SUCCEEDED");
    await catalog().putPartition(TABLES.parquet, {
      values: FIRST.values,
      location: runLocation(FIRST, "r1"),
      parameters: {},
    });
    await merge(THIRD, "r3");

    expect(await bench.rows("SELECT record_id, extra FROM merged ORDER BY record_id")).toEqual([
      ["a1", null],
      ["a3", null],
      ["c1", '{"a":1}'],
    ]);
  });

  test("gzip and plain objects of one hour are read alike", async () => {
    const raw = await bench.rows("SELECT record_id FROM raw WHERE hour = 3 ORDER BY record_id");
    expect(raw).toEqual([["a1"], ["a2"], ["a2"], ["a3"]]);
  });

  test("rows of one identity that differ are found in the result; a row without identity fails the merge", async () => {
    const target = { database: DATABASE, name: "tmp_third" };
    await bench.put(`raw/${THIRD.folder}b.json`, transaction("c1") + transaction("a1", { Quantity: 99 }));
    await run({ kind: "merge", hour: THIRD, target, location: runLocation(THIRD, "r3"), buckets: 1 });
    expect(await run({ kind: "identities", table: target, hours: [] })).toEqual([["1", "0", "a1"]]);
    await bench.put(`raw/${SECOND.folder}b.json`, '{"Invoice":"1"}\n');
    await expect(merge(SECOND, "r2")).rejects.toThrow(/rows of one identity differ: none/);
  });

  test("what a merge leaves out is held by its neighbours, and a neighbour that took more is found", async () => {
    await merge(FIRST, "r1");
    const target = { database: DATABASE, name: "tmp_second" };
    await run({ kind: "merge", hour: SECOND, target, location: runLocation(SECOND, "r2"), buckets: 1 });
    const cover = () => run({ kind: "cover", hour: SECOND, table: target });
    const identities = () => run({ kind: "identities", table: target, hours: [FIRST, THIRD] });

    expect(await cover()).toEqual([["2", "0", "0"]]);
    expect(await identities()).toEqual([["0", "0", ""]]);

    await bench.put(`raw/${THIRD.folder}b.json`, transaction("b1"));
    await merge(THIRD, "r3");
    expect(await identities()).toEqual([["0", "1", ""]]);
    await bench.put(`raw/${SECOND.folder}late.json`, transaction("late"));
    await merge(SECOND, "r4");
    expect(await cover()).toEqual([["3", "1", "1"]]);
  });

  test("the temporary table has the schema of the files, which can be checked and dropped", async () => {
    const target = { database: DATABASE, name: "tmp_check" };
    const location = runLocation(FIRST, "check");
    const port = queries();
    const statement: Statement = { kind: "merge", hour: FIRST, target, location, buckets: 4 };
    const id = await port.start(port.text(statement), "a-token-of-more-than-32-characters");
    await bench.ended(id);
    expect(await port.written(id)).toBe(3);
    await expect(port.start(port.text(statement), "a-token-of-more-than-32-characters")).resolves.toBe(id);
    await expect(port.state("no-such-query")).resolves.toEqual({ state: "unknown" });

    const { Table } = await bench.glue.send(
      new GetTableCommand({ DatabaseName: DATABASE, Name: target.name }),
    );

    expect(Table?.StorageDescriptor).toMatchObject({
      Location: location,
      Columns: TRANSACTION_COLUMNS.map(({ name, type }) => ({ Name: name, Type: type })),
      SerdeInfo: { SerializationLibrary: expect.stringContaining("Parquet") },
    });
    await expect(run({ kind: "merge", hour: FIRST, target, location, buckets: 1 })).rejects.toThrow(
      /TABLE_ALREADY_EXISTS/,
    );
    await bench.glue.send(new DeleteTableCommand({ DatabaseName: DATABASE, Name: target.name }));
    await expect(run({ kind: "merge", hour: FIRST, target, location, buckets: 1 })).rejects.toThrow(
      /HIVE_PATH_ALREADY_EXISTS: Target directory .* already exists/,
    );
  });

  test("the comparison names what is missing, extra, duplicated and differing", async () => {
    await merge(FIRST, "r1");
    const agreed = await run({ kind: "compare", hour: FIRST });
    await bench.query(
      `CREATE TABLE wrong WITH (format = 'PARQUET', external_location = '${runLocation(FIRST, "wrong")}') AS
       SELECT ${TABLES.columns.join(", ")} FROM raw WHERE record_id <> 'a1' AND hour <> 5`,
    );
    await catalog().putPartition(TABLES.parquet, {
      values: FIRST.values,
      location: runLocation(FIRST, "wrong"),
      parameters: {},
    });
    const wrong = await run({ kind: "compare", hour: FIRST });

    expect(agreed).toEqual([["0", "0", "0", "0", "", "", "", ""]]);
    expect(wrong).toEqual([["1", "1", "2", "0", "a1", "b1", "a2", ""]]);

    await bench.put(`raw/${FIRST.folder}c.json`, transaction("a2", { Quantity: 99 }));
    await merge(SECOND, "r2");
    expect(await run({ kind: "compare", hour: FIRST })).toEqual([
      ["1", "1", "2", "1", "a1", "b1", "a2", "a2"],
    ]);
    await catalog().deletePartitions(TABLES.parquet, [FIRST.values, THIRD.values]);
    expect(await catalog().partitionValues(TABLES.parquet)).toEqual([SECOND.values]);
  });

  test("a reader sees the run before or the run after a swap, never both and never none", async () => {
    await merge(FIRST, "r1");
    await bench.put(`raw/${FIRST.folder}late.json`, transaction("late"));
    const seen: string[] = [];
    let merging = true;
    const reader = (async () => {
      while (merging) {
        const [[count = null, distinct = null] = []] = await bench.rows(
          "SELECT count(*), count(DISTINCT record_id) FROM merged WHERE hour = 3",
        );
        seen.push(`${count}/${distinct}`);
      }
    })();
    for (const runId of ["r2", "r3", "r4", "r5"]) await merge(FIRST, runId);
    merging = false;
    await reader;

    for (const state of seen) expect(["3/3", "4/4"]).toContain(state);
    expect(await identities(FIRST)).toEqual([["a1"], ["a2"], ["a3"], ["late"]]);
    expect(seen.length).toBeGreaterThan(1);
  });

  test("a query that began before a swap reads the run that it found", async () => {
    await merge(FIRST, "r1");
    const before = bench.start("SELECT record_id FROM merged");
    const swap = merge(FIRST, "r2");

    const { rows } = await bench.ended(await before);
    await swap;

    expect(rows.slice(1)).toHaveLength(3);
  });
});

test("buckets share the rows out, one file each", async () => {
  await registerRaw(FIRST);
  const lines = Array.from({ length: 1000 }, (_, index) => transaction(`r${index}`));
  await bench.put(`raw/${FIRST.folder}a.json`, lines.join(""));

  await merge(FIRST, "r1", 4);
  const files = await bench.rows('SELECT "$path", count(*) FROM merged GROUP BY 1 ORDER BY 1');

  expect(bench.keys(`merged/${FIRST.folder}run=r1/`)).toHaveLength(4);
  expect(files).toHaveLength(4);
  for (const [, count] of files) expect(Number(count)).toBeGreaterThan(150);
});

test("Parquet columns are found by name: another order, another integer type, a column that a file lacks", async () => {
  await registerRaw(FIRST, SECOND);
  await bench.put(`raw/${FIRST.folder}a.json`, transaction("a1"));
  await merge(FIRST, "r1");
  await bench.query(
    `CREATE TABLE old WITH (external_location = '${runLocation(SECOND, "old")}') AS
     SELECT cast(7 AS bigint) AS quantity, 'b1' AS record_id, 'dropped' AS no_longer_a_column`,
  );
  const location = runLocation(SECOND, "old");
  await catalog().putPartition(TABLES.parquet, { values: SECOND.values, location, parameters: {} });

  const { rows, types } = await bench.query(
    "SELECT record_id, quantity, country, hour FROM merged ORDER BY record_id",
  );

  expect(rows.slice(1)).toEqual([
    ["a1", "6", "Belgium", "3"],
    ["b1", "7", null, "4"],
  ]);
  expect(types).toEqual(["varchar", "integer", "varchar", "integer"]);
});

test("an hour without rows makes a table without files or rows", async () => {
  await registerRaw(FIRST);

  await merge(FIRST, "r1");

  expect(await bench.rows("SELECT count(*) FROM merged")).toEqual([["0"]]);
});

test("the stack's saved queries run on the stack's tables", async () => {
  const plane = readDataPlane(await synthesized("dev"), { searchEndpoint: "http://127.0.0.1:1" });
  const own = await SqlBench.start(plane, { buckets: plane.buckets });
  try {
    for (const { sql, database, workgroup } of plane.namedQueries) {
      const { state, reason } = await own.query(sql, {
        WorkGroup: workgroup,
        QueryExecutionContext: { Database: database },
      });
      expect({ sql, state, reason }).toEqual({ sql, state: "SUCCEEDED", reason: undefined });
    }
    expect(plane.namedQueries.length).toBeGreaterThan(4);
  } finally {
    await own.close();
  }
});

describeRealRows("14,269 real rows in 100 small files of three hours", () => {
  test("sums by country are the CSV's before and after the merge", async () => {
    await registerRaw(FIRST, SECOND, THIRD);
    const rows = readRealRows();
    const perFile = Math.ceil(rows.length / 100);
    for (let file = 0; file * perFile < rows.length; file++) {
      const hour = [FIRST, SECOND, THIRD][file % 3] ?? FIRST;
      const lines = rows.slice(file * perFile, (file + 1) * perFile).map((row, index) =>
        transaction(`r${String(file * perFile + index).padStart(6, "0")}`, {
          ...row,
          Quantity: Number(row["Quantity"]),
          Price: Number(row["Price"]),
        }),
      );
      await bench.put(`raw/${hour.folder}${file}.json`, lines.join(""));
    }
    const byCountry = async (name: string) => {
      const sums = await bench.rows(
        `SELECT country, count(*), sum(quantity), round(sum(quantity * price), 2) FROM ${name} GROUP BY country`,
      );
      return Object.fromEntries(
        sums.map(([country, count, quantity, revenue]) => [
          country,
          { rows: Number(count), quantity: Number(quantity), revenue: Number(revenue) },
        ]),
      );
    };
    const raw = await byCountry("raw");
    for (const hour of [FIRST, SECOND, THIRD]) await merge(hour, `run${hour.values[3]}`);
    const merged = await byCountry("merged");

    expect(raw).toEqual(realSums());
    expect(merged).toEqual(realSums());
  });
});
