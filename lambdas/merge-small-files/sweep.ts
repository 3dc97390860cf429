import { HOUR_MS, type Hour } from "../../contract/hours";
import type { S3Location } from "../shared/env";
import { hourLocation, s3Uri } from "./locations";
import type { ListedObject, Partition, Ports } from "./ports";
import { runStart, TEMPORARY_TABLE_PREFIX, temporaryTableName, temporaryTableStart } from "./run-id";

/**
 * Time that a superseded or orphaned run is kept: longer than a query that reads it, and than an unknown query that
 * still writes it (Athena ends a query after 30 minutes).
 */
const GRACE_MS = HOUR_MS;

const RUN_FOLDER = /^run=([^/]+)\//;

/**
 * The run folders of an hour that may be deleted: name of the run and its objects. The live run and those in
 * `pending` are excluded. While the live run is young there are none, because a query may still read its predecessor.
 * @param parent folder of the table, or of the merged keys
 */
export function deadRuns(
  hour: Hour,
  parent: S3Location,
  objects: readonly ListedObject[],
  live: Partition | undefined,
  pending: ReadonlySet<string>,
  nowMs: number,
): Map<string, string[]> {
  const runs = new Map<string, string[]>();
  if (live && !isOld(live, nowMs)) return runs;
  const folder = hourLocation(parent, hour);
  const liveFolder = live && withSlash(live.location);
  for (const { key } of objects) {
    const run = RUN_FOLDER.exec(key.slice(folder.prefix.length))?.[1];
    const start = run === undefined ? undefined : runStart(run);
    if (run === undefined || start === undefined || nowMs - start < GRACE_MS) continue;
    if (pending.has(run) || live?.parameters.run === run) continue;
    if (s3Uri({ ...folder, prefix: `${folder.prefix}run=${run}/` }) === liveFolder) continue;
    runs.set(run, [...(runs.get(run) ?? []), key]);
  }
  return runs;
}

/** A partition without the time of its swap was not created by this function, so nothing is known of its hour. */
function isOld({ parameters }: Partition, nowMs: number): boolean {
  return nowMs - Date.parse(parameters.swapped_at ?? "") >= GRACE_MS;
}

function withSlash(location: string): string {
  return location.endsWith("/") ? location : `${location}/`;
}

/** Deletes temporary tables that no run can still use. @returns their names. */
export async function sweepTables(
  database: string,
  pending: ReadonlySet<string>,
  { catalog, clock }: Pick<Ports, "catalog" | "clock">,
): Promise<string[]> {
  const kept = new Set([...pending].map(temporaryTableName));
  const swept: string[] = [];
  for (const name of await catalog.tableNames(database, TEMPORARY_TABLE_PREFIX)) {
    const start = temporaryTableStart(name);
    if (start === undefined || clock.now() - start < GRACE_MS || kept.has(name)) continue;
    await catalog.deleteTable({ database, name });
    swept.push(name);
  }
  return swept;
}
