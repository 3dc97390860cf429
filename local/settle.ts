import { pause, unlessAborted } from "../lib/pause";
import { type Reconciliation, reconcile } from "../ops/reconcile/reconcile";
import { countIndex } from "../ops/reconcile/search-lines";
import { countLines } from "../ops/reconcile/tables";
import type { LocalRun } from "./local-run";
import { Progress } from "./progress";

/** Interval between two counts of the layers while waiting. */
const COUNT_EVERY_MS = 1_000;
/** Waiting ends when no count has changed for two schedule periods and this time. */
const STALL_MS = 45_000;

/** Distinct lines in each layer. */
interface Counts {
  readonly raw: number;
  readonly parquet: number;
  readonly quarantined: number;
  readonly indexed: number;
}

/**
 * Waits until all layers agree on the acknowledged lines, or until their counts stop changing. Counts are cheap and
 * show when a comparison is worthwhile; only the comparison decides whether the layers agree. A data source that
 * cannot be queried is waited for like one with missing lines.
 * @returns the last comparison; undefined when `signal` was aborted before.
 * @throws what the last comparison throws, when a data source still cannot be queried
 */
export async function settle(
  run: LocalRun,
  ledger: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Reconciliation | undefined> {
  const progress = new Progress();
  const longestPeriod = Math.max(0, ...run.plane.schedules.map(({ everySeconds }) => everySeconds * 1_000));
  const stallMs = (2 * longestPeriod) / run.timeScale + STALL_MS;
  let last = "";
  let changedAt = Date.now();
  try {
    while (!signal.aborted) {
      const counts = await unlessAborted(count(run), signal).catch((error: unknown) => String(error));
      if (signal.aborted) return undefined;
      const text =
        typeof counts === "string" ? `they cannot be counted at present: ${counts}` : shown(counts);
      progress.show(`of ${ledger.size.toLocaleString("en")} lines: ${text}${nextMerge(run)}`);
      if (text !== last) changedAt = Date.now();
      last = text;
      const stalled = Date.now() - changedAt > stallMs;
      if (stalled || (typeof counts !== "string" && isWorthComparing(counts, ledger.size, run))) {
        const found = await unlessAborted(reconcile(run.dataSources, ledger), signal);
        if (found.agree || stalled || onlyDiscardedIsMissing(found)) return found;
      }
      await pause(COUNT_EVERY_MS, signal);
    }
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    progress.end();
  }
}

/** When the next merge comes, or that one runs; nothing where none is scheduled. */
function nextMerge({ schedules }: LocalRun): string {
  const all = schedules.map((schedule) => schedule.progress());
  if (all.some(({ running }) => running > 0)) return "; merging";
  const next = Math.min(...all.map(({ nextMs = Number.POSITIVE_INFINITY }) => nextMs));
  if (!Number.isFinite(next)) return "";
  return `; next merge in ${Math.max(0, Math.ceil((next - Date.now()) / 1_000))} s`;
}

function shown(counts: Counts): string {
  return Object.entries(counts)
    .map(([layer, lines]) => `${layer} ${lines.toLocaleString("en")}`)
    .join(", ");
}

/** Whether every line is in the raw zone, in Parquet and in the index, or in quarantine, or was discarded. */
function isWorthComparing(
  { raw, parquet, quarantined, indexed }: Counts,
  expected: number,
  { dataSources, eventSourceMappings }: LocalRun,
): boolean {
  const indexIsShort = dataSources.search !== undefined && indexed + quarantined < expected;
  const discarded = eventSourceMappings.some((mapping) => mapping.progress().discarded.length > 0);
  return raw + quarantined >= expected && parquet >= raw && (!indexIsShort || discarded);
}

/** Whether only discarded lines are missing, so that waiting longer changes nothing. */
function onlyDiscardedIsMissing({ missing, discarded }: Reconciliation): boolean {
  return Object.values(missing).every((ids) => ids.every((id) => discarded.has(id)));
}

async function count({ dataSources }: LocalRun): Promise<Counts> {
  const { sql, tables, search } = dataSources;
  return {
    raw: await countLines(sql, tables.json),
    parquet: await countLines(sql, tables.parquet),
    quarantined: await countLines(sql, tables.quarantine),
    indexed: search === undefined ? 0 : await countIndex(search.client, search.indexPattern),
  };
}
