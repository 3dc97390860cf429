"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.RecordJudge = exports.BLANKS = void 0;
exports.countRecordLines = countRecordLines;
exports.refuseRecord = refuseRecord;
exports.isStored = isStored;
exports.splitLines = splitLines;
const aggregate_1 = require("./aggregate");
const column_value_1 = require("./column-value");
const explain_1 = require("./explain");
const judge_1 = require("./judge");
const limits_1 = require("./limits");
const record_id_1 = require("./record-id");
const stored_columns_1 = require("./stored-columns");
const timestamp_1 = require("./timestamp");
const NEWLINE = 0x0a;
/** Bytes that a blank line may have. */
exports.BLANKS = new Set([0x20, 0x09, 0x0d]);
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** Judges records by the columns of a contract, and writes lines as they are stored. */
class RecordJudge {
    columns;
    judge;
    /** Lines that a record may have. */
    maxLines;
    growthBytes;
    /** @param judge of one line; @default the one of `columns` */
    constructor(columns, judge = (0, judge_1.lineJudge)(columns)) {
        this.columns = columns;
        this.judge = judge;
        this.maxLines = (0, limits_1.maxLines)(columns);
        this.growthBytes = (0, limits_1.growthBytes)(columns);
    }
    /**
     * The lines of a record of the stream, each judged. An aggregated record is unpacked; the user records are numbered
     * in their order. Never throws because of a producer's data. Returns at most {@link maxLines} lines.
     * @throws RangeError when shard id or sequence number are not Kinesis's.
     */
    judgeRecord(record) {
        const unpacked = (0, aggregate_1.unpackAggregate)(record.data);
        if (unpacked.kind !== "aggregated")
            return this.judgeUserRecord(record);
        const count = unpacked.userRecords.reduce((sum, data) => sum + countLines(data), 0);
        if (count > this.maxLines)
            return [refuseRecord(record, this.tooManyLines(count))];
        return unpacked.userRecords.flatMap((data, within) => this.judgeUserRecord({ ...record, data, within }));
    }
    /**
     * Splits a user record into lines and judges each. Blank lines are skipped, but they count in line numbers. A record
     * is refused as a whole, by one entry, if judging its lines would cost far more than its size, or if no line is
     * acceptable and the whole record explains the fault better.
     *
     * Never throws because of a producer's data: an error in this code becomes a refusal, so that no record can block its
     * shard.
     * @throws RangeError when shard id or sequence number are not Kinesis's.
     */
    judgeUserRecord(record) {
        const { data } = record;
        const unpacked = (0, aggregate_1.unpackAggregate)(data);
        if (unpacked.kind === "aggregated")
            return [refuseRecord(record, NOT_UNPACKED)];
        const count = countLines(data);
        if (count === 0)
            return [];
        if (count > this.maxLines)
            return [refuseRecord(record, (0, explain_1.explainRecord)(data) ?? this.tooManyLines(count))];
        const lines = judgeLines(record, this.judge);
        if (lines.some(isStored))
            return this.isTooLarge(lines) ? [refuseRecord(record, TOO_LARGE)] : lines;
        if (lines.some(isInternalError))
            return lines;
        const whole = unpacked.kind === "broken" ? brokenAggregate(unpacked.fault) : (0, explain_1.explainRecord)(data);
        return whole ? [refuseRecord(record, whole)] : lines;
    }
    /**
     * A line as the raw zone and the index store it: contract columns in order and in one spelling, without those that
     * are null or absent; then identity and arrival; last the unknown columns, as a string. It is longer than the
     * original by at most {@link growthBytes} and the characters of that string. It is one line to every reader: it has
     * no newline, not even at its end, and no carriage return, which Athena would take for a newline.
     */
    storedJson({ verdict, recordId, arrivedAt }) {
        const members = [];
        for (const column of this.columns) {
            const value = verdict.values[column.field] ?? null;
            if (value !== null)
                members.push(`"${column.field}":${(0, column_value_1.storedValue)(column, value)}`);
        }
        members.push(`"record_id":"${recordId}"`, `"arrived_at":"${arrivedAt}"`);
        members.push(`"${stored_columns_1.EXTRA_COLUMN.field}":${JSON.stringify(verdict.extra)}`);
        return `{${members.join(",")}}`;
    }
    /** Whether the stored lines exceed one answer to Firehose. */
    isTooLarge(lines) {
        const most = lines.reduce((sum, { original, verdict }) => {
            return sum + original.length + this.growthBytes + (verdict.accepted ? verdict.extra.length : 0);
        }, 0);
        if ((0, limits_1.answerBytes)(LONG_RECORD_ID, most) <= limits_1.MAX_ANSWER_BYTES)
            return false;
        let bytes = 0;
        for (const line of lines)
            if (isStored(line))
                bytes += Buffer.byteLength(this.storedJson(line)) + 1;
        return (0, limits_1.answerBytes)(LONG_RECORD_ID, bytes) > limits_1.MAX_ANSWER_BYTES;
    }
    tooManyLines(count) {
        return { reason: "too_many_lines", detail: `${count} lines; a record may have ${this.maxLines}` };
    }
}
exports.RecordJudge = RecordJudge;
/** Number of lines that are not blank; for an aggregated record, those of its user records. */
function countRecordLines(data) {
    const unpacked = (0, aggregate_1.unpackAggregate)(data);
    if (unpacked.kind !== "aggregated")
        return countLines(data);
    return unpacked.userRecords.reduce((sum, userRecord) => sum + countLines(userRecord), 0);
}
const NOT_UNPACKED = {
    reason: "aggregated_record",
    detail: "an aggregated record (KPL) inside of another one, or one that Firehose did not unpack",
};
const TOO_LARGE = {
    reason: "record_too_large",
    detail: `the record's lines, as stored, exceed the ${limits_1.MAX_ANSWER_BYTES} bytes of an answer to Firehose`,
};
function brokenAggregate(fault) {
    return { reason: "not_utf8", detail: `the record begins like an aggregated one (KPL), but ${fault}` };
}
function judgeLines(record, judge) {
    const identify = identityOf(record);
    const arrivedAtMs = Math.round(record.arrivedAtMs);
    return splitLines(record.data).map(({ number, bytes }) => {
        try {
            return {
                ...identify(number),
                original: bytes,
                verdict: judge(withoutMark(bytes, number), arrivedAtMs),
            };
        }
        catch (error) {
            const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
            return { ...identify(number), original: bytes, verdict: (0, judge_1.refuse)("internal_error", detail) };
        }
    });
}
/** The single entry for all bytes of a record. It has the identity of the record's first line. */
function refuseRecord(record, { reason, detail }) {
    return { ...identityOf(record)(0), original: record.data, verdict: (0, judge_1.refuse)(reason, detail) };
}
function identityOf(record) {
    const prefix = (0, record_id_1.recordPrefix)(record.shardId, record.sequenceNumber);
    const arrivedAt = (0, timestamp_1.formatTimestamp)(record.arrivedAtMs);
    return (number) => ({ recordId: (0, record_id_1.lineId)(prefix, number, record.within), arrivedAt });
}
function isInternalError({ verdict }) {
    return !verdict.accepted && verdict.reason === "internal_error";
}
/** Longer than any `recordId` of Firehose: a record that fits with it also fits into an answer with its own id. */
const LONG_RECORD_ID = "x".repeat(512);
/** Whether a line keeps the contract. */
function isStored(line) {
    return line.verdict.accepted;
}
/**
 * The lines of a record's data with their numbers, from 0; blank lines are left out, and a byte order mark counts as
 * blank.
 */
function splitLines(data) {
    const lines = [];
    eachLine(data, (number, start, end) => lines.push({ number, bytes: data.subarray(start, end) }));
    return lines;
}
function countLines(data) {
    let count = 0;
    eachLine(data, () => count++);
    return count;
}
/** Calls `onLine` with the position of each line that is not blank. */
function eachLine(data, onLine) {
    let start = 0;
    for (let number = 0; start <= data.length; number++) {
        const found = data.indexOf(NEWLINE, start);
        const end = found === -1 ? data.length : found;
        let at = number === 0 && hasMark(data) ? BYTE_ORDER_MARK.length : start;
        while (at < end && exports.BLANKS.has(data[at] ?? 0))
            at++;
        if (at < end)
            onLine(number, start, end);
        start = end + 1;
    }
}
/** Windows and `utf-8-sig` write a byte order mark before the first line: at a record's start it is not part of the line. */
function withoutMark(bytes, number) {
    return number === 0 && hasMark(bytes) ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
}
function hasMark(data) {
    return BYTE_ORDER_MARK.every((byte, at) => data[at] === byte);
}
