import type { IncomingHttpHeaders } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { plainDigits } from "../../../contract/exact-number";
import { hasCode } from "../../../lib/error-code";
import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { messageOf } from "../../../lib/message-of";
import { parseJson } from "../protocol/parse-json";
import { Refusal, type ShellRequest } from "../protocol/shell";
import { decodePath, splitTarget } from "../protocol/target";
import { badRequest, EngineError, notSupported } from "./errors";

/**
 * Limit of a request body: that of a domain on the smaller instance types, packed and unpacked.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html
 */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

const unzip = promisify(gunzip);

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

/** Reads a whole request. @throws EngineError when its encoding is unknown; Refusal when it is too large or malformed */
export async function readRequest(request: ShellRequest): Promise<SearchHttpRequest> {
  const { method, target, headers } = request;
  const { path, query } = splitTarget(target);
  return { method, path: decodePath(path), query, headers, body: await readBody(request) };
}

async function readBody(request: ShellRequest): Promise<string> {
  const { "content-encoding": encoding = "identity" } = request.headers;
  if (encoding !== "identity" && encoding !== "gzip") throw notSupported(`content-encoding ${encoding}`);
  const body = await request.whole();
  if (encoding === "identity") return body.toString("utf8");
  try {
    return (await unzip(body, { maxOutputLength: MAX_BODY_BYTES })).toString("utf8");
  } catch (error) {
    if (hasCode(error, "ERR_BUFFER_TOO_LARGE")) {
      throw new Refusal("body too large", `the unpacked body is longer than ${MAX_BODY_BYTES} bytes`);
    }
    throw new Refusal("malformed", `the body is not gzip: ${messageOf(error)}`);
  }
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
    return parseJson(body) as Json;
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
