import { setTimeout as sleep } from "node:timers/promises";
import { HOUR_MS, type Hour, hourOf, hoursBetween } from "../../contract/hours";
import { retailTransaction } from "../../contract/retail-transaction";
import { mergeSmallFiles } from "../../lambdas/merge-small-files/core";
import type { Outcome } from "../../lambdas/merge-small-files/outcome";
import type { Ports } from "../../lambdas/merge-small-files/ports";
import { runStart } from "../../lambdas/merge-small-files/run-id";
import type { Statement } from "../../lambdas/merge-small-files/statement";
import { Random } from "../../loadgen/random";
import { BatchLayer } from "../support/batch-layer";
import { Deliveries } from "../support/deliveries";
import { tableLines } from "../support/lines-by-id";
import { ParquetReader } from "../support/parquet-reader";
import { type RawLine, RawLines } from "../support/raw-lines";

const MINUTE_MS = 60_000;
/** Over the end of a year, so that months and days of one digit are among the partitions. */
const START_MS = Date.UTC(2026, 11, 31, 18, 5);
const ARRIVALS_MS = 30 * HOUR_MS;
/** After the last arrival the schedule goes on, until what was superseded last has been swept. */
const QUIET_MS = 3 * HOUR_MS;
/** A sixth of the real pace, so that the whole takes seconds. */
const MERGE_EVERY_MS = 30 * MINUTE_MS;
const TIMEOUT_MS = 5 * MINUTE_MS;
const SEED = 20261124;

/**
 * How many merges there have to be: one for each state of an hour that a merge finds. The raw zone only grows, so
 * the number of objects tells one state from another. The newest three hours are looked at each time, the look-back
 * once an hour.
 */
class ExpectedMerges {
  count = 0;
  readonly #merged = new Map<string, number>();
  #lastPass = "";

  constructor(
    private readonly deliveries: Deliveries,
    private readonly lookBackHours: number,
  ) {}

  /** Names of the hours that a merge at that time has to take, in time order. */
  at(nowMs: number): string[] {
    const isHourly = hourOf(nowMs).name !== this.#lastPass;
    this.#lastPass = hourOf(nowMs).name;
    const hours = hoursBetween(nowMs - (isHourly ? this.lookBackHours : 2) * HOUR_MS, nowMs);
    return hours.flatMap(({ name }) => {
      const objects = this.deliveries.count(name);
      if (objects === (this.#merged.get(name) ?? 0)) return [];
      this.count++;
      this.#merged.set(name, objects);
      return [name];
    });
  }
}

/** What arrives: a few objects an hour, some late, some with lines that were delivered before. */
class Firehose {
  readonly kinds = { fresh: 0, late: 0, duplicateSameHour: 0, duplicateNextHour: 0, whileMerging: 0 };
  readonly #random = new Random(SEED);
  readonly #lines = new RawLines();

  constructor(
    private readonly deliveries: Deliveries,
    private readonly lookBackHours: number,
  ) {}

  async deliver(nowMs: number): Promise<void> {
    const random = this.#random;
    const hour = hourOf(nowMs);
    if (random.chance(0.9)) await this.#fresh("fresh", hour, nowMs);
    // The hour that leaves the look-back before the next hourly pass is the only one where it would be too late.
    const someHourAgo = hourOf(nowMs - (1 + random.below(this.lookBackHours - 1)) * HOUR_MS);
    if (random.chance(0.3)) await this.#fresh("late", someHourAgo, nowMs);
    if (random.chance(0.25)) await this.#duplicates("duplicateSameHour", hour, hour);
    if (random.chance(0.25)) await this.#duplicates("duplicateNextHour", hourOf(nowMs - HOUR_MS), hour);
    if (random.chance(0.2)) {
      const next = hourOf(someHourAgo.startMs + HOUR_MS);
      await this.#duplicates("duplicateNextHour", someHourAgo, next);
    }
  }

  /** An object that lands after the merge has listed the hour, and before its query reads it. */
  async deliverWhileMerging(hour: Hour, nowMs: number): Promise<void> {
    if (this.#random.chance(0.12)) await this.#fresh("whileMerging", hour, nowMs);
  }

  async #fresh(kind: keyof Firehose["kinds"], hour: Hour, nowMs: number): Promise<void> {
    const endMs = Math.min(nowMs, hour.startMs + HOUR_MS);
    const lines = this.#lines.spread(
      1 + this.#random.below(8),
      hour.startMs,
      Math.max(endMs, hour.startMs + 1),
    );
    await this.#add(kind, hour, lines);
  }

  /** Some lines of an hour once more, cut differently: between new ones. */
  async #duplicates(kind: keyof Firehose["kinds"], from: Hour, into: Hour): Promise<void> {
    const lines = this.deliveries.of(from);
    if (lines.length === 0) return;
    const first = this.#random.below(lines.length);
    const duplicates = lines.slice(first, first + 1 + this.#random.below(6));
    await this.#add(kind, into, [...duplicates, ...this.#lines.spread(2, into.startMs, into.startMs + 2)]);
  }

  async #add(kind: keyof Firehose["kinds"], hour: Hour, lines: readonly RawLine[]): Promise<void> {
    this.kinds[kind]++;
    await this.deliveries.add(hour, lines);
  }
}

