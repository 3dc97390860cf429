import type { Column } from "../../contract/column";
import { glueColumns } from "../../contract/glue-columns";
import { hourOf } from "../../contract/hours";
import { glueCatalog } from "../../lambdas/merge-small-files/aws-catalog";
import { toSql } from "../../lambdas/merge-small-files/sql";
import { freePorts } from "../../lib/free-ports";
import { athenaSql } from "../../ops/reconcile/sql";
import type { MakeEngine } from "../engines/trino/engine";
import { BUCKET, DATABASE, HOUR_COLUMNS, SqlBench, sqlPlane, table } from "../local/support/sql";
import { ARRIVED_MS, type ContractLines, judged } from "./any-lines";
import { tableLines } from "./lines-by-id";

const HOUR = hourOf(ARRIVED_MS);

/**
 * Expects that the raw table, the result of a merge and the Parquet table hold each value that the judge accepted, and
 * that a reconciliation reads the same from the tables.
 * @param makeEngine of SQL; @default the embedded engine
 */
export async function expectInTables(sample: ContractLines, makeEngine?: MakeEngine): Promise<void> {
  const { contract } = sample;
  const { judge, stored, reconciled } = judged(sample);
  const columns = glueColumns(contract.columns);
  const plane = sqlPlane([
    table("raw", columns, { partitionKeys: HOUR_COLUMNS }),
    table("merged", columns, { partitionKeys: HOUR_COLUMNS, format: "parquet" }),
  ]);
  const [port = 0] = await freePorts(1);
  const bench = await SqlBench.start(plane, makeEngine && { port, makeEngine });
  try {
    const tables = {
      raw: { database: DATABASE, name: "raw" },
      parquet: { database: DATABASE, name: "merged" },
      columns: columns.map((column) => column.name),
    };
    const at = (location: string) => [{ values: HOUR.values, location, parameters: {} }];
    await glueCatalog(bench.glue).createPartitions(tables.raw, at(`s3://${BUCKET}/raw/${HOUR.folder}`));
    await bench.put(`raw/${HOUR.folder}a.json`, stored.map((each) => `${judge.storedJson(each)}\n`).join(""));
    const location = `s3://${BUCKET}/merged/${HOUR.folder}run=1/`;
    const target = { database: DATABASE, name: "made" };
    const made = await bench.query(
      toSql({ kind: "merge", hour: HOUR, target, location, buckets: 2 }, tables),
    );
    expect(made.reason).toBeUndefined();
    await glueCatalog(bench.glue).createPartitions(tables.parquet, at(location));

    const expected = stored.map(({ recordId, verdict }) => [
      ...contract.columns.map((column) => comparable(column, cellOf(column, verdict.values[column.field]))),
      recordId,
    ]);
    const selected = [...contract.columns.map(({ field }) => `"${field}"`), "record_id"].join(", ");
    for (const from of ["raw", "made", "merged"]) {
      const rows = await bench.rows(`SELECT ${selected} FROM ${from} ORDER BY record_id`);
      const cells = rows.map((row) =>
        row.map((cell, index) => {
          const column = contract.columns[index];
          return column ? comparable(column, cell) : cell;
        }),
      );
      expect({ from, cells }).toEqual({ from, cells: expected });
    }
    const described = await bench.rows("DESCRIBE made");
    const types = columns.slice(1).map((column) => [column.name, column.type]);
    // As Hive shows them: one padded text of name, type and comment.
    const shown = described.map(([row]) =>
      (row ?? "")
        .split("\t")
        .map((cell) => cell.trim())
        .slice(0, 2),
    );
    expect(shown).toEqual(types);

    const sql = athenaSql(bench.athena, bench.s3, "people", DATABASE);
    for (const from of ["raw", "merged"]) {
      expect({ from, lines: await tableLines(sql, from, contract) }).toEqual({ from, lines: reconciled });
    }
  } finally {
    await bench.close();
  }
}

/** What a table answers for a value of a judged line. */
function cellOf(column: Column, given: unknown): string | null {
  if (given === null || given === undefined) return null;
  if (column.kind === "timestamp") return column.format === "seconds" ? `${given}.000` : String(given);
  if (column.kind !== "decimal") return String(given);
  const [whole = "", fraction = ""] = String(given).split(".");
  return column.scale === 0 ? whole : `${whole}.${fraction.padEnd(column.scale, "0")}`;
}

/** A cell with a double in JavaScript's spelling. */
function comparable({ kind }: Column, cell: string | null | undefined): string | null | undefined {
  return kind === "double" && typeof cell === "string" ? String(Number(cell)) : cell;
}
