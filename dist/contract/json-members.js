"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.topLevelMembers = topLevelMembers;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
/**
 * The top-level members of an object in the order and the spelling of its text, repeated keys included:
 * `JSON.parse` alone drops repetitions and rounds large numbers.
 * @param text an object that `JSON.parse` accepts; anything else gives a meaningless answer.
 */
function topLevelMembers(text) {
    const members = [];
    let depth = 0;
    let keyStart = -1;
    let key;
    let valueStart = -1;
    const endValue = (end) => {
        if (key !== undefined)
            members.push({ key, rawValue: text.slice(valueStart, end).trim() });
        key = undefined;
    };
    for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code === QUOTE) {
            if (depth === 1 && key === undefined)
                keyStart = at;
            at = endOfString(text, at);
        }
        else if (OPEN.has(code)) {
            depth++;
        }
        else if (CLOSE.has(code)) {
            if (depth === 1)
                endValue(at);
            depth--;
        }
        else if (depth === 1 && code === COLON && key === undefined) {
            key = JSON.parse(text.slice(keyStart, at));
            valueStart = at + 1;
        }
        else if (depth === 1 && code === COMMA) {
            endValue(at);
        }
    }
    return members;
}
/** Index of the quote that closes the string opened at `open`. */
function endOfString(text, open) {
    let at = open + 1;
    while (text.charCodeAt(at) !== QUOTE)
        at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
    return at;
}
