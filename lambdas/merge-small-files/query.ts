import type { Ports } from "./ports";
import type { Statement } from "./statement";

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
const WAIT_GROWTH = 1.5;

/** The engine refused or gave up a query. */
export class QueryFailed extends Error {
  override readonly name = "QueryFailed";
}

/** There was no time left for the work; the next run takes it up. */
export class DeadlineReached extends Error {
  override readonly name = "DeadlineReached";
}

/** Runs queries one after the other, and counts them. */
export class QueryRunner {
  #started = 0;

  /** @param deadlineMs from then on (ms since 1970) a query is stopped instead of awaited */
  constructor(
    private readonly ports: Pick<Ports, "queries" | "clock">,
    private readonly deadlineMs: number,
  ) {}

  /** Queries started so far. */
  get started(): number {
    return this.#started;
  }

  /**
   * Runs a statement to its end and returns its query's id.
   * @throws QueryFailed with the engine's reason; DeadlineReached after stopping the query.
   */
  async run(statement: Statement): Promise<string> {
    const { queries, clock } = this.ports;
    if (clock.now() >= this.deadlineMs)
      throw new DeadlineReached(`no time was left for a ${statement.kind} query`);
    this.#started++;
    const id = await queries.start(statement);
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * WAIT_GROWTH, LONGEST_WAIT_MS)) {
      const state = await queries.state(id);
      if (state.state === "succeeded") return id;
      if (state.state === "failed") throw new QueryFailed(`${statement.kind} query ${id}: ${state.reason}`);
      if (clock.now() + waitMs > this.deadlineMs) {
        await queries.stop(id);
        throw new DeadlineReached(`${statement.kind} query ${id} was stopped at the deadline`);
      }
      await clock.sleep(waitMs);
    }
  }

  /**
   * Runs a statement whose answer is one row that begins with `numbers` counts.
   * @throws what {@link run} throws; QueryFailed when the answer has another shape.
   */
  async counts(statement: Statement, numbers: number): Promise<{ counts: number[]; others: string[] }> {
    const id = await this.run(statement);
    const rows = await this.ports.queries.rows(id);
    const [row = []] = rows;
    const counts = row.slice(0, numbers);
    if (rows.length !== 1 || counts.length !== numbers || !counts.every((cell) => /^\d+$/.test(cell))) {
      throw new QueryFailed(`${statement.kind} query ${id} answered ${JSON.stringify(rows).slice(0, 200)}`);
    }
    return { counts: counts.map(Number), others: row.slice(numbers) };
  }
}
