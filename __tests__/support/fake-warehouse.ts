import { createHash } from "node:crypto";
import { type Hour, hourBefore, hourOf } from "../../contract/hours";
import { hourLocation, s3Uri } from "../../lambdas/merge-small-files/locations";
import type {
  ListedObject,
  Partition,
  Ports,
  QueryState,
  Table,
} from "../../lambdas/merge-small-files/ports";
import type { MergeStatement, Statement } from "../../lambdas/merge-small-files/statement";
import type { MergeConfig } from "../../lambdas/merge-small-files/warehouse";
import { createLogger } from "../../lambdas/shared/log";

/** Where the fakes keep everything. */
export const BUCKET = "lake";

/** Settings of MergeSmallFiles over the fakes. */
export const CONFIG: MergeConfig = {
  OLD_DATABASE: "mydatabase",
  OLD_TABLE_NAME: "retail_trans_json",
  NEW_DATABASE: "mydatabase",
  NEW_TABLE_NAME: "ctas_retail_trans_parquet",
  WORK_GROUP: "merge",
  OLD_TABLE_LOCATION_PREFIX: { bucket: BUCKET, prefix: "json-data/" },
  OUTPUT_PREFIX: { bucket: BUCKET, prefix: "parquet-retail-trans/" },
  STAGING_OUTPUT_PREFIX: { bucket: BUCKET, prefix: "tmp/" },
  COLUMN_NAMES: ["invoice", "record_id", "arrived_at"],
  LOOK_BACK_HOURS: 26,
};

const RAW: Table = { database: CONFIG.OLD_DATABASE, name: CONFIG.OLD_TABLE_NAME };
const PARQUET: Table = { database: CONFIG.NEW_DATABASE, name: CONFIG.NEW_TABLE_NAME };

/** Time that a call to AWS takes here. */
const CALL_MS = 20;

interface Job {
  readonly statement: Statement;
  readonly doneAtMs: number;
  state: QueryState;
  rows: string[][];
}

/** The run was killed: from then on no call of it reaches anything. */
export class Killed extends Error {
  constructor() {
    super("killed");
  }
}

/**
 * S3, Glue and Athena in memory, with what matters of their semantics: conditional writes, swaps seen whole,
 * queries that run on when their function died, a CTAS that refuses a folder in use. A row is its identity.
 */
export class FakeWarehouse {
  nowMs: number;
  readonly objects = new Map<string, { body: string; etag: string; modifiedMs: number }>();
  readonly partitions = new Map<string, Partition>();
  /** Locations of the temporary tables. */
  readonly temporary = new Map<string, string>();
  readonly jobs: Job[] = [];
  readonly logged: Record<string, unknown>[] = [];
  /** Calls to AWS by name, such as `queries.start`. */
  readonly calls: string[] = [];
  /** How long a query takes. */
  queryMs: (statement: Statement) => number = () => 500;
  /** Makes a query fail: its reason, or undefined. */
  failure: (statement: Statement) => string | undefined = () => undefined;
  /** Makes a call fail, by name. */
  outage: (call: string, args: readonly unknown[]) => Error | undefined = () => undefined;
  /** Called after each call to AWS: what a reader sees at that moment. */
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

  /** What a query over one hour of a table sees. */
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

  /** Identities that the merge of an hour has to hold. */
  expected(hour: Hour): string[] {
    const before = new Set(this.#rawObjects(hourBefore(hour)));
    return [...new Set(this.#rawObjects(hour))].filter((identity) => !before.has(identity)).sort();
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

  /** The function's ports. @param lastCall the run is killed right after this many calls took effect */
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
      catalog: {
        partitions: alive("catalog.partitions", (table, values) =>
          values.flatMap((value) => this.partitions.get(partitionKey(table, value)) ?? []),
        ),
        createPartitions: alive("catalog.createPartitions", (table, partitions) => {
          for (const partition of partitions) {
            const key = partitionKey(table, partition.values);
            if (!this.partitions.has(key)) this.partitions.set(key, partition);
          }
        }),
        putPartition: alive("catalog.putPartition", (table, partition) => {
          this.partitions.set(partitionKey(table, partition.values), partition);
        }),
        tableNames: alive("catalog.tableNames", (_database, prefix) =>
          [...this.temporary.keys()].filter((name) => name.startsWith(prefix)),
        ),
        deleteTable: alive("catalog.deleteTable", ({ name }) => void this.temporary.delete(name)),
      },
      queries: {
        start: alive("queries.start", (statement) => {
          const doneAtMs = this.nowMs + this.queryMs(statement);
          this.jobs.push({ statement, doneAtMs, state: { state: "running" }, rows: [] });
          return String(this.jobs.length - 1);
        }),
        state: alive("queries.state", (id) => this.#job(id).state),
        rows: alive("queries.rows", (id) => this.#job(id).rows),
        stop: alive("queries.stop", (id) => {
          this.#job(id).state = { state: "failed", reason: "CANCELLED" };
        }),
      },
    };
  }

  /** Lets queries that are due end, also those of runs that were killed. */
  #settle(): void {
    for (const job of this.jobs) {
      if (job.state.state !== "running" || job.doneAtMs > this.nowMs) continue;
      const reason = this.failure(job.statement);
      job.state = reason === undefined ? { state: "succeeded" } : { state: "failed", reason };
      if (reason === undefined) this.#execute(job);
    }
  }

  #execute(job: Job): void {
    const { statement } = job;
    if (statement.kind === "merge") {
      const refusal = this.#createTable(statement);
      if (refusal !== undefined) job.state = { state: "failed", reason: refusal };
    } else if (statement.kind === "check") {
      const rows = this.readLocation(this.temporary.get(statement.table.name) ?? "nowhere");
      job.rows = [[String(rows.length), String(new Set(rows).size)]];
    } else {
      job.rows = [this.#compare(statement.hour)];
    }
  }

  /** Reads through the raw table's partitions, as the engine does: an hour that is not registered is empty. */
  #createTable({ hour, target, location, buckets }: MergeStatement): string | undefined {
    if (this.readLocation(location).length > 0) return `HIVE_PATH_ALREADY_EXISTS: ${location}`;
    if (this.temporary.has(target.name)) return `TABLE_ALREADY_EXISTS: ${target.name}`;
    const before = new Set(this.read("raw", hourBefore(hour)));
    const rows = [...new Set(this.read("raw", hour))].filter((identity) => !before.has(identity));
    const folder = location.replace(`s3://${BUCKET}/`, "");
    for (let bucket = 0; bucket < buckets; bucket++) {
      const part = rows.filter((_, index) => index % buckets === bucket);
      if (part.length > 0) this.#put(`${folder}bucket-${bucket}`, part.join("\n"));
    }
    this.temporary.set(target.name, location);
    return undefined;
  }

  #compare(hour: Hour): string[] {
    const before = new Set(this.read("raw", hourBefore(hour)));
    const raw = new Set(this.read("raw", hour).filter((identity) => !before.has(identity)));
    const rows = this.read("parquet", hour);
    const parquet = new Set(rows);
    const missing = [...raw].filter((identity) => !parquet.has(identity));
    const extra = [...parquet].filter((identity) => !raw.has(identity));
    const doubled = [...parquet].filter((identity) => rows.filter((row) => row === identity).length > 1);
    const lists = [missing, extra, doubled];
    return [...lists.map(({ length }) => String(length)), ...lists.map(([first]) => first ?? "")];
  }

  #rawObjects(hour: Hour): string[] {
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

function partitionKey(table: Table, values: readonly string[]): string {
  return [table.name, ...values].join("/");
}
