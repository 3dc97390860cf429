import type { METRICS } from "../../lambdas/merge-small-files/metrics";
import type { AlarmSpec } from "./alarm";
import { HOUR, MINUTE, ownMetrics } from "./metric";
import type { MonitoredFunction } from "./monitored";

/** Three runs of every five minutes. */
const THREE_RUNS = 15 * MINUTE;
const LATE_SECONDS = 30 * MINUTE;

/** Alarms of MergeSmallFiles alone. */
export function mergeAlarms(monitored: MonitoredFunction): AlarmSpec[] {
  const own = ownMetrics<typeof METRICS>(monitored);
  return [
    {
      name: "merge-small-files-silent",
      description:
        "No run of MergeSmallFiles has ended for 15 minutes, where three should have: Parquet falls behind. See the function's log and its schedule.",
      metric: own("StalenessSeconds", "SampleCount", THREE_RUNS),
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      treatMissingData: "breaching",
      missingDataReason: "each run that ends reports, also one with nothing to do",
    },
    {
      name: "merge-small-files-staleness",
      description: `A raw object has waited for its merge for more than ${LATE_SECONDS / MINUTE} minutes: queries of the Parquet table lack it. See the function's log.`,
      metric: own("StalenessSeconds", "Maximum"),
      comparisonOperator: "GreaterThanThreshold",
      threshold: LATE_SECONDS,
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      treatMissingData: "ignore",
      missingDataReason: "a run that failed leaves every object as old as it was",
    },
    {
      name: "merge-small-files-refused",
      description:
        "Raw objects that were merged are gone: their hours are not merged again until somebody has decided. Find who deleted them.",
      metric: own("RefusedHours", "Maximum", HOUR),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      // Older hours are looked at once an hour, not always within the same one by the clock.
      datapointsToAlarm: 1,
      evaluationPeriods: 2,
      treatMissingData: "ignore",
      missingDataReason: "merge-small-files-silent covers runs that do not end",
    },
    {
      name: "merge-small-files-failed-steps",
      description:
        "Merges, comparisons or sweeps of single hours keep failing; the other hours are done. See the function's log for the hour and the reason.",
      metric: own("FailedSteps", "Maximum"),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      datapointsToAlarm: 3,
      evaluationPeriods: 6,
      treatMissingData: "ignore",
      missingDataReason: "merge-small-files-silent covers runs that do not end",
    },
    {
      name: "merge-small-files-differences",
      description:
        "The raw objects and the Parquet files of an hour do not hold the same lines: sums over that hour are wrong in one table. Run the reconciliation.",
      metric: own("IdentityDifferences", "Sum"),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      treatMissingData: "notBreaching",
      missingDataReason:
        "each hour is compared once, and merge-small-files-silent covers runs that do not end",
    },
  ];
}
