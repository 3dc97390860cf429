import { gzipSync } from "node:zlib";
import { GetQueryResultsCommand } from "@aws-sdk/client-athena";
import type { ColumnModel } from "../../../../local/plan/data-plane";
import { DECIMAL_FAILURES, DECIMALS, KINDS_ROW } from "../../../support/sql-decimals";
import { SqlBench, sqlPlane, table } from "../../support/sql";

const COLUMNS: readonly ColumnModel[] = [
  { name: "id", type: "string" },
  { name: "small", type: "int" },
  { name: "big", type: "bigint" },
  { name: "ratio", type: "double" },
  { name: "price", type: "decimal(12,4)" },
  { name: "long_price", type: "decimal(18,6)" },
  { name: "flag", type: "boolean" },
  { name: "at", type: "timestamp" },
];

/** A line, and what the tables answer: all digits of each number. */
const ROWS: readonly (readonly [line: string, cells: readonly (string | null)[]])[] = [
  [
    '{"id":"a","small":1,"big":9007199254740993,"ratio":0.1,"price":2.95,"long_price":123456789012.345678,"flag":true,"at":"2026-11-28 10:00:00.123"}',
    ["a", "1", "9007199254740993", "0.1", "2.9500", "123456789012.345678", "true", "2026-11-28 10:00:00.123"],
  ],
  [
    '{"id":"b","small":-1,"big":-9223372036854775808,"ratio":1e300,"price":99999999.9999,"long_price":-999999999999.999999,"flag":false,"at":"2026-11-28 10:00:00"}',
    [
      ...["b", "-1", "-9223372036854775808", "1.0E300", "99999999.9999", "-999999999999.999999", "false"],
      "2026-11-28 10:00:00.000",
    ],
  ],
  [
    '{"id":"\\"long_price\\": 5.5, \\\\","small":2,"big":9223372036854775807,"price":-0.0001,"long_price":5e-6,"flag":null,"extra":{"long_price":7.25}}',
    ['"long_price": 5.5, \\', "2", "9223372036854775807", null, "-0.0001", "0.000005", null, null],
  ],
];
const LINES = ROWS.map(([line]) => `${line}\n`).join("");
const CELLS = ROWS.map(([, cells]) => cells);

let bench: SqlBench;

beforeAll(async () => {
  bench = await SqlBench.start(sqlPlane([table("plain", COLUMNS), table("packed", COLUMNS)]));
  await bench.put("plain/one.json", LINES);
  await bench.put("packed/one.json.gz", gzipSync(LINES));
});

afterAll(() => bench.close());

const ALL = COLUMNS.map(({ name }) => name).join(", ");

test.each(["plain", "packed"])("%s JSON lines give every digit", async (name) => {
  expect(await bench.rows(`SELECT ${ALL} FROM ${name} ORDER BY big = 9007199254740993 DESC, big`)).toEqual(
    CELLS,
  );
});

test("a CTAS keeps types and digits, and its result file spells them as Athena does", async () => {
  await bench.query(
    `CREATE TABLE merged WITH (format = 'PARQUET', external_location = 's3://lake/merged/') AS SELECT * FROM packed`,
  );

  const { execution, rows } = await bench.query(`SELECT ${ALL} FROM merged ORDER BY small DESC`);

  const [first, second, third] = CELLS;
  expect(rows.slice(1)).toEqual([third, first, second]);
  const csv = await bench.get(execution.ResultConfiguration?.OutputLocation ?? "");
  expect(csv.split("\n")[2]).toBe((first ?? []).map((cell) => `"${cell}"`).join(","));
  const { rows: described } = await bench.query("DESCRIBE merged");
  expect(described).toEqual(
    COLUMNS.map(({ name, type }) => [[name, type, ""].map((cell) => cell.padEnd(20)).join("\t")]),
  );
});

test("the answer names type, precision and scale of each kind", async () => {
  const id = await bench.start(`SELECT ${ALL} FROM plain`);
  await bench.ended(id);

  const { ResultSet } = await bench.athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }));

  const infos = ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
  expect(infos.map(({ Type, Precision, Scale }) => [Type, Precision, Scale])).toEqual([
    ["varchar", 2_147_483_647, 0],
    ["integer", 10, 0],
    ["bigint", 19, 0],
    ["double", 17, 0],
    ["decimal", 12, 4],
    ["decimal", 18, 6],
    ["boolean", 0, 0],
    ["timestamp", 3, 0],
  ]);
});

