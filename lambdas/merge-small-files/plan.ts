import { createHash } from "node:crypto";
import { HOUR_MS } from "../../contract/hours";
import type { ListedObject, Partition } from "./ports";

/** Glue parameters that a merge sets on its partition. */
export interface MergeParameters {
  /** Digest of the merged raw objects, see {@link digestOf}. */
  readonly digest: string;
  /** Names of the merged columns, separated by commas; absent on partitions of merges that did not record them yet. */
  readonly columns: string;
  /** Number of the hour's raw objects, and their bytes before compression, see {@link rawBytes}. */
  readonly objects: string;
  readonly source_bytes: string;
  /** When they were listed, ISO 8601. */
  readonly listed_at: string;
  readonly rows: string;
  readonly files: string;
  readonly bytes: string;
  readonly run: string;
  /** When the partition was swapped to the run's files, ISO 8601. */
  readonly swapped_at: string;
}

/** A summary of an hour's raw objects, which a run keeps for each hour that it checks. */
export interface ListingSummary {
  readonly listedAtMs: number;
  readonly digest: string;
  readonly objects: number;
  /** Whether the live Parquet has all listed objects, see {@link isMerged}. */
  readonly merged: boolean;
  /** Arrival of the oldest object that the last merge did not list, ms since 1970; undefined when there is none. */
  readonly waitingSinceMs: number | undefined;
}

/**
 * @param partition written by the last merge of the hour
 * @param columns names of the tables' columns
 */
export function summarize(
  objects: readonly ListedObject[],
  listedAtMs: number,
  partition: Partition | undefined,
  columns: readonly string[],
): ListingSummary {
  return {
    listedAtMs,
    digest: digestOf(objects),
    objects: objects.length,
    merged: isMerged(objects, listedAtMs, partition, columns),
    waitingSinceMs: oldestUnmerged(objects, partition),
  };
}

/**
 * Longest deploy that changes the tables' columns. During it, the old function may still merge an hour that has lines
 * with the new columns, and omits those columns.
 */
const DEPLOY_MS = 6 * HOUR_MS;

/** The columns of a merge as partition parameters and intents hold them. */
export function columnsText(columns: readonly string[]): string {
  return columns.join(",");
}

/**
 * Whether the live Parquet of an hour has these raw objects. If they were merged with other columns than the tables
 * have now, it is true only if all are older than the longest deploy: lines from before it have none of the new
 * columns.
 */
export function isMerged(
  objects: readonly ListedObject[],
  nowMs: number,
  partition: Partition | undefined,
  columns: readonly string[],
): boolean {
  if (partition?.parameters["digest"] !== digestOf(objects)) return false;
  if (partition.parameters["columns"] === columnsText(columns)) return true;
  return objects.every(({ modifiedMs }) => modifiedMs < nowMs - DEPLOY_MS);
}

/**
 * Arrival of the oldest raw object that the last merge of the hour did not list, in ms since 1970; undefined when
 * there is none.
 */
export function oldestUnmerged(
  objects: readonly ListedObject[],
  partition: Partition | undefined,
): number | undefined {
  const listedAt = partition?.parameters.listed_at;
  const mergedUpToMs = listedAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(listedAt);
  let oldest: number | undefined;
  for (const { modifiedMs } of objects) {
    if (modifiedMs >= mergedUpToMs && modifiedMs < (oldest ?? Number.POSITIVE_INFINITY)) oldest = modifiedMs;
  }
  return oldest;
}

/** A hash over keys and ETags of an hour's raw objects, in any order. */
export function digestOf(objects: readonly ListedObject[]): string {
  const entries = objects.map(({ key, etag }) => JSON.stringify([key, etag])).sort();
  return createHash("sha256").update(entries.join("\n")).digest("hex");
}

/** Bytes of JSON for a byte of a `.gz` object: stored lines become 7 to 8.6 times smaller. */
const BYTES_PER_GZIP_BYTE = 8;

/** Bytes of the objects before compression; an estimate for gzip objects. */
export function rawBytes(objects: readonly Pick<ListedObject, "key" | "bytes">[]): number {
  return objects.reduce(
    (sum, { key, bytes }) => sum + bytes * (key.endsWith(".gz") ? BYTES_PER_GZIP_BYTE : 1),
    0,
  );
}

/**
 * The reason not to merge an hour, if there is one: the raw zone only grows, and a new merge without an object that
 * is gone would lose its lines.
 * @param mergedKeys keys that the live run merged; undefined if unknown, as for a run that did not record them yet
 */
export function lossOf(
  objects: readonly ListedObject[],
  partition: Partition | undefined,
  mergedKeys: readonly string[] | undefined,
): string | undefined {
  const merged = Number(partition?.parameters.objects ?? 0);
  if (mergedKeys === undefined) {
    return objects.length < merged
      ? `${objects.length} raw objects are listed and ${merged} were merged`
      : undefined;
  }
  const listed = new Set(objects.map(({ key }) => key));
  const gone = mergedKeys.filter((key) => !listed.has(key));
  return gone.length === 0
    ? undefined
    : `${gone.length} raw objects were merged and are gone, such as ${gone[0]}`;
}
