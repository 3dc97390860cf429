import type { EventStream } from "../ingest/event-stream";
import type { AlarmSpec } from "./alarm";
import { streamMetrics } from "./metric";

const MILLISECONDS_AN_HOUR = 3_600_000;

/** The stream itself: who writes, who reads, and whether a reader is so late that records are about to expire. */
export function streamAlarms(stream: EventStream, retentionHours: number): AlarmSpec[] {
  const metric = streamMetrics(stream);
  return [
    {
      name: "stream-iterator-age",
      says: "A reader of the stream is so late that a quarter of the time is gone until records are lost to it.",
      watches: metric("GetRecords.IteratorAgeMilliseconds", "Maximum"),
      bad: { comparison: ">", threshold: (retentionHours / 4) * MILLISECONDS_AN_HOUR },
      lasting: { bad: 3, of: 3 },
      silence: {
        means: "nothing new",
        because: "only a reader reports it, and one that stopped has not caught up",
      },
    },
    {
      name: "stream-write-throttled",
      says: "Producers have been refused for a quarter of an hour because they send more than the stream takes.",
      watches: metric("WriteProvisionedThroughputExceeded", "Sum"),
      bad: { comparison: ">", threshold: 0 },
      lasting: { bad: 3, of: 3 },
      silence: { means: "fine", because: "nobody sends at times" },
    },
    {
      name: "stream-read-throttled",
      says: "Readers have been refused for a quarter of an hour because they ask for more than a shard gives.",
      watches: metric("ReadProvisionedThroughputExceeded", "Sum"),
      bad: { comparison: ">", threshold: 0 },
      lasting: { bad: 3, of: 3 },
      silence: { means: "fine", because: "without a reader the alarms about stopped readers speak" },
    },
  ];
}
