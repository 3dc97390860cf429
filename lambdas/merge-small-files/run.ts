import {
  areNear,
  HOUR_MS,
  type Hour,
  hourNamed,
  hourOf,
  hoursBetween,
  neighboursOf,
} from "../../contract/hours";
import { DAY_MS } from "../../contract/timestamp";
import { errorFields } from "../shared/log";
import type { Failure, Outcome } from "./outcome";
import { type ListingSummary, summarize } from "./plan";
import type { Partition, Ports } from "./ports";
import { registerHours } from "./register";
import type { Ledger, MergeState } from "./state";
import { deadRuns, sweepTables } from "./sweep";
import { type Ended, MergeCheckFailed, type MergedHour, QueryFailed, type Task, Tasks } from "./tasks";
import { listHours, type MergeConfig, Partitions, tablesOf } from "./warehouse";

/** Time by which the raw table's partitions are created in advance, so that new objects are visible at once. */
const REGISTER_AHEAD_MS = 48 * HOUR_MS;

/** Number of the newest hours, which each run checks; older hours of the look-back are checked once an hour. */
const NEWEST_HOURS = 3;

/** With less time than this before the deadline, no further query is started. */
const WORTH_BEGINNING_MS = 20_000;

/** Time of an hourly pass that is reserved for settling and sweeping. */
const SWEEP_RESERVE_MS = 30_000;

/** Time by which the sweep goes back further than the look-back, for runs that were superseded at its end. */
const SWEEP_FURTHER_MS = 6 * HOUR_MS;

/** Time from an hour's end to its comparison: by then the delivery stream has delivered what was in its buffers. */
const COMPARE_AFTER_MS = 10 * 60_000;

/** Time that an hour waits for a neighbour's merge, to avoid a check against the neighbour's new Parquet. */
const NEIGHBOUR_PATIENCE_MS = 60_000;

/** A failing hour is retried at once, then after this time, which doubles with each attempt up to an hour. */
const FIRST_RETRY_MS = 10 * 60_000;
const LONGEST_RETRY_MS = HOUR_MS;

export const FIRST_WAIT_MS = 200;
export const LONGEST_WAIT_MS = 5_000;
export const WAIT_GROWTH = 1.5;

/** A merge or comparison that a run could start. */
interface Candidate {
  readonly hour: Hour;
  readonly work: "merge" | "compare";
  /** Start of its wait, ms since 1970; the longest wait comes first. */
  readonly sinceMs: number;
  readonly digest: string;
}

/** The work of one run that holds the lease, and its outcome. */
export class Run {
  readonly #merged: MergedHour[] = [];
  readonly #unchanged: string[] = [];
  readonly #refused = new Map<string, string>();
  readonly #failed: Failure[] = [];
  readonly #compared: { hour: string; differences: number }[] = [];
  readonly #sweptRuns: string[] = [];
  #sweptTables: readonly string[] = [];
  #expired = 0;
  /** Hours that this run has checked. */
  readonly #summaries = new Map<string, ListingSummary>();
  /** Hours that have to be merged, with the arrival of their oldest unmerged object. */
  readonly #waiting = new Map<string, number>();
  readonly #candidates = new Map<string, Candidate>();
  readonly #tasks = new Map<string, Task>();
  /** Hours with an intent that this run cannot continue. */
  readonly #stuck = new Set<string>();
  #intentsKnown = true;
  #hourlyPass = false;

  /** @param deadlineMs time (ms since 1970) from which nothing is awaited */
  constructor(
    private readonly config: MergeConfig,
    private readonly ports: Ports,
    private readonly state: MergeState,
    private readonly ledger: Ledger,
    private readonly startMs: number,
    private readonly deadlineMs: number,
  ) {}

