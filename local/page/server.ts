import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import { rejectionReason } from "../../lib/origin-check";
import type { Service } from "../plan/data-plane";
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
export async function startPageServer(
  options: PageServerOptions,
): Promise<Service & { readonly url: string }> {
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    response.setHeader("cache-control", "no-cache");
    serve(request, response, port, options).catch((error: unknown) => sendError(response, error));
  });
  const url = await listenOnLoopback(server, options.port ?? 0, "page");
  return {
    url,
    close: () => {
      options.hub.close();
      return closeServer(server);
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  { assets, hub, actions }: PageServerOptions,
): Promise<void> {
  const reason = rejectionReason(request.headers, port, { what: "this page" });
  if (reason !== undefined) throw new HttpError(403, reason);
  const [path = "/"] = (request.url ?? "/").split("?");
  const action = new Map(Object.entries(actions)).get(path);
  if (action) {
    allow(request, response, ["POST"]);
    const body = await readJson(request);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    sendJson(response, 200, await action(body, gone.signal));
    return;
  }
  if (path === "/events") {
    allow(request, response, ["GET"]);
    if (hub.isFull) throw new HttpError(503, "too many pages look at this run: close one");
    hub.add(response);
    return;
  }
  const asset = assets.get(path);
  if (asset === undefined) throw new HttpError(404, `there is no ${path} here`);
  allow(request, response, ["GET", "HEAD"]);
  sendAsset(request, response, asset);
}

function allow({ method }: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
  if (method !== undefined && methods.includes(method)) return;
  response.setHeader("allow", methods.join(", "));
  throw new HttpError(405, `${method} is not allowed here; ${methods.join(" or ")} is`);
}

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  // A form of another page can send text, but JSON only after a preflight.
  if (request.headers["content-type"]?.split(";")[0] !== "application/json") {
    throw new HttpError(415, "the content type must be application/json");
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) throw new HttpError(413, `the body is longer than ${MOST_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    throw new HttpError(400, `the body is not JSON: ${String(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HttpError(400, "the body must be a JSON object");
  }
  return { ...value };
}

function sendAsset(request: IncomingMessage, response: ServerResponse, asset: Asset): void {
  response.setHeader("etag", asset.etag);
  if (request.headers["if-none-match"] === asset.etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { "content-type": asset.contentType, "content-length": asset.body.length });
  response.end(request.method === "HEAD" ? undefined : asset.body);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value ?? null);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // Does not wait for the unread rest of the request.
  response.setHeader("connection", "close");
  const message = error instanceof Error ? error.message : String(error);
  const { status, members } = error instanceof HttpError ? error : { status: 500, members: {} };
  sendJson(response, status, { message, ...members });
}
