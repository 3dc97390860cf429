import type { Faults } from "../../ops/reconcile/compare";
import { type Places, type Reconciliation, reconcile } from "../../ops/reconcile/reconcile";
import type { Window } from "../../ops/reconcile/window";
import type { FaultState, HourState, ReconciliationState } from "./state";

const HOUR_MS = 3_600_000;
/** Hours that are shown, the newest. */
const MOST_HOURS = 24;
/** Lines of an hour that are compared; of a busier one, a sample. Each takes some 100 bytes while it is compared. */
const MOST_LINES = 100_000;
/** An hour that goes on is compared again after this, and after so many times the last comparison's time. */
const AGAIN_AFTER_MS = 10_000;
const REST_FACTOR = 3;
/** Identities shown of each fault. */
const SHOWN_IDENTITIES = 5;

/** What the comparison of the hours works with. */
export interface HoursOptions {
  readonly places: Places;
  /** Milliseconds after its arrival by which a line should be everywhere. */
  readonly settleMs: number;
  /** Epoch milliseconds: the first hour that is compared even when nothing of it was merged. */
  readonly startedAt: number;
  readonly onCompared: (state: ReconciliationState) => void;
  /** @default the reconciliation itself */
  readonly compare?: (window: Window) => Promise<Reconciliation>;
}

/**
 * Compares hour by hour, by identity and checksum: the code of `npm run reconcile` with a window of an hour. An hour
 * that has settled and agrees is not compared again; one that goes on is, up to what should have settled.
 */
export class Hours {
  private readonly compared = new Map<number, HourState>();
  private readonly compare: (window: Window) => Promise<Reconciliation>;
  private readonly wanted = new Set<number>();

  public constructor(private readonly options: HoursOptions) {
    const { places } = options;
    this.compare = options.compare ?? ((window) => reconcile(places, undefined, window));
  }

  /** Compares every hour again, whatever it said. */
  public again(): void {
    for (const hour of this.compared.keys()) this.wanted.add(hour);
  }

  /**
   * Compares the hour that needs it most, if any does. @param merged rows by hour, as the catalog has them
   */
  public async step(
    merged: readonly { readonly startMs: number; readonly rows: number }[],
    nowMs: number,
  ): Promise<void> {
    const window = this.next(merged, nowMs);
    if (window === undefined) return;
    const hourMs = hourStart(window.fromMs);
    this.wanted.delete(hourMs);
    const startedAt = performance.now();
    try {
      const found = await this.compare(window);
      const milliseconds = Math.round(performance.now() - startedAt);
      this.compared.set(hourMs, hourState(found, window, { comparedAtMs: nowMs, milliseconds }));
      for (const old of [...this.compared.keys()].sort((a, b) => b - a).slice(MOST_HOURS)) {
        this.compared.delete(old);
      }
      this.tell();
    } catch (error) {
      this.tell(error instanceof Error ? error.message : String(error));
    }
  }

  private tell(error?: string): void {
    const hours = [...this.compared.values()].sort((a, b) => b.fromMs - a.fromMs);
    const settleSeconds = Math.round(this.options.settleMs / 1_000);
    this.options.onCompared({ hours, settleSeconds, ...(error !== undefined && { error }) });
  }

  /** Of the hours that are due, the one that was compared longest ago; of those never compared, the newest. */
  private next(
    merged: readonly { readonly startMs: number; readonly rows: number }[],
    nowMs: number,
  ): Window | undefined {
    const settledMs = nowMs - this.options.settleMs;
    const hours = new Set(merged.map(({ startMs }) => startMs));
    for (let hour = hourStart(this.options.startedAt); hour <= nowMs; hour += HOUR_MS) hours.add(hour);
    const newestFirst = [...hours].sort((a, b) => b - a).slice(0, MOST_HOURS);
    const [next] = newestFirst
      .map((fromMs) => ({ fromMs, toMs: Math.min(fromMs + HOUR_MS, settledMs) }))
      .filter(({ fromMs, toMs }) => toMs > fromMs && this.isDue(fromMs, toMs, nowMs))
      .sort((a, b) => this.comparedAt(a.fromMs) - this.comparedAt(b.fromMs));
    if (next === undefined) return undefined;
    const rows = merged.find(({ startMs }) => startMs === next.fromMs)?.rows ?? 0;
    const share = Math.min(1, MOST_LINES / Math.max(1, rows));
    return { ...next, minutesPerHour: Math.max(1, Math.floor(60 * share)) };
  }

  private comparedAt(hourMs: number): number {
    return this.compared.get(hourMs)?.comparedAtMs ?? 0;
  }

  private isDue(hourMs: number, toMs: number, nowMs: number): boolean {
    const last = this.compared.get(hourMs);
    if (last === undefined || this.wanted.has(hourMs)) return true;
    if (last.agree && last.toMs >= toMs) return false;
    return nowMs - last.comparedAtMs >= Math.max(AGAIN_AFTER_MS, REST_FACTOR * last.milliseconds);
  }
}

function hourStart(ms: number): number {
  return ms - (ms % HOUR_MS);
}

function hourState(
  found: Reconciliation,
  { fromMs, toMs, minutesPerHour }: Window,
  cost: Pick<HourState, "comparedAtMs" | "milliseconds">,
): HourState {
  const { raw = 0, parquet = 0, indexed } = found.counts;
  return {
    fromMs,
    toMs,
    isOpen: toMs - fromMs < HOUR_MS,
    minutesPerHour,
    agree: found.agree,
    stream: found.acknowledged,
    raw,
    parquet,
    ...(indexed !== undefined && { indexed }),
    quarantined: found.quarantined,
    faults: faultsOf(found),
    ...cost,
  };
}

/** Copies in the raw zone are no fault: it is at-least-once by nature. */
function faultsOf({ missing, altered, unknown, doubled, givenUp }: Reconciliation): FaultState[] {
  const { raw: _, ...copies } = doubled;
  const lists: readonly (readonly [FaultState["kind"], Faults])[] = [
    ["missing", missing],
    ["altered", altered],
    ["unknown", unknown],
    ["copies", copies],
  ];
  const faults = lists.flatMap(([kind, places]) =>
    Object.entries(places).map(([place, ids]) => ({
      kind,
      place,
      lines: ids.length,
      first: ids.slice(0, SHOWN_IDENTITIES),
    })),
  );
  const lost: FaultState = {
    kind: "given up",
    place: "indexed",
    lines: givenUp.size,
    first: [...givenUp.keys()].slice(0, SHOWN_IDENTITIES),
  };
  return [...faults, lost].filter(({ lines }) => lines > 0);
}
