import type { ColumnReport } from "./source";

/**
 * Counts of what a run read and sent, in lines unless stated otherwise. `read` = `accepted` + `refused`; at its end
 * `accepted` = `acknowledged` + `failed` + `skipped`.
 */
export interface SendReport extends Partial<ColumnReport> {
  /** Rows or lines taken from the input, or synthetic ones. */
  readonly read: number;
  /** Lines among them that can be sent. */
  readonly accepted: number;
  /** Rows of the input that cannot become a line; they are not sent. */
  readonly refused: number;
  readonly refusedByReason: Readonly<Record<string, number>>;
  /** Lines that the stream has acknowledged. */
  readonly acknowledged: number;
  /** Lines sent again; each time counts. */
  readonly retried: number;
  /** Lines never acknowledged: sent, perhaps more than once, or too long for a stream record. */
  readonly failed: number;
  /** Lines not sent, because the run was a dry run. */
  readonly skipped: number;
  /**
   * Lines in calls without an answer; each time counts. The stream may have such a line although it counts as failed,
   * or twice although it was acknowledged once.
   */
  readonly uncertain: number;
  /** Lines rejected because the stream was at its limit; each time counts. */
  readonly throttled: number;
  /** Stream records that hold the accepted lines. */
  readonly records: number;
  /** Size of those records' data. */
  readonly bytes: number;
  /** PutRecords calls. */
  readonly calls: number;
  readonly seconds: number;
  /** Acknowledged lines (in a dry run: skipped ones) a second, over the whole run. */
  readonly linesPerSecond: number;
  /** Why the run stopped early, or why its ledger may not be safe on disk; absent after a complete run. */
  readonly error?: string;
}

type Counter =
  | "accepted"
  | "acknowledged"
  | "retried"
  | "failed"
  | "skipped"
  | "uncertain"
  | "throttled"
  | "records"
  | "bytes"
  | "calls";

/** Counts while a run goes on. */
export class Tally {
  private readonly counts: Record<Counter, number> = {
    accepted: 0,
    acknowledged: 0,
    retried: 0,
    failed: 0,
    skipped: 0,
    uncertain: 0,
    throttled: 0,
    records: 0,
    bytes: 0,
    calls: 0,
  };
  private refused = 0;
  private readonly refusedByReason: Record<string, number> = {};
  private readonly startedAt: number;

  /** @param now milliseconds */
  public constructor(private readonly now: () => number) {
    this.startedAt = now();
  }

  public add(counter: Counter, count = 1): void {
    this.counts[counter] += count;
  }

  /** Counts a row that is not sent. */
  public refuse(reason: string): void {
    this.refused++;
    this.refusedByReason[reason] = (this.refusedByReason[reason] ?? 0) + 1;
  }

  /** Lines accepted so far. */
  public get accepted(): number {
    return this.counts.accepted;
  }

  /** Milliseconds since the start. */
  public get elapsedMs(): number {
    return this.now() - this.startedAt;
  }

  /** The report as it stands. */
  public snapshot(): SendReport {
    const { counts, refused, refusedByReason } = this;
    const seconds = this.elapsedMs / 1000;
    const done = counts.acknowledged + counts.skipped;
    return {
      read: counts.accepted + refused,
      ...counts,
      refused,
      refusedByReason: { ...refusedByReason },
      seconds: Math.round(seconds * 1000) / 1000,
      linesPerSecond: seconds > 0 ? Math.round((done / seconds) * 10) / 10 : 0,
    };
  }
}

/**
 * The reasons why a run did not send all of its input, one sentence each; empty when it did.
 * @param maxBadRows how many rows may be refused
 * @param wasStopped whether the run was told to stop, so that it need not have sent anything
 */
export function shortfalls(report: SendReport, maxBadRows = 0, wasStopped = false): readonly string[] {
  const { refused, failed, acknowledged, skipped, error } = report;
  return [
    ...(error === undefined ? [] : [error]),
    ...(acknowledged + skipped === 0 && !wasStopped && error === undefined
      ? ["the stream acknowledged no line"]
      : []),
    ...(refused > maxBadRows ? [refusedText(report, maxBadRows)] : []),
    ...(failed > 0 ? [`lines not acknowledged: ${shown(failed)}`] : []),
  ];
}

/** The report with a fault that came after the sending. @param fault undefined for none */
export function withFault(report: SendReport, fault: string | undefined): SendReport {
  if (fault === undefined) return report;
  return { ...report, error: report.error === undefined ? fault : `${report.error}; ${fault}` };
}

/** Such as `3 of 20 rows were refused and not sent`. */
export function refusedText({ refused, read }: SendReport, maxBadRows = 0): string {
  const limit = maxBadRows > 0 ? `, more than --max-bad-rows ${maxBadRows}` : "";
  return `${shown(refused)} of ${shown(read)} rows ${refused === 1 ? "was" : "were"} refused and not sent${limit}`;
}

/** The report for a person. */
export function sendReportText(report: SendReport): string {
  const { refused, throttled, skipped, uncertain } = report;
  const rows: (readonly [title: string, count: number, remark: string])[] = [
    ["read", report.read, ""],
    ["accepted", report.accepted, ""],
    ["refused", refused, refused > 0 ? `not sent: ${countsText(report.refusedByReason)}` : ""],
    ["acknowledged", report.acknowledged, ""],
    ["retried", report.retried, throttled > 0 ? `throttled: ${shown(throttled)}` : ""],
    ["failed", report.failed, ""],
  ];
  if (skipped > 0) rows.push(["skipped", skipped, "dry run: nothing was sent"]);
  if (uncertain > 0) rows.push(["uncertain", uncertain, "no answer: perhaps in the stream twice"]);
  const lines = rows.map(([title, count, remark]) =>
    `${title.padEnd(12)} ${shown(count).padStart(12)} lines  ${remark}`.trimEnd(),
  );
  const { records, bytes, calls, seconds, linesPerSecond } = report;
  const megabytes = (bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 });
  const sent =
    `${shown(records)} stream records, ${megabytes} MB, ${shown(calls)} calls, ` +
    `${seconds.toFixed(1)} s, ${shown(Math.round(linesPerSecond))} lines/s`;
  return [...lines, ...columnLines(report), sent].join("\n");
}

function columnLines({
  columnsUnfilled = [],
  columnsLeftOut = [],
  readAsNothing = {},
  readAsInteger = {},
}: SendReport): string[] {
  const lines: (readonly [title: string, names: string])[] = [
    ["columns of the contract without any value", columnsUnfilled.join(", ")],
    ["columns of the file not sent", columnsLeftOut.join(", ")],
    ["read as no value (NaN, NULL and the like)", countsText(readAsNothing)],
    ["read as whole numbers (13085.0 as 13085)", countsText(readAsInteger)],
  ];
  return lines.filter(([, names]) => names !== "").map(([title, names]) => `${title}: ${names}`);
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${shown(count)}`)
    .join(", ");
}

function shown(count: number): string {
  return count.toLocaleString("en");
}
