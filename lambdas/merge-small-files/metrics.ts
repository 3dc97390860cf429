/** Metrics of MergeSmallFiles, in the functions' namespace; an alarm names them from here. */
export const METRICS = {
  mergedHours: "MergedHours",
  mergedRows: "MergedRows",
  /** Hours that must not be merged: raw objects are gone, or rows of one identity differ. */
  refusedHours: "RefusedHours",
  /** Merges, comparisons and sweeps that failed; the run rejects after the others were done. */
  failedSteps: "FailedSteps",
  /** Hours left to the next run, for want of time or because their query has not ended. */
  backlogHours: "BacklogHours",
  /** Hours that left the look-back without having been merged and compared, and are not settled since. */
  unsettledHours: "UnsettledHours",
  /** Identities of an ended hour whose raw objects and Parquet files do not agree. */
  identityDifferences: "IdentityDifferences",
  queries: "Queries",
  /** Age of the oldest raw object that no merge has taken yet, in seconds. Each run that ends reports it. */
  staleness: "StalenessSeconds",
  duration: "DurationMilliseconds",
  /** Runs that found the lease held and did nothing: they report nothing else. */
  busyRuns: "BusyRuns",
} as const;
