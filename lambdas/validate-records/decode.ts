import type { FirehoseTransformationEventRecord } from "aws-lambda";
import type { UserRecord } from "../../contract/lines";
import { firehoseName, MOST_SUBSEQUENCES } from "../../contract/record-id";

/**
 * Records as Firehose hands them to its transformation: it has unpacked what the producer library aggregated.
 *
 * How it numbers user records is not documented, and no numbering may give two lines one identity. Where the subsequence
 * number is not to be believed, Firehose's `recordId` takes its place: the line keeps an identity of its own, and the
 * reconciliation reports that it is not the speed layer's.
 *
 * In public samples a `recordId` is the sequence number and then zeros, with or without the shard before it, and the
 * subsequence number is 0 or empty. So where digits follow the sequence number, the subsequence number is believed if it is the same
 * number: an empty or constant one shows although the rest of the aggregate is in another invocation. Any other
 * `recordId` tells nothing: the number is believed unless the invocation has it under another `recordId` too.
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
    const told = placeIn(recordId, source.sequenceNumber);
    const believed = told === undefined ? !shared.has(place) : told === number;
    return { ...source, within: believed && number < MOST_SUBSEQUENCES ? number : firehoseName(recordId) };
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

/** The number that follows the sequence number in Firehose's `recordId`; undefined where it is of another form. */
function placeIn(recordId: string, sequenceNumber: string): number | undefined {
  const at = recordId.lastIndexOf(sequenceNumber);
  const end = at === -1 ? "" : recordId.slice(at + sequenceNumber.length);
  return /^\d+$/.test(end) ? Number(end) : undefined;
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
