import { HOUR_MS, type Hour } from "../../contract/hours";
import type { S3Location } from "../shared/env";
import { hourLocation, s3Uri } from "./locations";
import type { ListedObject, Partition, Ports } from "./ports";
import { runStart, TEMPORARY_TABLE_PREFIX, temporaryTableStart } from "./run-id";

/**
 * How long a superseded or orphaned run is left alone: longer than a query that reads it, and than one that
 * still writes it after its function died (Athena ends a query after 30 minutes).
 */
const GRACE_MS = HOUR_MS;

const RUN_FOLDER = /^run=([^/]+)\//;

/**
 * The run folders of an hour that may go: name of the run and its objects. The live run never is among them,
 * and while it is young none is: a query may still read its predecessor.
 */
export function deadRuns(
  hourFolder: S3Location,
  objects: readonly ListedObject[],
  live: Partition | undefined,
  nowMs: number,
): Map<string, string[]> {
  const runs = new Map<string, string[]>();
  if (live && !isSettled(live, nowMs)) return runs;
  const liveFolder = live && withSlash(live.location);
  for (const { key } of objects) {
    const run = RUN_FOLDER.exec(key.slice(hourFolder.prefix.length))?.[1];
    const start = run === undefined ? undefined : runStart(run);
    if (run === undefined || start === undefined || nowMs - start < GRACE_MS) continue;
    if (s3Uri({ ...hourFolder, prefix: `${hourFolder.prefix}run=${run}/` }) === liveFolder) continue;
    runs.set(run, [...(runs.get(run) ?? []), key]);
  }
  return runs;
}

/** A partition that does not say since when it is live was not made here, and nothing is known of its hour. */
function isSettled({ parameters }: Partition, nowMs: number): boolean {
  return nowMs - Date.parse(parameters.swapped_at ?? "") >= GRACE_MS;
}

function withSlash(location: string): string {
  return location.endsWith("/") ? location : `${location}/`;
}

/** Deletes the dead runs of an hour. @returns their names. */
export async function sweepHour(
  hour: Hour,
  output: S3Location,
  live: Partition | undefined,
  { objects, clock }: Pick<Ports, "objects" | "clock">,
): Promise<string[]> {
  const folder = hourLocation(output, hour);
  const dead = deadRuns(folder, await objects.list(folder), live, clock.now());
  if (dead.size > 0) await objects.remove(folder.bucket, [...dead.values()].flat());
  return [...dead.keys()];
}

/** Forgets temporary tables that no run can be using any more. @returns their names. */
export async function sweepTables(
  database: string,
  { catalog, clock }: Pick<Ports, "catalog" | "clock">,
): Promise<string[]> {
  const swept: string[] = [];
  for (const name of await catalog.tableNames(database, TEMPORARY_TABLE_PREFIX)) {
    const start = temporaryTableStart(name);
    if (start === undefined || clock.now() - start < GRACE_MS) continue;
    await catalog.deleteTable({ database, name });
    swept.push(name);
  }
  return swept;
}