test.each(DECIMALS)("%s is a %s", async (sql, type, value) => {
  const id = await bench.start(`SELECT ${sql} FROM ${KINDS_ROW}`);
  const { state, reason, rows } = await bench.ended(id);

  expect([state, reason]).toEqual(["SUCCEEDED", undefined]);
  const { ResultSet } = await bench.athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
  const [info] = ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
  const decimal = info?.Type === "decimal" ? `(${info.Precision},${info.Scale})` : "";
  expect([`${info?.Type}${decimal}`, rows[1]?.[0]]).toEqual([type, value]);
});

test.each(DECIMAL_FAILURES)("%s fails", async (sql, expected) => {
  const { state, reason } = await bench.query(`SELECT ${sql} FROM ${KINDS_ROW}`);

  expect(state).toBe("FAILED");
  expect(reason).toMatch(expected);
});

test("sums of money are exact, and of columns of a table", async () => {
  expect(await bench.rows("SELECT sum(small * price), avg(long_price) FROM plain")).toEqual([
    ["-99999997.0501", "-292181070329.218105"],
  ]);
  expect(
    await bench.rows("SELECT small, avg(price) OVER (ORDER BY small) FROM plain ORDER BY small LIMIT 2"),
  ).toEqual([
    ["-1", "99999999.9999"],
    ["1", "50000001.4750"],
  ]);
});

test("arithmetic of decimals may have many steps", async () => {
  const many = `(price${" + 1".repeat(20)})${" / 2".repeat(8)}`;

  expect(await bench.rows(`SELECT ${many} FROM plain WHERE small = 1`)).toEqual([["0.0897"]]);
});

test.each([
  ["plain/x.json", "short", '{"short":1.25}', "1.2500"],
  ["plain/x.json", "short", '{"short":"1.25"}', "1.2500"],
  ["plain/x.json", "short", '{"short":1.00005}', /^HIVE_BAD_DATA: 1.00005 is no decimal\(12,4\)/],
  ["plain/x.json", "short", '{"short":100000000}', /^HIVE_BAD_DATA: 1(e8|0{8}(.0)?) is no decimal\(12,4\)/],
  ["plain/x.json", "long", '{"long":123456789012.3456789}', /^HIVE_BAD_DATA: 123456789012.3456789 is no/],
  ["plain/x.json", "long", '{"long":1234567890123}', /^HIVE_BAD_DATA: 1234567890123 is no decimal\(18,6\)/],
  ["plain/x.json", "long", '{"long":"abc"}', /^HIVE_BAD_DATA/],
  ["plain/x.json", "big", '{"big":9223372036854775808}', /^HIVE_BAD_DATA/],
])("%s of column %s: %s", async (_, column, line, expected) => {
  const types: Record<string, string> = { short: "decimal(12,4)", long: "decimal(18,6)", big: "bigint" };
  const odd = await SqlBench.start(sqlPlane([table("odd", [{ name: column, type: types[column] ?? "" }])]));
  await odd.put("odd/x.json", `${line}\n`);

  const { reason, rows } = await odd.query(`SELECT ${column} FROM odd`);

  await odd.close();
  if (typeof expected === "string") expect(rows[1]).toEqual([expected]);
  else expect(reason).toMatch(expected);
});

test("types are known through subqueries, joins and common tables", async () => {
  const sql = `
    WITH s(n, p, r) AS (SELECT small, price, long_price AS x FROM plain), t AS (SELECT s.*, p / n AS each FROM s)
    SELECT sum(u.n * u.each), avg(u.each), avg(v.q), round(max(u.p), 1), (SELECT max(p) / 3 FROM t)
    FROM t AS u JOIN (SELECT n, max(r) / 7 AS q FROM s GROUP BY n UNION ALL SELECT 9, 0.5) AS v ON u.n = v.n
    WHERE u.n > 0 AND EXISTS (SELECT 1 FROM plain WHERE plain.price / 2 < u.p)`;

  const { rows, reason } = await bench.query(sql);

  // Of the one row that is left: 123456789012.345678 / 7; and 99999999.9999 / 3.
  expect([reason, rows[1]]).toEqual([
    undefined,
    ["2.9500", "2.9500", "17636684144.620811", "3.0000", "33333333.3333"],
  ]);
});

test("a decimal is not read from a Parquet file of doubles", async () => {
  const files = await SqlBench.start(
    sqlPlane([table("old", [{ name: "price", type: "decimal(12,4)" }], { format: "parquet" })]),
  );
  await files.query(
    "CREATE TABLE made WITH (external_location = 's3://lake/old/') AS SELECT 2.95e0 AS price, 'a' AS id",
  );

  const { reason } = await files.query("SELECT price FROM old");
  const count = await files.rows("SELECT count(*) FROM old");

  await files.close();
  expect(reason).toMatch(
    /^HIVE_BAD_DATA: Field price's type DOUBLE in a Parquet file is incompatible with type decimal\(12,4\)/,
  );
  expect(count).toEqual([["1"]]);
});
