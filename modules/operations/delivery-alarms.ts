import type { DeliveryStream } from "../batch/delivery-stream";
import type { EventStream } from "../ingest/event-stream";
import type { AlarmSpec } from "./alarm";
import { deliveryMetrics, type Metric, MINUTE, readerStopped } from "./metric";

/** The lab's buffer holds a record for a minute, and its validation takes seconds. */
const LATE_SECONDS = 15 * MINUTE;

/** The way from the stream to the lake. @param leftBehind objects that Firehose put under the error prefix */
export function deliveryAlarms(
  delivery: DeliveryStream,
  source: EventStream,
  leftBehind: Metric,
): AlarmSpec[] {
  const metric = deliveryMetrics(delivery);
  return [
    {
      name: "delivery-freshness",
      says: `The oldest record that Firehose holds has waited for the lake for more than ${LATE_SECONDS / MINUTE} minutes.`,
      watches: metric("DeliveryToS3.DataFreshness", "Maximum"),
      bad: { comparison: ">", threshold: LATE_SECONDS },
      lasting: { bad: 3, of: 3 },
      // https://docs.aws.amazon.com/firehose/latest/dev/data-freshness-metric-not-emitted.html
      silence: { means: "nothing new", because: "it is not reported while delivery is blocked altogether" },
    },
    {
      name: "delivery-behind",
      says: `Firehose reads the stream more than ${LATE_SECONDS / MINUTE} minutes late.`,
      watches: metric("KinesisMillisBehindLatest", "Maximum"),
      bad: { comparison: ">", threshold: LATE_SECONDS * 1000 },
      lasting: { bad: 3, of: 3 },
      silence: { means: "nothing new", because: "Firehose reports it only while it reads" },
    },
    {
      name: "delivery-stopped",
      says: "Records are sent, and Firehose has read none of them for a quarter of an hour.",
      watches: readerStopped(source, metric("DataReadFromKinesisStream.Records", "Sum")),
      bad: { comparison: ">=", threshold: 1 },
      lasting: { bad: 3, of: 3 },
      silence: { means: "nothing new", because: "while nothing is sent nobody can tell" },
    },
    {
      name: "delivery-errors",
      says: "Firehose gave records up: they lie under the error prefix and in no table.",
      watches: leftBehind,
      bad: { comparison: ">=", threshold: 1 },
      silence: { means: "fine", because: "the rule counts only when an object is put there" },
    },
  ];
}
