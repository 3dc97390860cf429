import type { IncomingHttpHeaders } from "node:http";

/** Options of {@link rejectionReason}. */
interface OriginCheck {
  /** Name of the checked end, for the message. @default the tunnel */
  readonly what?: string;
  /** Whether the port serves pages, which may send requests to it. An API has none. @default true */
  readonly hasPages?: boolean;
  /** Whether names below `localhost` are the local end too: a bucket in virtual-hosted style. @default false */
  readonly hasSubdomains?: boolean;
}

/** The part of a request's headers that is checked. */
type Checked = Pick<IncomingHttpHeaders, "host" | "origin" | "referer" | "sec-fetch-site">;

/** Host names of the local end for a browser on this machine. */
function ownHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
}

function isOwn(host: string, port: number, hasPages: boolean, hasSubdomains: boolean): boolean {
  if (hasPages) return ownHosts(port).includes(host);
  // A forwarded port (`ssh -L`) keeps its own number in Host, and OpenSearch's signing client leaves it out. The name is
  // what a web page cannot choose.
  const name = host.replace(/:\d+$/, "");
  if (ownHosts(port).includes(`${name}:${port}`)) return true;
  // No name server can answer for names below `localhost`: https://www.rfc-editor.org/rfc/rfc6761#section-6.3
  return hasSubdomains && name.endsWith(".localhost");
}

/**
 * The reason to refuse a request; undefined when it is allowed.
 *
 * Only the user's own requests are allowed, because the local end acts in the user's name:
 * - a foreign name in `Host` comes from a web page whose name resolves to 127.0.0.1 (DNS rebinding);
 * - a foreign `Origin`, `Referer` or `Sec-Fetch-Site` comes from a web page that sends requests blindly (CSRF).
 *   Another port of this machine is foreign too.
 *
 * Programs such as curl and SDKs send none of the last three headers and are allowed.
 * @param port that the local end listens on.
 */
export function rejectionReason(
  { host, origin, referer, "sec-fetch-site": site }: Checked,
  port: number,
  { what = "the tunnel", hasPages = true, hasSubdomains = false }: OriginCheck = {},
): string | undefined {
  const name = host?.toLowerCase();
  if (name === undefined || !isOwn(name, port, hasPages, hasSubdomains)) {
    return `Host is ${quoted(host)}; ${ownHosts(port).slice(0, 2).join(" or ")} is wanted`;
  }
  const own = `http://${name}`;
  const allowed = hasPages ? `only pages of ${own} may use ${what}` : `no web page may use ${what}`;
  if (origin !== undefined && !(hasPages && origin === own)) {
    return `Origin is ${quoted(origin)}; ${allowed}`;
  }
  // `none` is a typed address.
  if (site !== undefined && site !== "none" && !(hasPages && site === "same-origin")) {
    return `Sec-Fetch-Site is ${quoted(site)}; ${allowed}. To follow a link, put it into the address bar`;
  }
  if (referer !== undefined && !(hasPages && (referer === own || referer.startsWith(`${own}/`)))) {
    return `Referer is ${quoted(referer)}; ${allowed}`;
  }
  return undefined;
}

function quoted(value: string | readonly string[] | undefined): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}
