import { HOUR_MS, type Hour, hourBefore, hourOf, hoursBetween } from "../../contract/hours";
import { errorFields } from "../shared/log";
import { compareHour, isCompared } from "./compare";
import { type MergedHour, mergeHour } from "./merge-hour";
import type { Failure, Outcome } from "./outcome";
import { oldestUnmerged, planHour } from "./plan";
import type { Ports } from "./ports";
import { DeadlineReached, QueryRunner } from "./query";
import { registerHours } from "./register";
import { sweepHour, sweepTables } from "./sweep";
import { type MergeConfig, Partitions, RawListings, tablesOf } from "./warehouse";

/** How far ahead the raw table's partitions are made, so that new objects are visible at once. */
const REGISTER_AHEAD_MS = 48 * HOUR_MS;

/** The newest hours, which each run looks at; the older ones of the look-back are looked at once an hour. */
const NEWEST_HOURS = 3;

/** With less than this before the deadline, no further hour is begun. */
const WORTH_BEGINNING_MS = 20_000;

/** The sweep goes back further than the look-back by so much, for what was superseded at its very end. */
const SWEEP_FURTHER_MS = 6 * HOUR_MS;

/** The work of one run that holds the lease, and the account of it. */
export class Run {
  readonly #merged: MergedHour[] = [];
  readonly #unchanged: string[] = [];
  /** Hours whose Parquet holds what this run has listed. */
  readonly #upToDate = new Set<string>();
  readonly #refused: { hour: string; why: string }[] = [];
  readonly #postponed = new Set<string>();
  readonly #failed: Failure[] = [];
  readonly #compared: { hour: string; differences: number }[] = [];
  readonly #sweptRuns: string[] = [];
  readonly #sweptTables: string[] = [];
  /** Hours that have to be merged, with the arrival of their oldest object that is not. */
  readonly #waiting = new Map<string, number>();
  readonly #runner: QueryRunner;
  readonly #listings: RawListings;

  /** @param deadlineMs from then on (ms since 1970) no query is awaited */
  constructor(
    private readonly config: MergeConfig,
    private readonly ports: Ports,
    private readonly startMs: number,
    private readonly deadlineMs: number,
  ) {
    this.#runner = new QueryRunner(ports, deadlineMs);
    this.#listings = new RawListings(ports, config.OLD_TABLE_LOCATION_PREFIX);
  }

  /**
   * Registers, merges, and on an hourly pass compares and sweeps. What fails for one hour does not keep the
   * others from being done. Rejects when the catalog cannot be read or written at all.
   */
  async work(hourlyPass: boolean): Promise<Outcome> {
    const { config, ports, startMs } = this;
    const { raw, parquet } = tablesOf(config);
    const oldestMs = startMs - config.LOOK_BACK_HOURS * HOUR_MS;
    const lookBack = hoursBetween(oldestMs, startMs);
    // A merge reads the hour before as well, and an hour that is not registered would read as empty.
    const visible = hoursBetween(oldestMs - HOUR_MS, startMs + REGISTER_AHEAD_MS);
    const registered = await registerHours(ports.catalog, raw, config.OLD_TABLE_LOCATION_PREFIX, visible);

    const known = hoursBetween(oldestMs - SWEEP_FURTHER_MS, startMs);
    const partitions = await Partitions.read(ports.catalog, parquet, known);
    for (const hour of hourlyPass ? lookBack : lookBack.slice(-NEWEST_HOURS)) {
      await this.#attempt("merge", hour, () => this.#mergeIfChanged(hour, partitions));
    }
    if (hourlyPass) {
      for (const hour of lookBack) {
        await this.#attempt("compare", hour, () => this.#compareIfEnded(hour, partitions));
      }
      for (const hour of known) {
        await this.#attempt("sweep", hour, () => this.#sweepRuns(hour, oldestMs, partitions));
      }
      await this.#attempt("sweep", undefined, () => this.#sweepTables());
    }
    return this.#outcome(hourlyPass, registered);
  }

