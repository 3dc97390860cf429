/** Most batches in flight, those waiting for a retry included. */
const LARGEST = 8;

/** How many batches may be in flight: half as many after each throttled call, one more after as many clean ones. */
export class CongestionWindow {
  private window: number = LARGEST;

  public get size(): number {
    return Math.floor(this.window);
  }

  /** Adapts the window to the outcome of a call. */
  public learn(throttled: boolean): void {
    this.window = throttled ? Math.max(1, this.window / 2) : Math.min(LARGEST, this.window + 1 / this.window);
  }
}
