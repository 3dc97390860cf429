import type { METRICS as UPSERT } from "../../lambdas/upsert-to-es/metrics";
import type { METRICS as VALIDATE } from "../../lambdas/validate-records/metrics";
import { product } from "../arithmetic";
import type { IEventStream } from "../ingest/event-stream";
import type { AlarmSpec } from "./alarm";
import { functionMetrics, type Metric, type MetricMath, MINUTE, ownMetrics, readerStopped } from "./metric";
import type { MonitoredFunction } from "./monitored";

/** Share of the timeout from which an invocation is about to be cut off. */
const NEARLY_TIMED_OUT = 0.8;
const QUARANTINE_PERCENT = 1;
const QUARANTINE_PERIOD = 15 * MINUTE;

/**
 * Alarms that every function has.
 * @param called its name in the alarms, such as `upsert-to-es`
 * @param periods number of periods that must breach: a function that is retried may fail now and then
 * @param periodSeconds length of a period; not shorter than the time from one invocation to the next. @default five
 * minutes
 */
export function functionAlarms(
  called: string,
  monitored: MonitoredFunction,
  periods: Pick<AlarmSpec, "datapointsToAlarm" | "evaluationPeriods">,
  periodSeconds?: number,
): AlarmSpec[] {
  const metric = functionMetrics(monitored);
  const { timeoutSeconds } = monitored;
  return [
    {
      name: `${called}-errors`,
      description: `Invocations of ${called} fail and are retried; their work is delayed. See the function's log.`,
      metric: metric("Errors", "Sum", periodSeconds),
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      ...periods,
      treatMissingData: "notBreaching",
      missingDataReason: "a function without invocations does not fail",
    },
    {
      name: `${called}-duration`,
      description: `Invocations of ${called} take more than ${NEARLY_TIMED_OUT * 100} % of their ${timeoutSeconds} seconds: at 100 % they are cut off and their work is repeated.`,
      metric: metric("Duration", "Maximum", periodSeconds),
      comparisonOperator: "GreaterThanThreshold",
      threshold: product(NEARLY_TIMED_OUT, timeoutSeconds, 1000),
      ...periods,
      treatMissingData: "notBreaching",
      missingDataReason: "a function without invocations takes no time",
    },
    {
      name: `${called}-throttles`,
      description: `Lambda throttles ${called}: the account's concurrency is used up, and its work waits. Find who uses it, or raise the quota.`,
      metric: metric("Throttles", "Sum", periodSeconds),
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      ...periods,
      treatMissingData: "notBreaching",
      missingDataReason: "a function without invocations is not throttled",
    },
  ];
}

/** Alarms of ValidateRecords alone. */
export function validateAlarms(monitored: MonitoredFunction): AlarmSpec[] {
  const own = ownMetrics<typeof VALIDATE>(monitored);
  return [
    quarantineRate(
      "validate-records",
      own("LinesQuarantined", "Sum", QUARANTINE_PERIOD),
      own("LinesAccepted", "Sum", QUARANTINE_PERIOD),
    ),
  ];
}

/**
 * Alarms of UpsertToES alone.
 * @param lateMinutes from a record's arrival to its indexing, from which dashboards show old data
 * @param failedRecords objects with batches that the mapping discarded
 */
export function upsertAlarms(
  monitored: MonitoredFunction,
  source: IEventStream,
  lateMinutes: number,
  failedRecords: Metric,
): AlarmSpec[] {
  const metric = functionMetrics(monitored);
  const own = ownMetrics<typeof UPSERT>(monitored);
  return [
    {
      name: "upsert-to-es-iterator-age",
      description: `Records are indexed more than ${lateMinutes} minutes after they arrived: Dashboards show old data. Look at the search domain first.`,
      metric: metric("IteratorAge", "Maximum"),
      comparisonOperator: "GreaterThanThreshold",
      threshold: product(lateMinutes, MINUTE, 1000),
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      treatMissingData: "ignore",
      missingDataReason: "it is reported only when a batch ends, and none may end in an outage",
    },
    {
      name: "upsert-to-es-stopped",
      description:
        "Records enter the stream, and UpsertToES has not been invoked for 15 minutes: nothing new is indexed. See the event source mapping.",
      metric: readerStopped(source, metric("Invocations", "Sum")),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      treatMissingData: "ignore",
      missingDataReason: "without incoming records it cannot be determined",
    },
    {
      name: "upsert-to-es-given-up",
      description:
        "The event source mapping discarded records that grew too old: they are in the lake under aws/lambda/ and in no index. Repair the cause, then redrive them.",
      metric: failedRecords,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      treatMissingData: "notBreaching",
      missingDataReason: "the rule counts only when an object is put there",
    },
    {
      name: "upsert-to-es-given-up-lost",
      description:
        "Discarded records could not be written to the lake: only the stream still has them. Repair the destination, then replay before they expire.",
      metric: metric("DestinationDeliveryFailures", "Sum"),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      treatMissingData: "notBreaching",
      missingDataReason: "it is reported only when a batch is discarded",
    },
    {
      name: "upsert-to-es-refused",
      description:
        "The search domain refuses UpsertToES: its role is not mapped, or not allowed. Records wait in the stream. Deploy again, so that SearchSetup maps it.",
      metric: own("SearchRefusals", "Sum"),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      treatMissingData: "notBreaching",
      missingDataReason:
        "each invocation reports it, and upsert-to-es-stopped covers the absence of invocations",
    },
    quarantineRate(
      "upsert-to-es",
      own("LinesQuarantined", "Sum", QUARANTINE_PERIOD),
      own("LinesIndexed", "Sum", QUARANTINE_PERIOD),
    ),
  ];
}

function quarantineRate(called: string, quarantined: Metric, good: Metric): AlarmSpec {
  const metric: MetricMath = {
    expression: "100 * quarantined / (quarantined + good)",
    label: "Quarantined, percent of the lines",
    metrics: { quarantined, good },
  };
  return {
    name: `${called}-quarantine-rate`,
    description: `More than ${QUARANTINE_PERCENT} % of the lines that ${called} judged in 15 minutes went to quarantine: they are missing in the other tables. See the saved query quarantine for the reasons, and tell the producer.`,
    metric,
    comparisonOperator: "GreaterThanThreshold",
    threshold: QUARANTINE_PERCENT,
    treatMissingData: "notBreaching",
    missingDataReason: "there were no lines",
  };
}
