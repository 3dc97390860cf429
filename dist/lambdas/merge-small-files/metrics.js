"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.METRICS = void 0;
/** Metrics of MergeSmallFiles, in the functions' namespace; an alarm names them from here. */
exports.METRICS = {
    mergedHours: "MergedHours",
    mergedRows: "MergedRows",
    /** Hours that must not be merged: raw objects are gone, or rows of one identity differ. */
    refusedHours: "RefusedHours",
    /** Merges, comparisons and sweeps that failed; the run fails after the others were done. */
    failedSteps: "FailedSteps",
    /** Hours left to the next run, because time ran out or their query has not ended. */
    backlogHours: "BacklogHours",
    /** Hours that left the look-back unmerged or uncompared and have not been settled since. */
    unsettledHours: "UnsettledHours",
    /** Identities of an ended hour whose raw objects and Parquet files do not agree. */
    identityDifferences: "IdentityDifferences",
    queries: "Queries",
    /** Age of the oldest raw object that is not merged yet, in seconds. Each run that ends reports it. */
    staleness: "StalenessSeconds",
    duration: "DurationMilliseconds",
    /** Runs that found the lease held and did nothing: they report nothing else. */
    busyRuns: "BusyRuns",
};
