import { HOUR_MS } from "../../contract/hours";
import { product } from "../arithmetic";
import type { IEventStream } from "../ingest/event-stream";
import type { AlarmSpec } from "./alarm";
import { streamMetrics } from "./metric";

/**
 * Alarms of the stream: producers, consumers, and a consumer so late that records will expire.
 * @param consumerHours that a consumer may lag
 */
export function streamAlarms(stream: IEventStream, consumerHours: number): AlarmSpec[] {
  const metric = streamMetrics(stream);
  return [
    {
      name: "stream-iterator-age",
      description: `A consumer of the stream lags by more than ${consumerHours} hours; when it lags by ${stream.retentionHours}, records expire unread. Raise the retention first, then find the consumer.`,
      metric: metric("GetRecords.IteratorAgeMilliseconds", "Maximum"),
      comparisonOperator: "GreaterThanThreshold",
      threshold: product(consumerHours, HOUR_MS),
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      treatMissingData: "ignore",
      missingDataReason: "only a consumer reports it, and one that stopped has not caught up",
    },
    {
      name: "stream-write-throttled",
      description:
        "For 15 minutes producers have written more than the stream takes: those that do not retry lose records. Add capacity, or spread the partition keys.",
      metric: metric("WriteProvisionedThroughputExceeded", "Sum"),
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      treatMissingData: "notBreaching",
      missingDataReason: "there are times without producers",
    },
    {
      name: "stream-read-throttled",
      description:
        "For 15 minutes consumers have exceeded the read limit of a shard, so both layers lag. Look for a third consumer.",
      metric: metric("ReadProvisionedThroughputExceeded", "Sum"),
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      treatMissingData: "notBreaching",
      missingDataReason: "the alarms about stopped consumers cover a stream that nobody reads",
    },
  ];
}
