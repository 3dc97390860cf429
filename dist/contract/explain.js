"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.explainNotJson = explainNotJson;
exports.explainNotAnObject = explainNotAnObject;
exports.explainRecord = explainRecord;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const ONE_A_LINE = "send each object on a line of its own";
/**
 * Explains to the producer why `JSON.parse` refuses a line.
 * @param line text of at most {@link MAX_LINE_BYTES}; the work is linear in its length
 */
function explainNotJson(line) {
    const text = line.trim();
    // A byte order mark is white space to JavaScript.
    if (line.slice(0, line.length - line.trimStart().length).includes("\ufeff")) {
        return notJson("a byte order mark (BOM) precedes the line; it is allowed only at a record's start");
    }
    if (text.includes("\0"))
        return notJson("the line holds NUL bytes, as text in UTF-16 does");
    const part = partOfArray(text);
    if (part)
        return part;
    if (/^[{}],?$/.test(text) || isMember(text)) {
        return {
            reason: "object_over_lines",
            detail: `the line is a part of an object that is spread over several lines; ${ONE_A_LINE}`,
        };
    }
    const outline = outlineOf(text);
    return severalObjects(text, outline) ?? notJson(likeness(text, outline));
}
/** Explains why a value that `JSON.parse` accepts is refused: it is not an object. */
function explainNotAnObject(value) {
    return { reason: "not_an_object", detail: `the line is ${kindOf(value)}` };
}
function kindOf(value) {
    if (Array.isArray(value))
        return `an array; ${ONE_A_LINE}, without brackets around them`;
    if (value === null)
        return "null; a JSON object is wanted";
    if (typeof value === "string" && isObjectText(value)) {
        return "a string that holds an object: it was encoded twice; send the object itself";
    }
    return `a ${typeof value}; a JSON object is wanted`;
}
function notJson(detail) {
    return { reason: "not_json", detail };
}
/** The refusal of a line that has a bracket or a comma of an array, with an object or without. */
function partOfArray(text) {
    let inner = text;
    if (/^[[,]/.test(inner))
        inner = inner.slice(1).trimStart();
    if (inner.endsWith(","))
        inner = inner.slice(0, -1).trimEnd();
    if (inner.endsWith("]"))
        inner = inner.slice(0, -1).trimEnd();
    if (inner === text || !(inner === "" || isObjectText(inner)))
        return undefined;
    return {
        reason: "array_over_lines",
        detail: "the line is a part of an array; send objects one a line, without brackets and commas around them",
    };
}
/** Whether the line is a member, `"key": …`, without a brace before it. */
function isMember(text) {
    return (text.charCodeAt(0) === QUOTE && /^\s*:/.test(text.slice(endOfText(text, 0) + 1, endOfText(text, 0) + 20)));
}
function severalObjects(text, { ends, depth, isInText }) {
    const [first] = ends;
    if (first === undefined || text.charCodeAt(0) !== OPEN_BRACE || !isObjectText(text.slice(0, first)))
        return undefined;
    if (text
        .slice(first)
        .replace(/^[\s,;]+/, "")
        .charCodeAt(0) !== OPEN_BRACE) {
        return notJson("the line has more text after the object; only the object is allowed on it");
    }
    const count = ends.length + (depth > 0 || isInText ? 1 : 0);
    return {
        reason: "several_objects",
        detail: `${count === 2 ? "two" : count} objects on one line; ${ONE_A_LINE}`,
    };
}
/** Description of the line by the first test that matches. */
function likeness(text, { bare, depth, isInText }) {
    if (/^[{[]/.test(text)) {
        if (/^\{\s*'/.test(text) || /[{,:]\s*'/.test(bare))
            return "single quotes, as Python prints a dict; JSON has double ones";
        if (/\b(?:NaN|Infinity)\b/.test(bare))
            return "NaN or Infinity, which JSON does not have; send null, or leave the column out";
        if (/\b(?:None|True|False|undefined)\b/.test(bare))
            return "None, True, False or undefined; JSON has null, true and false";
        if (/,\s*[}\]]/.test(bare))
            return "a comma before a closing bracket, which JSON does not allow";
        if (/[{,]\s*[A-Za-z_$][\w$]*\s*:/.test(bare))
            return "a key without quotes; JSON wants double quotes around keys";
        if (/\/[/*]/.test(bare))
            return "a comment, which JSON does not have";
        if (isInText || depth > 0)
            return "the object is cut off: it has no end on its line";
        return "the line is not JSON, though it begins like an object";
    }
    if (text.startsWith("<"))
        return "the line looks like XML or HTML; a JSON object is wanted";
    if (/^%(?:25)*7B/i.test(text))
        return "the line is percent-encoded; send the object as it is";
    if (isEncoded(text))
        return "the line is base64; an AWS SDK encodes by itself, so send the object as it is";
    if (Math.max(occurrences(bare, ","), occurrences(bare, ";"), occurrences(bare, "\t")) >= LEAST_SEPARATORS) {
        return "the line looks like a row of CSV; a JSON object is wanted";
    }
    return "the line is not JSON; a JSON object is wanted";
}
/** Fewest commas in a row of CSV; a sentence has fewer. */
const LEAST_SEPARATORS = 4;
const BASE64 = /^[A-Za-z0-9+/_-]{16,}={0,2}$/;
/** First characters of decoded content: an object, an array, a string, gzip. */
const ENCODED_BEGINNINGS = ["{", "[", '"', "\u001f\u008b"];
function isEncoded(text) {
    if (!BASE64.test(text))
        return false;
    const decoded = Buffer.from(text.slice(0, 16), "base64").toString("latin1");
    return ENCODED_BEGINNINGS.some((beginning) => decoded.startsWith(beginning));
}
function occurrences(text, character) {
    let found = 0;
    for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1))
        found++;
    return found;
}
function isObjectText(text) {
    if (!text.startsWith("{"))
        return false;
    try {
        JSON.parse(text);
        return true;
    }
    catch {
        return false;
    }
}
function outlineOf(text) {
    const ends = [];
    let bare = "";
    let depth = 0;
    let copied = 0;
    let at = 0;
    for (; at < text.length; at++) {
        const character = text[at];
        if (character === '"') {
            const end = endOfText(text, at);
            bare += text.slice(copied, at + 1);
            copied = end;
            at = end;
        }
        else if (character === "{" || character === "[")
            depth++;
        else if ((character === "}" || character === "]") && depth > 0 && --depth === 0)
            ends.push(at + 1);
    }
    return { bare: bare + text.slice(copied), ends, depth, isInText: at > text.length };
}
/** Index of the quote that closes the string opened at `open`; the length of `text` if there is none. */
function endOfText(text, open) {
    let at = open + 1;
    while (at < text.length && text.charCodeAt(at) !== QUOTE)
        at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
    return Math.min(at, text.length);
}
/** Magic numbers of compression formats. */
const COMPRESSED = [
    ["gzip", [0x1f, 0x8b, 0x08]],
    ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
    ["zip", [0x50, 0x4b, 0x03, 0x04]],
    ["lz4", [0x04, 0x22, 0x4d, 0x18]],
    ["snappy", [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e]],
    ["zlib", [0x78, 0x01]],
    ["zlib", [0x78, 0x5e]],
    ["zlib", [0x78, 0x9c]],
    ["zlib", [0x78, 0xda]],
];
const UTF8 = new TextDecoder("utf-8", { fatal: true });
/** Bytes of a record that are checked for the pattern of UTF-16. */
const SAMPLE_BYTES = 64;
/**
 * Explains a record that cannot have an acceptable line. One entry then holds all of its bytes unsplit.
 * @returns undefined if its lines must be judged one by one
 */
function explainRecord(data) {
    const found = COMPRESSED.find(([, magic]) => magic.every((byte, at) => data[at] === byte));
    if (found)
        return {
            reason: "compressed",
            detail: `the record is compressed (${found[0]}); send its lines as they are`,
        };
    if (isUtf16(data))
        return { reason: "not_utf8", detail: "the record is text in UTF-16; send UTF-8" };
    return jsonOverLines(data);
}
/** Whether the data begins with a byte order mark of UTF-16, or is Latin text whose every second byte is NUL. */
function isUtf16(data) {
    const [first, second] = data;
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
        return true;
    const sample = data.subarray(0, Math.min(SAMPLE_BYTES, data.length - (data.length % 2)));
    return (sample.length >= 4 && [0, 1].some((nul) => sample.every((byte, at) => (byte === 0) === (at % 2 === nul))));
}
function jsonOverLines(data) {
    let value;
    try {
        const text = UTF8.decode(data).trim();
        if (!/^[{[]/.test(text) || !text.includes("\n"))
            return undefined;
        value = JSON.parse(text);
    }
    catch {
        return undefined;
    }
    return Array.isArray(value)
        ? { reason: "array_over_lines", detail: `the record is an array over several lines; ${ONE_A_LINE}` }
        : { reason: "object_over_lines", detail: `the record is one object over several lines; ${ONE_A_LINE}` };
}