/** The runs of each hour: which is live, and since when the others are not. */
class Runs {
  made = 0;
  swept = 0;
  /** Swept while a query could still be reading them. */
  readonly sweptTooEarly: string[] = [];
  readonly #live = new Map<string, string>();
  readonly #supersededAtMs = new Map<string, number>();

  note({ merged, swept }: Outcome, nowMs: number): void {
    for (const { hour, run } of merged) {
      this.made++;
      const before = this.#live.get(hour);
      if (before !== undefined) this.#supersededAtMs.set(before, nowMs);
      this.#live.set(hour, run);
    }
    for (const run of swept.runs) {
      this.swept++;
      const sinceMs = this.#supersededAtMs.get(run) ?? Number.POSITIVE_INFINITY;
      if (nowMs - sinceMs < HOUR_MS) this.sweptTooEarly.push(run);
    }
  }

  /** Folders that an hourly pass should not have left: of hours that nothing has changed for an hour. */
  leftOver(layer: BatchLayer, hour: Hour, nowMs: number): string[] {
    const live = this.#live.get(hour.name);
    const others = layer.runFolders(hour).filter((run) => run !== live);
    return nowMs - (runStart(live ?? "") ?? 0) < HOUR_MS ? [] : others;
  }

  liveOf(hour: Hour): string[] {
    return [this.#live.get(hour.name) ?? []].flat();
  }
}

test("thirty hours of late objects and duplicates, merged on schedule while a reader looks on", async () => {
  const layer = await BatchLayer.start();
  try {
    const { config } = layer;
    let nowMs = START_MS;
    // A merge takes no time on this clock; what really passes is what the engine needs.
    const clock = { now: () => nowMs, sleep: () => sleep(2) };
    const endMs = START_MS + ARRIVALS_MS;
    const hours = hoursBetween(START_MS - config.LOOK_BACK_HOURS * HOUR_MS, endMs + QUIET_MS);
    const deliveries = new Deliveries(layer);
    const firehose = new Firehose(deliveries, config.LOOK_BACK_HOURS);
    const expected = new ExpectedMerges(deliveries, config.LOOK_BACK_HOURS);
    const runs = new Runs();
    const log: string[] = [];
    const ports = layer.ports(clock, (line) => log.push(line));
    const { start } = ports.queries;
    const asked = new Map<string, Statement>();
    const interrupted: Ports["queries"] = {
      ...ports.queries,
      text: (statement) => {
        const text = ports.queries.text(statement);
        asked.set(text, statement);
        return text;
      },
      start: async (text, token) => {
        const statement = asked.get(text);
        if (statement?.kind === "merge" && nowMs < endMs) {
          await firehose.deliverWhileMerging(statement.hour, nowMs);
        }
        return start(text, token);
      },
    };
    const wrong: string[] = [];
    let merges = 0;
    let queries = 0;

    const reader = new ParquetReader(layer, clock.now);
    for (; nowMs <= endMs + QUIET_MS; nowMs += MERGE_EVERY_MS) {
      if (nowMs < endMs) await firehose.deliver(nowMs);
      const due = expected.at(nowMs);
      const outcome = await mergeSmallFiles(config, { ...ports, queries: interrupted }, TIMEOUT_MS);
      merges++;
      runs.note(outcome, nowMs);
      queries += outcome.queries;
      const when = new Date(nowMs).toISOString();
      const merged = outcome.merged.map(({ hour }) => hour).sort();
      if (String(merged) !== String(due)) wrong.push(`${when}: merged ${merged}, not ${due}`);
      for (const { hour, differences } of outcome.compared) {
        if (differences !== 0) wrong.push(`${when}: ${hour} differs by ${differences}`);
      }
      if (outcome.hourlyPass) {
        const left = hours.flatMap((hour) => runs.leftOver(layer, hour, nowMs));
        if (left.length > 0) wrong.push(`${when}: not swept: ${left}`);
      }
      await reader.keepUpWith(nowMs + MERGE_EVERY_MS);
    }
    const rows = await reader.stop();

    // What a reader saw.
    expect(reader.complaints).toEqual([]);
    expect(wrong).toEqual([]);
    expect(log.filter((line) => line.includes('"level":"ERROR"'))).toEqual([]);
    expect(reader.readings.changed).toBeGreaterThan(30);

    // The end: each line once in Parquet, in an hour that got it, with the values that raw has.
    expect(deliveries.faults(rows)).toEqual([]);
    const raw = await tableLines(layer.analysts, config.OLD_TABLE_NAME, retailTransaction);
    const parquet = await tableLines(layer.analysts, config.NEW_TABLE_NAME, retailTransaction);
    expect([...raw.keys()].sort()).toEqual([...deliveries.homes.keys()].sort());
    const duplicates = [...raw.values()].reduce((sum, { checksums }) => sum + checksums.length - 1, 0);
    expect(duplicates).toBe(deliveries.written - deliveries.homes.size);
    const once = [...raw].map(([identity, line]) => [
      identity,
      { ...line, checksums: line.checksums.slice(0, 1) },
    ]);
    expect(Object.fromEntries(parquet)).toEqual(Object.fromEntries(once));
    expect(Math.min(...Object.values(firehose.kinds))).toBeGreaterThan(5);

    // What it cost: as many CTAS as there were states of an hour at the times of merging.
    const ran = await layer.mergeQueries();
    const ctas = ran.filter((sql) => sql.startsWith("CREATE TABLE")).length;
    expect(ctas).toBe(expected.count);
    expect(ran).toHaveLength(queries);
    process.stdout.write(
      `${merges} merges of ${[...deliveries.objects.values()].reduce((a, b) => a + b)} objects ran ${ctas} CTAS ` +
        `and ${queries - ctas} other queries; ` +
        `${reader.readings.all} readings, ${reader.readings.changed} of them with other lines than the one before\n`,
    );

    // What is left: one run an hour, no temporary table, a free lease, and partitions of two digits.
    expect(hours.map((hour) => layer.runFolders(hour))).toEqual(hours.map((hour) => runs.liveOf(hour)));
    expect(runs.sweptTooEarly).toEqual([]);
    expect(runs.swept).toBe(ctas - deliveries.objects.size);
    expect(await ports.catalog.tableNames(config.NEW_DATABASE, "tmp_")).toEqual([]);
    const registered = await layer.partitions(config.OLD_TABLE_NAME);
    const last = nowMs - MERGE_EVERY_MS + 48 * HOUR_MS;
    const visible = hoursBetween(START_MS - config.LOOK_BACK_HOURS * HOUR_MS, last);
    expect(registered.sort()).toEqual(visible.map(({ values }) => values.join("/")));
    expect((await layer.partitions(config.NEW_TABLE_NAME)).sort()).toEqual(
      hours.filter(({ name }) => deliveries.count(name) > 0).map(({ values }) => values.join("/")),
    );
  } finally {
    await layer.close();
  }
});
