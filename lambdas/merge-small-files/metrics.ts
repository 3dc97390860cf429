/** Metrics of MergeSmallFiles, in the functions' namespace; an alarm names them from here. */
export const METRICS = {
  mergedHours: "MergedHours",
  mergedRows: "MergedRows",
  /** Hours whose raw objects became fewer: not merged. */
  refusedHours: "RefusedHours",
  /** Merges, comparisons and sweeps that failed; the run rejects after the others were done. */
  failedSteps: "FailedSteps",
  /** Hours left to the next run, for want of time. */
  backlogHours: "BacklogHours",
  /** Identities that only one of an ended hour's raw objects and Parquet files has. */
  identityDifferences: "IdentityDifferences",
  queries: "Queries",
  /** Age of the oldest raw object that no merge has taken yet, in seconds. Each run that ends reports it. */
  staleness: "StalenessSeconds",
  duration: "DurationMilliseconds",
  /** Runs that found the lease held and did nothing: they report nothing else. */
  busyRuns: "BusyRuns",
} as const;
