import { messageOf } from "../../lib/message-of";
import { parseJson } from "../services/protocol/parse-json";
import {
  openShell,
  Refusal,
  type Shell,
  type ShellAnswer,
  type ShellRequest,
} from "../services/protocol/shell";
import { splitTarget } from "../services/protocol/target";
import type { Asset } from "./assets";
import type { Hub } from "./hub";

/** Longest body that is read, in bytes. */
const MOST_BODY_BYTES = 64 * 1024;

/**
 * Only resources of this server: no inline script or style, no other host, no frame, no text as markup.
 * https://www.w3.org/TR/CSP3/
 */
const SECURITY_HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** An error response. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  public constructor(
    readonly status: number,
    message: string,
    /** Further members of the JSON response. */
    readonly members: Readonly<Record<string, unknown>> = {},
    /** Further headers of the response. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Answers a JSON body with a JSON value. @throws HttpError @param signal aborted when the client disconnects */
export type Action = (body: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<unknown>;

/** Options of {@link startPageServer}. */
interface PageServerOptions {
  readonly assets: ReadonlyMap<string, Asset>;
  readonly hub: Hub;
  /** Actions of `POST`, by path. */
  readonly actions: Readonly<Record<string, Action>>;
  /** @default a free one */
  readonly port?: number;
}

/**
 * Serves the page on one port of the loopback interface, and to this machine's browser only: a foreign `Host`,
 * `Origin`, `Referer` or `Sec-Fetch-Site` is refused, as the tunnel refuses it.
 * @throws Error naming the port when it is taken
 */
export async function startPageServer(options: PageServerOptions): Promise<Shell> {
  const shell = await openShell({
    name: "page",
    port: options.port ?? 0,
    hasPages: true,
    maxBodyBytes: MOST_BODY_BYTES,
    answer: async (request) => secured(await answer(request, options)),
    errorAnswer: (error) => secured(errorAnswer(error)),
  });
  return {
    url: shell.url,
    close: () => {
      options.hub.close();
      return shell.close();
    },
  };
}

function secured({ headers, ...answer }: ShellAnswer): ShellAnswer {
  return { ...answer, headers: { ...SECURITY_HEADERS, "cache-control": "no-cache", ...headers } };
}

async function answer(
  request: ShellRequest,
  { assets, hub, actions }: PageServerOptions,
): Promise<ShellAnswer> {
  const { path } = splitTarget(request.target);
  const action = new Map(Object.entries(actions)).get(path);
  if (action) {
    allow(request, ["POST"]);
    const body = await readJson(request);
    return json(200, await action(body, request.signal));
  }
  if (path === "/events") {
    allow(request, ["GET"]);
    if (hub.isFull) throw new HttpError(503, "too many pages look at this run: close one");
    return {
      status: 200,
      headers: { "content-type": "text/event-stream; charset=utf-8" },
      body: hub.open(),
    };
  }
  const asset = assets.get(path);
  if (asset === undefined) throw new HttpError(404, `there is no ${path} here`);
  allow(request, ["GET", "HEAD"]);
  const { etag, contentType, body } = asset;
  if (request.headers["if-none-match"] === etag) return { status: 304, headers: { etag } };
  return { status: 200, headers: { etag, "content-type": contentType }, body };
}

function allow({ method }: ShellRequest, methods: readonly string[]): void {
  if (methods.includes(method)) return;
  const allowed = { allow: methods.join(", ") };
  throw new HttpError(405, `${method} is not allowed here; ${methods.join(" or ")} is`, {}, allowed);
}

async function readJson(request: ShellRequest): Promise<Readonly<Record<string, unknown>>> {
  // A form of another page can send text, but JSON only after a preflight.
  if (request.headers["content-type"]?.split(";")[0] !== "application/json") {
    throw new HttpError(415, "the content type must be application/json");
  }
  let value: unknown;
  const text = (await request.whole()).toString("utf8");
  try {
    value = parseJson(text);
  } catch (error) {
    throw new HttpError(400, `the body is not JSON: ${String(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HttpError(400, "the body must be a JSON object");
  }
  return { ...value };
}

function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): ShellAnswer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(value ?? null),
  };
}

function errorAnswer(error: unknown): ShellAnswer {
  const message = messageOf(error);
  if (error instanceof HttpError) {
    return json(error.status, { message, ...error.members }, error.headers);
  }
  return json(error instanceof Refusal ? error.status : 500, { message });
}
