import { outputWidth, resultTable } from "../lib/result-table";
import type { BatchSource } from "../ops/reconcile/tables";

/** The parts of a batch layer that the query needs. */
interface RawTable {
  readonly sql: BatchSource["sql"];
  readonly tables: Pick<BatchSource["tables"], "json">;
}

/** Runs the lab's first query, a `SELECT … LIMIT 10` on the raw table, as an analyst would. */
export async function firstTen({ sql: engine, tables }: RawTable): Promise<string> {
  const sql = `SELECT * FROM "${tables.json}" LIMIT 10`;
  const rows: Readonly<Record<string, string>>[] = [];
  await engine.query(sql, (row) => rows.push(row));
  const [first] = rows;
  if (first === undefined) return `${sql}\n(no rows)`;
  const hasExtra = rows.some(({ extra = "" }) => extra !== "" && extra !== "{}");
  const hidden = ["record_id", "year", "month", "day", "hour", ...(hasExtra ? [] : ["extra"])];
  const names = Object.keys(first).filter((name) => !hidden.includes(name));
  const columns = names.map((name) => ({ name, type: "varchar" }));
  const cells = rows.map((row) => names.map((name) => row[name] ?? ""));
  return `${sql}\n${resultTable(columns, cells, outputWidth())}`;
}
