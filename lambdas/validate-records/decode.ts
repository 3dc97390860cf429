import type { FirehoseTransformationEventRecord } from "aws-lambda";
import type { UserRecord } from "../../contract/lines";
import { firehoseName, MOST_SUBSEQUENCES } from "../../contract/record-id";

/**
 * Decodes the records that Firehose passes to its transformation; it has unpacked aggregated ones (KPL).
 *
 * Firehose does not document how it numbers user records, and no numbering may give two lines one identity. If the
 * subsequence number is not credible, Firehose's `recordId` takes its place: the line keeps a unique identity, and
 * the reconciliation reports that it differs from the speed layer's.
 *
 * In public samples a `recordId` is the sequence number followed by zeros, with or without the shard before it, and
 * the subsequence number is 0 or empty. So if digits follow the sequence number, the subsequence number is credible
 * if it equals them: this detects an empty or constant number even if the rest of the aggregate is in another
 * invocation. Any other `recordId` says nothing: the number is credible unless another `recordId` of the invocation
 * has it, too.
 * @throws Error when a record does not come from a Kinesis stream, because its lines then have no identity.
 */
export function decodeFirehoseRecords(records: readonly FirehoseTransformationEventRecord[]): UserRecord[] {
  const decoded = records.map((record) => decode(record));
  const shared = decoded.every(({ told }) => told !== undefined) ? NO_PLACES : sharedPlaces(decoded);
  return decoded.map((one) => {
    const { source, recordId, number, told } = one;
    const believed = told === undefined ? !shared.has(placeOf(one)) : told === number;
    const within = believed && number < MOST_SUBSEQUENCES ? number : firehoseName(recordId);
    return { ...source, within };
  });
}

const NO_PLACES: ReadonlySet<string> = new Set();

/** Places that records with different `recordId`s have. */
function sharedPlaces(decoded: readonly Decoded[]): ReadonlySet<string> {
  const byPlace = new Map<string, string>();
  const shared = new Set<string>();
  for (const one of decoded) {
    const place = placeOf(one);
    const other = byPlace.get(place);
    if (other === undefined) byPlace.set(place, one.recordId);
    else if (other !== one.recordId) shared.add(place);
  }
  return shared;
}

interface Decoded {
  readonly source: UserRecord;
  readonly recordId: string;
  readonly number: number;
  /** The number that `recordId` names; undefined where it says nothing. */
  readonly told: number | undefined;
}

/** Equal for two records that would have the same identity. */
function placeOf({ source, number }: Decoded): string {
  return `${source.shardId} ${source.sequenceNumber} ${number}`;
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
    told: numberIn(recordId, sequenceNumber),
  };
}

/** The number that follows the sequence number in Firehose's `recordId`; undefined if it has another form. */
function numberIn(recordId: string, sequenceNumber: string): number | undefined {
  const at = recordId.lastIndexOf(sequenceNumber);
  const end = at === -1 ? "" : recordId.slice(at + sequenceNumber.length);
  return /^\d+$/.test(end) ? Number(end) : undefined;
}

/** For a record that was not aggregated, Firehose leaves it empty or sets it to 0. */
function subsequence(given: string | number | undefined, recordId: string): number {
  if (given === undefined || given === "") return 0;
  const number = Number(given);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new Error(`Record ${recordId} has subsequenceNumber "${given}"; a whole number is wanted`);
  }
  return number;
}
