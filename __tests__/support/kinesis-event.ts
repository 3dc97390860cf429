import type { KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import { GOOD_ROW } from "./good-row";

/** A line that meets the contract, with changes. */
export function goodLine(change: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...GOOD_ROW, ...change });
}

/** The sequence number of the n-th record of a test. */
export function sequenceNumber(n: number): string {
  return (49590338271490256608559692538361571095921575989136588898n + BigInt(n)).toString();
}

/** A record in the form of the event source mapping. @param n its place in the shard */
export function kinesisRecord(data: string | Uint8Array, n: number, shard = 1): KinesisStreamRecord {
  return {
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey: "part-00001",
      sequenceNumber: sequenceNumber(n),
      data: Buffer.from(data).toString("base64"),
      approximateArrivalTimestamp: 1795489200.123,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `shardId-${String(shard).padStart(12, "0")}:${sequenceNumber(n)}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: "arn:aws:iam::000000000000:role/UpsertToES",
    awsRegion: "eu-west-1",
    eventSourceARN: "arn:aws:kinesis:eu-west-1:000000000000:stream/retail-trans",
  };
}

/** An event of one record for each item, in the order of the shard. */
export function kinesisEvent(data: readonly (string | Uint8Array)[]): KinesisStreamEvent {
  return { Records: data.map((item, n) => kinesisRecord(item, n)) };
}
