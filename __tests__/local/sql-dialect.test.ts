import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { type Translation, translate } from "../../local/sql/athena-sql";
import { duckDbEngine } from "../../local/sql/duckdb-engine";
import { QueryFailure } from "../../local/sql/errors";
import { loadParser } from "../../local/sql/sql-parser";
import { SqlBench, sqlPlane, TRANSACTION_COLUMNS, table, transaction } from "./support/sql";

const SALES = table("sales", TRANSACTION_COLUMNS);
let bench: SqlBench;

beforeAll(async () => {
  bench = await SqlBench.start(sqlPlane([SALES, table("nothing", TRANSACTION_COLUMNS)]));
  const lines = [
    transaction("r1", { Quantity: 1, Country: "France", Customer_ID: null }),
    transaction("r2", { Quantity: 2, Country: "Belgium", Description: 'a "quoted", one' }),
    transaction("r3", { Quantity: 3, Country: "France", Customer_ID: "" }),
  ];
  await bench.put("sales/one.json", lines.join(""));
});

afterAll(() => bench.close());

/** Values as Trino's documentation gives them, or as FACTS of the engines say that Trino answered. */
const EXPRESSIONS: readonly (readonly [string, string | null])[] = [
  ["7/2", "3"],
  ["-7/2", "-3"],
  ["7/2e0", "3.5"],
  ["7 % 3", "1"],
  ["mod(-7, 3)", "-1"],
  ["1 + 2 * 3", "7"],
  ["1.5", "1.5"],
  ["2.95e0", "2.95"],
  ["100e0", "100.0"],
  ["12345678e0", "1.2345678E7"],
  ["1e-4", "1.0E-4"],
  ["cast(0.1 as real)", "0.1"],
  ["cast('1.20' as decimal(5,2))", "1.20"],
  ["true", "true"],
  ["NULL", null],
  ["date '2020-02-29'", "2020-02-29"],
  ["timestamp '2020-01-01 10:00:00'", "2020-01-01 10:00:00.000"],
  ["timestamp '1969-12-31 23:59:59.9995'", "1969-12-31 23:59:59.999"],
  ["ARRAY[1, NULL, 3]", "[1, null, 3]"],
  ["'it''s'", "it's"],
  ["'a\\nb'", "a\\nb"],
  ["cast(2.5e0 as integer)", "3"],
  ["cast(-2.5e0 as integer)", "-3"],
  ["cast('12' as integer)", "12"],
  ["try_cast('1.5' as integer)", null],
  ["try_cast('x' as double)", null],
  ["cast(true as varchar)", "true"],
  ["cast(timestamp '2020-01-01 00:00:00.12' as varchar)", "2020-01-01 00:00:00.120"],
  ["cast(timestamp '2020-01-01 00:00:00' as varchar)", "2020-01-01 00:00:00.000"],
  ["cast('abcdef' as varchar(3))", "abc"],
  ["greatest(1, NULL)", null],
  ["least(3, 2)", "2"],
  ["concat('a', 'b', 'c')", "abc"],
  ["concat('a', NULL)", null],
  ["'a' || NULL", null],
  ["concat_ws(',', 'a', NULL, 'b')", "a,b"],
  ["substr('abc', 0)", ""],
  ["substr('abc', -2)", "bc"],
  ["substr('abc', 2, 1)", "b"],
  ["substring('abc' FROM 2)", "bc"],
  ["split_part('a-b', '-', 2)", "b"],
  ["split_part('a-b', '-', 3)", null],
  ["split('a,b', ',')", "[a, b]"],
  ["trim('\t a ')", "a"],
  ["upper('é')", "É"],
  ["strpos('abc', 'c')", "3"],
  ["replace('aab', 'a')", "b"],
  ["lpad('7', 3, '0')", "007"],
  ["regexp_like('ab12', '\\d+')", "true"],
  ["regexp_extract('ab12', '\\d+')", "12"],
  ["regexp_extract('ab', '\\d+')", null],
  ["regexp_replace('a1b2', '\\d', '-')", "a-b-"],
  ["'a_b' LIKE 'a!_b' ESCAPE '!'", "true"],
  ["json_extract_scalar('{\"a\":{\"b\":1}}', '$.a.b')", "1"],
  ["json_extract_scalar('{\"a\":{\"b\":1}}', '$.a')", null],
  ["extract(dow FROM date '2026-11-22')", "7"],
  ["day_of_week(date '2026-11-23')", "1"],
  ["week(date '2021-01-03')", "53"],
  ["year_of_week(date '2021-01-03')", "2020"],
  ["millisecond(timestamp '2020-01-01 00:00:01.25')", "250"],
  ["date_diff('hour', timestamp '2020-01-01 00:59:00', timestamp '2020-01-01 02:00:00')", "1"],
  ["date_diff('day', date '2020-02-28', date '2020-03-01')", "2"],
  ["date_add('day', -1, timestamp '2020-03-01 00:00:00')", "2020-02-29 00:00:00.000"],
  ["date_add('month', 1, date '2020-01-31')", "2020-02-29"],
  ["date '2020-01-31' + interval '1' month", "2020-02-29"],
  ["timestamp '2020-01-01 00:00:00' - interval '1' hour", "2019-12-31 23:00:00.000"],
  ["date_trunc('month', date '2020-02-15')", "2020-02-01"],
  ["date_trunc('hour', timestamp '2020-02-15 10:11:12')", "2020-02-15 10:00:00.000"],
  ["date_format(timestamp '2020-01-02 03:04:05', '%d/%m/%y %H:%i:%s %W')", "02/01/20 03:04:05 Thursday"],
  ["date_parse('2020-01-02', '%Y-%m-%d')", "2020-01-02 00:00:00.000"],
  ["last_day_of_month(date '2020-02-03')", "2020-02-29"],
  ["to_unixtime(timestamp '2020-01-01 00:00:00')", "1.5778368E9"],
  ["from_unixtime(0)", "1970-01-01 00:00:00.000 UTC"],
  ["from_iso8601_timestamp('2020-01-01T01:00:00+01:00')", "2020-01-01 00:00:00.000 UTC"],
  ["to_hex(md5(to_utf8('a')))", "0CC175B9C0F1B6A831C399E269772661"],
  ["ceil(-2.5e0)", "-2.0"],
  ["round(-2.5e0)", "-3.0"],
  ["round(2.345e0, 2)", "2.35"],
  ["truncate(-2.7e0)", "-2.0"],
  ["power(2, 3)", "8.0"],
  ["element_at(ARRAY[1, 2], 5)", null],
  ["cardinality(ARRAY[1, 2])", "2"],
  ["contains(ARRAY[1, 2], 2)", "true"],
  ["contains(ARRAY[1, NULL], 2)", null],
  ["contains(ARRAY[1, 3], 2)", "false"],
  ["array_join(ARRAY[1, NULL, 2], '-')", "1-2"],
  ["day_of_year(date '2020-02-01')", "32"],
  ["extract(doy FROM date '2020-02-01')", "32"],
  ["quarter(date '2020-04-01')", "2"],
  ["codepoint('a')", "97"],
  ["log(2, 8)", "3.0"],
  ["round(25, -1)", "30"],
  ["if(1 > 2, 'a')", null],
  ["nullif(1, 1)", null],
  ["CASE WHEN NULL THEN 1 ELSE 2 END", "2"],
  ["1 IS DISTINCT FROM NULL", "true"],
];

