import type { Hour } from "../../contract/hours";
import type { S3Location } from "../shared/env";
import { hourLocation, s3Uri } from "./locations";
import type { MergeParameters } from "./plan";
import type { Ports, Table } from "./ports";
import type { QueryRunner } from "./query";
import { makeRunId, temporaryTableName } from "./run-id";
import type { Partitions, RawListing } from "./warehouse";

/** Size that a Parquet file is meant to have: large enough to read well, small enough to read in parallel. */
const TARGET_FILE_BYTES = 128 * 1024 * 1024;

/**
 * Bytes of Snappy Parquet for a byte of raw JSON: 0.105 to 0.115 measured on the Online Retail II rows in
 * DuckDB, in the order of a hash of the identity, as buckets have them.
 */
const PARQUET_BYTES_PER_RAW_BYTE = 0.11;

/** Athena writes to at most 100 buckets at once (HIVE_TOO_MANY_OPEN_PARTITIONS). */
const MAX_BUCKETS = 100;

/** The result of a merge is not what it has to be; the partition was left as it was. */
export class MergeCheckFailed extends Error {
  override readonly name = "MergeCheckFailed";
}

/** An hour that was merged. */
export interface MergedHour {
  readonly hour: string;
  readonly run: string;
  readonly objects: number;
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
}

/** What a merge works with. */
export interface MergeInput {
  readonly hour: Hour;
  readonly listing: RawListing;
  readonly digest: string;
  /** Folder of the Parquet table. */
  readonly output: S3Location;
  /** Where the temporary table goes. */
  readonly database: string;
  readonly partitions: Partitions;
}

/**
 * Merges one hour: writes a new folder, checks it, points the partition at it. Readers see the old folder
 * whole or the new one whole. Dead after any step, it leaves nothing but orphans for the sweep.
 * @throws QueryFailed, DeadlineReached, MergeCheckFailed
 */
export async function mergeHour(
  { hour, listing, digest, output, database, partitions }: MergeInput,
  { objects, catalog, clock, randomId }: Ports,
  runner: QueryRunner,
): Promise<MergedHour> {
  const run = makeRunId(clock.now(), randomId());
  const target: Table = { database, name: temporaryTableName(run) };
  const hourFolder = hourLocation(output, hour);
  const folder: S3Location = { ...hourFolder, prefix: `${hourFolder.prefix}run=${run}/` };
  const sourceBytes = total(listing.objects);

  await runner.run({
    kind: "merge",
    hour,
    target,
    location: s3Uri(folder),
    buckets: bucketCount(sourceBytes),
  });
  const rows = await checkedRows(target, runner);
  const files = await objects.list(folder);
  if (rows > 0 && files.length === 0) {
    throw new MergeCheckFailed(`${target.name} has ${rows} rows and ${s3Uri(folder)} has no files`);
  }
  const merged = { rows, files: files.length, bytes: total(files), objects: listing.objects.length };
  const parameters: MergeParameters = {
    digest,
    objects: String(merged.objects),
    source_bytes: String(sourceBytes),
    listed_at: new Date(listing.listedAtMs).toISOString(),
    rows: String(rows),
    files: String(merged.files),
    bytes: String(merged.bytes),
    run,
    swapped_at: new Date(clock.now()).toISOString(),
  };
  await partitions.put({ values: hour.values, location: s3Uri(folder), parameters: { ...parameters } });
  await catalog.deleteTable(target);
  return { hour: hour.name, run, ...merged };
}

/** Number of files for that many bytes of raw JSON. */
export function bucketCount(sourceBytes: number): number {
  const wanted = Math.round((sourceBytes * PARQUET_BYTES_PER_RAW_BYTE) / TARGET_FILE_BYTES);
  return Math.min(MAX_BUCKETS, Math.max(1, wanted));
}

async function checkedRows(table: Table, runner: QueryRunner): Promise<number> {
  const { counts } = await runner.counts({ kind: "check", table }, 2);
  const [rows = 0, identities = 0] = counts;
  if (rows !== identities) {
    throw new MergeCheckFailed(
      `${table.name} has ${rows} rows and ${identities} identities; is a raw object there that Firehose did not write?`,
    );
  }
  return rows;
}

function total(objects: readonly { readonly bytes: number }[]): number {
  return objects.reduce((sum, { bytes }) => sum + bytes, 0);
}
