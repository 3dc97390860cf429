import { createHash } from "node:crypto";
import { HOUR_MS } from "../../contract/hours";
import type { ListedObject, Partition } from "./ports";

/** What a merge leaves on its partition, as Glue parameters. */
export interface MergeParameters {
  /** Of the raw objects that were merged, see {@link digestOf}. */
  readonly digest: string;
  /** Names of the columns that were merged, with commas between; absent before they were written down. */
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
  /** When the partition was pointed at the run, ISO 8601. */
  readonly swapped_at: string;
}

/** An hour's raw objects without their names: what a run remembers of the hours that it looks at. */
export interface ListingSummary {
  readonly listedAtMs: number;
  readonly digest: string;
  readonly objects: number;
  /** Whether the live Parquet has what was listed, see {@link isMerged}. */
  readonly merged: boolean;
  /** When the oldest object came that the last merge had not listed, ms since 1970; undefined when none did. */
  readonly waitingSinceMs: number | undefined;
}

/**
 * @param partition what the last merge of the hour left
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
 * A deploy that changes the tables' columns is over after so long: within it, lines of the new columns may lie in an hour
 * that the old function still merged, without them.
 */
const DEPLOY_MS = 6 * HOUR_MS;

/**
 * Whether the live Parquet of an hour has these raw objects. Not where they were merged with other columns than the tables have
 * now, unless they are all older than a deploy takes: what came before it has none of the new ones.
 */
export function isMerged(
  objects: readonly ListedObject[],
  nowMs: number,
  partition: Partition | undefined,
  columns: readonly string[],
): boolean {
  if (partition?.parameters["digest"] !== digestOf(objects)) return false;
  if (partition.parameters["columns"] === columns.join(",")) return true;
  return objects.every(({ modifiedMs }) => modifiedMs < nowMs - DEPLOY_MS);
}

/**
 * When the oldest raw object came that the last merge of the hour had not listed, in ms since 1970;
 * undefined when none did.
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

/** Bytes of the objects before compression; of those that are gzip an estimate. */
export function rawBytes(objects: readonly Pick<ListedObject, "key" | "bytes">[]): number {
  return objects.reduce(
    (sum, { key, bytes }) => sum + bytes * (key.endsWith(".gz") ? BYTES_PER_GZIP_BYTE : 1),
    0,
  );
}

/**
 * Why an hour must not be merged, if it must not: the raw zone only grows, and an hour merged anew without an object that
 * is gone would lose its lines.
 * @param mergedKeys of the live run; undefined where they are not known, as of a run before they were written down
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
