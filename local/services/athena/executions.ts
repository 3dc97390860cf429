import { createHash, randomUUID } from "node:crypto";
import { invalidRequest, QueryFailure } from "../protocol/errors";
import type { Cell, ResultColumn } from "./engine";
import type { SqlStatement } from "./statements/statement";

/** Athena's states of a query. */
type QueryState = "QUEUED" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";

/** A caller's request. */
interface QueryRequest {
  readonly sql: string;
  /** The parsed statement. */
  readonly statement: SqlStatement;
  readonly workgroup: string;
  readonly database?: string;
  /** Folder for the result: `s3://bucket/prefix/`. */
  readonly outputFolder: string;
  /** Values of the parameters that the statement was parsed with. */
  readonly parameters?: readonly string[];
}

/** The result of a query that succeeded. */
export interface QueryAnswer {
  readonly columns: readonly ResultColumn[];
  /** Rows of a statement other than SELECT; the rows of a SELECT are in its CSV. */
  readonly rows?: readonly (readonly Cell[])[];
  /** Rows that a CTAS stored, 0 for a query; absent for the statements whose answer has no count. */
  readonly updateCount?: number;
  /** The object that lists the files of a CTAS, `s3://bucket/key`. */
  readonly manifestLocation?: string;
}

/** A query from its start to its end. Times are in milliseconds since 1970. */
export interface QueryExecution {
  readonly id: string;
  readonly request: QueryRequest;
  /** The result object, `s3://bucket/key`. */
  readonly outputLocation: string;
  readonly submittedAt: number;
  state: QueryState;
  reason?: string;
  startedAt?: number;
  completedAt?: number;
  scannedBytes: number;
  answer?: QueryAnswer;
}

/** Runs one query; reports the bytes that it reads by setting `scannedBytes`. */
export type RunQuery = (execution: QueryExecution, signal: AbortSignal) => Promise<QueryAnswer>;

/**
 * Queries that run at once; the others wait as QUEUED. Each blocks one thread of Node's pool of four, which
 * files and name look-ups need too.
 */
const MAX_RUNNING = 3;
/** Ended queries that the service still returns; Athena keeps them for 45 days. */
const MAX_REMEMBERED = 10_000;
const CANCELLED = new Error("the query was cancelled");

/** The queries of this process: queue, states, cancellation. */
export class Executions {
  private readonly executions = new Map<string, QueryExecution>();
  private readonly tokens = new Map<string, { readonly id: string; readonly request: string }>();
  private readonly aborts = new Map<string, AbortController>();
  private readonly waiting: QueryExecution[] = [];
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly run: RunQuery,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Queues a query and returns its id. A repeated `token` returns the id of the query that it started.
   * @throws AwsError when the token came with another request
   */
  start(request: QueryRequest, token?: string): string {
    const fingerprint = createHash("sha256")
      .update(
        JSON.stringify([
          request.sql,
          request.parameters,
          request.workgroup,
          request.database,
          request.outputFolder,
        ]),
      )
      .digest("hex");
    const earlier = token === undefined ? undefined : this.tokens.get(token);
    if (earlier) {
      if (earlier.request === fingerprint) return earlier.id;
      throw invalidRequest("Idempotent parameters do not match");
    }
    const id = randomUUID();
    const execution: QueryExecution = {
      id,
      request,
      outputLocation: request.outputFolder + resultName(request.statement, id),
      submittedAt: this.now(),
      state: "QUEUED",
      scannedBytes: 0,
    };
    if (token !== undefined) this.tokens.set(token, { id, request: fingerprint });
    this.executions.set(id, execution);
    this.waiting.push(execution);
    this.forget();
    this.next();
    return id;
  }

  find(id: string): QueryExecution | undefined {
    return this.executions.get(id);
  }

  /** @throws AwsError when there is no such query */
  get(id: string): QueryExecution {
    const execution = this.find(id);
    if (!execution) throw invalidRequest(`QueryExecution ${id} was not found`);
    return execution;
  }

  /** The queries of a workgroup, newest first. */
  list(workgroup: string): QueryExecution[] {
    return [...this.executions.values()].filter(({ request }) => request.workgroup === workgroup).reverse();
  }

  /** Cancels a query; a query that has ended keeps its state. @throws AwsError when there is no such query */
  stop(id: string): void {
    const execution = this.get(id);
    const index = this.waiting.indexOf(execution);
    if (index >= 0) {
      this.waiting.splice(index, 1);
      this.end(execution, "CANCELLED", "Query cancelled by user");
    } else this.aborts.get(id)?.abort(CANCELLED);
  }

  /** Cancels everything and waits until nothing runs. */
  async close(): Promise<void> {
    for (const { id } of [...this.waiting]) this.stop(id);
    for (const abort of this.aborts.values()) abort.abort(CANCELLED);
    await Promise.all(this.running.values());
  }

  private next(): void {
    while (this.running.size < MAX_RUNNING) {
      const execution = this.waiting.shift();
      if (!execution) return;
      this.running.set(execution.id, this.execute(execution));
    }
  }

  private async execute(execution: QueryExecution): Promise<void> {
    const abort = new AbortController();
    this.aborts.set(execution.id, abort);
    execution.state = "RUNNING";
    execution.startedAt = this.now();
    try {
      execution.answer = await this.run(execution, abort.signal);
      this.end(execution, "SUCCEEDED");
    } catch (error) {
      if (error instanceof ScanLimitExceeded) this.end(execution, "CANCELLED", error.message);
      else if (abort.signal.aborted) this.end(execution, "CANCELLED", "Query cancelled by user");
      else this.end(execution, "FAILED", reasonOf(error));
    } finally {
      this.aborts.delete(execution.id);
      this.running.delete(execution.id);
      this.next();
    }
  }

  private end(execution: QueryExecution, state: QueryState, reason?: string): void {
    execution.state = state;
    execution.completedAt = this.now();
    if (reason !== undefined) execution.reason = reason;
  }

  private forget(): void {
    for (const [id, { completedAt }] of this.executions) {
      if (this.executions.size <= MAX_REMEMBERED) return;
      if (completedAt === undefined) continue;
      this.executions.delete(id);
      for (const [token, used] of this.tokens) if (used.id === id) this.tokens.delete(token);
    }
  }
}

/** The query would scan more than the workgroup allows. */
export class ScanLimitExceeded extends Error {
  override readonly name = "ScanLimitExceeded";

  constructor(bytes: number, limit: number) {
    super(`Query cancelled! : Bytes scanned limit was exceeded (${bytes} bytes, the limit is ${limit})`);
  }
}

function resultName(statement: SqlStatement, id: string): string {
  if (statement.kind === "create table as") return `tables/${id}`;
  const isQuery = statement.kind === "select" || (statement.kind === "refused" && statement.isQuery);
  return isQuery ? `${id}.csv` : `${id}.txt`;
}

/** A QueryFailure in its own words; any other error with its name, so that it can be traced. */
function reasonOf(error: unknown): string {
  if (error instanceof QueryFailure) return error.message;
  return `GENERIC_INTERNAL_ERROR: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}
