import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Headers of one connection, not of the message: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Request headers that are not forwarded: the signer replaces them (`host`, `content-length`, `authorization`), the
 * tunnel answers them (`expect`), or they name the local end.
 */
const OF_THE_LOCAL_END: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "authorization",
  "date",
  "expect",
  "origin",
  "referer",
]);

/** Headers of the signature. */
const SIGNATURE = /^x-amz-/;

/** The request headers to forward, `cookie`, `osd-xsrf` and `osd-version` included. */
export function requestHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return endToEnd(headers, (name) => !OF_THE_LOCAL_END.has(name) && !SIGNATURE.test(name));
}

/**
 * The response headers to forward, with redirects and cookies adapted to the local end.
 * @param domain origin of the domain.
 * @param local origin of the local end, as the client calls it.
 */
export function responseHeaders(
  headers: IncomingHttpHeaders,
  domain: URL,
  local: string,
): OutgoingHttpHeaders {
  const { location } = headers;
  const cookies = headers["set-cookie"];
  return {
    ...endToEnd(headers, () => true),
    ...(location !== undefined && { location: localLocation(location, domain, local) }),
    ...(cookies && { "set-cookie": cookies.map(localCookie) }),
  };
}

function endToEnd(headers: IncomingHttpHeaders, wanted: (name: string) => boolean): OutgoingHttpHeaders {
  const named = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !HOP_BY_HOP.has(name) && !named.includes(name) && wanted(name),
    ),
  );
}

/** Redirects to the domain are rewritten to the local end; others are unchanged. */
function localLocation(location: string, domain: URL, local: string): string {
  if (!URL.canParse(location)) return location;
  const { host, pathname, search, hash } = new URL(location);
  return host === domain.host ? `${local}${pathname}${search}${hash}` : location;
}

/** The local end is plain HTTP under another name, so a browser would reject a cookie for the domain's name or with `Secure`. */
function localCookie(cookie: string): string {
  return cookie
    .split(";")
    .filter((part, index) => index === 0 || !/^\s*(domain=|secure\s*$|samesite=none\s*$)/i.test(part))
    .join(";");
}
