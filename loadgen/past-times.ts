import { HOUR_MS } from "../contract/hours";

/** Synthetic lines whose event times lie in the past, before those of now. */
export interface History {
  /** From its beginning until now, milliseconds. */
  readonly spanMs: number;
  /** Number of lines. */
  readonly lines: number;
}

/** How much of a history falls on an hour, in relation to other hours. @param hourMs its beginning, milliseconds since 1970 */
export type WeightOfHour = (hourMs: number) => number;

/** Spreads the event times of a history over its span, in order. */
export class PastTimes {
  /** Beginnings of the hours that have a weight, the first and the last cut to the span. */
  private readonly froms: number[] = [];
  private readonly lengths: number[] = [];
  /** Sums of the weights up to the end of each of those hours. */
  private readonly sums: number[] = [];

  /**
   * @param untilMs the end of the span, milliseconds since 1970
   * @param weightOf of an hour; where no hour of the span has any, such as in a night, all count the same. @default all count the same
   */
  public constructor(
    { spanMs }: History,
    private readonly untilMs: number,
    weightOf: WeightOfHour = () => 1,
  ) {
    this.fill(untilMs - spanMs, weightOf);
    if (this.sums.length === 0) this.fill(untilMs - spanMs, () => 1);
  }

  private fill(sinceMs: number, weightOf: WeightOfHour): void {
    let sum = 0;
    for (let hour = Math.floor(sinceMs / HOUR_MS) * HOUR_MS; hour < this.untilMs; hour += HOUR_MS) {
      const from = Math.max(hour, sinceMs);
      const length = Math.min(hour + HOUR_MS, this.untilMs) - from;
      const weight = (weightOf(hour) * length) / HOUR_MS;
      if (weight <= 0) continue;
      sum += weight;
      this.froms.push(from);
      this.lengths.push(length);
      this.sums.push(sum);
    }
  }

  /** The time, milliseconds since 1970, before which this share of the history lies. @param share from 0 to 1 */
  public at(share: number): number {
    const { froms, lengths, sums } = this;
    const wanted = Math.min(Math.max(share, 0), 1) * (sums.at(-1) ?? 0);
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    const before = sums[low - 1] ?? 0;
    const part = (wanted - before) / ((sums[low] ?? 1) - before);
    return Math.floor((froms[low] ?? this.untilMs) + part * (lengths[low] ?? 0));
  }
}
