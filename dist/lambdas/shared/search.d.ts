import type { Parser } from "./env";
/** The search domain as the functions see it: address, index, and the role that may write. */
/** Security role of the functions that write documents; the lab's name, one for each domain. */
export declare const WRITER_ROLE = "firehose_role";
/**
 * Address of the domain: a host as Terraform's `endpoint` attribute gives it, or a URL with scheme and port. Returns
 * the origin, such as `https://host` or `http://127.0.0.1:9200`; https if no scheme is given.
 */
export declare const searchNode: Parser<string>;
/** First part of the indices' names; the engine allows lower case only. */
export declare const indexName: Parser<string>;
/** The pattern of the monthly indices, such as `retail-*`. */
export declare function indexPattern(name: string): string;
/** The index of a line, by the month of its event: `retail-2026-11`. @param date begins with `YYYY-MM`. */
export declare function monthlyIndex(name: string, date: string): string;