  /**
   * Registers, merges, and on an hourly pass compares, settles and sweeps. A slow or failing hour does not block the
   * others. Rejects when the catalog cannot be read or written at all.
   */
  async work(hourlyPass: boolean): Promise<{ readonly outcome: Outcome; readonly isComplete: boolean }> {
    this.#hourlyPass = hourlyPass;
    const { config, ports, startMs, ledger } = this;
    const { raw, parquet } = tablesOf(config);
    const oldest = hourOf(startMs - config.LOOK_BACK_HOURS * HOUR_MS);
    const lookBack = hoursBetween(oldest.startMs, startMs);
    const open = this.#openHours(oldest);
    const visible = [...open, ...hoursBetween(oldest.startMs, startMs + REGISTER_AHEAD_MS)];
    const registered = await registerHours(ports.catalog, raw, config.OLD_TABLE_LOCATION_PREFIX, visible);

    const swept = hoursBetween(oldest.startMs - SWEEP_FURTHER_MS, startMs);
    const stored = await this.#readIntents();
    const intended = stored.map(({ intent }) => hourNamed(intent.hour));
    const near = [...open, ...intended].flatMap((hour) => [hour, ...neighboursOf(hour)]);
    const known = new Map([...swept, ...near].map((hour) => [hour.name, hour]));
    const partitions = await Partitions.read(ports.catalog, parquet, [...known.values()]);
    const tasks = new Tasks(config, ports, this.state, partitions);
    for (const one of stored) this.#tasks.set(one.intent.hour, tasks.adopt(one));

    const retried = Object.keys(ledger.failing)
      .filter((name) => !this.#isBackedOff(name))
      .map(hourNamed);
    const looked = [
      ...intended,
      ...(hourlyPass ? [...open, ...lookBack] : [...lookBack.slice(-NEWEST_HOURS), ...retried]),
    ];
    await this.#look([...new Map(looked.map((hour) => [hour.name, hour])).values()], partitions);
    await this.#mergeAndCompare(tasks, partitions);
    const lookFailed = this.#failed.some(({ step }) => step === "look");
    if (hourlyPass) {
      this.#settle(open, oldest, partitions);
      await this.#attempt("expire", undefined, () => this.#dropExpired());
      await this.#sweep(swept, oldest, partitions);
    }
    const sweepFailed = this.#failed.some(({ step }) => step === "sweep" || step === "expire");
    const outcome = this.#outcome(registered, tasks);
    return { outcome, isComplete: !lookFailed && !sweepFailed && outcome.postponed.length === 0 };
  }

  /** Hours before the look-back that are not known to be settled. */
  #openHours(oldest: Hour): Hour[] {
    const { settledBefore, unsettled } = this.ledger;
    const left = hoursBetween(hourNamed(settledBefore).startMs, oldest.startMs - 1);
    return [...Object.keys(unsettled).map(hourNamed), ...left].filter(
      ({ startMs }) => startMs < oldest.startMs,
    );
  }

