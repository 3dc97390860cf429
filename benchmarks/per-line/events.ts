import type { FirehoseTransformationEvent, KinesisStreamEvent } from "aws-lambda";

/** Sequence numbers of one shard as Kinesis assigns them: 56 digits, whose last change from record to record. */
const FIRST_SEQUENCE = 49590338271490256608559692538361571095921575989136588898n;
const SHARD_ID = "shardId-000000000000";
/** Now, as the generator's event times: a line from the future would be refused. */
const FIRST_ARRIVAL_MS = Date.now();

const sequenceOf = (at: number): string => String(FIRST_SEQUENCE + 1_000_003n * BigInt(at));
const dataOf = (lines: readonly string[]): string => Buffer.from(`${lines.join("\n")}\n`).toString("base64");

/** Lines, so many a record. */
function* packed(lines: readonly string[], pack: number): Generator<readonly string[]> {
  for (let at = 0; at < lines.length; at += pack) yield lines.slice(at, at + pack);
}

/** What an event source mapping passes to its function. @param pack lines in a record */
export function kinesisEvent(lines: readonly string[], pack: number): KinesisStreamEvent {
  const Records = [...packed(lines, pack)].map((part, at) => ({
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey: `part-${String(1 + (at % 1024)).padStart(5, "0")}`,
      sequenceNumber: sequenceOf(at),
      data: dataOf(part),
      approximateArrivalTimestamp: (FIRST_ARRIVAL_MS + 7 * at) / 1_000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${SHARD_ID}:${sequenceOf(at)}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: "arn:aws:iam::123456789012:role/UpsertToES",
    awsRegion: "eu-west-1",
    eventSourceARN: "arn:aws:kinesis:eu-west-1:123456789012:stream/retail-trans",
  }));
  return { Records };
}

/** What Firehose passes to its transformation. @param pack lines in a record */
export function firehoseEvent(lines: readonly string[], pack: number): FirehoseTransformationEvent {
  const records = [...packed(lines, pack)].map((part, at) => ({
    recordId: `${SHARD_ID}${sequenceOf(at)}${"0".repeat(64)}`,
    approximateArrivalTimestamp: FIRST_ARRIVAL_MS + 7 * at,
    data: dataOf(part),
    kinesisRecordMetadata: {
      shardId: SHARD_ID,
      partitionKey: `part-${String(1 + (at % 1024)).padStart(5, "0")}`,
      sequenceNumber: sequenceOf(at),
      subsequenceNumber: "",
      approximateArrivalTimestamp: FIRST_ARRIVAL_MS + 7 * at,
    },
  }));
  return {
    invocationId: "00000000-0000-0000-0000-000000000000",
    deliveryStreamArn: "arn:aws:firehose:eu-west-1:123456789012:deliverystream/retail-trans",
    sourceKinesisStreamArn: "arn:aws:kinesis:eu-west-1:123456789012:stream/retail-trans",
    region: "eu-west-1",
    records,
  };
}
