import type { METRICS } from "../../lambdas/merge-small-files/metrics";
import type { AlarmSpec } from "./alarm";
import { HOUR, MINUTE, ownMetrics } from "./metric";
import type { WatchedFunction } from "./watched";

/** Three runs of every five minutes. */
const THREE_RUNS = 15 * MINUTE;
const LATE_SECONDS = 30 * MINUTE;

/** What only MergeSmallFiles can tell. */
export function mergeAlarms(watched: WatchedFunction): AlarmSpec[] {
  const own = ownMetrics<typeof METRICS>(watched);
  return [
    {
      name: "merge-small-files-silent",
      says: "No merge has come to its end for a quarter of an hour; three should have.",
      watches: own("StalenessSeconds", "SampleCount", THREE_RUNS),
      bad: { comparison: "<", threshold: 1 },
      silence: { means: "bad", because: "each run that ends reports, also one with nothing to do" },
    },
    {
      name: "merge-small-files-staleness",
      says: `Raw objects have waited for their merge for more than ${LATE_SECONDS / MINUTE} minutes.`,
      watches: own("StalenessSeconds", "Maximum"),
      bad: { comparison: ">", threshold: LATE_SECONDS },
      lasting: { bad: 3, of: 3 },
      silence: { means: "nothing new", because: "a run that broke off leaves everything as old as it was" },
    },
    {
      name: "merge-small-files-refused",
      says: "Raw objects became fewer: their hours are not merged until somebody has looked.",
      watches: own("RefusedHours", "Maximum", HOUR),
      bad: { comparison: ">=", threshold: 1 },
      // Older hours are looked at once an hour, not always within the same one by the clock.
      lasting: { bad: 1, of: 2 },
      silence: { means: "nothing new", because: "another alarm speaks when no run ends" },
    },
    {
      name: "merge-small-files-failed-steps",
      says: "Merges, comparisons or sweeps of single hours keep failing while the rest is done.",
      watches: own("FailedSteps", "Maximum"),
      bad: { comparison: ">=", threshold: 1 },
      lasting: { bad: 3, of: 6 },
      silence: { means: "nothing new", because: "another alarm speaks when no run ends" },
    },
    {
      name: "merge-small-files-differences",
      says: "Of an hour that ended, the raw objects and the Parquet files do not hold the same lines.",
      watches: own("IdentityDifferences", "Sum"),
      bad: { comparison: ">=", threshold: 1 },
      silence: {
        means: "fine",
        because: "each hour is compared once, and another alarm speaks when no run ends",
      },
    },
  ];
}
