import { SqlConsole, type SqlConsoleOptions } from "../../../local/page/console";
import { DATABASE, SqlBench, sqlPlane, TRANSACTION_COLUMNS, table } from "../support/sql";

const NEVER = new AbortController().signal;
/** Long enough to be stopped: a thousand million rows are multiplied out. */
const SLOW = `SELECT count(*) FROM ${Array.from({ length: 9 }, (_, at) => `lines AS t${at}`).join(", ")}`;

let bench: SqlBench;

beforeAll(async () => {
  bench = await SqlBench.start(sqlPlane([table("lines", TRANSACTION_COLUMNS)]));
  const lines = Array.from({ length: 12 }, (_, at) =>
    JSON.stringify({ Invoice: "1", StockCode: "a", Quantity: at, Country: at === 3 ? null : "France" }),
  );
  await bench.put("lines/a", `${lines.join("\n")}\n`);
});

afterAll(() => bench.close());

function sqlConsole(more: Partial<SqlConsoleOptions> = {}): SqlConsole {
  return new SqlConsole({ athena: bench.athena, workgroup: "people", database: DATABASE, ...more });
}

const run = (sql: string, more: Partial<SqlConsoleOptions> = {}) => sqlConsole(more).run(sql, NEVER);

test("a SELECT: columns with their types, rows without the header, null apart from the empty text", async () => {
  const answer = await run(
    "SELECT quantity, country, '' AS empty FROM lines WHERE quantity IN (2, 3) ORDER BY 1",
  );
  expect(answer.columns).toEqual([
    { name: "quantity", type: "integer" },
    { name: "country", type: "varchar" },
    { name: "empty", type: "varchar" },
  ]);
  expect(answer.rows).toEqual([
    ["2", "France", ""],
    ["3", null, ""],
  ]);
  expect(answer).toMatchObject({ isCut: false });
  expect(answer.scannedBytes).toBeGreaterThan(0);
});

test.each([
  ["fewer than may be shown", 13, 12, false],
  ["just as many", 12, 12, false],
  ["more", 11, 11, true],
])("rows, %s", async (_, mostRows, shown, isCut) => {
  const { rows, ...answer } = await run("SELECT quantity FROM lines", { mostRows });
  expect([rows.length, answer.isCut]).toEqual([shown, isCut]);
});

test("SHOW and DESCRIBE have no header to take away", async () => {
  expect((await run("SHOW TABLES")).rows).toEqual([["lines"]]);
  expect((await run("DESCRIBE lines")).rows.length).toBeGreaterThanOrEqual(TRANSACTION_COLUMNS.length);
  expect((await run("WITH t AS (SELECT 1 AS one) SELECT one FROM t")).rows).toEqual([["1"]]);
});

test.each([
  ["CREATE TABLE other AS SELECT 1 AS one", "CREATE TABLE AS"],
  ["drop table lines", "DROP TABLE"],
  ["INSERT INTO lines VALUES (1)", "INSERT"],
  ["/* it */ delete FROM lines", "DELETE"],
  ["-- nothing to see\nDROP TABLE lines", "DROP TABLE"],
])("%s is refused before Athena sees it", async (sql, word) => {
  const state = {
    state: "REFUSED",
    message: expect.stringContaining(`${word} is refused: this console only reads`),
  };
  await expect(run(sql)).rejects.toMatchObject(state);
  expect((await run("SHOW TABLES")).rows).toEqual([["lines"]]);
});

test.each([
  ["SELECT nothing FROM lines", "FAILED", /COLUMN_NOT_FOUND/],
  ["SELECT * FROM nowhere", "FAILED", /TABLE_NOT_FOUND/],
  ["SELEKT 1", "FAILED", /mismatched input 'SELEKT'/],
  ["", "FAILED", /./],
])("%p fails in Athena's words", async (sql, state, message) => {
  await expect(run(sql)).rejects.toMatchObject({ state, message: expect.stringMatching(message) });
});

test("an error has its place in the statement", async () => {
  await expect(run("SELECT quantity,\n  nothing FROM lines")).rejects.toMatchObject({
    place: { line: 2, column: 3 },
  });
  await expect(run("SELECT 1;\nDROP TABLE lines")).rejects.toMatchObject({ state: "FAILED" });
});

test("a query that takes too long is stopped", async () => {
  const began = Date.now();
  await expect(run(SLOW, { mostSeconds: 0.2 })).rejects.toMatchObject({
    state: "CANCELLED",
    message: "the query took longer than the console's 0.2 seconds and was stopped",
  });
  expect(Date.now() - began).toBeLessThan(10_000);
});

test("a query that nobody waits for is stopped, and two at a time are enough", async () => {
  const gone = new AbortController();
  const one = sqlConsole();
  const running = [one.run(SLOW, gone.signal), one.run(SLOW, gone.signal)];
  await expect(one.run("SELECT 1", NEVER)).rejects.toMatchObject({ state: "REFUSED" });
  gone.abort();
  const stopped = { state: "CANCELLED", message: "the client disconnected" };
  for (const query of running) await expect(query).rejects.toMatchObject(stopped);
  expect((await one.run("SELECT 1 AS one", NEVER)).rows).toEqual([["1"]]);
});
