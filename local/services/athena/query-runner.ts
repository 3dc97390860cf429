import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { QueryFailure } from "../protocol/errors";
import { parseS3Url } from "../s3/service";
import type { PutFile } from "./duckdb/duckdb-engine";
import type { QueryContext, Tables } from "./engine";
import { type QueryAnswer, type QueryExecution, type RunQuery, ScanLimitExceeded } from "./executions";
import { writeCsv } from "./result-file";
import type { CatalogAnswer, CatalogStatement } from "./statements/catalog-statements";
import { type CreateTableAsPorts, createTableAs } from "./statements/create-table-as";

interface QueryRunnerPorts extends CreateTableAsPorts {
  /** The tables that queries may read. */
  readonly tables: Tables;
  /** Answers a statement about the catalog. @param session the database for names without one */
  readonly aboutCatalog: (statement: CatalogStatement, session: string | undefined) => CatalogAnswer;
  readonly put: PutFile;
  /** Holds results while they are written. Absolute path; emptied at the start. */
  readonly scratchDirectory: string;
  /** Scan limit of a query of the workgroup, in bytes. */
  readonly scanLimit: (workgroup: string) => number | undefined;
}

/** Runs the supported statements, and stores their results. */
export function queryRunner(ports: QueryRunnerPorts): RunQuery {
  const { tables } = ports;
  // Removes files of a run that was killed.
  rmSync(ports.scratchDirectory, { recursive: true, force: true });
  mkdirSync(ports.scratchDirectory, { recursive: true });

  return async (execution, signal) => {
    const { request } = execution;
    const context: QueryContext = {
      ...(request.database !== undefined && { database: request.database }),
      tables,
      signal,
      onScan: (bytes) => {
        const limit = ports.scanLimit(request.workgroup);
        if (limit !== undefined && bytes > limit) throw new ScanLimitExceeded(bytes, limit);
        execution.scannedBytes = bytes;
      },
    };
    const { statement } = request;
    switch (statement.kind) {
      case "select":
        return runSelect(statement.sql, execution, context, ports);
      case "create table as": {
        const location = `${request.outputFolder}tables/${execution.id}/`;
        const updateCount = await createTableAs(statement, execution.id, location, context, ports);
        return { columns: [], rows: [], updateCount };
      }
      case "refused":
        throw statement.why;
      default:
        return runUtility(statement, execution, context.database, ports);
    }
  };
}

async function runSelect(
  sql: string,
  execution: QueryExecution,
  context: QueryContext,
  { engine, put, scratchDirectory }: QueryRunnerPorts,
): Promise<QueryAnswer> {
  const { columns, rows } = await engine.select(sql, context);
  const path = join(scratchDirectory, `${execution.id}.csv`);
  try {
    await writeCsv(
      path,
      columns.map(({ name }) => name),
      rows,
    );
    context.signal.throwIfAborted();
    await putResult(execution, path, put);
  } finally {
    rmSync(path, { force: true });
  }
  return { columns };
}

/** Runs a statement about the catalog. Its result is text, one row on each line. */
async function runUtility(
  statement: CatalogStatement,
  execution: QueryExecution,
  database: string | undefined,
  { aboutCatalog, put, scratchDirectory }: QueryRunnerPorts,
): Promise<QueryAnswer> {
  const { columns, rows } = aboutCatalog(statement, database);
  const path = join(scratchDirectory, `${execution.id}.txt`);
  try {
    writeFileSync(path, rows.map((row) => `${row.join("\t")}\n`).join(""));
    await putResult(execution, path, put);
  } finally {
    rmSync(path, { force: true });
  }
  return { columns, rows };
}

async function putResult({ outputLocation }: QueryExecution, path: string, put: PutFile): Promise<void> {
  const place = parseS3Url(outputLocation);
  if (!place) throw new QueryFailure("INVALID_OUTPUT_LOCATION", outputLocation);
  await put(place.bucket, place.key, path);
}
