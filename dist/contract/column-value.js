"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.EARLIEST_DATE = void 0;
exports.judgeValue = judgeValue;
exports.storedValue = storedValue;
exports.shown = shown;
const canonical_json_1 = require("./canonical-json");
const exact_number_1 = require("./exact-number");
const timestamp_1 = require("./timestamp");
/** Earliest timestamp of a line. The index is by month, so a wild date would make an index of its own. */
exports.EARLIEST_DATE = "2000-01-01 00:00:00";
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const INT32_MAX = 2_147_483_647;
const INT32_MIN = -2_147_483_648;
/**
 * Judges the value of one column. @param given undefined where the line has none
 * @param arrivedAtMs when the stream took the line, in ms since 1970: a timestamp may be a day ahead of it
 */
function judgeValue(column, given, arrivedAtMs) {
    const { field, required } = column;
    if (given === undefined || given.parsed === null) {
        return required ? refused("missing_field", `${field} is ${given ? "null" : "absent"}`) : { value: null };
    }
    const { parsed } = given;
    switch (column.kind) {
        case "text":
            if (typeof parsed !== "string")
                return wrongType(field, parsed, "a string");
            return required && parsed === "" ? refused("empty_field", `${field} is empty`) : { value: parsed };
        case "timestamp":
            if (typeof parsed !== "string")
                return wrongType(field, parsed, "a string");
            return judgeTimestamp(field, parsed, column.format, arrivedAtMs);
        case "boolean":
            return typeof parsed === "boolean" ? { value: parsed } : wrongType(field, parsed, "true or false");
        default:
            if (typeof parsed !== "number")
                return wrongType(field, parsed, "a JSON number");
            return judgeNumber(column, parsed, given.raw);
    }
}
function judgeNumber(column, parsed, raw) {
    const { field } = column;
    if (!Number.isFinite(parsed))
        return refused("out_of_range", `${field} is too large for a double`);
    if (column.kind === "double")
        return { value: parsed };
    if (column.kind === "integer") {
        if (!Number.isInteger(parsed))
            return wrongType(field, parsed, "a whole number");
        return parsed < INT32_MIN || parsed > INT32_MAX
            ? refused("out_of_range", `${field} is ${parsed}; ${INT32_MIN} to ${INT32_MAX} are allowed`)
            : { value: parsed };
    }
    if (raw.length > canonical_json_1.MAX_NUMBER_CHARACTERS) {
        return refused("out_of_range", `${field} is a number of ${raw.length} characters; at most ${canonical_json_1.MAX_NUMBER_CHARACTERS} are allowed`);
    }
    const digits = (0, exact_number_1.plainDigits)(raw);
    if (column.kind !== "decimal") {
        if (digits !== undefined && !(0, exact_number_1.isWhole)(digits))
            return wrongType(field, parsed, "a whole number");
        return digits !== undefined && (0, exact_number_1.fitsInt64)(digits)
            ? { value: digits }
            : refused("out_of_range", `${field} is ${shown(raw)}; a whole number of 64 bits is wanted`);
    }
    const { precision, scale } = column;
    return digits !== undefined && (0, exact_number_1.fitsDecimal)(digits, precision, scale)
        ? { value: digits }
        : refused("out_of_range", `${field} is ${shown(raw)}; at most ${precision - scale} digits before the point and ${scale} behind it are allowed`);
}
function judgeTimestamp(field, given, format, arrivedAtMs) {
    const ms = format === "iso" ? (0, timestamp_1.parseIso)(given) : (0, timestamp_1.parseSeconds)(given);
    if (ms === undefined) {
        const wanted = format === "iso" ? "ISO 8601 with a zone, such as 2026-11-28T09:30:00Z," : "YYYY-MM-DD HH:MM:SS";
        return refused("invalid_date", `${field} is "${shown(given)}"; ${wanted} is wanted`);
    }
    if (ms < EARLIEST_MS || ms > arrivedAtMs + timestamp_1.DAY_MS) {
        return refused("out_of_range", `${field} is "${given}"; ${exports.EARLIEST_DATE} to a day after arrival are allowed`);
    }
    return { value: format === "iso" ? (0, timestamp_1.formatTimestamp)(ms) : given };
}
/** The value as the stored line has it, in JSON. */
function storedValue({ kind }, value) {
    // The digits of these are JSON as they are.
    return kind === "bigint" || kind === "decimal" ? String(value) : JSON.stringify(value);
}
function refused(reason, detail) {
    return { refusal: { reason, detail } };
}
function wrongType(field, given, wanted) {
    const kind = Array.isArray(given) ? "an array" : "an object";
    const what = typeof given === "object" ? kind : shown(JSON.stringify(given));
    return refused("wrong_type", `${field} is ${what}; ${wanted} is wanted`);
}
/** Cut to a length that a log line can carry. */
function shown(text) {
    return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
