import { settled } from "../../lib/pause";
import { HttpError } from "./server";

/** Requests that are taken at once: one has its turn, the others wait. */
const MOST_WAITING = 16;
/** Status for a client that closed its request, as nginx has it. */
const ABORTED = 499;

/** Answers requests one after the other, so that open pages cannot load an engine with more than one question at a time. */
export class Queue {
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;

  /**
   * Does the work of a request when those before it have ended, whatever their end was.
   * @throws HttpError when too many wait, or when the client has gone before its turn
   */
  public async run<T>(signal: AbortSignal, work: () => T | Promise<T>): Promise<T> {
    if (this.waiting >= MOST_WAITING) {
      throw new HttpError(503, `${MOST_WAITING} requests wait already: ask later`);
    }
    this.waiting++;
    const own = this.last.then(() => {
      if (signal.aborted) throw new HttpError(ABORTED, "the client has disconnected");
      return work();
    });
    this.last = settled(own);
    try {
      return await own;
    } finally {
      this.waiting--;
    }
  }
}

/** Whether the error is that of a client that has gone before its turn. */
export function isAborted(error: unknown): boolean {
  return error instanceof HttpError && error.status === ABORTED;
}
