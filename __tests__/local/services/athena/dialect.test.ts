import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { duckDbEngine } from "../../../../local/services/athena/duckdb/duckdb-engine";
import { type Translation, translate } from "../../../../local/services/athena/sql/athena-sql";
import { loadParser } from "../../../../local/services/athena/sql/sql-parser";
import { QueryFailure } from "../../../../local/services/protocol/errors";
import { EXPRESSIONS, FAILURES, NOT_TRINO, QUERIES, SALES_LINES } from "../../../support/sql-dialect";
import { SqlBench, sqlPlane, TRANSACTION_COLUMNS, table } from "../../support/sql";

const SALES = table("sales", TRANSACTION_COLUMNS);
let bench: SqlBench;

beforeAll(async () => {
  bench = await SqlBench.start(sqlPlane([SALES, table("nothing", TRANSACTION_COLUMNS)]));
  await bench.put("sales/one.json", SALES_LINES.join(""));
});

afterAll(() => bench.close());

test("expressions have Trino's values, in Athena's spelling", async () => {
  const select = EXPRESSIONS.map(([sql]) => sql).join(",\n");

  const [values] = await bench.rows(`SELECT ${select}`);

  const answered = EXPRESSIONS.map(([sql], index) => [sql, values?.[index]]);
  expect(answered).toEqual(EXPRESSIONS.map(([sql, value]) => [sql, value]));
});

test.each(QUERIES)("%s", async (sql, rows) => {
  const answered = await bench.rows(sql);

  expect(/ORDER BY[^)]*$/.test(sql) ? answered : [...answered].sort()).toEqual(rows);
});

test("columns without a name are called by their place, as in Athena", async () => {
  const { rows, types } = await bench.query(
    "SELECT 1, quantity AS q, count(*), quantity FROM sales GROUP BY quantity LIMIT 1",
  );

  expect(rows[0]).toEqual(["_col0", "q", "_col2", "quantity"]);
  expect(types).toEqual(["integer", "integer", "bigint", "integer"]);
});

test.each(FAILURES)("%s fails", async (sql, reason) => {
  const { state, reason: given } = await bench.query(sql);

  expect(state).toBe("FAILED");
  expect(given).toMatch(reason);
});

test.each(NOT_TRINO)("%s is refused, as Trino refuses it", async (sql) => {
  const refused = await bench
    .query(sql)
    .catch((error: Error) => ({ state: error.name, reason: error.message, rows: [] }));

  expect(["FAILED", "InvalidRequestException"]).toContain(refused.state);
  expect(refused.reason).not.toMatch(/Parser Error|Binder Error|syntax error|^GENERIC_INTERNAL_ERROR/);
});

describe("the machine's files", () => {
  /** Each would read or write a file, or the engine's settings, if it reached DuckDB as it is. */
  const ESCAPES = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    'SELECT * FROM "/etc/passwd"',
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT * FROM sales, LATERAL read_text('/etc/passwd')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM sqlite_master",
    "SELECT current_setting('memory_limit')",
    "SELECT getenv('HOME')",
    "SELECT query('SELECT 1')",
    "SELECT * FROM query('SELECT 1')",
    "COPY (SELECT 1) TO '/tmp/retail-bi-escape.csv'",
    "ATTACH '/tmp/retail-bi-escape.db'",
    "PRAGMA database_list",
    "SET enable_external_access = true",
    "INSTALL httpfs",
    "EXPORT DATABASE '/tmp/retail-bi-escape'",
    "CALL pragma_version()",
    "SUMMARIZE sales",
    "FROM sales",
  ];

  test.each(ESCAPES)("%s is not run", async (sql) => {
    const { state, reason } = await bench
      .query(sql)
      .catch((error: Error) => ({ state: error.name, reason: error.message }));

    expect(["FAILED", "InvalidRequestException"]).toContain(state);
    expect(reason).toMatch(/lacks|does not exist|mismatched input/);
  });

  test("are out of reach for DuckDB itself, were one of them to get through", async () => {
    const created: DuckDBInstance[] = [];
    const create = DuckDBInstance.create.bind(DuckDBInstance);
    const spy = jest.spyOn(DuckDBInstance, "create").mockImplementation(async (...args) => {
      const instance = await create(...args);
      created.push(instance);
      return instance;
    });
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-sql-"));
    const [objects, scratch] = [join(folder, "objects"), join(folder, "scratch")];
    writeFileSync(join(folder, "secret.txt"), "secret");
    const engine = await duckDbEngine({
      objectDirectory: objects,
      scratchDirectory: scratch,
      put: async () => {},
    });
    const connection = await created[0]?.connect();

    const attempts = [
      "SELECT * FROM read_text('/etc/passwd')",
      `SELECT * FROM read_text('${folder}/secret.txt')`,
      `SELECT * FROM read_text('${objects}/../secret.txt')`,
      `COPY (SELECT 1) TO '${folder}/written.csv'`,
      `ATTACH '${folder}/attached.db'`,
      "SET enable_external_access = true",
      "SET allowed_directories = ['/']",
      "SET lock_configuration = false",
    ];
    const outcomes = await Promise.all(
      attempts.map((sql) =>
        connection?.run(sql).then(
          () => "done",
          (error: Error) => error.message,
        ),
      ),
    );
    engine.close();
    spy.mockRestore();
    rmSync(folder, { recursive: true });

    for (const outcome of outcomes)
      expect(outcome).toMatch(/disabled by configuration|configuration has been locked/);
    expect(outcomes).toHaveLength(attempts.length);
  });
});

