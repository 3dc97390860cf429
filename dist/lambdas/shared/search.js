"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.indexName = exports.searchNode = exports.WRITER_ROLE = void 0;
exports.indexPattern = indexPattern;
exports.monthlyIndex = monthlyIndex;
/** The search domain as the functions see it: address, index, and the role that may write. */
/** Security role of the functions that write documents; the lab's name, one for each domain. */
exports.WRITER_ROLE = "firehose_role";
/**
 * Address of the domain: a host as Terraform's `endpoint` attribute gives it, or a URL with scheme and port. Returns
 * the origin, such as `https://host` or `http://127.0.0.1:9200`; https if no scheme is given.
 */
const searchNode = (value) => {
    const wanted = "must be a host, or a URL of scheme, host and port";
    const given = value.includes("://") ? value : `https://${value}`;
    if (!URL.canParse(given))
        throw new Error(wanted);
    const { protocol, pathname, search, hash, username, origin } = new URL(given);
    const bare = pathname === "/" && search === "" && hash === "" && username === "";
    if (!bare || !["http:", "https:"].includes(protocol))
        throw new Error(wanted);
    return origin;
};
exports.searchNode = searchNode;
/** First part of the indices' names; the engine allows lower case only. */
const indexName = (value) => {
    if (!/^[a-z0-9][a-z0-9_-]*$/.test(value)) {
        throw new Error("must be lower-case letters, digits, hyphens and underscores");
    }
    return value;
};
exports.indexName = indexName;
/** The pattern of the monthly indices, such as `retail-*`. */
function indexPattern(name) {
    return `${name}-*`;
}
/** The index of a line, by the month of its event: `retail-2026-11`. @param date begins with `YYYY-MM`. */
function monthlyIndex(name, date) {
    return `${name}-${date.slice(0, 7)}`;
}
