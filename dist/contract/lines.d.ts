import type { Column } from "./column";
import { type AcceptedLine, type LineJudge, type RefusedLine } from "./judge";
import type { Refusal } from "./reasons";
/** A record as the stream holds it. */
export interface StreamRecord {
    readonly shardId: string;
    readonly sequenceNumber: string;
    /** Milliseconds since 1970; fractions are rounded. */
    readonly arrivedAtMs: number;
    readonly data: Uint8Array;
}
/** A user record: a record of the stream, or one of the records that a producer aggregated into it. */
export interface UserRecord extends StreamRecord {
    /**
     * Index in the aggregated record, from 0; or, if Firehose does not report it, Firehose's name for the user record
     * (see record-id.ts). @default 0
     */
    readonly within?: number | string;
}
/** One line of a record, with its identity and its verdict. */
export interface Line {
    readonly recordId: string;
    /** `YYYY-MM-DD HH:MM:SS.fff`, UTC. */
    readonly arrivedAt: string;
    readonly original: Uint8Array;
    readonly verdict: AcceptedLine | RefusedLine;
}
/** A line that keeps the contract, as both layers store it. */
export interface StoredLine extends Line {
    readonly verdict: AcceptedLine;
}
/** Bytes that a blank line may have. */
export declare const BLANKS: Set<number>;
/** Judges records by the columns of a contract, and writes lines as they are stored. */
export declare class RecordJudge {
    private readonly columns;
    private readonly judge;
    /** Lines that a record may have. */
    readonly maxLines: number;
    private readonly growthBytes;
    /** @param judge of one line; @default the one of `columns` */
    constructor(columns: readonly Column[], judge?: LineJudge);
    /**
     * The lines of a record of the stream, each judged. An aggregated record is unpacked; the user records are numbered
     * in their order. Never throws because of a producer's data. Returns at most {@link maxLines} lines.
     * @throws RangeError when shard id or sequence number are not Kinesis's.
     */
    judgeRecord(record: StreamRecord): Line[];
    /**
     * Splits a user record into lines and judges each. Blank lines are skipped, but they count in line numbers. A record
     * is refused as a whole, by one entry, if judging its lines would cost far more than its size, or if no line is
     * acceptable and the whole record explains the fault better.
     *
     * Never throws because of a producer's data: an error in this code becomes a refusal, so that no record can block its
     * shard.
     * @throws RangeError when shard id or sequence number are not Kinesis's.
     */
    judgeUserRecord(record: UserRecord): Line[];
    /**
     * A line as the raw zone and the index store it: contract columns in order and in one spelling, without those that
     * are null or absent; then identity and arrival; last the unknown columns, as a string. It is longer than the
     * original by at most {@link growthBytes} and the characters of that string. It is one line to every reader: it has
     * no newline, not even at its end, and no carriage return, which Athena would take for a newline.
     */
    storedJson({ verdict, recordId, arrivedAt }: StoredLine): string;
    /** Whether the stored lines exceed one answer to Firehose. */
    private isTooLarge;
    private tooManyLines;
}
/** Number of lines that are not blank; for an aggregated record, those of its user records. */
export declare function countRecordLines(data: Uint8Array): number;
/** The single entry for all bytes of a record. It has the identity of the record's first line. */
export declare function refuseRecord(record: UserRecord, { reason, detail }: Refusal): Line;
/** Whether a line keeps the contract. */
export declare function isStored(line: Line): line is StoredLine;
/**
 * The lines of a record's data with their numbers, from 0; blank lines are left out, and a byte order mark counts as
 * blank.
 */
export declare function splitLines(data: Uint8Array): {
    number: number;
    bytes: Uint8Array;
}[];
