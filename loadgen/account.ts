/** What a run did, in lines unless it says otherwise. `offered` = `acknowledged` + `givenUp` + `withheld` at its end. */
export interface Account {
  /** Taken from the source to be sent. */
  readonly offered: number;
  /** The stream has them. */
  readonly acknowledged: number;
  /** Sent again, each time counted. */
  readonly retried: number;
  /** Sent, perhaps more than once, and not acknowledged. */
  readonly givenUp: number;
  /** Not sent because the run was a dry one. */
  readonly withheld: number;
  /** Rows of the input that cannot become a line; they are not among the offered ones. */
  readonly badRows: number;
  /**
   * Sent in calls that were not answered. The stream may have such a line although it was given up, or twice although it
   * was acknowledged once; each time counted.
   */
  readonly uncertain: number;
  /** Refused because the stream was at its limit, each time counted. */
  readonly throttled: number;
  /** Stream records that the offered lines made. */
  readonly records: number;
  /** Size of those records' data. */
  readonly bytes: number;
  /** Calls that were made. */
  readonly calls: number;
  readonly seconds: number;
  /** Acknowledged lines (in a dry run: withheld ones) in a second, over the whole run. */
  readonly linesPerSecond: number;
}

type Counter = Exclude<keyof Account, "seconds" | "linesPerSecond">;

/** Counts while a run goes on. */
export class Tally {
  private readonly counts: Record<Counter, number> = {
    offered: 0,
    acknowledged: 0,
    retried: 0,
    givenUp: 0,
    withheld: 0,
    badRows: 0,
    uncertain: 0,
    throttled: 0,
    records: 0,
    bytes: 0,
    calls: 0,
  };
  private readonly startedAt: number;

  /** @param now milliseconds */
  public constructor(private readonly now: () => number) {
    this.startedAt = now();
  }

  public add(counter: Counter, count = 1): void {
    this.counts[counter] += count;
  }

  /** Lines offered so far. */
  public get offered(): number {
    return this.counts.offered;
  }

  /** Milliseconds since the start. */
  public get elapsedMs(): number {
    return this.now() - this.startedAt;
  }

  /** The account as it stands. */
  public snapshot(): Account {
    const seconds = this.elapsedMs / 1000;
    const done = this.counts.acknowledged + this.counts.withheld;
    return {
      ...this.counts,
      seconds: Math.round(seconds * 1000) / 1000,
      linesPerSecond: seconds > 0 ? Math.round((done / seconds) * 10) / 10 : 0,
    };
  }
}

/** The account for a person. */
export function accountText(account: Account): string {
  const rows: (readonly [title: string, count: number, remark: string])[] = [
    ["offered", account.offered, ""],
    ["acknowledged", account.acknowledged, ""],
    ["retried", account.retried, account.throttled > 0 ? `throttled: ${shown(account.throttled)}` : ""],
    ["given up", account.givenUp, ""],
  ];
  if (account.withheld > 0) rows.push(["withheld", account.withheld, "dry run: nothing was sent"]);
  if (account.uncertain > 0)
    rows.push(["uncertain", account.uncertain, "no answer: perhaps in the stream twice"]);
  if (account.badRows > 0) rows.push(["bad rows", account.badRows, "not sent"]);
  const lines = rows.map(([title, count, remark]) =>
    `${title.padEnd(12)} ${shown(count).padStart(12)} lines  ${remark}`.trimEnd(),
  );
  const { records, bytes, calls, seconds, linesPerSecond } = account;
  const megabytes = (bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 });
  lines.push(
    `${shown(records)} stream records, ${megabytes} MB, ${shown(calls)} calls, ` +
      `${seconds.toFixed(1)} s, ${shown(Math.round(linesPerSecond))} lines/s`,
  );
  return lines.join("\n");
}

function shown(count: number): string {
  return count.toLocaleString("en");
}
