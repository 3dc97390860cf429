import type { MergedHour } from "./tasks";

/** Something that went wrong without stopping the run. */
export interface Failure {
  readonly step: "look" | "merge" | "compare" | "settle" | "expire" | "sweep";
  /** Such as `2026-11-24T03`; absent if the step does not concern one hour. */
  readonly hour?: string;
  readonly error: string;
}

/** What a run did; hours by name, such as `2026-11-24T03`. */
export interface Outcome {
  /** `busy`: another run held the lease, and nothing was done. `acknowledged`: the run only acknowledged hours. */
  readonly status: "done" | "busy" | "acknowledged";
  /** Whether all hours of the look-back were checked, not only the newest. */
  readonly hourlyPass: boolean;
  /** Missing partitions of the raw table that the run created. */
  readonly registered: number;
  readonly merged: readonly MergedHour[];
  /** Hours with nothing to do. */
  readonly unchanged: readonly string[];
  /** Hours that must not be merged, and why: raw objects are gone, or rows of one identity differ. */
  readonly refused: readonly { readonly hour: string; readonly why: string }[];
  /** Hours whose query has not ended; the next run continues it. */
  readonly inFlight: readonly string[];
  /** Hours whose merge or comparison had no time left; the next run does them. */
  readonly postponed: readonly string[];
  readonly failed: readonly Failure[];
  /** Hours whose last attempt failed; each is retried later. */
  readonly failing: readonly string[];
  readonly compared: readonly { readonly hour: string; readonly differences: number }[];
  /** Hours that left the look-back and are not settled. */
  readonly unsettled: readonly string[];
  /** Dropped raw partitions: they had no objects, and their hours have expired. */
  readonly expired: number;
  readonly swept: { readonly runs: readonly string[]; readonly tables: readonly string[] };
  /** Queries that were started. */
  readonly queries: number;
  /** Age of the oldest raw object that is not merged yet, in seconds; 0 when all are merged. */
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
