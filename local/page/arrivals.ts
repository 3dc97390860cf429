/** Bucket sizes: seconds for recent arrivals, minutes for older ones. */
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Counts of lines by arrival: by second from {@link secondsFromMs} on, by minute before. */
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

  /** Reduces arrivals before the minute of `ms` to minutes: memory grows by minutes, not by seconds. */
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

/** Lines that a layer is missing, and lines that it has in excess. */
export interface Gap {
  readonly missing: number;
  /**
   * Start of the second (after a quarter of an hour: of the minute) in which the oldest missing line arrived; absent
   * when none is missing.
   */
  readonly oldestMissingMs?: number;
  /** Lines that the stream never had. */
  readonly surplus: number;
}

/** The stream's lines that a layer is compared with. */
export interface GapEvidence {
  /** Lines of the stream that keep the contract. */
  readonly accepted: Arrivals;
  /** Lines of the stream that break it. */
  readonly refused: Arrivals;
  /**
   * Lines that this layer quarantined: if there are more than the refused ones, the others are accepted lines that
   * the layer need not have.
   */
  readonly quarantined: Arrivals;
  readonly held: Arrivals;
}

/**
 * Counts the lines that a layer is missing of the arrivals from `sinceMs` up to `untilMs` (excluded), bucket by
 * bucket: an excess line in one bucket does not offset a missing line in another.
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
    // A quarantined line that the layer has after all (it was sent again) is no excess.
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
