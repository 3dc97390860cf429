/** Time between two bursts of lines, so that fast rates still fill batches. */
const TICK_MS = 50;
/** The rate is read at least this often, so that a change takes effect soon. */
const LONGEST_WAIT_MS = 250;
/** Largest burst after a stall, in seconds of the rate. */
const LARGEST_BURST_S = 1;

/** Spreads lines over time. The rate may change at any moment. */
export class Pacer {
  private allowance = 1;
  /** Undefined while there is no limit: then nothing is earned. */
  private last: number | undefined;

  /**
   * @param rate lines a second at this moment; 0 pauses, Infinity does not limit
   * @param now milliseconds
   */
  public constructor(
    private readonly rate: () => number,
    private readonly now: () => number,
  ) {
    this.last = now();
  }

  /**
   * Takes the next line's turn. @returns 0 when it may be sent now, and counts it; else milliseconds until the next
   * call
   */
  public take(): number {
    const rate = this.rate();
    if (!(rate >= 0)) throw new RangeError(`the rate is ${rate} lines a second; 0 or more is wanted`);
    if (rate === Number.POSITIVE_INFINITY) {
      this.last = undefined;
      return 0;
    }
    const now = this.now();
    const earned = (rate * (now - (this.last ?? now))) / 1000;
    this.allowance = Math.min(this.allowance + earned, Math.max(1, rate * LARGEST_BURST_S));
    this.last = now;
    if (this.allowance >= 1) {
      this.allowance -= 1;
      return 0;
    }
    const missing = rate === 0 ? LONGEST_WAIT_MS : ((1 - this.allowance) / rate) * 1000;
    return Math.min(Math.max(missing, TICK_MS), LONGEST_WAIT_MS);
  }
}
