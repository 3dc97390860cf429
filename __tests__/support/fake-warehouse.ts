import { createHash } from "node:crypto";
import { memoryCatalog, partitionKey } from "../../benchmarks/merge-cost/memory-catalog";
import { type Hour, hourOf, neighboursOf } from "../../contract/hours";
import { hourLocation, s3Uri } from "../../lambdas/merge-small-files/locations";
import type { ListedObject, Partition, Ports, QueryState } from "../../lambdas/merge-small-files/ports";
import type { MergeStatement, Statement, Table } from "../../lambdas/merge-small-files/statement";
import type { MergeConfig } from "../../lambdas/merge-small-files/warehouse";
import { createLogger } from "../../lambdas/shared/log";

/** The fakes' only bucket. */
export const BUCKET = "lake";

/** Settings of MergeSmallFiles on the fakes. */
export const CONFIG: MergeConfig = {
  OLD_DATABASE: "mydatabase",
  OLD_TABLE_NAME: "retail_trans_json",
  NEW_DATABASE: "mydatabase",
  NEW_TABLE_NAME: "ctas_retail_trans_parquet",
  WORK_GROUP: "merge",
  OLD_TABLE_LOCATION_PREFIX: { bucket: BUCKET, prefix: "json-data/" },
  OUTPUT_PREFIX: { bucket: BUCKET, prefix: "parquet-retail-trans/" },
  STAGING_OUTPUT_PREFIX: { bucket: BUCKET, prefix: "tmp/" },
  STATE_PREFIX: { bucket: BUCKET, prefix: "merge-state/" },
  COLUMN_NAMES: ["invoice", "record_id", "arrived_at", "extra"],
  LOOK_BACK_HOURS: 26,
  RAW_RETENTION_DAYS: 30,
  QUERIES_IN_FLIGHT: 4,
};

const RAW: Table = { database: CONFIG.OLD_DATABASE, name: CONFIG.OLD_TABLE_NAME };
const PARQUET: Table = { database: CONFIG.NEW_DATABASE, name: CONFIG.NEW_TABLE_NAME };

/** Duration of a call to AWS. */
const CALL_MS = 20;

interface Job {
  readonly statement: Statement;
  readonly token: string;
  readonly text: string;
  doneAtMs: number;
  state: QueryState;
  rows: string[][];
  written: number;
  /** Runs at the query's end, with the data read at its start. */
  readonly execute: () => string | undefined;
}

/** The identity of a row: the part before `=`, if it has other content. */
export function identityOf(row: string): string {
  return row.split("=", 1)[0] ?? row;
}

/** The run was killed: its later calls have no effect. */
export class Killed extends Error {
  constructor() {
    super("killed");
  }
}

/**
 * S3, Glue and Athena in memory, with the semantics that matter: conditional writes, atomic swaps,
 * queries that outlive a killed function, a CTAS that refuses a folder in use. A row is its identity, or
 * `identity=content`. A query reads the data present at its start, and writes at its end.
 */
