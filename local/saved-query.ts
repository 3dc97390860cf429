import Table from "cli-table3";
import type { BatchSource } from "../ops/reconcile/tables";

/** The parts of a batch layer that the query needs. */
interface RawTable {
  readonly sql: BatchSource["sql"];
  readonly tables: Pick<BatchSource["tables"], "json">;
}

/** Characters of a cell that a terminal has room for. */
const MOST_SHOWN = 60;

function shown(cell: string): string {
  return cell.length > MOST_SHOWN ? `${cell.slice(0, MOST_SHOWN)}…` : cell;
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
  const table = new Table({ head: names, style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push(names.map((name) => shown(row[name] ?? "")));
  return `${sql}\n${table.toString()}`;
}
