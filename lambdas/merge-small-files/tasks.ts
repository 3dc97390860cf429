import { type Hour, hourNamed, neighboursOf } from "../../contract/hours";
import type { S3Location } from "../shared/env";
import { hourLocation, s3Uri } from "./locations";
import { columnsText, digestOf, isMerged, lossOf, type MergeParameters, rawBytes } from "./plan";
import type { Ports } from "./ports";
import { makeRunId, temporaryTableName } from "./run-id";
import { conflictOf } from "./sql";
import type { Intent, MergeState, StoredIntent } from "./state";
import type { Statement, Table } from "./statement";
import { listRaw, type MergeConfig, type Partitions } from "./warehouse";

/** Target size of a Parquet file: large enough to read well, small enough to read in parallel. */
const TARGET_FILE_BYTES = 128 * 1024 * 1024;

/** Bytes of GZIP Parquet for a byte of raw JSON before compression: measured by `npm run bench -- merge-cost`. */
const PARQUET_BYTES_PER_RAW_BYTE = 0.053;

/** Athena writes to at most 100 buckets at once (HIVE_TOO_MANY_OPEN_PARTITIONS). */
const MAX_BUCKETS = 100;

/**
 * Time after the write of an intent for which its token is trusted to start no second query. Athena documents no
 * limit; the lease of a run that died is taken over long before.
 */
const TOKEN_TRUSTED_MS = 15 * 60_000;

/** The engine refused a query, or the query failed. */
export class QueryFailed extends Error {
  override readonly name = "QueryFailed";
}

/** The result of a merge failed a check; the partition is unchanged. */
export class MergeCheckFailed extends Error {
  override readonly name = "MergeCheckFailed";
}

/** An hour that was merged. */
export interface MergedHour {
  readonly hour: string;
  readonly run: string;
  readonly objects: number;
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
}

/** Result of a comparison: the number of identities of each kind, and an example. */
interface ComparedHour {
  readonly differences: number;
  readonly details: Readonly<Record<string, number | string>>;
}

/** Result of a task. */
export type Ended =
  | { readonly kind: "merged"; readonly merged: MergedHour }
  /** A neighbour took lines of the result meanwhile, or Athena no longer knows the query: the hour is started again. */
  | { readonly kind: "again"; readonly why: string }
  /** The swap was already done. */
  | { readonly kind: "cleaned" }
  /** Rows of one identity differ. */
  | { readonly kind: "conflict"; readonly digest: string; readonly why: string }
  /** Undefined when the hour changed meanwhile. */
  | { readonly kind: "compared"; readonly compared: ComparedHour | undefined };

/** Result of starting a task. */
type Begun =
  | { readonly kind: "begun"; readonly task: Task }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly why: string };

/** An intent that this run works on. */
export interface Task {
  stored: StoredIntent;
  readonly hour: Hour;
  /** Whether an earlier run started it. */
  readonly adopted: boolean;
}

/** Starts merges and comparisons, and advances them from query to query to the swap. */
export class Tasks {
  #started = 0;

  constructor(
    private readonly config: MergeConfig,
    private readonly ports: Ports,
    private readonly state: MergeState,
    private readonly partitions: Partitions,
  ) {}

  /** Queries started so far. */
  get started(): number {
    return this.#started;
  }

  /** Continues an intent of an earlier run. */
  adopt(stored: StoredIntent): Task {
    return { stored, hour: hourNamed(stored.intent.hour), adopted: true };
  }

