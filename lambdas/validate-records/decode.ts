import type { FirehoseTransformationEventRecord } from "aws-lambda";
import type { StreamRecord } from "../../contract/lines";

/**
 * A record as Firehose hands it to its transformation.
 * @throws Error when it does not come from a Kinesis stream, for then its lines have no identity.
 */
export function decodeFirehoseRecord(record: FirehoseTransformationEventRecord): StreamRecord {
  const source = record.kinesisRecordMetadata;
  if (!source) {
    throw new Error(
      `Record ${record.recordId} carries no kinesisRecordMetadata; the delivery stream's source must be a Kinesis stream`,
    );
  }
  return {
    shardId: source.shardId,
    sequenceNumber: source.sequenceNumber,
    subsequenceNumber: subsequence(source.subsequenceNumber, record.recordId),
    arrivedAtMs: source.approximateArrivalTimestamp,
    data: Buffer.from(record.data, "base64"),
  };
}

/** Firehose leaves it empty, or says 0, where the record was not aggregated. */
function subsequence(given: string | number | undefined, recordId: string): number {
  if (given === undefined || given === "") return 0;
  const number = Number(given);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new Error(`Record ${recordId} has subsequenceNumber "${given}"; a whole number is wanted`);
  }
  return number;
}
