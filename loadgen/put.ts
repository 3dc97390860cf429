import type { PackedRecord } from "./pack";

/** Where the stream put a record. */
export interface Place {
  readonly shardId: string;
  readonly sequenceNumber: string;
}

/** What became of one record of a call. */
export type RecordOutcome =
  /** Taken; `place` is absent where there is no stream. */
  | { readonly status: "acknowledged"; readonly place?: Place }
  /** Not taken because the shard is at its limit: worth repeating, later. */
  | { readonly status: "throttled"; readonly reason: string }
  /** Not taken for another reason: worth repeating some times. */
  | { readonly status: "failed"; readonly reason: string }
  /** Not sent at all: a dry run. */
  | { readonly status: "skipped" };

/**
 * Hands records over once, without any repetition of its own.
 * @returns one outcome a record, in order. @throws PutError when the call as a whole failed.
 */
export type Put = (records: readonly PackedRecord[]) => Promise<readonly RecordOutcome[]>;

/**
 * How a call failed. `throttled`: nothing was taken, worth repeating later. `unreachable`: nothing was sent, worth repeating
 * some times. `unanswered`: the same, but what it held may have been taken. `refused`: no repetition helps.
 */
export type PutFailure = "throttled" | "unreachable" | "unanswered" | "refused";

/** A call failed as a whole; the message is for a person. */
export class PutError extends Error {
  override readonly name = "PutError";

  public constructor(
    public readonly failure: PutFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Takes everything and sends nothing. */
export const dryRun: Put = async (records) => records.map(() => ({ status: "skipped" }));
