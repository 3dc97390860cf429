import { createHash } from "node:crypto";
import type { ListedObject, Partition } from "./ports";

/** What a merge leaves on its partition, as Glue parameters. */
export interface MergeParameters {
  /** Of the raw objects that were merged, see {@link digestOf}. */
  readonly digest: string;
  /** Number and bytes of the hour's raw objects. */
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

/** What is to be done with an hour. */
export type Plan =
  | { readonly action: "none" }
  | { readonly action: "merge"; readonly digest: string }
  | { readonly action: "refuse"; readonly why: string };

/** What is known of an hour and of the one before. */
export interface HourState {
  readonly objects: readonly ListedObject[];
  readonly objectsBefore: readonly ListedObject[];
  /** Its Parquet partition. */
  readonly partition: Partition | undefined;
  readonly partitionBefore: Partition | undefined;
}

/**
 * Whether an hour has to be merged. The raw zone only grows. Where it shrank, an hour merged anew would lose
 * rows, and the next one would take up again what it had left to this one: both are refused.
 */
export function planHour({ objects, objectsBefore, partition, partitionBefore }: HourState): Plan {
  const lost = shrinkage(objects, partition);
  if (lost !== undefined) return { action: "refuse", why: lost };
  const lostBefore = shrinkage(objectsBefore, partitionBefore);
  if (lostBefore !== undefined) return { action: "refuse", why: `in the hour before, ${lostBefore}` };
  if (objects.length === 0) return { action: "none" };
  const digest = digestOf(objects, objectsBefore);
  return partition?.parameters.digest === digest ? { action: "none" } : { action: "merge", digest };
}

/**
 * When the oldest raw object came that the last merge of the hour had not listed, in ms since 1970;
 * undefined when none did, as when only the hour before changed.
 */
export function oldestUnmerged(
  objects: readonly ListedObject[],
  partition: Partition | undefined,
): number | undefined {
  const listedAt = partition?.parameters.listed_at;
  const mergedUpToMs = listedAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(listedAt);
  let oldestMs: number | undefined;
  for (const { modifiedMs } of objects) {
    if (modifiedMs >= mergedUpToMs && (oldestMs === undefined || modifiedMs < oldestMs))
      oldestMs = modifiedMs;
  }
  return oldestMs;
}

/** A hash over keys and ETags of an hour's raw objects and those of the hour before, in any order. */
export function digestOf(objects: readonly ListedObject[], objectsBefore: readonly ListedObject[]): string {
  const hash = createHash("sha256");
  for (const listing of [objects, objectsBefore]) {
    const entries = listing.map(({ key, etag }) => JSON.stringify([key, etag])).sort();
    hash.update(`${entries.join("\n")}\n\n`);
  }
  return hash.digest("hex");
}

function shrinkage(objects: readonly ListedObject[], partition: Partition | undefined): string | undefined {
  const merged = Number(partition?.parameters.objects ?? 0);
  return objects.length < merged
    ? `${objects.length} raw objects are listed and ${merged} were merged`
    : undefined;
}
