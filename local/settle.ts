import { setTimeout as sleep } from "node:timers/promises";
import { quarantineOf } from "../ops/reconcile/quarantine";
import { type Reconciliation, reconcile } from "../ops/reconcile/reconcile";
import { countIndex } from "../ops/reconcile/search-lines";
import { countLines } from "../ops/reconcile/tables";
import type { LocalRun } from "./local-run";
import { Progress } from "./progress";

/** Interval between two counts of the layers while waiting. */
const COUNT_EVERY_MS = 1_000;
/** Waiting ends when no count has changed for two schedule periods and this time. */
const STALL_MS = 45_000;

/** Distinct lines in each layer that the stack has, and in quarantine. */
interface Counts {
  readonly raw?: number;
  readonly parquet?: number;
  readonly quarantined: number;
  readonly indexed?: number;
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
      const counts = await count(run).catch((error: unknown) => String(error));
      const text =
        typeof counts === "string" ? `they cannot be counted at present: ${counts}` : shown(counts);
      progress.show(`of ${ledger.size.toLocaleString("en")} lines: ${text}`);
      if (text !== last) changedAt = Date.now();
      last = text;
      const stalled = Date.now() - changedAt > stallMs;
      if (stalled || (typeof counts !== "string" && isWorthComparing(counts, ledger.size, run))) {
        const found = await reconcile(run.dataSources, ledger);
        if (found.agree || stalled || onlyDiscardedIsMissing(found)) return found;
      }
      await sleep(COUNT_EVERY_MS);
    }
    return undefined;
  } finally {
    progress.end();
  }
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
  { eventSourceMappings }: LocalRun,
): boolean {
  const indexIsShort = indexed !== undefined && indexed + quarantined < expected;
  const discarded = eventSourceMappings.some((mapping) => mapping.progress().discarded.length > 0);
  const batchIsShort = raw !== undefined && (raw + quarantined < expected || (parquet ?? 0) < raw);
  return !batchIsShort && (!indexIsShort || discarded);
}

/** Whether only discarded lines are missing, so that waiting longer changes nothing. */
function onlyDiscardedIsMissing({ missing, discarded }: Reconciliation): boolean {
  return Object.values(missing).every((ids) => ids.every((id) => discarded.has(id)));
}

async function count({ dataSources }: LocalRun): Promise<Counts> {
  const { batch, search } = dataSources;
  return {
    ...(batch && {
      raw: await countLines(batch.sql, batch.tables.json),
      parquet: await countLines(batch.sql, batch.tables.parquet),
    }),
    quarantined: batch
      ? await countLines(batch.sql, batch.tables.quarantine)
      : (await quarantineOf(dataSources)).size,
    ...(search && { indexed: await countIndex(search.client, search.indexPattern) }),
  };
}