describe("partitions that a query needs", () => {
  const hours = Array.from({ length: 24 }, (_, hour) => hour);

  beforeAll(loadParser);

  function translated(sql: string): Translation {
    const partitioned = {
      ...SALES,
      columns: [...SALES.columns, { name: "x", type: "int" }],
      partitionKeys: [{ name: "hour", type: "int" }],
      parameters: {},
      createdAt: 0,
    };
    const fragments = hours.map((hour) => ({
      values: { hour },
      location: `s3://lake/${hour}/`,
      files: () => [],
    }));
    return translate(sql, {
      database: "mydatabase",
      tables: {
        hasDatabase: () => true,
        open: () => ({ table: partitioned, fragments }),
        databaseNames: () => [],
        tablesOf: () => [],
      },
    });
  }

  const needed = (sql: string) =>
    translated(sql).relations.map((relation) =>
      "fragments" in relation ? relation.fragments.map(({ values }) => values["hour"]) : [],
    );

  test.each([
    ["SELECT 1 FROM t", hours],
    ["SELECT 1 FROM t WHERE hour = 3", [3]],
    ["SELECT 1 FROM t WHERE hour = 3 AND quantity > 5", [3]],
    ["SELECT 1 FROM t WHERE hour = 3 OR quantity > 5", hours],
    ["SELECT 1 FROM t WHERE hour IN (3, 4) AND NOT hour = 4", [3]],
    ["SELECT 1 FROM t WHERE (hour BETWEEN 2 AND 3 OR hour > 22) AND hour <> 2", [3, 23]],
    ["SELECT 1 FROM t WHERE hour = NULL", []],
    ["SELECT 1 FROM t WHERE hour = quantity", hours],
    ["SELECT 1 FROM t WHERE hour + 1 = 3", hours],
    ["SELECT 1 FROM t AS a WHERE a.hour = 3", [3]],
  ])("%s", (sql, expected) => {
    expect(needed(sql)).toEqual([expected]);
  });

  test("are found for each table of a query by itself", () => {
    const sql = `SELECT 1 FROM t AS a JOIN t AS b ON a.x = b.x WHERE a.hour = 1 AND b.hour = 2
      AND NOT EXISTS (SELECT 1 FROM t WHERE hour = 3 AND x = a.x) AND hour = 9`;

    expect(needed(sql)).toEqual([[1], [2], [3]]);
  });

  test("law: a partition is left out only if no row of it can be in the answer", () => {
    type Condition = { sql: string; holds: (hour: number, x: number) => boolean };
    const leaf: fc.Arbitrary<Condition> = fc.oneof(
      fc
        .integer({ min: 0, max: 23 })
        .map((n) => ({ sql: `hour = ${n}`, holds: (hour: number) => hour === n })),
      fc.integer({ min: 0, max: 23 }).map((n) => ({ sql: `hour < ${n}`, holds: (hour: number) => hour < n })),
      fc
        .integer({ min: 0, max: 3 })
        .map((n) => ({ sql: `x = ${n}`, holds: (_: number, x: number) => x === n })),
    );
    const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
      condition: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.tuple(tie("condition"), tie("condition")).map(([a, b]) => ({
          sql: `(${a.sql} AND ${b.sql})`,
          holds: (hour: number, x: number) => a.holds(hour, x) && b.holds(hour, x),
        })),
        fc.tuple(tie("condition"), tie("condition")).map(([a, b]) => ({
          sql: `(${a.sql} OR ${b.sql})`,
          holds: (hour: number, x: number) => a.holds(hour, x) || b.holds(hour, x),
        })),
        tie("condition").map((a) => ({
          sql: `(NOT ${a.sql})`,
          holds: (hour: number, x: number) => !a.holds(hour, x),
        })),
      ),
    }));

    fc.assert(
      fc.property(condition, ({ sql, holds }) => {
        const [kept = []] = needed(`SELECT 1 FROM t WHERE ${sql}`);
        const possible = hours.filter((hour) => [0, 1, 2, 3, 4].some((x) => holds(hour, x)));
        return possible.every((hour) => kept.includes(hour));
      }),
      { numRuns: 200 },
    );
  });
});

test("a query that cannot be translated is a failure of the query", () => {
  const tables = {
    hasDatabase: () => true,
    open: () => undefined,
    databaseNames: () => [],
    tablesOf: () => [],
  };
  const context = { tables };

  expect(() => translate("SELECT * FROM t", context)).toThrow(QueryFailure);
  expect(() => translate("SELECT * FROM t", context)).toThrow(/MISSING_SCHEMA_NAME/);
});
