import {
  type AthenaClient,
  GetQueryExecutionCommand,
  InvalidRequestException,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { messageOf } from "../../lib/message-of";
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

const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 2_000;
const NEVER = new AbortController().signal;

/** Starts a query. @returns its id @throws QueryFailed for SQL that Athena refuses at once; what the client throws */
export async function startQuery({ athena, workgroup, database }: QueryScope, sql: string): Promise<string> {
  const command = new StartQueryExecutionCommand({
    QueryString: sql,
    WorkGroup: workgroup,
    QueryExecutionContext: { Database: database },
  });
  const { QueryExecutionId } = await athena.send(command).catch((error: unknown) => {
    throw error instanceof InvalidRequestException ? new QueryFailed(error.message) : error;
  });
  if (QueryExecutionId === undefined) throw new QueryFailed("Athena gave no execution id");
  return QueryExecutionId;
}

/** Stops a query, which would go on, and cost, without its caller. */
export async function stopQuery({ athena }: Pick<QueryScope, "athena">, id: string): Promise<void> {
  await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
}

/**
 * Waits until a query has succeeded. It is stopped when `signal` is aborted, and when its state cannot be read.
 * @throws QueryFailed; what the client throws
 */
export async function endOfQuery(
  scope: Pick<QueryScope, "athena">,
  id: string,
  signal: AbortSignal = NEVER,
): Promise<QueryExecution> {
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, LONGEST_POLL_MS)) {
    const { QueryExecution } = await scope.athena
      .send(new GetQueryExecutionCommand({ QueryExecutionId: id }))
      .catch(async (error: Error) => {
        await stopQuery(scope, id).catch((failure: unknown) => {
          error.message += `; query ${id} could not be stopped (${messageOf(failure)}), and may go on`;
        });
        throw error;
      });
    const { State, StateChangeReason = "no reason given" } = QueryExecution?.Status ?? {};
    if (State === "SUCCEEDED" && QueryExecution) return QueryExecution;
    if (State === "FAILED" || State === "CANCELLED") throw new QueryFailed(StateChangeReason, State);
    if (signal.aborted) {
      await stopQuery(scope, id);
      throw new QueryFailed("the query was stopped", "CANCELLED");
    }
    await pause(wait, signal);
  }
}
