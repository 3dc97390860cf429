/** Prefix of the temporary tables, so that the function recognises its own. */
export const TEMPORARY_TABLE_PREFIX = "tmp_merge_";

const RUN_ID = /^(\d{4})(\d{2})(\d{2})t(\d{2})(\d{2})(\d{2})z[-_][0-9a-f]{8}$/i;

/** Names one attempt at one hour, such as `20261124T030827Z-1f0c9a3b`. Sorts by start. */
export function makeRunId(startMs: number, randomId: string): string {
  return `${new Date(startMs).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z-${randomId}`;
}

/** The temporary table of a run. */
export function temporaryTableName(runId: string): string {
  return TEMPORARY_TABLE_PREFIX + runId.toLowerCase().replace("-", "_");
}

/** When a run began, in ms since 1970; undefined for any text that is not a run id. */
export function runStart(runId: string): number | undefined {
  const match = RUN_ID.exec(runId);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** When the run of a temporary table began, likewise. */
export function temporaryTableStart(name: string): number | undefined {
  return name.startsWith(TEMPORARY_TABLE_PREFIX)
    ? runStart(name.slice(TEMPORARY_TABLE_PREFIX.length))
    : undefined;
}
