import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "./catalog";
import { type CreateTableAsPorts, createTableAs } from "./create-table-as";
import type { PutFile } from "./duckdb-engine";
import type { Cell, QueryContext, ResultColumn } from "./engine";
import { AwsError, QueryFailure } from "./errors";
import { type QueryAnswer, type QueryExecution, type RunQuery, ScanLimitExceeded } from "./executions";
import { parseS3Url } from "./object-files";
import { writeCsv } from "./result-file";
import { parseStatement, type SqlStatement, type TableName } from "./statement";
import { catalogTables } from "./tables";

export interface QueryRunnerPorts extends CreateTableAsPorts {
  readonly put: PutFile;
  /** Takes results while they are written. Absolute. */
  readonly scratchDirectory: string;
  /** What a query of the workgroup may scan, in bytes. */
  readonly scanLimit: (workgroup: string) => number | undefined;
}

/** Runs the statements that the service takes, and stores their results. */
export function queryRunner(ports: QueryRunnerPorts): RunQuery {
  const tables = catalogTables(ports.catalog, ports.objects);
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
    const statement = parseStatement(request.sql);
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

type UtilityStatement = Exclude<SqlStatement, { kind: "select" | "create table as" | "refused" }>;

/** Statements about the catalog. Their result is text, a row on a line. */
async function runUtility(
  statement: UtilityStatement,
  execution: QueryExecution,
  database: string | undefined,
  { catalog, put, scratchDirectory }: QueryRunnerPorts,
): Promise<QueryAnswer> {
  const { columns, rows } = utilityAnswer(statement, database, catalog);
  const path = join(scratchDirectory, `${execution.id}.txt`);
  try {
    writeFileSync(path, rows.map((row) => `${row.join("\t")}\n`).join(""));
    await putResult(execution, path, put);
  } finally {
    rmSync(path, { force: true });
  }
  return { columns, rows };
}

interface UtilityAnswer {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

function utilityAnswer(
  statement: UtilityStatement,
  session: string | undefined,
  catalog: Catalog,
): UtilityAnswer {
  switch (statement.kind) {
    case "show databases":
      return { columns: texts("database_name"), rows: catalog.databaseNames().map((name) => [name]) };
    case "show tables": {
      const database = databaseOf({ ...statement, name: "" }, session);
      const pattern = likePattern(statement.pattern ?? "*");
      const names = found(() => catalog.tablesOf(database)).map(({ name }) => name);
      return {
        columns: texts("tab_name"),
        rows: names.filter((name) => pattern.test(name)).map((name) => [name]),
      };
    }
    case "show partitions": {
      const { table } = statement;
      const database = databaseOf(table, session);
      const { partitionKeys } = found(() => catalog.table(database, table.name));
      const rows = catalog
        .partitionsOf(database, table.name)
        .map(({ values }) => [partitionKeys.map(({ name }, index) => `${name}=${values[index]}`).join("/")]);
      return { columns: texts("partition"), rows };
    }
    case "describe": {
      const { table } = statement;
      const { columns, partitionKeys } = found(() => catalog.table(databaseOf(table, session), table.name));
      const line = ({ name, type }: { name: string; type: string }) => [name, type, ""];
      const keys =
        partitionKeys.length === 0
          ? []
          : [
              ["", "", ""],
              ["# Partition Information", "", ""],
              ["# col_name", "data_type", "comment"],
              ...partitionKeys.map(line),
            ];
      return {
        columns: texts("col_name", "data_type", "comment"),
        rows: [...columns.map(line), ...partitionKeys.map(line), ...keys],
      };
    }
    case "drop table": {
      const { table, ifExists } = statement;
      const database = databaseOf(table, session);
      if (!ifExists || catalog.findTable(database, table.name)) {
        found(() => catalog.deleteTable(database, table.name));
      }
      return { columns: [], rows: [] };
    }
  }
}

function databaseOf({ database }: TableName, session: string | undefined): string {
  const name = database ?? session;
  if (name !== undefined) return name;
  throw new QueryFailure("MISSING_SCHEMA_NAME", "Schema must be specified when session schema is not set");
}

/** What the catalog does not have, as a query's failure. */
function found<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof AwsError) throw new QueryFailure("SemanticException", error.message);
    throw error;
  }
}

/** Hive's pattern: `*` for any characters, `|` between alternatives. */
function likePattern(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^(?:${escaped})$`, "i");
}

function texts(...names: string[]): ResultColumn[] {
  return names.map((name) => ({ name, type: "string", precision: 0, scale: 0 }));
}

async function putResult({ id, request }: QueryExecution, path: string, put: PutFile): Promise<void> {
  const place = parseS3Url(request.outputLocation(id));
  if (!place) throw new QueryFailure("INVALID_OUTPUT_LOCATION", request.outputLocation(id));
  await put(place.bucket, place.key, path);
}
