import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { QueryFailure } from "../protocol/errors";
import { type PutFile, parseS3Url } from "../s3/service";
import type { QueryContext, Tables } from "./engine";
import { type QueryAnswer, type QueryExecution, type RunQuery, ScanLimitExceeded } from "./executions";
import { writeCsv } from "./result-file";
import type { CatalogAnswer, CatalogStatement } from "./statements/catalog-statements";
import { type CreateTableAsPorts, createTableAs } from "./statements/create-table-as";
import type { CreateTableAs, Explain } from "./statements/statement";

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
      case "explain":
        return runExplain(statement, execution, context, ports);
      case "create table as":
        return runCreateTableAs(statement, execution, context, ports);
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
    await putObject(execution.outputLocation, path, put);
  } finally {
    rmSync(path, { force: true });
  }
  return { columns, updateCount: 0 };
}

/** The plan is shown in the engine's words: `Query Plan` of Athena is Trino's. */
async function runExplain(
  { sql, shows }: Explain,
  execution: QueryExecution,
  context: QueryContext,
  ports: QueryRunnerPorts,
): Promise<QueryAnswer> {
  const plan = await ports.engine.explain(sql, context);
  const [name, type, text] =
    shows === "plan" ? ["Query Plan", "varchar", plan] : ["Valid", "boolean", "true"];
  const columns = [{ name, type, precision: type === "varchar" ? text.length : 0, scale: 0 }];
  // As Athena does, with the column's name as the first line, and an empty one at the end.
  const lines = [name, ...`${text}\n`.split("\n")];
  await putLines(lines, execution.outputLocation, execution.id, ports);
  return { columns, rows: lines.map((line) => [line]) };
}

async function runCreateTableAs(
  statement: CreateTableAs,
  execution: QueryExecution,
  context: QueryContext,
  ports: QueryRunnerPorts,
): Promise<QueryAnswer> {
  const folder = `${execution.request.outputFolder}tables/`;
  const stored = await createTableAs(statement, execution.id, `${folder}${execution.id}/`, context, ports);
  if (!stored || stored.files.length === 0) return { columns: [], rows: [], updateCount: 0 };
  const manifestLocation = `${folder}${execution.id}-manifest.csv`;
  await putLines(stored.files, manifestLocation, execution.id, ports);
  return { columns: [], rows: [], updateCount: stored.rows, manifestLocation };
}

/** Runs a statement about the catalog. Its result is text, one row on each line. */
async function runUtility(
  statement: CatalogStatement,
  execution: QueryExecution,
  database: string | undefined,
  ports: QueryRunnerPorts,
): Promise<QueryAnswer> {
  const { columns, lines, updateCount } = ports.aboutCatalog(statement, database);
  await putLines(lines, execution.outputLocation, execution.id, ports);
  const rows = lines.map((line) => [line]);
  return { columns, rows, ...(updateCount !== undefined && { updateCount }) };
}

/** Stores text; no line feed ends the last line, as in Athena's results. */
async function putLines(
  lines: readonly string[],
  location: string,
  id: string,
  { put, scratchDirectory }: QueryRunnerPorts,
): Promise<void> {
  const path = join(scratchDirectory, `${id}.txt`);
  try {
    writeFileSync(path, lines.join("\n"));
    await putObject(location, path, put);
  } finally {
    rmSync(path, { force: true });
  }
}

async function putObject(location: string, path: string, put: PutFile): Promise<void> {
  const place = parseS3Url(location);
  if (!place) throw new QueryFailure("INVALID_OUTPUT_LOCATION", location);
  await put(place.bucket, place.key, path);
}
