import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { badRequest, EngineError, notSupported } from "./errors";

/** The engine's limit for the body of a request. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;

/** Parameters that every request may carry. */
const COMMON_PARAMETERS = new Set(["filter_path", "pretty", "human", "error_trace", "source_content_type"]);

/** A request as the routes see it. */
export interface SearchHttpRequest {
  readonly method: string;
  /** Without the query, such as `/retail-2026-11/_search`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Reads a request whole. @throws EngineError when it is too large or encoded in a way that is not known */
export async function readRequest(message: IncomingMessage): Promise<SearchHttpRequest> {
  const { pathname, searchParams } = new URL(message.url ?? "/", "http://localhost");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY_BYTES) {
      throw new EngineError(
        413,
        "content_too_long_exception",
        `the body is larger than ${MAX_BODY_BYTES} bytes`,
      );
    }
    chunks.push(bytes);
  }
  const bytes = Buffer.concat(chunks);
  return {
    method: message.method ?? "GET",
    path: decodeURI(pathname),
    query: searchParams,
    headers: message.headers,
    body: (await decoded(bytes, message.headers["content-encoding"])).toString("utf8"),
  };
}

async function decoded(bytes: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === "identity") return bytes;
  if (encoding === "gzip") return promisify(gunzip)(bytes);
  throw notSupported(`content-encoding ${encoding}`);
}

/** The body as a JSON object; empty where there is none. @throws EngineError when it is something else */
export function jsonBody({ body }: SearchHttpRequest): JsonObject {
  const value = anyJsonBody(body);
  if (isJsonObject(value)) return value;
  throw new EngineError(400, "parsing_exception", "Expected [START_OBJECT] but found another token");
}

/** The body as JSON; an empty object where there is none. @throws EngineError when it is no JSON */
export function anyJsonBody(body: string): Json {
  if (body.trim() === "") return {};
  try {
    const value: Json = JSON.parse(body);
    return value;
  } catch (error) {
    throw new EngineError(
      400,
      "json_parse_exception",
      error instanceof Error ? error.message : String(error),
    );
  }
}

/**
 * Refuses parameters that are neither in `known` nor common to all requests: those that an engine has
 * (`engineHas`) as not supported, any other as the engine does.
 */
export function checkParameters(
  { path, query }: SearchHttpRequest,
  known: readonly string[] = [],
  engineHas: readonly string[] = [],
): void {
  for (const name of query.keys()) {
    if (known.includes(name) || COMMON_PARAMETERS.has(name)) continue;
    if (engineHas.includes(name)) throw notSupported(`parameter ${name} of ${path}`);
    throw badRequest(`request [${path}] contains unrecognized parameter: [${name}]`);
  }
}

/** A parameter that is true or false; without a value it is true. */
export function flag(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (value === "" || value === "true") return true;
  if (value === "false") return false;
  throw badRequest(`Failed to parse value [${value}] as only [true] or [false] are allowed.`);
}
