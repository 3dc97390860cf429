import type { SendReport } from "../../loadgen/send-report";
import type { GeneratorState } from "./state";

/** Most lines a second that the page may request: a laptop's core can send as many beside everything else. */
export const MOST_LINES_PER_SECOND = 1_000;

/** A rate that is not allowed. */
export class RateError extends Error {
  override readonly name = "RateError";
}

/** Rate and state of the sending: the page sets the rate, and the load generator reads it. */
export class Generator {
  private current: number;
  /** The last rate that was not 0. */
  private before: number;
  private report: SendReport | undefined;
  private isFinished = false;
  private sinceMs: number;

  /**
   * @param linesPerSecond initial rate, Infinity for no limit; one above {@link MOST_LINES_PER_SECOND} raises the
   * limit
   */
  public constructor(
    linesPerSecond: number,
    private readonly now: () => number = Date.now,
  ) {
    this.current = linesPerSecond;
    this.before = linesPerSecond;
    this.sinceMs = now();
    this.most = Math.max(Number.isFinite(linesPerSecond) ? linesPerSecond : 0, MOST_LINES_PER_SECOND);
  }

  public readonly most: number;
  public readonly rate = (): number => this.current;
  public readonly onReport = (report: SendReport): void => {
    this.report = report;
  };

  /** Counts of lines so far. */
  public get sent(): Pick<SendReport, "acknowledged" | "retried" | "throttled" | "failed" | "refused"> {
    return this.report ?? { acknowledged: 0, retried: 0, throttled: 0, failed: 0, refused: 0 };
  }

  /** 0 pauses. @throws RateError */
  public set(linesPerSecond: unknown): void {
    if (
      typeof linesPerSecond !== "number" ||
      !Number.isFinite(linesPerSecond) ||
      linesPerSecond < 0 ||
      linesPerSecond > this.most
    ) {
      throw new RateError(
        `the rate is ${JSON.stringify(linesPerSecond)}; a number of lines a second from 0 to ${this.most} is wanted`,
      );
    }
    this.change(linesPerSecond);
  }

  /** Ends a pause: the rate is the one before it, also if that was no limit. */
  public resume(): void {
    this.change(this.before);
  }

  private change(linesPerSecond: number): void {
    if ((linesPerSecond === 0) !== (this.current === 0)) this.sinceMs = this.now();
    this.current = linesPerSecond;
    if (linesPerSecond !== 0) this.before = linesPerSecond;
  }

  /** Nothing more will be sent. */
  public readonly onEnd = (): void => {
    if (!this.isFinished) this.sinceMs = this.now();
    this.isFinished = true;
  };

  public state(): GeneratorState {
    const { current, isFinished, most } = this;
    return {
      state: isFinished ? "finished" : current === 0 ? "paused" : "sending",
      ...(Number.isFinite(current) && { linesPerSecond: current }),
      most,
      acknowledged: this.sent.acknowledged,
      sinceMs: this.sinceMs,
    };
  }
}
