import type { METRICS as UPSERT } from "../../lambdas/upsert-to-es/metrics";
import type { METRICS as VALIDATE } from "../../lambdas/validate-records/metrics";
import type { EventStream } from "../ingest/event-stream";
import type { AlarmSpec } from "./alarm";
import { type Formula, functionMetrics, type Metric, MINUTE, ownMetrics, readerStopped } from "./metric";
import type { WatchedFunction } from "./watched";

/** An invocation that takes so much of its time-out is about to be cut off. */
const NEARLY_TIMED_OUT = 0.8;
/** Dashboards show sales within seconds; this late, people look at an old picture. */
const LATE_SECONDS = 5 * MINUTE;
const QUARANTINE_PERCENT = 1;
const QUARANTINE_PERIOD = 15 * MINUTE;

/**
 * What is watched of every function.
 * @param called its name in the alarms, such as `upsert-to-es`
 * @param lasting periods of five minutes: what is repeated by itself may fail now and then
 */
export function functionAlarms(
  called: string,
  watched: WatchedFunction,
  lasting: NonNullable<AlarmSpec["lasting"]>,
): AlarmSpec[] {
  const metric = functionMetrics(watched);
  const { timeoutSeconds } = watched;
  return [
    {
      name: `${called}-errors`,
      says: `Invocations of ${called} fail.`,
      watches: metric("Errors", "Sum"),
      bad: { comparison: ">", threshold: 0 },
      lasting,
      silence: { means: "fine", because: "a function that is not called does not fail" },
    },
    {
      name: `${called}-duration`,
      says: `Invocations of ${called} take more than ${NEARLY_TIMED_OUT * 100} % of their ${timeoutSeconds} seconds.`,
      watches: metric("Duration", "Maximum"),
      bad: { comparison: ">", threshold: NEARLY_TIMED_OUT * timeoutSeconds * 1000 },
      lasting,
      silence: { means: "fine", because: "a function that is not called takes no time" },
    },
    {
      name: `${called}-throttles`,
      says: `Lambda refuses to run ${called}: the account runs as many functions at once as it may.`,
      watches: metric("Throttles", "Sum"),
      bad: { comparison: ">", threshold: 0 },
      lasting,
      silence: { means: "fine", because: "a function that is not called is not refused" },
    },
  ];
}

/** What only ValidateRecords can tell. */
export function validateAlarms(watched: WatchedFunction): AlarmSpec[] {
  const own = ownMetrics<typeof VALIDATE>(watched);
  return [
    quarantineRate(
      "validate-records",
      own("LinesQuarantined", "Sum", QUARANTINE_PERIOD),
      own("LinesAccepted", "Sum", QUARANTINE_PERIOD),
    ),
  ];
}

/** What only UpsertToES can tell. @param leftBehind objects with records that the mapping gave up */
export function upsertAlarms(watched: WatchedFunction, source: EventStream, leftBehind: Metric): AlarmSpec[] {
  const metric = functionMetrics(watched);
  const own = ownMetrics<typeof UPSERT>(watched);
  return [
    {
      name: "upsert-to-es-iterator-age",
      says: `Records are indexed more than ${LATE_SECONDS / MINUTE} minutes after they were sent.`,
      watches: metric("IteratorAge", "Maximum"),
      bad: { comparison: ">", threshold: LATE_SECONDS * 1000 },
      lasting: { bad: 3, of: 3 },
      silence: {
        means: "nothing new",
        because: "it is reported only when a batch ends, and none may end in an outage",
      },
    },
    {
      name: "upsert-to-es-stopped",
      says: "Records are sent, and the function has not been called for a quarter of an hour.",
      watches: readerStopped(source, metric("Invocations", "Sum")),
      bad: { comparison: ">=", threshold: 1 },
      lasting: { bad: 3, of: 3 },
      silence: { means: "nothing new", because: "while nothing is sent nobody can tell" },
    },
    {
      name: "upsert-to-es-given-up",
      says: "Records grew too old to be indexed: they lie in the lake under aws/lambda/ and in no index.",
      watches: leftBehind,
      bad: { comparison: ">=", threshold: 1 },
      silence: { means: "fine", because: "the rule counts only when an object is put there" },
    },
    {
      name: "upsert-to-es-given-up-lost",
      says: "Records were given up and could not be put into the lake either: they exist in the stream alone.",
      watches: metric("DestinationDeliveryFailures", "Sum"),
      bad: { comparison: ">=", threshold: 1 },
      silence: { means: "fine", because: "it is reported only when something is given up" },
    },
    {
      name: "upsert-to-es-refused",
      says: "The search domain refuses the function: its role is not mapped, or not allowed.",
      watches: own("SearchRefusals", "Sum"),
      bad: { comparison: ">=", threshold: 1 },
      lasting: { bad: 3, of: 3 },
      silence: {
        means: "fine",
        because: "each invocation reports it, and another alarm speaks when there are none",
      },
    },
    quarantineRate(
      "upsert-to-es",
      own("LinesQuarantined", "Sum", QUARANTINE_PERIOD),
      own("LinesIndexed", "Sum", QUARANTINE_PERIOD),
    ),
  ];
}

function quarantineRate(called: string, quarantined: Metric, good: Metric): AlarmSpec {
  const watches: Formula = {
    formula: "100 * quarantined / (quarantined + good)",
    label: "Quarantined, percent of the lines",
    of: { quarantined, good },
  };
  return {
    name: `${called}-quarantine-rate`,
    says: `Of the lines that ${called} saw in a quarter of an hour, more than ${QUARANTINE_PERCENT} % went to quarantine.`,
    watches,
    bad: { comparison: ">", threshold: QUARANTINE_PERCENT },
    silence: { means: "fine", because: "there were no lines" },
  };
}
