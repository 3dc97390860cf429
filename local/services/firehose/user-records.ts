import { unpackAggregate } from "../../../contract/aggregate";
import type { ShardRecord } from "../stream-consumer/shard-reader";

/**
 * How the user records of an aggregated record are numbered in the transformation's request. AWS documents that Firehose
 * unpacks them before the transformation, and not how it numbers them: `ordered` counts them from 0, and the others
 * are what it might do instead.
 */
export const NUMBERINGS = ["ordered", "empty", "constant", "from-one"] as const;

export type Numbering = (typeof NUMBERINGS)[number];

/** A record as the delivery stream hands it on: one of the stream, or one that was aggregated into it. */
export interface DeliveredRecord extends ShardRecord {
  /** The sequence number and the place in the aggregated record, six digits, as public samples of Firehose look. */
  readonly recordId: string;
  readonly subsequenceNumber: string;
  /** Nothing of the stream's record comes behind it. */
  readonly isLast: boolean;
}

/** What a record of the stream holds: itself, or its user records in their order where it is aggregated. */
export function deliveredRecords(record: ShardRecord, numbering: Numbering): DeliveredRecord[] {
  const unpacked = unpackAggregate(record.data);
  if (unpacked.kind !== "aggregated") {
    return [{ ...record, recordId: recordId(record, 0), subsequenceNumber: "", isLast: true }];
  }
  const { userRecords } = unpacked;
  return userRecords.map((data, place) => ({
    ...record,
    data,
    recordId: recordId(record, place),
    subsequenceNumber: subsequenceNumber(place, numbering),
    isLast: place === userRecords.length - 1,
  }));
}

function recordId({ sequenceNumber }: ShardRecord, place: number): string {
  return `${sequenceNumber}${String(place).padStart(6, "0")}`;
}

function subsequenceNumber(place: number, numbering: Numbering): string {
  switch (numbering) {
    case "ordered":
      return String(place);
    case "empty":
      return "";
    case "constant":
      return "0";
    case "from-one":
      return String(place + 1);
  }
}
