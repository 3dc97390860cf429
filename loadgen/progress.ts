import type { SendReport } from "./send-report";

/** Where progress is shown: standard error. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How often the line on a terminal is rewritten, and how often a line is added where there is none. */
const REWRITE_MS = 200;
const ADD_MS = 10_000;
const CLEAR_LINE = "\r\u001b[2K";

/** Shows the progress of a run: one line that is rewritten on a terminal, else a line every ten seconds. */
export class Progress {
  private shownAt: number;
  private isShown = false;

  /** @param now milliseconds */
  public constructor(
    private readonly terminal: Terminal,
    private readonly now: () => number,
  ) {
    this.shownAt = now();
  }

  /** Shows the report when an update is due. */
  public update(report: SendReport): void {
    const now = this.now();
    if (now - this.shownAt < (this.terminal.isTTY ? REWRITE_MS : ADD_MS)) return;
    this.shownAt = now;
    this.isShown = this.terminal.isTTY ?? false;
    this.terminal.write(
      this.terminal.isTTY ? CLEAR_LINE + progressText(report) : `${progressText(report)}\n`,
    );
  }

  /** Writes a line that stays, above the progress. */
  public say(text: string): void {
    this.end();
    this.terminal.write(`${text}\n`);
  }

  /** Removes the progress line. */
  public end(): void {
    if (this.isShown) this.terminal.write(CLEAR_LINE);
    this.isShown = false;
  }
}

function progressText(report: SendReport): string {
  const count = (value: number): string => value.toLocaleString("en");
  const parts = [
    `${count(report.acknowledged + report.skipped)} lines`,
    `${count(Math.round(report.linesPerSecond))}/s`,
    ...(report.throttled > 0 ? [`throttled ${count(report.throttled)}`] : []),
    ...(report.failed > 0 ? [`failed ${count(report.failed)}`] : []),
    ...(report.refused > 0 ? [`refused ${count(report.refused)}`] : []),
    `${report.seconds.toFixed(0)} s`,
  ];
  return parts.join(" · ");
}
