/** Period of a rate. */
const WINDOW_MS = 5_000;

interface Sample {
  readonly atMs: number;
  readonly total: number;
}

/** Rates of totals that only grow, each over the last seconds. */
export class Rates {
  private readonly samples = new Map<string, Sample[]>();

  /** Adds a total of that time. @returns its growth a second until then; undefined for the first one */
  public take(name: string, total: number, atMs: number): number | undefined {
    const samples = this.samples.get(name) ?? [];
    if (samples.at(-1)?.atMs === atMs) samples.pop();
    samples.push({ atMs, total });
    // The oldest sample that is kept is just outside of the window.
    while ((samples[1]?.atMs ?? atMs) <= atMs - WINDOW_MS) samples.shift();
    this.samples.set(name, samples);
    const [oldest] = samples;
    if (oldest === undefined || oldest.atMs === atMs) return undefined;
    return Math.max(0, ((total - oldest.total) * 1_000) / (atMs - oldest.atMs));
  }
}
