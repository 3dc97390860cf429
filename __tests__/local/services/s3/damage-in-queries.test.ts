import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUCKET, SqlBench, sqlPlane, TRANSACTION_COLUMNS, table, transaction } from "../../support/sql";

let bench: SqlBench;

beforeEach(async () => {
  bench = await SqlBench.start(sqlPlane([table("sales", TRANSACTION_COLUMNS)]));
  await bench.put("sales/a.json", transaction("r1") + transaction("r2"));
  await bench.put("sales/b.json", transaction("r3"));
});

afterEach(() => bench.close());

function fileOf(name: string): string {
  const folder = join(bench.folder, "objects", BUCKET, "sales");
  return join(folder, readdirSync(folder).find((file) => file.startsWith(name)) ?? "");
}

test.each([
  ["missing", (path: string) => rmSync(path)],
  ["empty", (path: string) => truncateSync(path, 0)],
  ["short", (path: string) => truncateSync(path, readFileSync(path).length - 1)],
  ["altered", (path: string) => writeFileSync(path, readFileSync(path, "utf8").replace("r2", "r9"))],
])("a query over an object whose file is %s fails and names it: it gives no rows", async (_, damage) => {
  expect(await bench.rows("SELECT record_id FROM sales ORDER BY 1")).toEqual([["r1"], ["r2"], ["r3"]]);
  const path = fileOf("a.json");
  damage(path);

  const { state, reason, rows } = await bench.query("SELECT record_id FROM sales ORDER BY 1");

  expect({ state, rows }).toEqual({ state: "FAILED", rows: [] });
  expect(reason).toContain(`${path} is damaged`);
  expect(reason).toContain(`s3://${BUCKET}/sales/a.json`);
});