  /** Lists the hour, and starts its merge unless nothing changed or an object is gone. */
  async beginMerge(hour: Hour): Promise<Begun> {
    const { ports, config } = this;
    const { listedAtMs, objects } = await listRaw(ports, config.OLD_TABLE_LOCATION_PREFIX, hour);
    const live = this.partitions.of(hour);
    const digest = digestOf(objects);
    if (isMerged(objects, listedAtMs, live, config.COLUMN_NAMES)) return { kind: "unchanged" };
    const liveRun = live?.parameters.run;
    const mergedKeys = liveRun === undefined ? undefined : await this.state.mergedKeys(hour, liveRun);
    const loss = lossOf(objects, live, mergedKeys);
    if (loss !== undefined) return { kind: "refused", why: loss };

    const run = makeRunId(ports.clock.now(), ports.randomId());
    await this.state.writeMergedKeys(
      hour,
      run,
      objects.map(({ key }) => key),
    );
    const sourceBytes = rawBytes(objects);
    const buckets = bucketCount(sourceBytes);
    const statement: Statement = {
      kind: "merge",
      hour,
      target: this.#table(run),
      location: s3Uri(this.#folder(hour, run)),
      buckets,
    };
    const listed = { run, digest, listedAtMs, objects: objects.length, sourceBytes, buckets };
    const seen = this.partitions.locations(neighboursOf(hour));
    return { kind: "begun", task: await this.#begin(hour, { ...listed, seen }, statement) };
  }

  /** Starts the comparison of an hour whose live Parquet has all listed objects. */
  async beginCompare(hour: Hour, digest: string): Promise<Task> {
    const { clock, randomId } = this.ports;
    const run = makeRunId(clock.now(), randomId());
    const listed = { run, digest, listedAtMs: clock.now(), objects: 0, sourceBytes: 0, buckets: 0 };
    const seen = this.partitions.locations([hour]);
    return this.#begin(hour, { ...listed, seen }, { kind: "compare", hour });
  }

  async #begin(
    hour: Hour,
    intent: Pick<Intent, "run" | "digest" | "listedAtMs" | "objects" | "sourceBytes" | "buckets" | "seen">,
    statement: Statement,
  ): Promise<Task> {
    const first = this.#query(intent.run, statement);
    const columns = this.#columns;
    const whole: Intent = { hour: hour.name, columns, ...intent, checking: {}, written: null, ...first };
    const task: Task = { stored: await this.state.saveIntent(whole, undefined), hour, adopted: false };
    await this.#start(task);
    return task;
  }

  #query(run: string, statement: Statement): Pick<Intent, "step" | "stepAtMs" | "sql" | "token" | "query"> {
    const { clock, queries, randomId } = this.ports;
    return {
      step: statement.kind,
      stepAtMs: clock.now(),
      sql: queries.text(statement),
      token: `${statement.kind}-${run}-${randomId()}`.padEnd(MIN_TOKEN, "-"),
      query: null,
    };
  }

