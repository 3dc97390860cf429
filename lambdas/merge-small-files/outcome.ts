import type { MergedHour } from "./tasks";

/** Something that went wrong without stopping the run. */
export interface Failure {
  readonly step: "look" | "merge" | "compare" | "settle" | "expire" | "sweep";
  /** Such as `2026-11-24T03`; absent where the step is not about an hour. */
  readonly hour?: string;
  readonly error: string;
}

/** What a run did; hours by name, such as `2026-11-24T03`. */
export interface Outcome {
  /** `busy`: another run held the lease, and nothing was done. `acknowledged`: nothing but that was done. */
  readonly status: "done" | "busy" | "acknowledged";
  /** Whether all hours of the look-back were looked at, not only the newest. */
  readonly hourlyPass: boolean;
  /** Partitions of the raw table that were missing and were made. */
  readonly registered: number;
  readonly merged: readonly MergedHour[];
  /** Hours with nothing to do. */
  readonly unchanged: readonly string[];
  /** Hours that must not be merged, and why: raw objects are gone, or rows of one identity differ. */
  readonly refused: readonly { readonly hour: string; readonly why: string }[];
  /** Hours whose query has not ended; the next run goes on with it. */
  readonly inFlight: readonly string[];
  /** Hours whose merge or comparison found no time; the next run takes them up. */
  readonly postponed: readonly string[];
  readonly failed: readonly Failure[];
  /** Hours whose last attempt failed; each is tried again after a while. */
  readonly failing: readonly string[];
  readonly compared: readonly { readonly hour: string; readonly differences: number }[];
  /** Hours that left the look-back and are not settled. */
  readonly unsettled: readonly string[];
  /** Raw partitions without objects whose hours have expired: they were dropped. */
  readonly expired: number;
  readonly swept: { readonly runs: readonly string[]; readonly tables: readonly string[] };
  /** Queries that were started. */
  readonly queries: number;
  /** Age of the oldest raw object that no merge has taken yet, in seconds; 0 when all are merged. */
  readonly stalenessSeconds: number;
}

/** Parts of a run failed; the rest was done. The message names each part. */
export class MergeRunFailed extends Error {
  override readonly name = "MergeRunFailed";

  constructor(readonly outcome: Outcome) {
    super(
      outcome.failed
        .map(({ step, hour, error }) => `${step}${hour === undefined ? "" : ` of ${hour}`}: ${error}`)
        .join("; "),
    );
  }
}

/** The outcome of a run that did nothing. */
export const NOTHING: Omit<Outcome, "status"> = {
  hourlyPass: false,
  registered: 0,
  merged: [],
  unchanged: [],
  refused: [],
  inFlight: [],
  postponed: [],
  failed: [],
  failing: [],
  compared: [],
  unsettled: [],
  expired: 0,
  swept: { runs: [], tables: [] },
  queries: 0,
  stalenessSeconds: 0,
};
