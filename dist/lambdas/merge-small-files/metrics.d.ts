/** Metrics of MergeSmallFiles, in the functions' namespace; an alarm names them from here. */
export declare const METRICS: {
    readonly mergedHours: "MergedHours";
    readonly mergedRows: "MergedRows";
    /** Hours that must not be merged: raw objects are gone, or rows of one identity differ. */
    readonly refusedHours: "RefusedHours";
    /** Merges, comparisons and sweeps that failed; the run fails after the others were done. */
    readonly failedSteps: "FailedSteps";
    /** Hours left to the next run, because time ran out or their query has not ended. */
    readonly backlogHours: "BacklogHours";
    /** Hours that left the look-back unmerged or uncompared and have not been settled since. */
    readonly unsettledHours: "UnsettledHours";
    /** Identities of an ended hour whose raw objects and Parquet files do not agree. */
    readonly identityDifferences: "IdentityDifferences";
    readonly queries: "Queries";
    /** Age of the oldest raw object that is not merged yet, in seconds. Each run that ends reports it. */
    readonly staleness: "StalenessSeconds";
    readonly duration: "DurationMilliseconds";
    /** Runs that found the lease held and did nothing: they report nothing else. */
    readonly busyRuns: "BusyRuns";
};
