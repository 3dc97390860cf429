import type { ShellRequest } from "../protocol/shell";
import { decodePath, splitTarget } from "../protocol/target";
import { notSupported } from "./errors";

/** A request in path style, `/bucket/key`, or in virtual-hosted style, `http://bucket.localhost:4571/key`. */
export interface S3Request {
  readonly method: string;
  /** Empty for a request to the service. */
  readonly bucket: string;
  /** Empty for a request to the bucket. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** Names in lower case; the first value of a repeated header. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly received: ShellRequest;
}

/** Parameters without effect: the SDK's name of the operation, and a URL's signature. */
const IGNORED = /^(x-id|x-amz-.*)$/i;

/** @throws Refusal when the path cannot be decoded. */
export function readRequest(received: ShellRequest): S3Request {
  const { path, query: parameters } = splitTarget(received.target);
  const host = received.headers.host ?? "";
  const [, hosted] = /^([^:]+)\.localhost(?::\d+)?$/i.exec(host) ?? [];
  const [bucket = "", key = ""] =
    hosted === undefined ? splitOnce(path.slice(1), "/") : [hosted, path.slice(1)];
  const query = new Map<string, string>();
  for (const [name, value] of parameters) if (!IGNORED.test(name)) query.set(name, value);
  const headers = Object.fromEntries(
    Object.entries(received.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
  return {
    method: received.method,
    bucket: decodePath(bucket),
    key: decodePath(key),
    query,
    headers,
    received,
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
