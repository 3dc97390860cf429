import { HOUR_MS } from "../../contract/hours";
import { formatTimestamp } from "../../contract/timestamp";
import { messageOf } from "../../lib/message-of";
import type { Faults } from "../../ops/reconcile/compare";
import { compareLayers, type DataSources, type LayerComparison } from "../../ops/reconcile/reconcile";
import type { Window } from "../../ops/reconcile/window";
import type { FaultState, HourState, ReconciliationState, WaitingState } from "./state";

/** Number of hours that are shown, the newest. */
const MOST_HOURS = 24;
/**
 * Most lines of an hour that are compared; a busier hour is sampled. Each line takes some 100 bytes while it is
 * compared.
 */
const MOST_LINES = 100_000;
/** An hour is compared again after this time, and after so many times the duration of its last comparison. */
const AGAIN_AFTER_MS = 10_000;
const REST_FACTOR = 3;
/** Longest pause after a slow comparison. */
const LONGEST_REST_MS = 30_000;
/** Newer lines may be in a layer and not yet in the stream's answer. */
const VISIBLE_AFTER_MS = 1_000;
/** Identities shown of each fault. */
const SHOWN_IDENTITIES = 5;

/** Options of {@link Hours}. */
interface HoursOptions {
  readonly dataSources: DataSources;
  /** Milliseconds after its arrival by which a line should be everywhere. */
  readonly settleMs: number;
  /** Epoch milliseconds: first hour that is compared although it has no merged rows. */
  readonly startedAt: number;
  readonly onCompared: (state: ReconciliationState) => void;
  /** @default the reconciliation itself */
  readonly compare?: (window: Window) => Promise<LayerComparison>;
}

/**
 * Compares hour by hour, by identity and checksum: the code of `npm run reconcile` with a window of an hour. A
 * missing line that is not late yet is no fault, but on its way. An hour that has ended without faults is compared
 * again only after {@link doubt}.
 */
export class Hours {
  private readonly compared = new Map<number, HourState>();
  private readonly compare: (window: Window) => Promise<LayerComparison>;
  private readonly wanted = new Set<number>();
  /** Hours to compare again as if they had not ended. */
  private readonly doubted = new Set<number>();
  /** Hours whose last comparison failed, and when. */
  private readonly failed = new Map<number, { readonly atMs: number; readonly message: string }>();

  public constructor(private readonly options: HoursOptions) {
    const { dataSources } = options;
    this.compare = options.compare ?? ((window) => compareLayers(dataSources, window));
  }

  /** Compares every hour again, whatever its result was. */
  public again(): void {
    for (const hour of this.compared.keys()) this.wanted.add(hour);
  }

  /** Compares the hour of an arrival again although it had no faults, because a layer is missing lines of it. */
  public doubt(arrivedAtMs: number): void {
    const last = this.compared.get(hourStart(arrivedAtMs));
    if (last?.agree && last.comparedAtMs > arrivedAtMs) this.doubted.add(hourStart(arrivedAtMs));
  }

  /** Compares the next hour that is due, if there is one. @param merged rows by hour, as the catalog has them */
  public async step(
    merged: readonly { readonly startMs: number; readonly rows: number }[],
    nowMs: number,
  ): Promise<void> {
    const { window, notCompared, leftOut } = this.next(merged, nowMs);
    if (window === undefined) return;
    const hourMs = hourStart(window.fromMs);
    this.wanted.delete(hourMs);
    this.doubted.delete(hourMs);
    const startedAt = performance.now();
    try {
      const found = await this.compare(window);
      const milliseconds = Math.round(performance.now() - startedAt);
      const settledMs = nowMs - this.options.settleMs;
      const isNew = !this.compared.has(hourMs);
      this.failed.delete(hourMs);
      this.compared.set(hourMs, hourState(found, window, settledMs, { comparedAtMs: nowMs, milliseconds }));
      for (const old of [...this.compared.keys()].sort((a, b) => b - a).slice(MOST_HOURS)) {
        this.compared.delete(old);
      }
      this.tell({ notCompared: notCompared - (isNew ? 1 : 0), leftOut });
    } catch (error) {
      this.failed.set(hourMs, { atMs: nowMs, message: messageOf(error) });
      this.tell({ notCompared, leftOut });
    }
  }

  private tell(rest: Pick<ReconciliationState, "notCompared" | "leftOut">): void {
    const messages = new Set([...this.failed.values()].map(({ message }) => message));
    const hours = [...this.compared.values()].sort((a, b) => b.fromMs - a.fromMs);
    this.options.onCompared({
      hours,
      settleSeconds: Math.round(this.options.settleMs / 1_000),
      ...rest,
      ...(messages.size > 0 && { error: [...messages].join("; ") }),
    });
  }

