import { product } from "../arithmetic";
import type { DeliveryStream } from "../batch/delivery-stream";
import type { IEventStream } from "../ingest/event-stream";
import type { AlarmSpec } from "./alarm";
import { deliveryMetrics, type Metric, MINUTE, readerStopped } from "./metric";

/**
 * Alarms of the path from the stream to the lake.
 * @param lateMinutes that Firehose may hold a record, or read behind the stream
 * @param failedRecords objects that Firehose put under the error prefix
 */
export function deliveryAlarms(
  delivery: DeliveryStream,
  source: IEventStream,
  lateMinutes: number,
  failedRecords: Metric,
): AlarmSpec[] {
  const lateSeconds = product(lateMinutes, MINUTE);
  const metric = deliveryMetrics(delivery);
  return [
    {
      name: "delivery-freshness",
      description: `Firehose has held a record for more than ${lateMinutes} minutes: the lake is that far behind. It retries until the record expires in the stream. See its log, then ValidateRecords.`,
      metric: metric("DeliveryToS3.DataFreshness", "Maximum"),
      comparisonOperator: "GreaterThanThreshold",
      threshold: lateSeconds,
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      // https://docs.aws.amazon.com/firehose/latest/dev/data-freshness-metric-not-emitted.html
      treatMissingData: "ignore",
      missingDataReason: "it is not reported while delivery is blocked altogether",
    },
    {
      name: "delivery-behind",
      description: `Firehose reads the stream more than ${lateMinutes} minutes behind: the lake is that far behind. Look for throttled reads and a slow ValidateRecords.`,
      metric: metric("KinesisMillisBehindLatest", "Maximum"),
      comparisonOperator: "GreaterThanThreshold",
      threshold: product(lateSeconds, 1000),
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      treatMissingData: "ignore",
      missingDataReason: "Firehose reports it only while it reads",
    },
    {
      name: "delivery-stopped",
      description:
        "Records enter the stream, and Firehose has read none for 15 minutes: what expires meanwhile never reaches the lake. See Firehose's log, role and key.",
      metric: readerStopped(source, metric("DataReadFromKinesisStream.Records", "Sum")),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      treatMissingData: "ignore",
      missingDataReason: "without incoming records it cannot be determined",
    },
    {
      name: "delivery-errors",
      description:
        "Firehose failed to deliver records: they are under error-json/ and in no table. Find the cause there, then replay them.",
      metric: failedRecords,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      treatMissingData: "notBreaching",
      missingDataReason: "the rule counts only when an object is put there",
    },
  ];
}