test("expressions have Trino's values, in Athena's spelling", async () => {
  const select = EXPRESSIONS.map(([sql]) => sql).join(",\n");

  const [values] = await bench.rows(`SELECT ${select}`);

  const answered = EXPRESSIONS.map(([sql], index) => [sql, values?.[index]]);
  expect(answered).toEqual(EXPRESSIONS.map(([sql, value]) => [sql, value]));
});

/** Queries over the three sales. */
const QUERIES: readonly (readonly [string, readonly (readonly (string | null)[])[]])[] = [
  ["SELECT sum(quantity) / 4, avg(quantity) / 4, count(*) / 2 FROM sales", [["1", "0.5", "1"]]],
  ["SELECT Quantity FROM Sales S WHERE s.QUANTITY BETWEEN 2 AND 3 ORDER BY 1 DESC", [["3"], ["2"]]],
  ["SELECT mydatabase.sales.record_id FROM mydatabase.sales WHERE mydatabase.sales.quantity = 1", [["r1"]]],
  ['SELECT count(*) FROM "AwsDataCatalog"."mydatabase"."sales"', [["3"]]],
  ["SELECT count(*), sum(quantity), max(invoicedate) FROM nothing", [["0", null, null]]],
  ['SELECT DISTINCT "$path" FROM sales', [["s3://lake/sales/one.json"]]],
  ["SELECT record_id FROM sales ORDER BY record_id OFFSET 1 LIMIT 1", [["r2"]]],
  ["SELECT customer_id FROM sales ORDER BY customer_id", [[""], ["12417"], [null]]],
  ["SELECT customer_id FROM sales ORDER BY customer_id DESC", [["12417"], [""], [null]]],
  [
    "SELECT coalesce(country, '') AS country, count(*) AS n FROM sales GROUP BY country ORDER BY n DESC",
    [
      ["France", "2"],
      ["Belgium", "1"],
    ],
  ],
  ["SELECT country AS c FROM sales GROUP BY 1 ORDER BY upper(c)", [["Belgium"], ["France"]]],
  [
    "SELECT country, quantity, count(*) FROM sales WHERE country = 'Belgium' GROUP BY ROLLUP(country, quantity) ORDER BY 1, 2",
    [
      ["Belgium", "2", "1"],
      ["Belgium", null, "1"],
      [null, null, "1"],
    ],
  ],
  [
    "SELECT count(DISTINCT country), approx_distinct(country), count_if(quantity > 1), count(*) FILTER (WHERE quantity = 1) FROM sales",
    [["2", "2", "2", "1"]],
  ],
  [
    "SELECT approx_percentile(quantity, 0.5), max_by(record_id, quantity), min_by(record_id, quantity), array_agg(quantity ORDER BY quantity DESC) FROM sales",
    [["2", "r3", "r1", "[3, 2, 1]"]],
  ],
  [
    "SELECT record_id, row_number() OVER (PARTITION BY country ORDER BY quantity), sum(quantity) OVER (ORDER BY quantity ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), lag(quantity) OVER (ORDER BY quantity) FROM sales ORDER BY 1",
    [
      ["r1", "1", "1", null],
      ["r2", "1", "3", "1"],
      ["r3", "2", "5", "2"],
    ],
  ],
  [
    "WITH a AS (SELECT quantity FROM sales), b AS (SELECT max(quantity) AS q FROM a) SELECT q FROM b",
    [["3"]],
  ],
  [
    "WITH sales AS (SELECT 1 AS x) SELECT (SELECT x FROM sales), count(*) FROM mydatabase.sales",
    [["1", "3"]],
  ],
  ["SELECT quantity FROM sales UNION SELECT 9 ORDER BY 1 DESC LIMIT 2", [["9"], ["3"]]],
  ["SELECT quantity FROM sales EXCEPT SELECT 1 INTERSECT SELECT 1", [["2"], ["3"]]],
  [
    "SELECT a.record_id FROM sales a LEFT JOIN sales b ON a.quantity + 1 = b.quantity WHERE b.record_id IS NULL",
    [["r3"]],
  ],
  [
    "SELECT record_id FROM sales AS s WHERE NOT EXISTS (SELECT 1 FROM sales AS o WHERE o.quantity > s.quantity)",
    [["r3"]],
  ],
  ["SELECT n FROM UNNEST(sequence(1, 3)) AS t(n) WHERE n <> 2 ORDER BY n", [["1"], ["3"]]],
  ["SELECT x FROM (VALUES (1, 'a'), (2, 'b')) AS v(x, y) WHERE y IN ('b', 'c')", [["2"]]],
  ["SELECT record_id FROM sales WHERE quantity = ANY (SELECT max(quantity) FROM sales)", [["r3"]]],
  ["SELECT description FROM sales WHERE record_id = 'r2'", [['a "quoted", one']]],
];

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

