"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.MAX_NUMBER_CHARACTERS = exports.MAX_KEY_CHARACTERS = exports.MAX_DEPTH = void 0;
exports.canonicalJson = canonicalJson;
exports.objectText = objectText;
exports.longKey = longKey;
/** Deepest nesting of an unknown column. JSON parsers in Java recurse, or stop at 1,000 levels. */
exports.MAX_DEPTH = 64;
/** Longest key, in characters. Jackson, the parser of Athena's `json_extract`, stops at 50,000. */
exports.MAX_KEY_CHARACTERS = 1024;
/** Longest number of an unknown column, in characters; it is stored as written. Jackson stops at 1,000 digits. */
exports.MAX_NUMBER_CHARACTERS = 500;
/** Ends the walk over a value. */
class FaultFound extends Error {
    fault;
    constructor(fault) {
        super(fault.detail);
        this.fault = fault;
    }
}
/** Strings (keys with their colon), brackets, numbers and literals; commas and blanks are skipped. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]|-?\d[\d.eE+-]*|[a-z]+/g;
/**
 * The canonical text of a value: keys in the order of their UTF-16 code units at every depth, no blanks, strings as
 * `JSON.stringify` writes them, numbers exactly as they were written. Two canonical texts are equal if and only if
 * their values are equal, numbers compared as written. The result is never longer than `text`, in characters or in
 * UTF-8 bytes.
 * @param text a value that `JSON.parse` accepts
 * @returns the text, or the reason to refuse the value: a key that its object repeats (it is ambiguous), or nesting,
 * keys or numbers beyond the limits of the engines' parsers
 */
function canonicalJson(text) {
    try {
        return walk(text);
    }
    catch (error) {
        if (error instanceof FaultFound)
            return error.fault;
        throw error;
    }
}
/** Without recursion, because the producer determines the depth. */
function walk(text) {
    const open = [];
    let whole = "";
    const take = (value) => {
        const parent = open.at(-1);
        if (parent === undefined)
            whole = value;
        else if (parent.members)
            parent.members.set(parent.key, value);
        else
            parent.items.push(value);
    };
    for (const [token, colon] of text.matchAll(TOKEN)) {
        if (token === "{" || token === "[") {
            open.push({ members: token === "{" ? new Map() : undefined, items: [], key: "" });
            if (open.length > exports.MAX_DEPTH)
                throw outOfRange(`is nested deeper than ${exports.MAX_DEPTH} levels`);
        }
        else if (token === "}" || token === "]") {
            const closed = open.pop();
            if (closed?.members)
                take(objectText(closed.members));
            else if (closed)
                take(`[${closed.items.join(",")}]`);
        }
        else if (colon !== undefined) {
            const key = String(JSON.parse(token.slice(0, -colon.length)));
            const parent = open.at(-1);
            if (parent?.members === undefined)
                throw new Error("a key outside of an object");
            if (key.length > exports.MAX_KEY_CHARACTERS)
                throw new FaultFound(longKey(key));
            if (parent.members.has(key)) {
                throw new FaultFound({ reason: "ambiguous_key", detail: `holds the key "${key}" twice` });
            }
            parent.key = key;
        }
        else if (token.startsWith('"')) {
            // A string without an escape has only one spelling.
            take(token.includes("\\") ? JSON.stringify(JSON.parse(token)) : token);
        }
        else {
            if (token.length > exports.MAX_NUMBER_CHARACTERS)
                throw outOfRange(`holds a number of ${token.length} characters`);
            if (/\d/.test(token) && !Number.isFinite(Number(token)))
                throw outOfRange("holds a number too large for a double");
            take(token);
        }
    }
    return whole;
}
/** The text of an object whose members' values are canonical texts. */
function objectText(members) {
    if (members.size === 0)
        return "{}";
    const keys = [...members.keys()].sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${members.get(key)}`).join(",")}}`;
}
/** The fault of a key that is too long. */
function longKey(key) {
    return {
        reason: "out_of_range",
        detail: `holds a key of ${key.length} characters; at most ${exports.MAX_KEY_CHARACTERS} are allowed`,
    };
}
function outOfRange(detail) {
    return new FaultFound({ reason: "out_of_range", detail });
}