  async #start(task: Task): Promise<void> {
    const { intent } = task.stored;
    this.#started++;
    const query = await this.ports.queries.start(intent.sql, intent.token);
    task.stored = await this.state.saveIntent({ ...intent, query }, task.stored);
  }

  async #next(task: Task, change: Partial<Intent>, statement: Statement): Promise<undefined> {
    const { intent } = task.stored;
    const next = { ...intent, ...change, ...this.#query(intent.run, statement) };
    task.stored = await this.state.saveIntent(next, task.stored);
    await this.#start(task);
    return undefined;
  }

  /**
   * Checks a task's query and, when it has ended, continues. @returns undefined while the task has to wait.
   * @throws QueryFailed, MergeCheckFailed: the task is over, and its run is left to the sweep. An error of S3, Glue
   * or Athena leaves the intent unchanged, for the next run.
   */
  async advance(task: Task): Promise<Ended | undefined> {
    const { intent } = task.stored;
    const { clock, queries } = this.ports;
    if (intent.step !== "compare" && this.partitions.of(task.hour)?.parameters.run === intent.run) {
      await this.#cleanUp(intent);
      return { kind: "cleaned" };
    }
    if (intent.step !== "compare" && intent.columns !== this.#columns) {
      return this.#abandon(intent, { kind: "again", why: "the tables' columns have changed meanwhile" });
    }
    if (intent.query === null) {
      if (clock.now() - intent.stepAtMs <= TOKEN_TRUSTED_MS) {
        await this.#start(task);
        return undefined;
      }
      return this.#abandon(intent, { kind: "again", why: "it is not known whether its query was started" });
    }
    const state = await queries.state(intent.query);
    switch (state.state) {
      case "running":
        return undefined;
      case "unknown":
        return this.#abandon(intent, { kind: "again", why: `query ${intent.query} is no longer known` });
      case "failed": {
        const identity = intent.step === "merge" ? conflictOf(state.reason) : undefined;
        if (identity !== undefined) return this.#conflict(intent, identity);
        await this.state.removeIntent(intent);
        throw new QueryFailed(`${intent.step} query ${intent.query}: ${state.reason}`);
      }
      case "succeeded":
        return intent.step === "compare" ? this.#compared(task) : this.#goOn(task);
    }
  }

  async #conflict(intent: Intent, identity: string): Promise<Ended> {
    const why = `rows of identity ${identity} differ`;
    return this.#abandon(intent, { kind: "conflict", digest: intent.digest, why });
  }

  async #abandon(intent: Intent, ended: Ended): Promise<Ended> {
    await this.state.removeIntent(intent);
    return ended;
  }

  /** After a query of a merge: the next check that is needed, or the swap. */
  async #goOn(task: Task): Promise<Ended | undefined> {
    try {
      return await this.#checkOrSwap(task);
    } catch (error) {
      if (error instanceof MergeCheckFailed || error instanceof QueryFailed) {
        await this.state.removeIntent(task.stored.intent);
      }
      throw error;
    }
  }

  async #checkOrSwap(task: Task): Promise<Ended | undefined> {
    const { hour } = task;
    let { intent } = task.stored;
    const table = this.#table(intent.run);
    if (intent.step === "merge") {
      intent = { ...intent, written: await this.#written(intent, hour) };
      const liveRows = Number(this.partitions.of(hour)?.parameters.rows ?? 0);
      const rows = intent.written?.rows ?? 0;
      // No rows, or fewer than before: allowed only if a neighbour holds the missing rows.
      if (rows === 0 || rows < liveRows) {
        return this.#next(task, intent, { kind: "cover", hour, table });
      }
    } else if (intent.step === "cover") {
      const [rows = 0, missing = 0, lost = 0] = (await this.#counts(intent, 3)).counts;
      // Objects that have bytes have lines: a query that saw no lines did not see the objects.
      if ((rows === 0 && intent.sourceBytes > 0) || missing + lost > 0) {
        // The check reads the current objects: lines that arrived after the merge had read are not its fault.
        const now = await listRaw(this.ports, this.config.OLD_TABLE_LOCATION_PREFIX, hour);
        if (digestOf(now.objects) !== intent.digest) {
          return this.#abandon(intent, { kind: "again", why: "raw objects came while it was checked" });
        }
        throw new MergeCheckFailed(
          `${table.name} has ${intent.written?.rows} rows; of ${rows} raw rows ${missing} identities are in no Parquet, and ${lost} live rows would be lost`,
        );
      }
    } else {
      const { counts, others } = await this.#counts(intent, 2);
      const [differing = 0, held = 0] = counts;
      if (held > 0) {
        const why = `neighbours took ${held} of its identities meanwhile`;
        return this.#abandon(intent, { kind: "again", why });
      }
      if (differing > 0) return this.#conflict(intent, others[0] ?? "");
      intent = { ...intent, seen: { ...intent.seen, ...intent.checking }, checking: {} };
    }
    const now = this.partitions.locations(neighboursOf(hour));
    const changed = Object.entries(now).filter(([name, location]) => intent.seen[name] !== location);
    if (changed.length > 0 || intent.step !== "identities") {
      const hours = changed.map(([name]) => hourNamed(name));
      return this.#next(
        task,
        { ...intent, checking: Object.fromEntries(changed) },
        { kind: "identities", table, hours },
      );
    }
    return this.#swap(intent, hour);
  }

  async #written(intent: Intent, hour: Hour): Promise<NonNullable<Intent["written"]>> {
    const rows = await this.ports.queries.written(intent.query ?? "");
    const folder = this.#folder(hour, intent.run);
    const files = await this.ports.objects.list(folder);
    if (rows > 0 && files.length === 0) {
      throw new MergeCheckFailed(
        `query ${intent.query} wrote ${rows} rows and ${s3Uri(folder)} has no files`,
      );
    }
    if (files.length > intent.buckets) {
      throw new MergeCheckFailed(
        `${s3Uri(folder)} has ${files.length} files and the merge writes at most ${intent.buckets}`,
      );
    }
    return { rows, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  async #swap(intent: Intent, hour: Hour): Promise<Ended> {
    const { run, digest, objects } = intent;
    const { rows = 0, files = 0, bytes = 0 } = intent.written ?? {};
    const parameters: MergeParameters = {
      digest,
      columns: this.#columns,
      objects: String(objects),
      source_bytes: String(Math.round(intent.sourceBytes)),
      listed_at: new Date(intent.listedAtMs).toISOString(),
      rows: String(rows),
      files: String(files),
      bytes: String(bytes),
      run,
      swapped_at: new Date(this.ports.clock.now()).toISOString(),
    };
    const location = s3Uri(this.#folder(hour, run));
    await this.partitions.put({ values: hour.values, location, parameters: { ...parameters } });
    await this.#cleanUp(intent);
    return { kind: "merged", merged: { hour: hour.name, run, objects, rows, files, bytes } };
  }

  async #cleanUp(intent: Intent): Promise<void> {
    await this.ports.catalog.deleteTable(this.#table(intent.run));
    await this.state.removeIntent(intent);
  }

  /**
   * Agreement is written on the partition, so each content of an hour is compared once; a difference is found again
   * on every hourly pass until someone has resolved it.
   */
  async #compared(task: Task): Promise<Ended> {
    const { hour } = task;
    const { intent } = task.stored;
    const { counts, others } = await this.#counts(intent, 4).catch(async (error: unknown) => {
      if (error instanceof QueryFailed) await this.state.removeIntent(intent);
      throw error;
    });
    const now = await listRaw(this.ports, this.config.OLD_TABLE_LOCATION_PREFIX, hour);
    const partition = this.partitions.of(hour);
    if (digestOf(now.objects) !== intent.digest || partition?.location !== intent.seen[hour.name]) {
      return this.#abandon(intent, { kind: "compared", compared: undefined });
    }
    const differences = counts.reduce((sum, count) => sum + count, 0);
    if (differences === 0 && partition) {
      const parameters = { ...partition.parameters, compared: intent.digest };
      await this.partitions.put({ ...partition, parameters });
    }
    const details = Object.fromEntries(
      COMPARED.flatMap((name, at) => [
        [name, counts[at] ?? 0],
        [`${name}Example`, others[at] ?? ""],
      ]),
    );
    return this.#abandon(intent, { kind: "compared", compared: { differences, details } });
  }

  /** The answer of a query: one row that begins with `numbers` counts. @throws QueryFailed when it has another shape. */
  async #counts(intent: Intent, numbers: number): Promise<{ counts: number[]; others: string[] }> {
    const rows = await this.ports.queries.rows(intent.query ?? "");
    const [row = []] = rows;
    const counts = row.slice(0, numbers);
    if (rows.length !== 1 || counts.length !== numbers || !counts.every((cell) => /^\d+$/.test(cell))) {
      throw new QueryFailed(
        `${intent.step} query ${intent.query} answered ${JSON.stringify(rows).slice(0, 200)}`,
      );
    }
    return { counts: counts.map(Number), others: row.slice(numbers) };
  }

  get #columns(): string {
    return columnsText(this.config.COLUMN_NAMES);
  }

  #table(run: string): Table {
    return { database: this.config.NEW_DATABASE, name: temporaryTableName(run) };
  }

  #folder(hour: Hour, run: string): S3Location {
    const folder = hourLocation(this.config.OUTPUT_PREFIX, hour);
    return { ...folder, prefix: `${folder.prefix}run=${run}/` };
  }
}

/** Shortest token that Athena accepts, in characters. */
const MIN_TOKEN = 32;
const COMPARED = ["missing", "extra", "duplicated", "differing"] as const;

/** Number of files for this many bytes of raw JSON before compression. */
export function bucketCount(sourceBytes: number): number {
  const wanted = Math.round((sourceBytes * PARQUET_BYTES_PER_RAW_BYTE) / TARGET_FILE_BYTES);
  return Math.min(MAX_BUCKETS, Math.max(1, wanted));
}