  async #readIntents() {
    const found = [];
    for (const key of await this.state.intentKeys()) {
      try {
        const intent = await this.state.readIntent(key);
        if (intent) found.push(intent);
      } catch (error) {
        // An hour with a damaged intent is not started, because it is unknown what its query may still write.
        this.#intentsKnown = false;
        this.#stuck.add(key.slice(key.lastIndexOf("/") + 1).replace(/\.json$/, ""));
        this.#fail("merge", undefined, error);
      }
    }
    return found;
  }

  #fail(step: Failure["step"], hour: Hour | undefined, error: unknown): void {
    const where = hour ? { hour: hour.name } : {};
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#failed.push({ step, ...where, error: message });
    this.ports.log.error("A step failed", { step, ...where, ...errorFields(error) });
  }

  async #attempt(step: Failure["step"], hour: Hour | undefined, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#fail(step, hour, error);
    }
  }

  async #look(hours: readonly Hour[], partitions: Partitions): Promise<void> {
    await listHours(
      this.ports,
      this.config.OLD_TABLE_LOCATION_PREFIX,
      hours,
      async (hour, objects, listedAtMs) => {
        const partition = partitions.of(hour);
        const summary = summarize(objects, listedAtMs, partition, this.config.COLUMN_NAMES);
        this.#consider(hour, summary, partition);
      },
      (error, failed) => {
        for (const hour of failed) this.#fail("look", hour, error);
      },
    );
  }

  #consider(hour: Hour, summary: ListingSummary, partition: Partition | undefined): void {
    const { ledger } = this;
    const { name } = hour;
    const { digest, objects, merged: isMerged, waitingSinceMs } = summary;
    this.#summaries.set(name, summary);
    this.#refused.delete(name);
    if (isMerged || (objects === 0 && !partition) || ledger.acknowledged[name] === digest) {
      this.#unchanged.push(name);
      if (isMerged && partition) this.#considerComparing(hour, digest, partition);
      return;
    }
    const merged = Number(partition?.parameters.objects ?? 0);
    if (objects < merged) {
      this.#refuse(hour, `${objects} raw objects are listed and ${merged} were merged`);
      return;
    }
    if (objects === 0) {
      this.#unchanged.push(name);
      return;
    }
    if (waitingSinceMs !== undefined) this.#waiting.set(name, waitingSinceMs);
    const conflict = ledger.conflicts[name];
    if (conflict?.digest === digest) {
      this.#refuse(hour, conflict.why);
      return;
    }
    if (this.#tasks.has(name) || this.#stuck.has(name) || this.#isBackedOff(name)) return;
    this.#candidates.set(name, {
      hour,
      work: "merge",
      sinceMs: waitingSinceMs ?? hour.startMs,
      digest,
    });
  }

  /** The current hour still changes with each delivery. */
  #considerComparing(hour: Hour, digest: string, { parameters }: Partition): void {
    const { name } = hour;
    const isDue = this.#hourlyPass && this.startMs >= hour.startMs + HOUR_MS + COMPARE_AFTER_MS;
    if (!isDue || parameters.compared === digest) return;
    if (this.#tasks.has(name) || this.#stuck.has(name) || this.#isBackedOff(name)) return;
    this.#candidates.set(name, { hour, work: "compare", sinceMs: hour.startMs, digest });
  }

  #refuse(hour: Hour, why: string): void {
    this.#refused.set(hour.name, why);
    this.#waiting.delete(hour.name);
    this.ports.log.warn("An hour is refused", { hour: hour.name, why });
  }

  #isBackedOff(hourName: string): boolean {
    return (this.ledger.failing[hourName]?.retryAtMs ?? 0) > this.startMs;
  }

  get #waitUntilMs(): number {
    return this.deadlineMs - (this.#hourlyPass ? SWEEP_RESERVE_MS : 0);
  }

  /** Keeps queries in flight until nothing is left to start or to await, or the deadline comes. */
  async #mergeAndCompare(tasks: Tasks, partitions: Partitions): Promise<void> {
    const { clock } = this.ports;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * WAIT_GROWTH, LONGEST_WAIT_MS)) {
      const { started } = tasks;
      for (let next = this.#next(); next; next = this.#next()) await this.#begin(next, tasks, partitions);
      const before = this.#tasks.size;
      for (const task of [...this.#tasks.values()]) await this.#advance(task, tasks, partitions);
      if (this.#tasks.size === 0 && this.#next() === undefined) return;
      if (this.#tasks.size < before) continue;
      if (tasks.started > started) waitMs = FIRST_WAIT_MS;
      if (clock.now() + waitMs > this.#waitUntilMs) return;
      await clock.sleep(waitMs);
    }
  }

  /** The next candidate, if there is room and time: merges before comparisons, the longest wait first. */
  #next(): Candidate | undefined {
    const nowMs = this.ports.clock.now();
    if (this.#tasks.size >= this.config.QUERIES_IN_FLIGHT) return undefined;
    if (this.#waitUntilMs - nowMs < WORTH_BEGINNING_MS) return undefined;
    const merging = [...this.#tasks.values()].filter(({ stored }) => {
      const { step, stepAtMs } = stored.intent;
      return step !== "compare" && nowMs - stepAtMs < NEIGHBOUR_PATIENCE_MS;
    });
    return [...this.#candidates.values()]
      .filter(({ hour, work }) => work === "compare" || !merging.some((task) => areNear(task.hour, hour)))
      .sort(
        (one, other) =>
          Number(one.work === "compare") - Number(other.work === "compare") ||
          one.sinceMs - other.sinceMs ||
          one.hour.startMs - other.hour.startMs,
      )[0];
  }

  async #begin({ hour, work, digest }: Candidate, tasks: Tasks, partitions: Partitions): Promise<void> {
    this.#candidates.delete(hour.name);
    try {
      if (work === "compare") {
        this.#tasks.set(hour.name, await tasks.beginCompare(hour, digest));
        return;
      }
      const begun = await tasks.beginMerge(hour);
      if (begun.kind === "begun") this.#tasks.set(hour.name, begun.task);
      else if (begun.kind === "refused") this.#refuse(hour, begun.why);
      else await this.#look([hour], partitions);
    } catch (error) {
      this.#failing(work, hour, error);
    }
  }

  async #advance(task: Task, tasks: Tasks, partitions: Partitions): Promise<void> {
    const { hour } = task;
    const work = task.stored.intent.step === "compare" ? "compare" : "merge";
    try {
      const ended = await tasks.advance(task);
      if (ended === undefined) return;
      this.#tasks.delete(hour.name);
      await this.#end(ended, task, partitions);
    } catch (error) {
      this.#tasks.delete(hour.name);
      if (!(error instanceof QueryFailed || error instanceof MergeCheckFailed)) this.#stuck.add(hour.name);
      this.#failing(work, hour, error);
    }
  }

  async #end(ended: Ended, { hour, adopted }: Task, partitions: Partitions): Promise<void> {
    const { log } = this.ports;
    const { ledger } = this;
    switch (ended.kind) {
      case "merged":
        delete ledger.failing[hour.name];
        delete ledger.conflicts[hour.name];
        this.#waiting.delete(hour.name);
        this.#merged.push(ended.merged);
        log.info("Merged an hour", { ...ended.merged, adopted });
        break;
      case "conflict":
        delete ledger.failing[hour.name];
        ledger.conflicts[hour.name] = { digest: ended.digest, why: ended.why };
        break;
      case "compared":
        delete ledger.failing[hour.name];
        if (ended.compared === undefined) return;
        this.#compared.push({ hour: hour.name, differences: ended.compared.differences });
        if (ended.compared.differences > 0) {
          log.error("Parquet and raw differ", { hour: hour.name, ...ended.compared.details });
        }
        return;
      case "again":
        log.warn("An hour is started again", { hour: hour.name, why: ended.why });
        break;
      case "cleaned":
        break;
    }
    // Finds new objects, and the comparison. Objects that arrived while this run merged the hour are for the next
    // run.
    await this.#look([hour], partitions);
    const next = this.#candidates.get(hour.name);
    if (ended.kind === "merged" && !adopted && next?.work === "merge") this.#candidates.delete(hour.name);
  }

  #failing(step: "merge" | "compare", hour: Hour, error: unknown): void {
    this.#fail(step, hour, error);
    const attempts = (this.ledger.failing[hour.name]?.attempts ?? 0) + 1;
    const afterMs = attempts === 1 ? 0 : Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 2));
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.ledger.failing[hour.name] = {
      attempts,
      retryAtMs: this.startMs + afterMs,
      error: message.slice(0, 500),
    };
  }

  /** Records the hours that have left the look-back unsettled, and those of them that are settled by now. */
  #settle(open: readonly Hour[], oldest: Hour, partitions: Partitions): void {
    const { ledger, ports } = this;
    for (const hour of open) {
      const { name } = hour;
      const why = this.#whyUnsettled(hour, partitions.of(hour));
      if (why === undefined) {
        if (ledger.unsettled[name] !== undefined) ports.log.info("An hour was settled late", { hour: name });
        delete ledger.unsettled[name];
        delete ledger.acknowledged[name];
        delete ledger.failing[name];
        delete ledger.conflicts[name];
        continue;
      }
      if (ledger.unsettled[name] === undefined) {
        ports.log.error("An hour left the look-back unsettled", { hour: name, why });
      }
      ledger.unsettled[name] = why;
    }
    if (oldest.name > ledger.settledBefore) ledger.settledBefore = oldest.name;
  }

  #whyUnsettled(hour: Hour, partition: Partition | undefined): string | undefined {
    const summary = this.#summaries.get(hour.name);
    if (!summary) return "its raw objects could not be listed";
    const { digest, objects } = summary;
    if (this.ledger.acknowledged[hour.name] === digest) return undefined;
    if (objects === 0 && (this.#isExpired(hour) || Number(partition?.parameters.objects ?? 0) === 0)) {
      return undefined;
    }
    const refused = this.#refused.get(hour.name);
    if (refused !== undefined) return refused;
    const failing = this.ledger.failing[hour.name];
    if (failing) return failing.error;
    if (partition?.parameters.digest !== digest) return "it is not merged";
    return partition.parameters.compared === digest ? undefined : "it is not compared, or differs";
  }

  /** Lifecycle rules act from the next midnight, with a delay. */
  #isExpired({ startMs }: Hour): boolean {
    return startMs + HOUR_MS + (this.config.RAW_RETENTION_DAYS + 2) * DAY_MS < this.startMs;
  }

  /** Once a day: queries list the location of every partition, even of an hour without objects. */
  async #dropExpired(): Promise<void> {
    const today = hourOf(this.startMs).name.slice(0, 10);
    if (this.ledger.expiredOn === today) return;
    const { raw } = tablesOf(this.config);
    const values = await this.ports.catalog.partitionValues(raw);
    const expired = values.map(hourOfValues).filter((hour) => hour !== undefined && this.#isExpired(hour));
    const empty: Hour[] = [];
    let failure: unknown;
    await listHours(
      this.ports,
      this.config.OLD_TABLE_LOCATION_PREFIX,
      expired.filter((hour) => hour !== undefined),
      async (hour, objects) => {
        if (objects.length === 0) empty.push(hour);
      },
      (error) => {
        failure = error;
      },
    );
    if (failure !== undefined) throw failure;
    await this.ports.catalog.deletePartitions(
      raw,
      empty.map((hour) => hour.values),
    );
    this.#expired = empty.length;
    this.ledger.expiredOn = today;
  }

  /**
   * The runs of an hour without a partition are swept only inside the look-back, where this run would have merged it
   * again: if someone else removes a partition, its files must stay.
   */
  async #sweep(hours: readonly Hour[], oldest: Hour, partitions: Partitions): Promise<void> {
    const pending = new Set([...this.#tasks.values()].map(({ stored }) => stored.intent.run));
    // An intent that could not be read, or was left for the next run, may belong to any run.
    if (!this.#intentsKnown) return;
    for (const { intent } of await this.#readIntents()) pending.add(intent.run);
    const { OUTPUT_PREFIX } = this.config;
    const swept = new Set<string>();
    for (const parent of [OUTPUT_PREFIX, this.state.runs]) {
      await listHours(
        this.ports,
        parent,
        hours.filter((hour) => partitions.of(hour) || hour.startMs >= oldest.startMs),
        async (hour, objects) => {
          if (this.ports.clock.now() > this.deadlineMs) throw new Error("no time was left");
          const nowMs = this.ports.clock.now();
          const dead = deadRuns(hour, parent, objects, partitions.of(hour), pending, nowMs);
          if (dead.size === 0) return;
          await this.ports.objects.remove(parent.bucket, [...dead.values()].flat());
          for (const run of dead.keys()) swept.add(run);
        },
        (error, failed) => {
          for (const hour of failed) this.#fail("sweep", hour, error);
        },
      );
    }
    for (const run of swept) this.#sweptRuns.push(run);
    await this.#attempt("sweep", undefined, async () => {
      this.#sweptTables = await sweepTables(this.config.NEW_DATABASE, pending, this.ports);
    });
  }

  #outcome(registered: number, tasks: Tasks): Outcome {
    const nowMs = this.ports.clock.now();
    const merged = new Set(this.#merged.map(({ hour }) => hour));
    const ages = [...this.#waiting.values()].map((sinceMs) => (nowMs - sinceMs) / 1000);
    return {
      status: "done",
      hourlyPass: this.#hourlyPass,
      registered,
      merged: this.#merged,
      unchanged: [...new Set(this.#unchanged)].filter((hour) => !merged.has(hour)).sort(),
      refused: [...this.#refused].sort().map(([hour, why]) => ({ hour, why })),
      inFlight: [...this.#tasks.keys()].sort(),
      postponed: [...this.#candidates.keys()].sort(),
      failed: this.#failed,
      failing: Object.keys(this.ledger.failing).sort(),
      compared: this.#compared,
      unsettled: Object.keys(this.ledger.unsettled).sort(),
      expired: this.#expired,
      swept: { runs: this.#sweptRuns, tables: this.#sweptTables },
      queries: tasks.started,
      stalenessSeconds: ages.reduce((oldest, age) => Math.max(oldest, age), 0),
    };
  }
}

/** The hour of a partition's values; undefined if they are not in the form of this system. */
function hourOfValues([year = "", month = "", day = "", hour = ""]: readonly string[]): Hour | undefined {
  try {
    return hourNamed(`${year}-${month}-${day}T${hour}`);
  } catch {
    return undefined;
  }
}
