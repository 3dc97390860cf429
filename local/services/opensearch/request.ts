import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { plainDigits } from "../../../contract/exact-number";
import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { messageOf } from "../../../lib/message-of";
import { badRequest, EngineError, notSupported } from "./errors";

/** The engine's limit for a request body. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;

/** Parameters that every request accepts. */
const COMMON_PARAMETERS = ["filter_path", "pretty"];

/** A parsed request. */
export interface SearchHttpRequest {
  readonly method: string;
  /** Without the query, such as `/retail-2026-11/_search`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A response of a plugin or of Dashboards. */
export interface PluginAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** Reads a whole request. @throws EngineError when it is too large or in an unknown encoding */
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
  const { "content-encoding": encoding = "identity" } = message.headers;
  if (encoding !== "identity") throw notSupported(`content-encoding ${encoding}`);
  return {
    method: message.method ?? "GET",
    path: decodeURI(pathname),
    query: searchParams,
    headers: message.headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

/** The body as a JSON object; empty without a body. @throws EngineError when it is something else */
export function jsonBody({ body }: SearchHttpRequest): JsonObject {
  refuseLongNumbers(body);
  const value = anyJsonBody(body);
  if (isJsonObject(value)) return value;
  throw new EngineError(400, "parsing_exception", "Expected [START_OBJECT] but found another token");
}

/** Refuses a number that `JSON.parse` would round: the engine reads all its digits. */
function refuseLongNumbers(body: string): void {
  if (!/\d{16}/.test(body.replaceAll(".", ""))) return;
  for (const [number] of body.replace(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/-?\d[\d.eE+-]*/g)) {
    if (plainDigits(number) !== plainDigits(String(Number(number)))) {
      throw notSupported(`the number ${number} in a request; supported: the same in quotes`);
    }
  }
}

/** The body as JSON; an empty object without a body. @throws EngineError when it is not JSON */
export function anyJsonBody(body: string): Json {
  if (body.trim() === "") return {};
  try {
    const value: Json = JSON.parse(body);
    return value;
  } catch (error) {
    throw new EngineError(400, "json_parse_exception", messageOf(error));
  }
}

/** Refuses parameters that are neither in `known` nor common to all requests. */
export function checkParameters({ path, query }: SearchHttpRequest, known: readonly string[] = []): void {
  for (const name of query.keys()) {
    if (!known.includes(name) && !COMMON_PARAMETERS.includes(name)) {
      throw notSupported(`parameter ${name} of ${path}`);
    }
  }
}

/** A boolean parameter; without a value it is true. */
export function flag(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (value === "" || value === "true") return true;
  if (value === "false") return false;
  throw badRequest(`Failed to parse value [${value}] as only [true] or [false] are allowed.`);
}
