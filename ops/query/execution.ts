import {
  type AthenaClient,
  GetQueryExecutionCommand,
  InvalidRequestException,
  paginateGetQueryResults,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { pause } from "../../lib/pause";

/** A workgroup and a database to query. */
export interface QueryScope {
  readonly athena: AthenaClient;
  readonly workgroup: string;
  readonly database: string;
}

/** A query that Athena refused, or that failed or was cancelled: its reason. */
export class QueryFailed extends Error {
  override readonly name = "QueryFailed";

  public constructor(
    reason: string,
    /** CANCELLED: it was stopped. */
    readonly state: "FAILED" | "CANCELLED" = "FAILED",
  ) {
    super(reason);
  }
}

/** A result while it is read. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Rows in parts of at most 1,000; NULL is null. */
  readonly parts: AsyncIterable<readonly (readonly (string | null)[])[]>;
  readonly scannedBytes: number;
  readonly milliseconds: number;
}

const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 1_000;

/**
 * Runs a query, and reads its result page by page.
 * @param signal when aborted, the query is stopped
 * @throws QueryFailed; what the client throws
 */
export async function runQuery(
  { athena, workgroup, database }: QueryScope,
  sql: string,
  signal: AbortSignal,
): Promise<QueryResult> {
  const command = new StartQueryExecutionCommand({
    QueryString: sql,
    WorkGroup: workgroup,
    QueryExecutionContext: { Database: database },
  });
  const { QueryExecutionId } = await athena.send(command).catch((error: unknown) => {
    throw error instanceof InvalidRequestException ? new QueryFailed(error.message) : error;
  });
  if (QueryExecutionId === undefined) throw new QueryFailed("Athena gave no execution id");
  const execution = await ended(athena, QueryExecutionId, signal);
  const pages = paginateGetQueryResults({ client: athena }, { QueryExecutionId })[Symbol.asyncIterator]();
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

async function ended(athena: AthenaClient, id: string, signal: AbortSignal): Promise<QueryExecution> {
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, LONGEST_POLL_MS)) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
    const { State, StateChangeReason = "no reason given" } = QueryExecution?.Status ?? {};
    if (State === "SUCCEEDED" && QueryExecution) return QueryExecution;
    if (State === "FAILED" || State === "CANCELLED") throw new QueryFailed(StateChangeReason, State);
    if (signal.aborted) {
      await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
      throw new QueryFailed("the query was stopped", "CANCELLED");
    }
    await pause(wait, signal);
  }
}
