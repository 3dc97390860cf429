import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

/**
 * Rewrites a Parquet file.
 * @param select in DuckDB's SQL: the rows of the new file, from a table `rows`
 */
export async function rewriteParquet(bytes: Buffer, select: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "retail-bi-parquet-"));
  const [before, after] = [join(folder, "before"), join(folder, "after")];
  const instance = await DuckDBInstance.create();
  try {
    writeFileSync(before, bytes);
    const connection = await instance.connect();
    await connection.run(
      `COPY (WITH rows AS (FROM read_parquet('${before}')) ${select}) TO '${after}' (FORMAT parquet)`,
    );
    connection.closeSync();
    return readFileSync(after);
  } finally {
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}
