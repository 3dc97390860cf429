/** Bucket sizes: by second while an age is read in seconds, by minute before. */
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** How many lines arrived when: by second from {@link secondsFromMs} on, by minute before. */
export class Arrivals {
  private counts = new Map<number, number>();

  /** @param secondsFromMs ms since 1970, the start of a minute */
  public constructor(private secondsFromMs: number) {}

  public get finestFromMs(): number {
    return this.secondsFromMs;
  }

  /** Lines by the start of their bucket, ms since 1970. */
  public get buckets(): ReadonlyMap<number, number> {
    return this.counts;
  }

  public get total(): number {
    let total = 0;
    for (const lines of this.counts.values()) total += lines;
    return total;
  }

  public add(arrivedAtMs: number, lines = 1): void {
    const size = arrivedAtMs >= this.secondsFromMs ? SECOND_MS : MINUTE_MS;
    const bucket = arrivedAtMs - (arrivedAtMs % size);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + lines);
  }

  /** Keeps minutes only of what arrived before the minute of `ms`: memory grows by minutes, not by seconds. */
  public fold(ms: number): void {
    const from = minuteStart(ms);
    if (from <= this.secondsFromMs) return;
    const before = this.counts;
    this.secondsFromMs = from;
    this.counts = new Map();
    for (const [bucket, lines] of before) this.add(bucket, lines);
  }

  /** A copy with minutes up to the minute of `ms`. */
  public foldedTo(ms: number): Arrivals {
    const copy = new Arrivals(this.secondsFromMs);
    for (const [bucket, lines] of this.counts) copy.counts.set(bucket, lines);
    copy.fold(ms);
    return copy;
  }
}

/** What a layer does not hold of the lines that it should hold, and what it holds beyond them. */
export interface Gap {
  readonly missing: number;
  /** Start of the second (after a quarter of an hour: of the minute) in which the oldest of them arrived; absent: none. */
  readonly oldestMissingMs?: number;
  /** Lines that the stream never had. */
  readonly surplus: number;
}

/** What a layer is compared with. */
export interface GapEvidence {
  /** Lines of the stream that keep the contract. */
  readonly accepted: Arrivals;
  /** Lines of the stream that break it. */
  readonly refused: Arrivals;
  /** Lines that this layer put into quarantine: those beyond the refused ones are accepted lines that it need not hold. */
  readonly quarantined: Arrivals;
  readonly held: Arrivals;
}

/**
 * Counts what a layer lacks of the arrivals from `sinceMs` up to `untilMs` (excluded), bucket by bucket: a line too
 * many in one does not make up for one that is missing in another.
 * @param sinceMs the start of a minute @param untilMs the start of a second
 */
export function gapOf(evidence: GapEvidence, sinceMs: number, untilMs: number): Gap {
  const all = Object.values(evidence) as readonly Arrivals[];
  const finest = Math.max(...all.map(({ finestFromMs }) => finestFromMs));
  const [accepted, refused, quarantined, held] = [
    evidence.accepted,
    evidence.refused,
    evidence.quarantined,
    evidence.held,
  ].map((arrivals) => arrivals.foldedTo(finest).buckets);
  let missing = 0;
  let surplus = 0;
  let oldestMissingMs: number | undefined;
  for (const bucket of new Set([...(accepted?.keys() ?? []), ...(held?.keys() ?? [])])) {
    if (bucket < sinceMs || bucket >= untilMs) continue;
    const of = (counts: ReadonlyMap<number, number> | undefined): number => counts?.get(bucket) ?? 0;
    const excused = Math.max(0, of(quarantined) - of(refused));
    const lacks = of(accepted) - excused - of(held);
    missing += Math.max(0, lacks);
    // An excused line that is held after all (it was sent again) is none too many.
    surplus += Math.max(0, of(held) - of(accepted));
    if (lacks > 0) oldestMissingMs = Math.min(oldestMissingMs ?? bucket, bucket);
  }
  return { missing, surplus, ...(oldestMissingMs !== undefined && { oldestMissingMs }) };
}

/** The start of the second. */
export function secondStart(ms: number): number {
  return ms - (ms % SECOND_MS);
}

/** The start of the minute. */
export function minuteStart(ms: number): number {
  return ms - (ms % MINUTE_MS);
}
