import { pause, unlessAborted } from "../lib/pause";
import { type Reconciliation, reconcile } from "../ops/reconcile/reconcile";
import type { Acknowledged } from "./acknowledged";
import type { LocalRun } from "./local-run";
import { nextMerge } from "./next-merge";
import { Progress } from "./progress";
import type { ScheduleOutcome } from "./services/scheduler/service";

/** Interval between two looks at the consumers' positions, which are in this process. */
const LOOK_EVERY_MS = 50;
/** Time between two comparisons, and its multiple of the time that a comparison takes. */
const REST_MS = 1_000;
const REST_FACTOR = 2;
/** Waiting ends when nothing has moved for two schedule periods and this time. */
const STALL_MS = 45_000;

/**
 * Waits until all layers agree on the acknowledged lines, or until nothing moves any more. The positions of the
 * consumers and the outcomes of the schedules show when a comparison is worthwhile; only the comparison decides whether
 * the layers agree. A data source that cannot be queried is waited for like one with missing lines.
 * @returns the last comparison; undefined when `signal` was aborted before.
 * @throws what the last comparison throws, when a data source still cannot be queried
 */
export async function settle(
  run: LocalRun,
  ledger: Acknowledged,
  signal: AbortSignal,
): Promise<Reconciliation | undefined> {
  const progress = new Progress();
  const watch = new Watch(run, ledger);
  const longestPeriod = Math.max(0, ...run.plane.schedules.map(({ everySeconds }) => everySeconds * 1_000));
  const stallMs = (2 * longestPeriod) / run.timeScale + STALL_MS;
  let last = "";
  let changedAt = Date.now();
  let compareAfter = 0;
  try {
    while (!signal.aborted) {
      const now = Date.now();
      const { moved, isWorthComparing } = watch.look(now);
      progress.show(watch.text(now));
      if (moved !== last) changedAt = now;
      last = moved;
      const stalled = now - changedAt > stallMs;
      if (stalled || (isWorthComparing && now >= compareAfter)) {
        const found = await unlessAborted(comparison(run, ledger, progress, stalled), signal);
        if (found && (found.agree || stalled || onlyDiscardedIsMissing(found))) return found;
        const end = Date.now();
        compareAfter = end + Math.max(REST_MS, REST_FACTOR * (end - now));
      }
      await pause(LOOK_EVERY_MS, signal);
    }
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    progress.end();
  }
}

/** Compares the layers. @param isLast throw what the comparison throws, instead of showing it */
async function comparison(
  { dataSources }: LocalRun,
  ledger: Acknowledged,
  progress: Progress,
  isLast: boolean,
): Promise<Reconciliation | undefined> {
  try {
    return await reconcile(dataSources, ledger, undefined, (source, lines) => {
      progress.show(`comparing: ${lines.toLocaleString("en")} lines of the ${source}`);
    });
  } catch (error) {
    if (isLast) throw error;
    progress.show(`the layers cannot be compared at present: ${String(error)}`);
    return undefined;
  }
}

/** Follows the consumers and the schedules of a run. */
class Watch {
  /** When everything had been delivered to S3: a merge that begins later has all of it. */
  private deliveredAt: number | undefined;

  public constructor(
    private readonly run: LocalRun,
    private readonly ledger: Acknowledged,
  ) {}

  /** @returns `moved`: a text that changes whenever something moves */
  public look(now: number): { readonly moved: string; readonly isWorthComparing: boolean } {
    const { deliveryStreams, eventSourceMappings, schedules, outcomes } = this.run;
    const deliveries = deliveryStreams.map((one) => one.progress());
    const mappings = eventSourceMappings.map((one) => one.progress());
    if (deliveries.every(({ positions }) => this.hasPassed(positions))) this.deliveredAt ??= now;
    const { deliveredAt = Number.POSITIVE_INFINITY } = this;
    const isMerged = schedules.every(({ model }) => {
      const outcome = outcomes.get(model.name);
      return !model.enabled || (outcome !== undefined && outcome.firedAt >= deliveredAt && !isBusy(outcome));
    });
    const moved = [
      ...deliveries.map(({ recordsRead, positions }) => [recordsRead, positions]),
      ...mappings.map(({ recordsRead, recordsAcknowledged, discarded, positions }) => {
        return [recordsRead, recordsAcknowledged, discarded.length, positions];
      }),
      ...schedules.map(({ model }) => mergedOf(outcomes.get(model.name))),
    ];
    return {
      moved: JSON.stringify(moved),
      isWorthComparing:
        this.deliveredAt !== undefined && isMerged && mappings.every((one) => this.hasPassed(one.positions)),
    };
  }

  public text(now: number): string {
    const { deliveryStreams, eventSourceMappings, puts } = this.run;
    const records = (count: number): string => count.toLocaleString("en");
    const parts = [`of ${records(puts().records)} records`];
    for (const one of deliveryStreams) {
      const { recordsDelivered, recordsDropped, recordsFailed } = one.progress();
      parts.push(`${records(recordsDelivered + recordsDropped + recordsFailed)} delivered to S3`);
    }
    for (const one of eventSourceMappings) {
      const { recordsAcknowledged, discarded } = one.progress();
      parts.push(`${records(recordsAcknowledged)} processed`);
      if (discarded.length > 0) parts.push(`${records(discarded.length)} discarded`);
    }
    const next = nextMerge(this.run, now);
    if (next !== undefined) parts.push(next);
    const [all, ...others] = parts;
    return `${all}: ${others.join(", ")}`;
  }

  /** Whether a consumer has passed every acknowledged record. */
  private hasPassed(positions: Readonly<Record<string, string | null>>): boolean {
    return [...this.ledger.last].every(([shardId, sequenceNumber]) => {
      const position = positions[shardId] ?? null;
      return position !== null && BigInt(position) >= BigInt(sequenceNumber);
    });
  }
}

/** Whether MergeSmallFiles found another run at work, and did nothing. */
function isBusy(outcome: ScheduleOutcome): boolean {
  if (!outcome.ok) return false;
  const { answer } = outcome;
  return typeof answer === "object" && answer !== null && "status" in answer && answer.status === "busy";
}

/** The hours that a run of a schedule has merged, whose number is known for MergeSmallFiles only. */
function mergedOf(outcome: ScheduleOutcome | undefined): unknown {
  if (outcome === undefined || !outcome.ok) return outcome?.ok;
  const { answer } = outcome;
  return typeof answer === "object" && answer !== null && "merged" in answer ? answer.merged : undefined;
}

/** Whether only discarded lines are missing, so that waiting longer changes nothing. */
function onlyDiscardedIsMissing({ missing, discarded }: Reconciliation): boolean {
  return Object.values(missing).every((ids) => ids.every((id) => discarded.has(id)));
}
