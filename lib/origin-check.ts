import type { IncomingHttpHeaders } from "node:http";

/** `Sec-Fetch-Site` of typed addresses and of requests by the local end's own pages. */
const OWN_SITES: readonly string[] = ["none", "same-origin"];

/** Host names of the local end for a browser on this machine. */
function ownHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/**
 * The reason to refuse a request; undefined when it is allowed.
 *
 * Requests to the local end are signed with the user's credentials, so only the user's own requests are allowed:
 * - a foreign name in `Host` comes from a web page whose name resolves to 127.0.0.1 (DNS rebinding);
 * - a foreign `Origin`, `Referer` or `Sec-Fetch-Site` comes from a web page that sends requests blindly (CSRF).
 *   Another port of this machine is foreign too.
 *
 * Programs such as curl send none of the last three headers and are allowed.
 * @param port that the local end listens on.
 * @param what the local end is called. @default "the tunnel"
 */
export function rejectionReason(
  headers: IncomingHttpHeaders,
  port: number,
  what = "the tunnel",
): string | undefined {
  const { host, origin, referer } = headers;
  if (host === undefined || !ownHosts(port).includes(host)) {
    return `Host is ${quoted(host)}; ${ownHosts(port).join(" or ")} is wanted`;
  }
  const own = `http://${host}`;
  if (origin !== undefined && origin !== own) {
    return `Origin is ${quoted(origin)}; only pages of ${own} may use ${what}`;
  }
  const site = headers["sec-fetch-site"];
  if (site !== undefined && (Array.isArray(site) || !OWN_SITES.includes(site))) {
    return `Sec-Fetch-Site is ${quoted(site)}; only pages of ${own} may use ${what}. To follow a link, put it into the address bar`;
  }
  if (referer !== undefined && referer !== own && !referer.startsWith(`${own}/`)) {
    return `Referer is ${quoted(referer)}; only pages of ${own} may use ${what}`;
  }
  return undefined;
}

function quoted(value: string | readonly string[] | undefined): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}
