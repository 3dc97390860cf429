"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.MAX_LINE_BYTES = void 0;
exports.lineJudge = lineJudge;
exports.refuse = refuse;
const canonical_json_1 = require("./canonical-json");
const column_value_1 = require("./column-value");
const explain_1 = require("./explain");
const json_members_1 = require("./json-members");
/** Longest line of the contract, in bytes. */
exports.MAX_LINE_BYTES = 256 * 1024;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const MAY_HOLD_SURROGATE = /\\u[dD][89a-fA-F]/;
/** The judge of a contract's lines. */
function lineJudge(columns) {
    const fieldsByLowerCase = new Map(columns.map((column) => [column.field.toLowerCase(), column.field]));
    /** Refuses ambiguous keys: a column's name in another case, or a repeated key. */
    function checkKeys(members) {
        const seen = new Set();
        for (const { key } of members) {
            if (key.length > canonical_json_1.MAX_KEY_CHARACTERS)
                return refuse("out_of_range", `the line ${(0, canonical_json_1.longKey)(key).detail}`);
            const field = fieldsByLowerCase.get(key.toLowerCase());
            if (field !== undefined && field !== key) {
                return refuse("ambiguous_key", `"${(0, column_value_1.shown)(key)}" differs from "${field}" by case only`);
            }
            if (seen.has(key))
                return refuse("ambiguous_key", `the line holds the key "${(0, column_value_1.shown)(key)}" twice`);
            seen.add(key);
        }
        return undefined;
    }
    /** The canonical text of the members that are not columns of the contract. */
    function readExtra(members) {
        const unknown = new Map();
        for (const { key, rawValue } of members) {
            if (fieldsByLowerCase.has(key.toLowerCase()))
                continue;
            const value = (0, canonical_json_1.canonicalJson)(rawValue);
            if (typeof value !== "string")
                return refuse(value.reason, `"${(0, column_value_1.shown)(key)}" ${value.detail}`);
            unknown.set(key, value);
        }
        return { extra: (0, canonical_json_1.objectText)(unknown), unknownColumns: unknown.size };
    }
    return function judge(bytes, arrivedAtMs) {
        if (bytes.length > exports.MAX_LINE_BYTES) {
            return refuse("line_too_large", `${bytes.length} bytes; at most ${exports.MAX_LINE_BYTES} are allowed`);
        }
        let text;
        try {
            text = UTF8.decode(bytes);
        }
        catch {
            return refuse("not_utf8", "the line is not valid UTF-8");
        }
        let parsed;
        try {
            parsed = JSON.parse(text);
        }
        catch {
            return { accepted: false, ...(0, explain_1.explainNotJson)(text) };
        }
        if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
            return { accepted: false, ...(0, explain_1.explainNotAnObject)(parsed) };
        }
        const members = (0, json_members_1.topLevelMembers)(text);
        if (members.length === 0)
            return refuse("missing_field", "the object is empty");
        const keyRefusal = checkKeys(members);
        if (keyRefusal)
            return keyRefusal;
        const object = parsed;
        const given = new Map(members.map(({ key, rawValue }) => [key, rawValue]));
        const values = {};
        for (const column of columns) {
            const raw = given.get(column.field);
            const judged = (0, column_value_1.judgeValue)(column, raw === undefined ? undefined : { parsed: object[column.field], raw }, arrivedAtMs);
            if ("refusal" in judged)
                return refuse(judged.refusal.reason, judged.refusal.detail);
            values[column.field] = judged.value;
        }
        const read = readExtra(members);
        if ("accepted" in read)
            return read;
        // Last, because it recurses: by now the nesting is known to be shallow.
        if (MAY_HOLD_SURROGATE.test(text) && !isWellFormed(parsed)) {
            return refuse("not_unicode", "a string holds half of a surrogate pair, which UTF-8 cannot express");
        }
        return { accepted: true, values, ...read };
    };
}
/**
 * A refusal as a verdict. A detail that is cut from the line may end in half of a surrogate pair, which would make
 * the quarantine table unreadable, so that half is replaced.
 */
function refuse(reason, detail) {
    return { accepted: false, reason, detail: detail.toWellFormed() };
}
function isWellFormed(value) {
    if (typeof value === "string")
        return value.isWellFormed();
    if (typeof value !== "object" || value === null)
        return true;
    return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isWellFormed(inner));
}
