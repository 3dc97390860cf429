import type { PackedRecord } from "./pack";

/** Position of a record in the stream. */
export interface StreamPosition {
  readonly shardId: string;
  readonly sequenceNumber: string;
}

/** Outcome of one record of a call. */
export type RecordOutcome =
  /** Stored; `position` is absent without a stream. */
  | { readonly status: "acknowledged"; readonly position?: StreamPosition }
  /** Not stored, because the shard is at its limit: retry later. */
  | { readonly status: "throttled"; readonly reason: string }
  /** Not stored for another reason: retry a few times. */
  | { readonly status: "failed"; readonly reason: string }
  /** Not sent at all: a dry run. */
  | { readonly status: "skipped" };

/**
 * Sends records once, without retries of its own.
 * @returns one outcome for each record, in order. @throws PutError when the call as a whole failed.
 */
export type Put = (records: readonly PackedRecord[]) => Promise<readonly RecordOutcome[]>;

/**
 * How a call failed. `throttled`: nothing was stored; retry later. `unreachable`: nothing was sent; retry a few
 * times. `unanswered`: the records may have been stored; retry a few times. `refused`: every retry would fail too.
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

/** Accepts all records and sends none. */
export const dryRun: Put = async (records) => records.map(() => ({ status: "skipped" }));
