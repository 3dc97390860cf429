import { setTimeout as sleep } from "node:timers/promises";
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  InvalidRequestException,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { parseStatement, type SqlStatement } from "../services/athena/service";
import type { SqlAnswer, SqlFailure } from "./state";

/** Rows that the console shows; Athena gives at most 999 beside the header in one page. */
export const MOST_ROWS = 500;
/** Timeout of a query, in seconds. */
export const MOST_SECONDS = 30;
/** Most concurrent queries of all pages; panels and merges need the engine too. */
const MOST_QUERIES = 2;

/** Statements that only read. In AWS the analysts' policy forbids the others; permissions are not enforced here. */
const READING: ReadonlySet<SqlStatement["kind"]> = new Set([
  "select",
  "explain",
  "show tables",
  "show views",
  "show databases",
  "show partitions",
  "show columns",
  "show create table",
  "show table properties",
  "describe table",
]);

const COMMENTS = /--[^\n]*|\/\*.*?\*\//gs;

/** A query that was refused, failed or was cancelled. */
export class SqlConsoleError extends Error {
  override readonly name = "SqlConsoleError";

  public constructor(
    readonly state: SqlFailure["state"],
    message: string,
  ) {
    super(message);
  }
}

/** Options of the console. */
export interface SqlConsoleOptions {
  readonly athena: AthenaClient;
  readonly workgroup: string;
  readonly database: string;
  /** @default {@link MOST_ROWS} */
  readonly mostRows?: number;
  /** @default {@link MOST_SECONDS} */
  readonly mostSeconds?: number;
}

/**
 * Runs queries of the page's user in the analysts' workgroup: only statements that read, with limits of rows and
 * time.
 */
export class SqlConsole {
  private running = 0;

  public constructor(private readonly options: SqlConsoleOptions) {}

  /**
   * @param signal aborted when the client has disconnected: the query is then stopped
   * @throws SqlConsoleError
   */
  public async run(sql: string, signal: AbortSignal): Promise<SqlAnswer> {
    refuseWrites(sql);
    if (this.running >= MOST_QUERIES) {
      throw new SqlConsoleError("REFUSED", `${MOST_QUERIES} queries are running: wait until one has ended`);
    }
    this.running++;
    try {
      return await this.answer(sql, signal);
    } finally {
      this.running--;
    }
  }

  private async answer(sql: string, signal: AbortSignal): Promise<SqlAnswer> {
    const { athena, workgroup, database, mostRows = MOST_ROWS } = this.options;
    const queryId = await this.start(sql, workgroup, database);
    const execution = await this.ended(queryId, signal);
    const isTable = execution.StatementType === "DML";
    const { ResultSet, NextToken } = await athena.send(
      new GetQueryResultsCommand({ QueryExecutionId: queryId, MaxResults: mostRows + (isTable ? 2 : 1) }),
    );
    const rows = (ResultSet?.Rows ?? []).map(({ Data = [] }) =>
      Data.map(({ VarCharValue }) => VarCharValue ?? null),
    );
    // Of a SELECT, the first row is the header.
    if (isTable) rows.shift();
    const { DataScannedInBytes = 0, TotalExecutionTimeInMillis = 0 } = execution.Statistics ?? {};
    return {
      queryId,
      columns: (ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name = "", Type = "" }) => {
        return { name: Name, type: Type };
      }),
      rows: rows.slice(0, mostRows),
      isCut: rows.length > mostRows || NextToken !== undefined,
      scannedBytes: DataScannedInBytes,
      milliseconds: TotalExecutionTimeInMillis,
    };
  }

  private async start(sql: string, workgroup: string, database: string): Promise<string> {
    const command = new StartQueryExecutionCommand({
      QueryString: sql,
      WorkGroup: workgroup,
      QueryExecutionContext: { Database: database },
    });
    const { QueryExecutionId } = await this.options.athena.send(command).catch((error: unknown) => {
      throw error instanceof InvalidRequestException ? new SqlConsoleError("FAILED", error.message) : error;
    });
    if (QueryExecutionId === undefined) throw new SqlConsoleError("FAILED", "Athena gave no execution id");
    return QueryExecutionId;
  }

  /** @throws SqlConsoleError for a query that failed, timed out or was cancelled */
  private async ended(queryId: string, signal: AbortSignal): Promise<QueryExecution> {
    const { athena, mostSeconds = MOST_SECONDS } = this.options;
    const stop = async (why: string): Promise<never> => {
      await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: queryId }));
      throw new SqlConsoleError("CANCELLED", why);
    };
    const deadline = Date.now() + mostSeconds * 1_000;
    for (let wait = 20; ; wait = Math.min(wait * 1.5, 250)) {
      const { QueryExecution } = await athena.send(
        new GetQueryExecutionCommand({ QueryExecutionId: queryId }),
      );
      const { State, StateChangeReason = "no reason given" } = QueryExecution?.Status ?? {};
      if (State === "SUCCEEDED" && QueryExecution) return QueryExecution;
      if (State === "FAILED" || State === "CANCELLED") throw new SqlConsoleError(State, StateChangeReason);
      if (signal.aborted) return stop("the client disconnected");
      if (Date.now() >= deadline) {
        return stop(`the query took longer than the console's ${mostSeconds} seconds and was stopped`);
      }
      await sleep(wait);
    }
  }
}

/** @throws SqlConsoleError for a statement that would write, and for invalid SQL with Athena's message */
function refuseWrites(sql: string): void {
  let kind: SqlStatement["kind"];
  try {
    ({ kind } = parseStatement(sql));
  } catch (error) {
    throw new SqlConsoleError("FAILED", error instanceof Error ? error.message : String(error));
  }
  if (READING.has(kind)) return;
  const [word = ""] = sql.replaceAll(COMMENTS, " ").trim().split(/\s+/);
  const what = kind === "refused" ? word.toUpperCase() : kind.toUpperCase();
  throw new SqlConsoleError(
    "REFUSED",
    `${what} is refused: this console only reads. SELECT, WITH, SHOW, DESCRIBE and EXPLAIN are allowed`,
  );
}
