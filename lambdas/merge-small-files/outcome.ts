import type { MergedHour } from "./merge-hour";

/** Something that went wrong without stopping the run. */
export interface Failure {
  readonly step: "merge" | "compare" | "sweep";
  /** Such as `2026-11-24T03`; absent where the step is not about an hour. */
  readonly hour?: string;
  readonly error: string;
}

/** What a run did; hours by name, such as `2026-11-24T03`. */
export interface Outcome {
  /** `busy`: another run held the lease, and nothing was done. */
  readonly status: "done" | "busy";
  /** Whether all hours of the look-back were looked at, not only the newest. */
  readonly hourlyPass: boolean;
  /** Partitions of the raw table that were missing and were made. */
  readonly registered: number;
  readonly merged: readonly MergedHour[];
  /** Hours with nothing to do. */
  readonly unchanged: readonly string[];
  /** Hours whose raw objects became fewer. */
  readonly refused: readonly { readonly hour: string; readonly why: string }[];
  /** Hours whose merge or comparison found no time; the next run takes them up. */
  readonly postponed: readonly string[];
  readonly failed: readonly Failure[];
  readonly compared: readonly { readonly hour: string; readonly differences: number }[];
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

/** The outcome of a run that found the lease held. */
export const BUSY: Outcome = {
  status: "busy",
  hourlyPass: false,
  registered: 0,
  merged: [],
  unchanged: [],
  refused: [],
  postponed: [],
  failed: [],
  compared: [],
  swept: { runs: [], tables: [] },
  queries: 0,
  stalenessSeconds: 0,
};
