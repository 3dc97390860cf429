import { bigint, boolean, decimal, double, integer, text, timestamp } from "../../contract/column";
import { defineContract } from "../../contract/define";
import * as glue from "../../contract/glue-columns";
import { lineJudge } from "../../contract/judge";
import { defaultQueries } from "../../modules/batch/saved-queries";
import { smokeFilter } from "../../modules/batch/smoke-filter";
import { SqlBench, sqlPlane, table } from "../local/support/sql";
import { meterReadings } from "../support/meter-readings";

const columns = {
  order: text(),
  group: text().optional(),
  note: text().optional(),
  count_of: integer(),
  total: bigint(),
  share: double(),
  price: decimal(9, 3),
  settled: boolean(),
  at: timestamp(),
  seen: timestamp({ format: "iso" }),
};
const SMOKE = {
  order: "it's a test",
  note: "smoke",
  count_of: 0,
  total: 2n ** 60n,
  share: -1.5e-7,
  price: 0.125,
  settled: false,
  at: "2026-01-01 00:00:00",
  seen: "2026-01-01T01:00:00.25+01:00",
};
const contract = defineContract({ name: "events", eventTime: "at", smoke: SMOKE, columns });

test("a contract without a smoke test has no filter", () => {
  expect(smokeFilter(meterReadings)).toBe("");
});

test("a null and an empty text are values of the smoke test, and in a text they are the same", () => {
  for (const group of [null, ""]) {
    const smoke = { order: "x", group };
    const blank = defineContract({ ...{ name: "events", eventTime: "at", columns }, smoke });
    expect(smokeFilter(blank)).toBe(
      ` WHERE NOT coalesce("order" = 'x' AND coalesce("group", '') = '', false)`,
    );
  }
});

test("the queries of any contract are about its own tables", () => {
  const sql = defaultQueries(meterReadings).map((query) => query.sql);
  expect(sql).toHaveLength(5);
  const tables = sql.map((one) => one.match(/\bmeter_readings_\w+/g));
  expect(tables).toEqual([
    ["meter_readings_json"],
    ["meter_readings_parquet"],
    ["meter_readings_quarantine"],
    ["meter_readings_json"],
    ["meter_readings_parquet"],
  ]);
});

describe("the lines of a smoke test", () => {
  let bench: SqlBench;
  const FIRST_TEN = defaultQueries(contract)[0]?.sql ?? "";
  const raw = table(contract.tables.raw, glue.glueColumns(contract.columns));

  beforeAll(async () => {
    bench = await SqlBench.start(sqlPlane([raw]));
    const judge = lineJudge(contract.columns);
    const changed = [
      {},
      { group: "given" },
      { note: null },
      { order: "it's another" },
      { count_of: 1 },
      { total: 1 },
      { share: 1 },
      { price: 0.126 },
      { settled: true },
      { at: "2026-01-01 00:00:01" },
      { seen: "2026-01-01T01:00:00.251+01:00" },
    ];
    const lines = changed.map((change, index) => {
      const sent = JSON.stringify({ ...SMOKE, total: 0, ...change }).replace(
        '"total":0',
        `"total":${SMOKE.total}`,
      );
      const judged = judge(Buffer.from(sent), Date.UTC(2026, 0, 2));
      if (!judged.accepted) throw new Error(judged.detail);
      const { total, ...values } = judged.values;
      const stored = JSON.stringify({ ...values, record_id: `line ${index}` });
      return `${stored.slice(0, -1)},"total":${total},"arrived_at":"2026-01-02 00:00:00.000","extra":"{}"}\n`;
    });
    await bench.put(`${raw.name}/one.json`, lines.join(""));
  });
  afterAll(() => bench.close());

  test("are left out, and no other line is, whatever is NULL", async () => {
    const rows = await bench.rows(FIRST_TEN.replace("*", "record_id"));
    const expected = [2, 3, 4, 5, 6, 7, 8, 9, 10].map((index) => [`line ${index}`]);
    expect([...rows].sort()).toEqual(expected.sort());
  });
});
