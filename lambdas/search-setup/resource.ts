import { isJsonObject, type Json, type JsonObject } from "../../lib/json";
import type { Logger } from "../shared/log";
import { assertWritten, parsed, shown } from "./answer";
import { canonical } from "./canonical";
import type { RetryingSearch } from "./with-retry";

/** Something that the set-up keeps in the domain: read, compared, and written only when it differs. */
export interface Resource {
  /** Description for the log, such as `index template retail`. */
  readonly what: string;
  /** Path of the read (GET). */
  readonly path: string;
  /** Path of the write (PUT). @default `path` */
  readonly writePath?: string;
  /** Query parameters of the write, given the existing resource. @default none */
  readonly writeQuery?: (existing: JsonObject | undefined) => Readonly<Record<string, string>>;
  /** The resource in the body of a successful GET. */
  readonly find: (body: JsonObject) => Json | undefined;
  /** The wanted resource, given the existing one. */
  readonly wanted: (existing: JsonObject | undefined) => JsonObject;
  /** The part of a resource that is compared, without the engine's own additions. */
  readonly significant: (resource: JsonObject) => Json;
}

/** Result of the set-up for each resource. A second run finds everything unchanged. */
export interface SetupOutcome {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
  /** What could not be done and keeps nothing from working: a sentence each, also in the log. */
  readonly warnings: readonly string[];
}

/** What became of a resource. */
export type ResourceResult = Exclude<keyof SetupOutcome, "warnings">;

/** What became of each resource, by result. */
export type ResourceResults = Pick<SetupOutcome, ResourceResult>;

/** Reads, compares and writes the resources, in this order. @throws Error when one cannot be read or written */
export async function ensureAll(
  resources: readonly Resource[],
  search: RetryingSearch,
  log: Logger,
): Promise<ResourceResults> {
  const results = { created: [] as string[], updated: [] as string[], unchanged: [] as string[] };
  for (const resource of resources) {
    const result = await ensure(resource, search);
    results[result].push(resource.what);
    log.info(`${resource.what}: ${result}`);
  }
  return results;
}

async function ensure(resource: Resource, search: RetryingSearch): Promise<ResourceResult> {
  const { what, path, writePath = path, find, wanted, writeQuery, significant } = resource;
  const read = await search({ method: "GET", path });
  if (read.status !== 200 && read.status !== 404) {
    throw new Error(`${what} cannot be read: ${read.status} ${shown(read.body)}`);
  }
  const found = read.status === 200 ? find(parsed(read, `GET ${path}`)) : undefined;
  const existing = isJsonObject(found) ? found : undefined;
  const body = wanted(existing);
  if (existing && canonical(significant(existing)) === canonical(significant(body))) return "unchanged";
  const query = writeQuery?.(existing);
  const answer = await search({ method: "PUT", path: writePath, body, ...(query && { query }) });
  assertWritten(answer, `${what} cannot be written`);
  return existing ? "updated" : "created";
}
