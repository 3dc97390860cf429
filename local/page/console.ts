import type { AthenaClient } from "@aws-sdk/client-athena";
import { messageOf } from "../../lib/message-of";
import { errorPlace, type Place } from "../../ops/query/error-position";
import { QueryFailed, type QueryResult, runQuery } from "../../ops/query/execution";
import { parseStatement, type SqlStatement } from "../services/athena/service";
import type { SqlAnswer, SqlFailure } from "./inspect-state";

/** Rows that the console shows. */
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
    /** The place in the SQL that is meant, if it is known. */
    readonly place?: Place,
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
    const { mostRows = MOST_ROWS, mostSeconds = MOST_SECONDS } = this.options;
    const late = AbortSignal.timeout(mostSeconds * 1_000);
    try {
      const result = await runQuery(this.options, sql, AbortSignal.any([signal, late]));
      const { columns, scannedBytes, milliseconds } = result;
      const rows = await firstRows(result, mostRows + 1);
      return {
        columns,
        rows: rows.slice(0, mostRows),
        isCut: rows.length > mostRows,
        scannedBytes,
        milliseconds,
      };
    } catch (error) {
      if (!(error instanceof QueryFailed)) throw error;
      const { state, message } = error;
      if (state === "FAILED") throw new SqlConsoleError(state, message, errorPlace(sql, message));
      if (signal.aborted) throw new SqlConsoleError(state, "the client disconnected");
      if (!late.aborted) throw new SqlConsoleError(state, message);
      throw new SqlConsoleError(
        state,
        `the query took longer than the console's ${mostSeconds} seconds and was stopped`,
      );
    }
  }
}

/** Rows up to a number; no page is read after them. */
async function firstRows({ parts }: QueryResult, most: number): Promise<(readonly (string | null)[])[]> {
  const found: (readonly (string | null)[])[] = [];
  for await (const rows of parts) {
    found.push(...rows.slice(0, most - found.length));
    if (found.length === most) break;
  }
  return found;
}

/** @throws SqlConsoleError for a statement that would write, and for invalid SQL with Athena's message */
function refuseWrites(sql: string): void {
  let kind: SqlStatement["kind"];
  try {
    ({ kind } = parseStatement(sql));
  } catch (error) {
    const message = messageOf(error);
    throw new SqlConsoleError("FAILED", message, errorPlace(sql, message));
  }
  if (READING.has(kind)) return;
  const [word = ""] = sql.replaceAll(COMMENTS, " ").trim().split(/\s+/);
  const what = kind === "refused" ? word.toUpperCase() : kind.toUpperCase();
  throw new SqlConsoleError(
    "REFUSED",
    `${what} is refused: this console only reads. SELECT, WITH, SHOW, DESCRIBE and EXPLAIN are allowed`,
  );
}
