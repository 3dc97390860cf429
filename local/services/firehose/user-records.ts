import { unpackAggregate } from "../../../contract/aggregate";
import type { Numbering } from "../../plan/user-record-numbers";
import type { ShardRecord } from "../stream-consumer/shard-reader";

/** A record that the delivery stream transforms: a record of the stream, or a user record of an aggregated one. */
export interface DeliveredRecord extends ShardRecord {
  /** The sequence number and the index in the aggregated record, six digits, as in public samples of Firehose. */
  readonly recordId: string;
  readonly subsequenceNumber: string;
  /** Whether it is the last user record of its stream record. */
  readonly isLast: boolean;
}

/** The record itself, or its user records in order if it is aggregated. */
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
