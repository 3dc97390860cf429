import type { IncomingMessage } from "node:http";
import { notSupported, S3Error } from "./errors";

/** A request in path style: `/bucket/key`. */
export interface S3Request {
  readonly method: string;
  /** Empty for a request to the service. */
  readonly bucket: string;
  /** Empty for a request to the bucket. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** Names in lower case; the first value of a repeated header. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly message: IncomingMessage;
}

/** Parameters without effect: the SDK's name of the operation, and a URL's signature. */
const IGNORED = /^(x-id|x-amz-.*)$/i;

/** @throws S3Error when the path or query cannot be decoded. */
export function readRequest(message: IncomingMessage): S3Request {
  const [path = "/", search = ""] = splitOnce(message.url ?? "/", "?");
  const [bucket = "", key = ""] = splitOnce(path.slice(1), "/");
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) if (!IGNORED.test(name)) query.set(name, value);
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
  return {
    method: message.method ?? "GET",
    bucket: decodePath(bucket),
    key: decodePath(key),
    query,
    headers,
    message,
  };
}

/** @throws S3Error naming a parameter that `operation` does not support here, because it would change the meaning. */
export function allowParameters(
  { query }: S3Request,
  operation: string,
  allowed: readonly string[] = [],
): void {
  for (const name of query.keys()) {
    if (!allowed.includes(name)) throw notSupported(`${operation} with the parameter "${name}"`);
  }
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Decodes a part of a URL's path. @throws S3Error when it cannot be decoded. */
export function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw new S3Error("InvalidURI", 400, `"${text}" cannot be decoded`);
    throw error;
  }
}
