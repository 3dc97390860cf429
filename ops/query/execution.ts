import { paginateGetQueryResults } from "@aws-sdk/client-athena";
import { beforeInterrupt } from "../../lib/interrupt";
import { endOfQuery, QueryFailed, type QueryScope, startQuery } from "../target/query-execution";

export { QueryFailed };

/** A result while it is read. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Rows in parts of at most 1,000; NULL is null. */
  readonly parts: AsyncIterable<readonly (readonly (string | null)[])[]>;
  readonly scannedBytes: number;
  readonly milliseconds: number;
}

/**
 * Runs a query, and reads its result page by page.
 * @param signal when aborted, the query is stopped
 * @throws QueryFailed; what the client throws
 */
export async function runQuery(scope: QueryScope, sql: string, signal: AbortSignal): Promise<QueryResult> {
  const QueryExecutionId = await startQuery(scope, sql);
  const execution = await endOfQuery(scope, QueryExecutionId, signal);
  const pages = paginateGetQueryResults({ client: scope.athena }, { QueryExecutionId })[
    Symbol.asyncIterator
  ]();
  const first = await pages.next();
  const page = first.done ? undefined : first.value;
  const info = page?.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
  // Of a SELECT, the first row is the header.
  const hasHeader = execution.StatementType === "DML";
  return {
    columns: info.map(({ Name = "", Type = "" }) => ({ name: Name, type: Type })),
    parts: rowsOf(page, pages, hasHeader),
    scannedBytes: execution.Statistics?.DataScannedInBytes ?? 0,
    milliseconds: execution.Statistics?.TotalExecutionTimeInMillis ?? 0,
  };
}

/** The same for a command: Ctrl-C stops the query. @throws as {@link runQuery} */
export function runQueryOfCommand(scope: QueryScope, sql: string): Promise<QueryResult> {
  const stop = new AbortController();
  const running = runQuery(scope, sql, stop.signal);
  beforeInterrupt(async () => {
    stop.abort();
    await running.catch((error: unknown) => {
      if (!(error instanceof QueryFailed)) throw error;
    });
  });
  return running;
}

type Pages = ReturnType<typeof paginateGetQueryResults>;
type Page = Pages extends AsyncIterable<infer P> ? P : never;

async function* rowsOf(
  first: Page | undefined,
  others: AsyncIterator<Page>,
  hasHeader: boolean,
): AsyncGenerator<readonly (readonly (string | null)[])[]> {
  let isFirst = true;
  for (let page = first; page !== undefined; ) {
    const rows = (page.ResultSet?.Rows ?? []).map(({ Data = [] }) =>
      Data.map(({ VarCharValue }) => VarCharValue ?? null),
    );
    yield isFirst && hasHeader ? rows.slice(1) : rows;
    isFirst = false;
    const next = await others.next();
    page = next.done ? undefined : next.value;
  }
}
