/** Characters of the longest identity. */
export declare const LONGEST_RECORD_ID: number;
/** Most user records of one aggregated record that identities can distinguish. */
export declare const MOST_SUBSEQUENCES: number;
/** Position of a line in the stream. */
export interface StreamPosition {
    /** As Kinesis writes it, such as `shardId-000000000003`. */
    readonly shardId: string;
    /** Decimal digits. */
    readonly sequenceNumber: string;
    /** From 0, blank lines counted. */
    readonly line: number;
    /** Index in an aggregated record; 0 for any other record. */
    readonly subsequenceNumber?: number;
    /** Result of {@link firehoseName}, instead of a subsequence number. */
    readonly firehoseName?: string;
}
/**
 * The part of the identity that all lines of one record share.
 * @throws RangeError when the shard id or the sequence number is not one of Kinesis's.
 */
export declare function recordPrefix(shardId: string, sequenceNumber: string): string;
/**
 * The identity of one line of the record that `prefix` (from {@link recordPrefix}) identifies.
 * @param within subsequence number in an aggregated record, or a {@link firehoseName}
 */
export declare function lineId(prefix: string, line: number, within?: number | string): string;
/** Firehose's `recordId` as digits of an identity: 100 bits of its SHA-256. */
export declare function firehoseName(firehoseRecordId: string): string;
/** The identity of a line. @throws RangeError when a part is out of range. */
export declare function encodeRecordId(position: StreamPosition): string;
/** The position that an identity encodes. @throws RangeError when `recordId` is not an identity. */
export declare function decodeRecordId(recordId: string): StreamPosition & Required<Pick<StreamPosition, "subsequenceNumber">>;