  /** The next hour to compare: the newest that was never compared, else the due one that was tried longest ago. */
  private next(
    merged: readonly { readonly startMs: number; readonly rows: number }[],
    nowMs: number,
  ): Pick<ReconciliationState, "notCompared" | "leftOut"> & { readonly window?: Window } {
    const untilMs = nowMs - VISIBLE_AFTER_MS;
    const hours = new Set(merged.map(({ startMs }) => startMs));
    for (let hour = hourStart(this.options.startedAt); hour <= nowMs; hour += HOUR_MS) hours.add(hour);
    const newestFirst = [...hours]
      .sort((a, b) => b - a)
      .slice(0, MOST_HOURS)
      .map((fromMs) => ({ fromMs, toMs: Math.min(fromMs + HOUR_MS, untilMs) }))
      .filter(({ fromMs, toMs }) => toMs > fromMs);
    const shown = new Set(newestFirst.map(({ fromMs }) => fromMs));
    for (const hour of this.failed.keys()) if (!shown.has(hour)) this.failed.delete(hour);
    const counts = {
      notCompared: newestFirst.filter(({ fromMs }) => !this.compared.has(fromMs)).length,
      leftOut: Math.max(0, hours.size - MOST_HOURS),
    };
    const [next] = newestFirst
      .filter(({ fromMs, toMs }) => this.isDue(fromMs, toMs, nowMs))
      .sort((a, b) => this.triedAt(a.fromMs) - this.triedAt(b.fromMs));
    if (next === undefined) return counts;
    const rows = merged.find(({ startMs }) => startMs === next.fromMs)?.rows ?? 0;
    const share = Math.min(1, MOST_LINES / Math.max(1, rows));
    return { ...counts, window: { ...next, minutesPerHour: Math.max(1, Math.floor(60 * share)) } };
  }

  private triedAt(hourMs: number): number {
    return this.failed.get(hourMs)?.atMs ?? this.compared.get(hourMs)?.comparedAtMs ?? 0;
  }

  private isDue(hourMs: number, toMs: number, nowMs: number): boolean {
    const last = this.compared.get(hourMs);
    if (this.wanted.has(hourMs)) return true;
    const failed = this.failed.get(hourMs);
    if (failed) return nowMs - failed.atMs >= AGAIN_AFTER_MS;
    if (last === undefined) return true;
    if (last.agree && last.waiting === 0 && last.toMs >= toMs && !this.doubted.has(hourMs)) return false;
    const { comparedAtMs, milliseconds } = last;
    const restMs = Math.min(REST_FACTOR * milliseconds, milliseconds + LONGEST_REST_MS);
    return nowMs - comparedAtMs >= Math.max(AGAIN_AFTER_MS, restMs);
  }
}

function hourStart(ms: number): number {
  return ms - (ms % HOUR_MS);
}

/** A comparison as the page and `status` show it. @param settledMs lines that arrived later are not late yet */
export function hourState(
  found: LayerComparison,
  { fromMs, toMs, minutesPerHour }: Window,
  settledMs: number,
  cost: Pick<HourState, "comparedAtMs" | "milliseconds">,
): HourState {
  const waiting = waitingIds(found, settledMs);
  const faults = faultsOf(found, waiting);
  const { raw, parquet, indexed } = found.counts;
  return {
    fromMs,
    toMs,
    isOpen: toMs - fromMs < HOUR_MS,
    minutesPerHour,
    agree: faults.length === 0,
    waiting: waiting.size,
    waitingFor: waitingFor(found, waiting),
    stream: found.acknowledged,
    ...(raw !== undefined && { raw }),
    ...(parquet !== undefined && { parquet }),
    ...(indexed !== undefined && { indexed }),
    quarantined: found.quarantined,
    faults,
    ...cost,
  };
}

/** Lines that are missing somewhere, but arrived too recently to be late. A discarded line is not waited for. */
function waitingIds({ missingSince, discarded }: LayerComparison, settledMs: number): ReadonlySet<string> {
  const settled = formatTimestamp(settledMs);
  const young = [...missingSince].filter(([id, arrivedAt]) => arrivedAt >= settled && !discarded.has(id));
  return new Set(young.map(([id]) => id));
}

function waitingFor({ missing }: LayerComparison, waiting: ReadonlySet<string>): WaitingState[] {
  return Object.entries(missing)
    .map(([source, ids]) => ({ source, lines: ids.filter((id) => waiting.has(id)).length }))
    .filter(({ lines }) => lines > 0);
}

/** Duplicates in the raw zone are no fault, because it is at-least-once. */
function faultsOf(
  { missing, altered, unknown, duplicates, discarded }: LayerComparison,
  waiting: ReadonlySet<string>,
): FaultState[] {
  const { raw: _, ...others } = duplicates;
  const late = Object.entries(missing).map(([source, ids]) => [source, ids.filter((id) => !waiting.has(id))]);
  const lists: readonly (readonly [FaultState["kind"], Faults])[] = [
    ["missing", Object.fromEntries(late)],
    ["altered", altered],
    ["unknown", unknown],
    ["duplicates", others],
  ];
  const faults = lists.flatMap(([kind, bySource]) =>
    Object.entries(bySource).map(([source, ids]) => ({
      kind,
      source,
      lines: ids.length,
      first: ids.slice(0, SHOWN_IDENTITIES),
    })),
  );
  const lost: FaultState = {
    kind: "discarded",
    source: "indexed",
    lines: discarded.size,
    first: [...discarded.keys()].slice(0, SHOWN_IDENTITIES),
  };
  return [...faults, lost].filter(({ lines }) => lines > 0);
}
