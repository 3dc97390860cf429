/** Period of a rate. */
const WINDOW_MS = 5_000;

interface Sample {
  readonly atMs: number;
  readonly total: number;
}

/** Rates of totals that only grow, each over the last seconds. */
export class Rates {
  private readonly samples = new Map<string, Sample[]>();

  /** Adds a total. @returns its growth a second; undefined for the first one */
  public take(name: string, total: number, nowMs: number): number | undefined {
    const samples = this.samples.get(name) ?? [];
    samples.push({ atMs: nowMs, total });
    // The oldest sample that is kept is just outside of the window.
    while ((samples[1]?.atMs ?? nowMs) <= nowMs - WINDOW_MS) samples.shift();
    this.samples.set(name, samples);
    const [oldest] = samples;
    if (oldest === undefined || oldest.atMs === nowMs) return undefined;
    return Math.max(0, ((total - oldest.total) * 1_000) / (nowMs - oldest.atMs));
  }
}
