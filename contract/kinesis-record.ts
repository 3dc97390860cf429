import type { KinesisStreamRecord } from "aws-lambda";
import type { StreamRecord } from "./lines";

/**
 * Decodes a record from an event source mapping. Only the event's id contains the shard's id
 * (`shardId-000000000003:4959…`), and the arrival time is in seconds with a fraction.
 */
export function decodeKinesisRecord({ eventID, kinesis }: KinesisStreamRecord): StreamRecord {
  const colon = eventID.indexOf(":");
  return {
    shardId: colon === -1 ? eventID : eventID.slice(0, colon),
    sequenceNumber: kinesis.sequenceNumber,
    arrivedAtMs: Math.round(kinesis.approximateArrivalTimestamp * 1000),
    data: Buffer.from(kinesis.data, "base64"),
  };
}
