import type { KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import { LAMBDA_REQUEST_BYTES } from "../../../../contract/limits";
import type { EventSourceMappingModel } from "../../../plan/data-plane";
import type { ShardRecord } from "../../stream-consumer/shard-reader";

/** A record and its representation in the function's event. */
export interface EventRecord {
  readonly record: ShardRecord;
  readonly inEvent: KinesisStreamRecord;
  /** Bytes that it adds to the event. */
  readonly bytes: number;
}

/** A record's representation in an event. */
export function eventRecord(model: EventSourceMappingModel, record: ShardRecord): EventRecord {
  const [, , , awsRegion = "", account = ""] = model.streamArn.split(":");
  const functionName = model.functionArn.split(":").at(-1);
  const { shardId, sequenceNumber, partitionKey, arrivedAtMs, data } = record;
  const inEvent: KinesisStreamRecord = {
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey,
      sequenceNumber,
      data: Buffer.from(data).toString("base64"),
      approximateArrivalTimestamp: arrivedAtMs / 1_000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${shardId}:${sequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: `arn:aws:iam::${account}:role/${functionName}`,
    awsRegion,
    eventSourceARN: model.streamArn,
  };
  return { record, inEvent, bytes: Buffer.byteLength(JSON.stringify(inEvent)) + 1 };
}

/** The event for a batch. */
export function kinesisEvent(batch: readonly EventRecord[]): KinesisStreamEvent {
  return { Records: batch.map(({ inEvent }) => inEvent) };
}

/** Length of the next batch: at most `batchSize` records and {@link LAMBDA_REQUEST_BYTES} bytes, but at least one record. */
export function batchLength(records: readonly EventRecord[], batchSize: number): number {
  let bytes = '{"Records":[]}'.length;
  let length = 0;
  for (const record of records) {
    bytes += record.bytes;
    if (length === batchSize || (length > 0 && bytes > LAMBDA_REQUEST_BYTES)) break;
    length++;
  }
  return length;
}