  async #attempt(step: Failure["step"], hour: Hour | undefined, work: () => Promise<void>): Promise<void> {
    const where = hour ? { hour: hour.name } : {};
    try {
      await work();
    } catch (error) {
      if (error instanceof DeadlineReached) {
        this.#postponed.add(hour?.name ?? step);
        this.ports.log.warn("Left to the next run", { step, ...where, why: error.message });
        return;
      }
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      this.#failed.push({ step, ...where, error: message });
      this.ports.log.error("A step failed", { step, ...where, ...errorFields(error) });
    }
  }

  async #mergeIfChanged(hour: Hour, partitions: Partitions): Promise<void> {
    const { config, ports } = this;
    const before = hourBefore(hour);
    const listing = await this.#listings.of(hour);
    const partition = partitions.of(hour);
    const plan = planHour({
      objects: listing.objects,
      objectsBefore: (await this.#listings.of(before)).objects,
      partition,
      partitionBefore: partitions.of(before),
    });
    if (plan.action === "none") {
      this.#unchanged.push(hour.name);
      this.#upToDate.add(hour.name);
      return;
    }
    if (plan.action === "refuse") {
      this.#refused.push({ hour: hour.name, why: plan.why });
      ports.log.warn("Refused: the raw zone shrank", { hour: hour.name, why: plan.why });
      return;
    }
    const oldest = oldestUnmerged(listing.objects, partition);
    if (oldest !== undefined) this.#waiting.set(hour.name, oldest);
    this.#expectTime(WORTH_BEGINNING_MS);
    const { digest } = plan;
    const input = {
      hour,
      listing,
      digest,
      output: config.OUTPUT_PREFIX,
      database: config.NEW_DATABASE,
      partitions,
    };
    const merged = await mergeHour(input, ports, this.#runner);
    this.#waiting.delete(hour.name);
    this.#merged.push(merged);
    this.#upToDate.add(hour.name);
    ports.log.info("Merged an hour", { ...merged });
  }

  /** The hour under way still changes with each delivery, and one that is not merged differs for certain. */
  async #compareIfEnded(hour: Hour, partitions: Partitions): Promise<void> {
    const partition = partitions.of(hour);
    if (!partition || isCompared(partition)) return;
    if (!this.#upToDate.has(hour.name) || hour.startMs === hourOf(this.startMs).startMs) return;
    const { ports } = this;
    const differences = await compareHour(
      hour,
      partition,
      this.#listings,
      partitions,
      this.#runner,
      ports.log,
    );
    if (differences !== undefined) this.#compared.push({ hour: hour.name, differences });
  }

  /**
   * Without a partition, an hour's runs are swept only inside the look-back, where this run would have merged
   * it again: a partition that someone else removed must not take the files with it.
   */
  async #sweepRuns(hour: Hour, oldestMs: number, partitions: Partitions): Promise<void> {
    this.#expectTime(0);
    const live = partitions.of(hour);
    if (!live && hour.startMs < hourOf(oldestMs).startMs) return;
    const runs = await sweepHour(hour, this.config.OUTPUT_PREFIX, live, this.ports);
    for (const run of runs) this.#sweptRuns.push(run);
  }

  async #sweepTables(): Promise<void> {
    this.#expectTime(0);
    const tables = await sweepTables(this.config.NEW_DATABASE, this.ports);
    for (const table of tables) this.#sweptTables.push(table);
  }

  #expectTime(ms: number): void {
    const leftMs = this.deadlineMs - this.ports.clock.now();
    if (leftMs < ms) throw new DeadlineReached(`${leftMs} ms are left`);
  }

  #outcome(hourlyPass: boolean, registered: number): Outcome {
    const nowMs = this.ports.clock.now();
    const ages = [...this.#waiting.values()].map((sinceMs) => (nowMs - sinceMs) / 1000);
    return {
      status: "done",
      hourlyPass,
      registered,
      merged: this.#merged,
      unchanged: this.#unchanged,
      refused: this.#refused,
      postponed: [...this.#postponed],
      failed: this.#failed,
      compared: this.#compared,
      swept: { runs: this.#sweptRuns, tables: this.#sweptTables },
      queries: this.#runner.started,
      stalenessSeconds: ages.reduce((oldest, age) => Math.max(oldest, age), 0),
    };
  }
}
