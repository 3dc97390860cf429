import type { FirehoseTransformationEventRecord } from "aws-lambda";
import type { UserRecord } from "../../contract/lines";
import { firehoseName, MOST_SUBSEQUENCES } from "../../contract/record-id";

/**
 * Records as Firehose hands them to its transformation: it has unpacked what the producer library aggregated.
 *
 * How it numbers user records is not documented, and no numbering may give two lines one identity. A subsequence number
 * is believed where nothing speaks against it; else Firehose's `recordId` takes its place: the line keeps an identity
 * of its own, and the reconciliation reports that it is not the speed layer's. Against it speak:
 *
 * - another record of the invocation that has the same number and another `recordId`;
 * - the end of the `recordId`. Those that are public are the sequence number and then zeros, with or without the
 *   shard before it, and the only number beside them is 0: what follows the sequence number and is not the
 *   subsequence number shows an empty or constant one, though the rest of the aggregate is in another invocation.
 * @throws Error when a record does not come from a Kinesis stream, for then its lines have no identity.
 */
export function decodeFirehoseRecords(records: readonly FirehoseTransformationEventRecord[]): UserRecord[] {
  const decoded = records.map((record) => decode(record));
  const byPlace = new Map<string, string>();
  const shared = new Set<string>();
  for (const { place, recordId } of decoded) {
    const other = byPlace.get(place);
    if (other === undefined) byPlace.set(place, recordId);
    else if (other !== recordId) shared.add(place);
  }
  return decoded.map(({ source, number, place, recordId }) => {
    const believed = !shared.has(place) && isBelievable(number, recordId, source.sequenceNumber);
    return { ...source, within: believed ? number : firehoseName(recordId) };
  });
}

interface Decoded {
  readonly source: UserRecord;
  readonly recordId: string;
  readonly number: number;
  /** The same for two records that would have the same identity. */
  readonly place: string;
}

function decode(record: FirehoseTransformationEventRecord): Decoded {
  const { recordId, kinesisRecordMetadata: metadata } = record;
  if (!metadata) {
    throw new Error(
      `Record ${recordId} carries no kinesisRecordMetadata; the delivery stream's source must be a Kinesis stream`,
    );
  }
  const { shardId, sequenceNumber } = metadata;
  const number = subsequence(metadata.subsequenceNumber, recordId);
  return {
    source: {
      shardId,
      sequenceNumber,
      arrivedAtMs: metadata.approximateArrivalTimestamp,
      data: Buffer.from(record.data, "base64"),
    },
    recordId,
    number,
    place: `${shardId} ${sequenceNumber} ${number}`,
  };
}

function isBelievable(number: number, recordId: string, sequenceNumber: string): boolean {
  if (number >= MOST_SUBSEQUENCES) return false;
  const at = recordId.lastIndexOf(sequenceNumber);
  const end = at === -1 ? "" : recordId.slice(at + sequenceNumber.length);
  return !/^\d+$/.test(end) || Number(end) === number;
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
