import type { Parser } from "./env";

/** The search domain as the functions see it: address, index, and the role that may write. */

/** Security role of the functions that write documents; the lab's name, one for each domain. */
export const WRITER_ROLE = "firehose_role";

/**
 * Address of the domain: a host as Terraform's `endpoint` attribute gives it, or a URL with scheme and port. Returns
 * the origin, such as `https://host` or `http://127.0.0.1:9200`; https if no scheme is given.
 */
export const searchNode: Parser<string> = (value) => {
  const wanted = "must be a host, or a URL of scheme, host and port";
  const given = value.includes("://") ? value : `https://${value}`;
  if (!URL.canParse(given)) throw new Error(wanted);
  const { protocol, pathname, search, hash, username, origin } = new URL(given);
  const bare = pathname === "/" && search === "" && hash === "" && username === "";
  if (!bare || !["http:", "https:"].includes(protocol)) throw new Error(wanted);
  return origin;
};

/** First part of the indices' names; the engine allows lower case only. */
export const indexName: Parser<string> = (value) => {
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(value)) {
    throw new Error("must be lower-case letters, digits, hyphens and underscores");
  }
  return value;
};

/** The pattern of the monthly indices, such as `retail-*`. */
export function indexPattern(name: string): string {
  return `${name}-*`;
}

/** The index of a line, by the month of its event: `retail-2026-11`. @param date begins with `YYYY-MM`. */
export function monthlyIndex(name: string, date: string): string {
  return `${name}-${date.slice(0, 7)}`;
}
