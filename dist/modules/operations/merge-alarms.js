"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.mergeAlarms = mergeAlarms;
const arithmetic_1 = require("../arithmetic");
const metric_1 = require("./metric");
/** Minutes that raw objects may wait in addition to two runs, because a slow run leaves work to the next one. */
const LATE_MINUTES = 20;
/**
 * Alarms of MergeSmallFiles alone.
 * @param everyMinutes from one of its runs to the next
 */
function mergeAlarms(monitored, everyMinutes) {
    const own = (0, metric_1.ownMetrics)(monitored);
    const oneRun = (0, arithmetic_1.product)(everyMinutes, metric_1.MINUTE);
    const lateMinutes = (0, arithmetic_1.sum)(LATE_MINUTES, (0, arithmetic_1.product)(2, everyMinutes));
    return [
        {
            name: "merge-small-files-silent",
            description: `No run of MergeSmallFiles has ended for ${(0, arithmetic_1.product)(3, everyMinutes)} minutes, where three should have: Parquet falls behind. See the function's log and its schedule.`,
            metric: own("StalenessSeconds", "SampleCount", (0, arithmetic_1.product)(3, oneRun)),
            comparisonOperator: "LessThanThreshold",
            threshold: 1,
            treatMissingData: "breaching",
            missingDataReason: "each run that ends reports, also one with nothing to do",
        },
        {
            name: "merge-small-files-staleness",
            description: `A raw object has waited for its merge for more than ${lateMinutes} minutes: queries of the Parquet table do not return it. See the function's log.`,
            metric: own("StalenessSeconds", "Maximum", oneRun),
            comparisonOperator: "GreaterThanThreshold",
            threshold: (0, arithmetic_1.product)(lateMinutes, metric_1.MINUTE),
            datapointsToAlarm: 3,
            evaluationPeriods: 3,
            treatMissingData: "ignore",
            missingDataReason: "a run that failed leaves every object as old as it was",
        },
        {
            name: "merge-small-files-refused",
            description: "Raw objects that were merged are gone, or rows of one identity differ: such an hour is not merged again until somebody has decided. See the function's log.",
            metric: own("RefusedHours", "Maximum", metric_1.HOUR),
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            threshold: 1,
            // Older hours are checked once an hour, but not always within the same clock hour.
            datapointsToAlarm: 1,
            evaluationPeriods: 2,
            treatMissingData: "ignore",
            missingDataReason: "merge-small-files-silent covers runs that do not end",
        },
        {
            name: "merge-small-files-failed-steps",
            description: "Merges, comparisons or sweeps of single hours keep failing; the other hours are done. See the function's log for the hour and the reason.",
            metric: own("FailedSteps", "Maximum", oneRun),
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            threshold: 1,
            datapointsToAlarm: 3,
            evaluationPeriods: 6,
            treatMissingData: "ignore",
            missingDataReason: "merge-small-files-silent covers runs that do not end",
        },
        {
            name: "merge-small-files-unsettled",
            description: "Hours left the look-back unmerged or uncompared: lines that are missing in Parquet are only in the raw zone, until they expire. Repair the hour, or acknowledge it.",
            metric: own("UnsettledHours", "Maximum", metric_1.HOUR),
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            threshold: 1,
            treatMissingData: "ignore",
            missingDataReason: "merge-small-files-silent covers runs that do not end",
        },
        {
            name: "merge-small-files-differences",
            description: "The raw objects and the Parquet files of an hour do not hold the same lines: sums over that hour are wrong in one table. Run the reconciliation.",
            metric: own("IdentityDifferences", "Sum"),
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            threshold: 1,
            treatMissingData: "notBreaching",
            missingDataReason: "each hour is compared once, and merge-small-files-silent covers runs that do not end",
        },
    ];
}