/** What fails on Athena must fail here, and what would be answered differently must be refused. */
const FAILURES: readonly (readonly [string, RegExp])[] = [
  ["SELECT 1/0", /^DIVISION_BY_ZERO: Division by zero$/],
  ["SELECT quantity % 0 FROM sales", /^DIVISION_BY_ZERO/],
  ["SELECT price / 0 FROM sales", /^NOT_SUPPORTED: .*double by zero/],
  ["SELECT 10 / 4.0", /^NOT_SUPPORTED: .*division of decimals/],
  ["SELECT avg(1.5)", /^NOT_SUPPORTED: .*average of decimals/],
  ["SELECT '5' = 5", /^TYPE_MISMATCH/],
  ["SELECT * FROM sales WHERE quantity = '2'", /^TYPE_MISMATCH: Cannot apply operator: integer and varchar/],
  ["SELECT * FROM sales WHERE invoice > 5", /^TYPE_MISMATCH/],
  ["SELECT * FROM sales WHERE invoicedate >= '2009-12-01'", /^TYPE_MISMATCH/],
  ["SELECT * FROM sales WHERE quantity IN ('1', '2')", /^TYPE_MISMATCH/],
  ["SELECT 'a' || quantity FROM sales", /^TYPE_MISMATCH/],
  ["SELECT cast('1.5' AS integer)", /^INVALID_CAST_ARGUMENT/],
  ["SELECT cast(price AS varchar) FROM sales", /^NOT_SUPPORTED: .*CAST of double to varchar/],
  ["SELECT (ARRAY[1])[2]", /^INVALID_FUNCTION_ARGUMENT/],
  ["SELECT nope FROM sales", /^COLUMN_NOT_FOUND: Column 'nope' cannot be resolved/],
  ["SELECT quantity + 1 AS q FROM sales WHERE q > 1", /^COLUMN_NOT_FOUND: Column 'q'/],
  ["SELECT quantity + 1 AS q, count(*) FROM sales GROUP BY q", /^COLUMN_NOT_FOUND: Column 'q'/],
  ["SELECT quantity + 1 AS q, q + 1 FROM sales", /^COLUMN_NOT_FOUND: Column 'q'/],
  ["SELECT country, quantity FROM sales GROUP BY country", /^EXPRESSION_NOT_AGGREGATE: 'quantity'/],
  [
    "SELECT * FROM nope",
    /^TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.mydatabase.nope' does not exist$/,
  ],
  ["SELECT * FROM nowhere.sales", /^SCHEMA_NOT_FOUND: line 1:15: Schema 'nowhere' does not exist$/],
  ["SELECT * FROM other.mydatabase.sales", /^CATALOG_NOT_FOUND: line 1:15: Catalog 'other' not found$/],
  ["SELECT date '2020-01-02' - date '2020-01-01'", /^NOT_SUPPORTED: .*date_diff/],
  ["SELECT current_date + 1", /^NOT_SUPPORTED: .*date_add/],
  ["SELECT round(2.345, 2)", /^NOT_SUPPORTED: .*round of decimals/],
  ["SELECT concat_ws(',', ARRAY['a'])", /^TYPE_MISMATCH/],
  ["SELECT regexp_replace('ab', '(a)', '$1$1')", /^NOT_SUPPORTED: .*groups/],
  ["SELECT bar(1)", /^NOT_SUPPORTED: .*the function bar$/],
  ["SELECT ceil(quantity) FROM sales", /^NOT_SUPPORTED: .*whole numbers/],
  ["SELECT transform(ARRAY[1], x -> x + 1)", /^NOT_SUPPORTED/],
  ["SELECT try(1 / 0)", /^NOT_SUPPORTED: .*the function try/],
  ["SELECT quantity::varchar FROM sales", /^NOT_SUPPORTED/],
  ["SELECT * EXCLUDE (quantity) FROM sales", /^NOT_SUPPORTED/],
  ["SELECT * FROM sales TABLESAMPLE BERNOULLI (50)", /^NOT_SUPPORTED/],
  ["SELECT count(DISTINCT quantity, country) FROM sales", /^NOT_SUPPORTED/],
  ['SELECT *, "$path" FROM sales', /^NOT_SUPPORTED: .*name the columns/],
  ["SELECT date_format(now(), '%U')", /^NOT_SUPPORTED: .*%U in a date format/],
  ["SELECT DECIMAL '1.20'", /^NOT_SUPPORTED: .*write DECIMAL\(precision, scale\)/],
];

test.each(FAILURES)("%s fails", async (sql, reason) => {
  const { state, reason: given } = await bench.query(sql);

  expect(state).toBe("FAILED");
  expect(given).toMatch(reason);
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
    "SELECT * FROM information_schema.tables",
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
    expect(reason).toMatch(/lacks|does not exist|Expected|Expecting|Unexpected/);
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
      tables: { hasDatabase: () => true, open: () => ({ table: partitioned, fragments }) },
    });
  }

  const needed = (sql: string) =>
    translated(sql).relations.map(({ fragments }) => fragments.map(({ values }) => values.hour));

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
  const context = { tables: { hasDatabase: () => true, open: () => undefined } };

  expect(() => translate("SELECT * FROM t", context)).toThrow(QueryFailure);
  expect(() => translate("SELECT * FROM t", context)).toThrow(/MISSING_SCHEMA_NAME/);
});