export class FakeWarehouse {
  nowMs: number;
  readonly objects = new Map<string, { body: string; etag: string; modifiedMs: number }>();
  readonly partitions = new Map<string, Partition>();
  /** Keys of partitions that were created before their table got its columns. */
  readonly outdated = new Set<string>();
  /** Locations of the temporary tables. */
  readonly temporary = new Map<string, string>();
  readonly jobs: Job[] = [];
  readonly logged: Record<string, unknown>[] = [];
  /** Calls to AWS by name, such as `queries.start`. */
  readonly calls: string[] = [];
  /** Duration of a query. */
  queryMs: (statement: Statement) => number = () => 500;
  /** Makes a query fail: its reason, or undefined. */
  failure: (statement: Statement) => string | undefined = () => undefined;
  /** Makes a call fail, by name. */
  outage: (call: string, args: readonly unknown[]) => Error | undefined = () => undefined;
  /** Called after each call to AWS: a reader's view at that moment. */
  afterCall: () => void = () => {};
  #serial = 0;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  get hour(): Hour {
    return hourOf(this.nowMs);
  }

  /** Puts a raw object. @returns its key */
  deliver(hour: Hour, identities: readonly string[], name = `object-${++this.#serial}`): string {
    const { prefix } = hourLocation(CONFIG.OLD_TABLE_LOCATION_PREFIX, hour);
    this.#put(`${prefix}${name}`, identities.join("\n"));
    return `${prefix}${name}`;
  }

  /** The rows that a query over one hour of a table reads. */
  read(table: "raw" | "parquet", hour: Hour): string[] {
    const partition = this.partitions.get(partitionKey(table === "raw" ? RAW : PARQUET, hour.values));
    return partition ? this.readLocation(partition.location) : [];
  }

  readLocation(location: string): string[] {
    const prefix = location.replace(`s3://${BUCKET}/`, "");
    const found = [...this.objects].filter(([key]) => key.startsWith(prefix));
    return found.flatMap(([, { body }]) => body.split("\n").filter((identity) => identity !== ""));
  }

  parquetPartition(hour: Hour): Partition | undefined {
    return this.partitions.get(partitionKey(PARQUET, hour.values));
  }

  rawPartition(hour: Hour): Partition | undefined {
    return this.partitions.get(partitionKey(RAW, hour.values));
  }

  /** Run folders of an hour. */
  runs(hour: Hour): string[] {
    const { prefix } = hourLocation(CONFIG.OUTPUT_PREFIX, hour);
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
    return [...new Set(keys.map((key) => key.slice(prefix.length).split("/")[0] ?? ""))];
  }

  metric(name: string): unknown {
    return this.logged.findLast((line) => name in line)?.[name];
  }

  /** The function's ports. @param lastCall the run is killed right after this many calls */
  ports(lastCall = Number.POSITIVE_INFINITY): Ports {
    let made = 0;
    const alive = <A extends readonly unknown[], R>(name: string, call: (...args: A) => R) => {
      return async (...args: A): Promise<R> => {
        if (made >= lastCall) throw new Killed();
        made++;
        this.calls.push(name);
        this.nowMs += CALL_MS;
        this.#settle();
        const outage = this.outage(name, args);
        if (outage) throw outage;
        const result = call(...args);
        this.afterCall();
        if (made >= lastCall) throw new Killed();
        return result;
      };
    };
    return {
      clock: {
        now: () => this.nowMs,
        sleep: async (ms) => {
          this.nowMs += ms;
        },
      },
      randomId: () => (++this.#serial).toString(16).padStart(8, "0"),
      log: createLogger(
        "merge",
        (line) => this.logged.push(JSON.parse(line)),
        () => this.nowMs,
      ),
      objects: {
        list: alive("objects.list", ({ prefix }) => this.#list(prefix)),
        read: alive("objects.read", (_bucket, key) => {
          const found = this.objects.get(key);
          return found && { body: found.body, etag: found.etag };
        }),
        writeIf: alive("objects.writeIf", (_bucket, key, body, condition) => {
          const found = this.objects.get(key);
          if (condition === "absent" ? found !== undefined : found?.etag !== condition.etag) return undefined;
          return this.#put(key, body);
        }),
        remove: alive("objects.remove", (_bucket, keys) => {
          for (const key of keys) this.objects.delete(key);
        }),
      },
      catalog: memoryCatalog(this.partitions, this.temporary, alive, this.outdated),
      queries: {
        text: (statement) => JSON.stringify(statement),
        start: alive("queries.start", (text, token) => this.#start(text, token)),
        state: alive("queries.state", (id) => this.jobs[Number(id)]?.state ?? { state: "unknown" }),
        rows: alive("queries.rows", (id) => this.#job(id).rows),
        written: alive("queries.written", (id) => this.#job(id).written),
      },
    };
  }

  #start(text: string, token: string): string {
    if (token.length < 32 || token.length > 128) throw new Error(`${token} is no token`);
    const earlier = this.jobs.findIndex((job) => job.token === token);
    if (earlier >= 0) {
      if (this.jobs[earlier]?.text !== text) throw new Error("Idempotent parameters do not match");
      return String(earlier);
    }
    const statement = JSON.parse(text) as Statement;
    const doneAtMs = this.nowMs + this.queryMs(statement);
    const job: Job = {
      statement,
      token,
      text,
      doneAtMs,
      state: { state: "running" },
      rows: [],
      written: 0,
      execute: () => undefined,
    };
    this.jobs.push(Object.assign(job, { execute: this.#prepare(job) }));
    return String(this.jobs.length - 1);
  }

  /** Ends the queries that are due, including those of runs that were killed. */
  #settle(): void {
    for (const job of this.jobs) {
      if (job.state.state !== "running" || job.doneAtMs > this.nowMs) continue;
      const reason = this.failure(job.statement) ?? job.execute();
      job.state = reason === undefined ? { state: "succeeded" } : { state: "failed", reason };
    }
  }

  #held(hours: readonly Hour[]): Set<string> {
    return new Set(hours.flatMap((hour) => this.read("parquet", hour).map(identityOf)));
  }

  /** Reads the query's input. An hour is read through its partition: an unregistered one is empty. */
  #prepare(job: Job): Job["execute"] {
    const { statement } = job;
    const answer = (cells: readonly (string | number)[]) => () => {
      job.rows = [cells.map(String)];
      return undefined;
    };
    switch (statement.kind) {
      case "merge": {
        const held = this.#held(neighboursOf(statement.hour));
        const rows = [...new Set(this.read("raw", statement.hour))].filter(
          (row) => !held.has(identityOf(row)),
        );
        return () => this.#createTable(statement, rows, job);
      }
      case "identities": {
        const held = this.#held(statement.hours);
        const rows = this.readLocation(this.temporary.get(statement.table.name) ?? "nowhere");
        const found = rows.map(identityOf);
        const differing = found.filter((identity, index) => found.indexOf(identity) !== index);
        const taken = new Set(found.filter((identity) => held.has(identity)));
        return answer([new Set(differing).size, taken.size, differing.sort()[0] ?? ""]);
      }
      case "cover": {
        const raw = this.read("raw", statement.hour);
        const held = this.#held(neighboursOf(statement.hour));
        for (const row of this.readLocation(this.temporary.get(statement.table.name) ?? "nowhere")) {
          held.add(identityOf(row));
        }
        const lost = this.read("parquet", statement.hour).filter((row) => !held.has(identityOf(row)));
        const missing = new Set(raw.map(identityOf).filter((identity) => !held.has(identity)));
        return answer([raw.length, missing.size, lost.length]);
      }
      case "compare":
        return answer(this.#compare(statement.hour));
    }
  }

  #createTable({ target, location, buckets }: MergeStatement, rows: string[], job: Job): string | undefined {
    if (this.readLocation(location).length > 0) return `HIVE_PATH_ALREADY_EXISTS: ${location}`;
    if (this.temporary.has(target.name)) return `TABLE_ALREADY_EXISTS: ${target.name}`;
    const folder = location.replace(`s3://${BUCKET}/`, "");
    for (let bucket = 0; bucket < buckets; bucket++) {
      const part = rows.filter((_, index) => index % buckets === bucket);
      if (part.length > 0) this.#put(`${folder}bucket-${bucket}`, part.join("\n"));
    }
    this.temporary.set(target.name, location);
    job.written = rows.length;
    return undefined;
  }

  #compare(hour: Hour): (string | number)[] {
    const rows = [...new Set(this.read("raw", hour))];
    const raw = new Set(rows.map(identityOf));
    const here = this.read("parquet", hour).map(identityOf);
    const there = this.#held(neighboursOf(hour));
    const parquet = new Set(here);
    const lists = [
      [...raw].filter((identity) => !parquet.has(identity) && !there.has(identity)),
      [...parquet].filter((identity) => !raw.has(identity)),
      [...parquet].filter(
        (identity) => there.has(identity) || here.filter((one) => one === identity).length > 1,
      ),
      [...raw].filter((identity) => rows.filter((row) => identityOf(row) === identity).length > 1),
    ];
    return [...lists.map(({ length }) => length), ...lists.map(([first]) => first ?? "")];
  }

  /** The rows of an hour in the raw zone, registered or not. */
  rawRows(hour: Hour): string[] {
    return this.readLocation(s3Uri(hourLocation(CONFIG.OLD_TABLE_LOCATION_PREFIX, hour)));
  }

  #list(prefix: string): ListedObject[] {
    return [...this.objects].flatMap(([key, { body, etag, modifiedMs }]) =>
      key.startsWith(prefix) ? [{ key, etag, bytes: body.length, modifiedMs }] : [],
    );
  }

  #put(key: string, body: string): string {
    const etag = createHash("md5").update(body).digest("hex");
    this.objects.set(key, { body, etag, modifiedMs: this.nowMs });
    return etag;
  }

  #job(id: string): Job {
    const job = this.jobs[Number(id)];
    if (!job) throw new Error(`There is no query ${id}`);
    return job;
  }
}
