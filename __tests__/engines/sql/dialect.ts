import { freePorts } from "../../../lib/free-ports";
import type { SqlEngine } from "../../../local/services/athena/engine";
import { QueryFailure } from "../../../local/services/protocol/errors";
import { DATABASE, SqlBench, sqlPlane, TRANSACTION_COLUMNS, table } from "../../local/support/sql";
import { DECIMAL_FAILURES, DECIMALS, KINDS_ROW } from "../../support/sql-decimals";
import { EXPRESSIONS, FAILURES, NOT_TRINO, QUERIES, SALES_LINES } from "../../support/sql-dialect";
import { check, type Report } from "../../terraform/emulated/report";
import { trinoEngines } from "../trino/engine";
import type { Trino } from "../trino/server";
import { grammarAgrees } from "./grammar";

/** Trino gives the values that the embedded engine's tests expect of it. */
export async function dialect(report: Report, trino: Trino): Promise<void> {
  report.part("What the embedded engine is tested against");
  const tables = ["sales", "nothing"].map((name) => table(name, TRANSACTION_COLUMNS));
  const [port = 0] = await freePorts(1);
  let engine: SqlEngine | undefined;
  const bench = await SqlBench.start(sqlPlane(tables), {
    port,
    makeEngine: async (source) => {
      engine = await trinoEngines(trino)(source);
      return engine;
    },
  });
  try {
    await bench.put("sales/one.json", SALES_LINES.join(""));
    await report.step("expressions", async () => {
      const [values = []] = await bench.rows(`SELECT ${EXPRESSIONS.map(([sql]) => sql).join(", ")}`);
      const faults = EXPRESSIONS.flatMap(([sql, expected], at) =>
        values[at] === expected ? [] : [`${sql}: ${values[at]}, not ${expected}`],
      );
      check(faults.length === 0, faults.join("\n"));
      return `${EXPRESSIONS.length}, each with the value that is expected`;
    });
    await report.step("queries", () => {
      // The server has a catalog for each data source here, and none of them can have Athena's name.
      return agree(
        bench,
        QUERIES.filter(([sql]) => !sql.includes('"AwsDataCatalog"')),
      );
    });
    await report.step("decimals", () => {
      return agree(
        bench,
        DECIMALS.map(([sql, , value]) => [`SELECT ${sql} FROM ${KINDS_ROW}`, [[value]]]),
      );
    });
    await report.step("failures", async () => {
      // Other texts are refused only because the embedded engine lacks them.
      const decimals = DECIMAL_FAILURES.map(
        ([sql, reason]) => [`SELECT ${sql} FROM ${KINDS_ROW}`, reason] as const,
      );
      const refused = FAILURES.filter(([, reason]) => !reason.source.startsWith("^NOT_SUPPORTED"));
      const cases = [...refused, ...decimals];
      const faults: string[] = [];
      for (const [sql, expected] of cases) {
        const { state, reason = "" } = await bench.query(sql);
        const [code] = reason.split(":");
        if (state !== "FAILED" || !expected.source.startsWith(`^${code}`)) {
          faults.push(`${sql}: ${state} ${reason}, not ${expected.source}`);
        }
      }
      check(faults.length === 0, faults.join("\n"));
      return `${cases.length}, each for the reason that is expected`;
    });
    await report.step("SQL of other engines", async () => {
      const taken: string[] = [];
      for (const sql of NOT_TRINO) if (await isAccepted(engine, sql)) taken.push(sql);
      check(taken.length === 0, taken.join("\n"));
      check(await isAccepted(engine, "SELECT quantity FROM sales"), "the table is not found");
      return `${NOT_TRINO.length}, each refused`;
    });
    await report.step("grammar", () => grammarAgrees(trino.client));
  } finally {
    await bench.close();
  }
}

/** Asks the engine itself: the service in front of it checks the syntax too. */
async function isAccepted(engine: SqlEngine | undefined, sql: string): Promise<boolean> {
  if (!engine) throw new TypeError("there is no engine");
  const tables = {
    hasDatabase: () => false,
    open: () => undefined,
    databaseNames: () => [],
    tablesOf: () => [],
  };
  const { signal } = new AbortController();
  try {
    const { rows } = await engine.select(sql, {
      database: DATABASE,
      tables,
      onScan: () => undefined,
      signal,
    });
    for await (const _ of rows);
    return true;
  } catch (error) {
    if (error instanceof QueryFailure) return false;
    throw error;
  }
}

type Case = readonly [sql: string, rows: readonly (readonly (string | null)[])[]];

async function agree(bench: SqlBench, cases: readonly Case[]): Promise<string> {
  const faults: string[] = [];
  for (const [sql, expected] of cases) {
    const { state, reason, rows } = await bench.query(sql);
    const answered = rows.slice(1);
    const text = JSON.stringify(/ORDER BY[^)]*$/.test(sql) ? answered : [...answered].sort());
    if (state !== "SUCCEEDED") faults.push(`${sql}: ${reason}`);
    else if (text !== JSON.stringify(expected))
      faults.push(`${sql}: ${text}, not ${JSON.stringify(expected)}`);
  }
  check(faults.length === 0, faults.join("\n"));
  return `${cases.length}, each with the value that is expected`;
}
