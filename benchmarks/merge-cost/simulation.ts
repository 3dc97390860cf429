import { HOUR_MS, type Hour, hourOf, hoursBetween, neighboursOf } from "../../contract/hours";
import { hourLocation } from "../../lambdas/merge-small-files/locations";
import type { ListedObject, Partition, Ports } from "../../lambdas/merge-small-files/ports";
import type { Statement } from "../../lambdas/merge-small-files/statement";
import type { MergeConfig } from "../../lambdas/merge-small-files/warehouse";
import { createLogger } from "../../lambdas/shared/log";
import { memoryCatalog, partitionKey } from "./memory-catalog";
import { LEAST_BILLED } from "./prices";
import type { Ratios } from "./ratios";

/** Load of a simulation. */
interface Load {
  readonly eventsPerSecond: number;
  /** Hours with raw objects within the look-back. */
  readonly historyHours: number;
  readonly bufferMiB: number;
  readonly bufferSeconds: number;
  readonly gzip: boolean;
}

/** Duration of a call of the function. */
const CALL_MS = 50;
/** A query's start, and what it reads in a second: assumed; a merge's latency counts, its cost does not depend on it. */
const QUERY_MS = 3_000;
const QUERY_BYTES_PER_MS = 1_000_000;

interface Job {
  readonly statement: Statement;
  /** Lines that a merge writes. */
  readonly lines: number;
  readonly doneAtMs: number;
  ended: boolean;
}

/**
 * The world of MergeSmallFiles as numbers: objects come at a steady rate, a query counts what it reads. No line is
 * late and none comes twice.
 */
export class Simulation {
  nowMs: number;
  readonly calls = new Map<string, number>();
  scannedBytes = 0;
  billedBytes = 0;
  /** Queries by kind. */
  readonly kinds = new Map<string, number>();
  /** Longest time from a line's arrival to the swap that shows it, in ms. */
  worstLagMs = 0;
  readonly #partitions = new Map<string, Partition>();
  readonly #state = new Map<string, { body: string; etag: string; modifiedMs: number }>();
  readonly #temporary = new Map<string, number>();
  readonly #runs = new Map<string, number>();
  readonly #jobs: Job[] = [];
  readonly #listed = new Map<string, ListedObject[]>();
  readonly #firstMs: number;
  #serial = 0;

  constructor(
    private readonly config: MergeConfig,
    private readonly load: Load,
    private readonly ratios: Ratios,
    startMs: number,
  ) {
    this.nowMs = startMs;
    this.#firstMs = hourOf(startMs - load.historyHours * HOUR_MS).startMs;
  }

  /** Resets the counts. */
  reset(): void {
    this.calls.clear();
    this.scannedBytes = 0;
    this.billedBytes = 0;
    this.kinds.clear();
    this.worstLagMs = 0;
  }

  get lineBytesPerSecond(): number {
    return this.load.eventsPerSecond * this.ratios.lineBytes;
  }

  /** Milliseconds between two objects, and lines in each. */
  get #object(): { readonly everyMs: number; readonly bytes: number } {
    const full = (this.load.bufferMiB * 1024 * 1024) / this.lineBytesPerSecond;
    const seconds = Math.min(this.load.bufferSeconds, full);
    const stored = this.lineBytesPerSecond * seconds;
    const ratio = this.load.gzip ? this.ratios.gzip(stored / this.ratios.lineBytes) : 1;
    return { everyMs: seconds * 1000, bytes: stored * ratio };
  }

  /** The raw objects of an hour by now. An object is written when its buffer is full, under the hour of its first line. */
  #raw(hour: Hour): ListedObject[] {
    if (hour.startMs < this.#firstMs || hour.startMs > this.nowMs) return [];
    const { everyMs, bytes } = this.#object;
    const all = this.#listed.get(hour.name) ?? [];
    if (all.length === 0) {
      const { prefix } = hourLocation(this.config.OLD_TABLE_LOCATION_PREFIX, hour);
      const first = Math.ceil(hour.startMs / everyMs);
      for (let number = first; number * everyMs < hour.startMs + HOUR_MS; number++) {
        const key = `${prefix}retail-trans-1-${number}${this.load.gzip ? ".gz" : ""}`;
        all.push({ key, etag: `"${number}"`, bytes, modifiedMs: (number + 1) * everyMs });
      }
      this.#listed.set(hour.name, all);
    }
    if (hour.startMs + 2 * HOUR_MS < this.nowMs) return all;
    return all.filter(({ modifiedMs }) => modifiedMs <= this.nowMs);
  }

  #rawBytes(hour: Hour): number {
    return this.#raw(hour).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Lines of an hour, as bytes before compression. */
  #storedBytes(hour: Hour): number {
    return (this.#raw(hour).length * this.#object.everyMs * this.lineBytesPerSecond) / 1000;
  }

  /** The identities' columns of the live Parquet of some hours. */
  #identities(hours: readonly Hour[]): number {
    const table = this.config.NEW_TABLE_NAME;
    const rows = hours.map(
      ({ values }) => this.#partitions.get(partitionKey({ name: table }, values))?.parameters["rows"],
    );
    const lines = rows.reduce((sum, count) => sum + Number(count ?? 0), 0);
    return lines * this.ratios.lineBytes * this.ratios.identities;
  }

  #scans(statement: Statement): number {
    switch (statement.kind) {
      case "merge":
        return this.#rawBytes(statement.hour) + this.#identities(neighboursOf(statement.hour));
      case "identities":
        return (
          this.#identities(statement.hours) +
          (this.#temporary.get(statement.table.name) ?? 0) * this.ratios.identities
        );
      case "cover":
        return (
          this.#rawBytes(statement.hour) +
          this.#identities([statement.hour, ...neighboursOf(statement.hour)]) +
          (this.#temporary.get(statement.table.name) ?? 0) * this.ratios.identities
        );
      case "compare":
        return (
          this.#rawBytes(statement.hour) + this.#identities([statement.hour, ...neighboursOf(statement.hour)])
        );
    }
  }

  ports(): Ports {
    const counted = <A extends readonly unknown[], R>(name: string, call: (...args: A) => R) => {
      return async (...args: A): Promise<R> => {
        this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
        this.nowMs += CALL_MS;
        return call(...args);
      };
    };
    const raw = this.config.OLD_TABLE_LOCATION_PREFIX.prefix;
    const parquet = this.config.OUTPUT_PREFIX.prefix;
    // A listing is of a day or of an hour.
    const hours = (prefix: string): Hour[] => {
      const [, year, month, day, hour] =
        /year=(\d+)\/month=(\d+)\/day=(\d+)\/(?:hour=(\d+)\/)?/.exec(prefix) ?? [];
      const startMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour ?? 0));
      return hoursBetween(startMs, hour === undefined ? startMs + 23 * HOUR_MS : startMs);
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
        () => {},
        () => this.nowMs,
      ),
      objects: {
        list: async ({ bucket, prefix }) => {
          const state = [...this.#state.keys()].map((key) => [key, 1] as const);
          const objects = prefix.startsWith(raw)
            ? hours(prefix).flatMap((hour) => this.#raw(hour))
            : [...this.#runs, ...state].flatMap(([key, bytes]) =>
                key.startsWith(prefix) ? [{ key, etag: "x", bytes, modifiedMs: this.nowMs }] : [],
              );
          const pages = Math.max(1, Math.ceil(objects.length / 1000));
          this.calls.set("s3 LIST", (this.calls.get("s3 LIST") ?? 0) + pages);
          this.nowMs += pages * CALL_MS;
          return bucket === "" ? [] : objects;
        },
        read: counted("s3 GET", (_bucket, key) => this.#state.get(key)),
        writeIf: counted("s3 PUT", (_bucket, key, body) => {
          const etag = String(++this.#serial);
          this.#state.set(key, { body, etag, modifiedMs: this.nowMs });
          return etag;
        }),
        remove: counted("s3 DELETE", (_bucket, keys) => {
          for (const key of keys) {
            this.#runs.delete(key);
            this.#state.delete(key);
          }
        }),
      },
      catalog: {
        ...memoryCatalog(this.#partitions, this.#temporary, (_, call) => counted("glue", call)),
        putPartition: counted("glue", (table, partition) => {
          const key = partitionKey(table, partition.values);
          this.#noteLag(partition, this.#partitions.get(key));
          this.#partitions.set(key, partition);
        }),
      },
      queries: {
        text: (statement) => JSON.stringify(statement),
        start: counted("athena start", (text) => this.#start(JSON.parse(text) as Statement)),
        state: counted("athena state", (id) => {
          const job = this.#jobs[Number(id)];
          if (!job || job.doneAtMs > this.nowMs) return { state: "running" as const };
          if (!job.ended) this.#end(job, parquet);
          return { state: "succeeded" as const };
        }),
        rows: counted("athena rows", (id) => {
          const { statement } = this.#jobs[Number(id)] as Job;
          return [statement.kind === "compare" ? ["0", "0", "0", "0", "", "", "", ""] : ["0", "0", ""]];
        }),
        written: counted("athena rows", (id) => (this.#jobs[Number(id)] as Job).lines),
      },
    };
  }

  #start(statement: Statement): string {
    const scanned = this.#scans(statement);
    this.kinds.set(statement.kind, (this.kinds.get(statement.kind) ?? 0) + 1);
    this.scannedBytes += scanned;
    this.billedBytes += Math.max(LEAST_BILLED, scanned);
    const lines =
      statement.kind === "merge" ? Math.round(this.#storedBytes(statement.hour) / this.ratios.lineBytes) : 0;
    const doneAtMs = this.nowMs + QUERY_MS + scanned / QUERY_BYTES_PER_MS;
    return String(this.#jobs.push({ statement, lines, doneAtMs, ended: false }) - 1);
  }

  #end(job: Job, parquet: string): void {
    job.ended = true;
    const { statement } = job;
    if (statement.kind !== "merge") return;
    const stored = job.lines * this.ratios.lineBytes;
    this.#temporary.set(statement.target.name, stored);
    const key = statement.location.slice(statement.location.indexOf(parquet));
    this.#runs.set(`${key}file`, stored * this.ratios.parquet);
  }

  #noteLag(partition: Partition, before: Partition | undefined): void {
    const [year, month, day, hour] = partition.values.map(Number);
    const merged = hourOf(Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour));
    const oldest = this.#raw(merged)[Number(before?.parameters["objects"] ?? 0)];
    if (oldest === undefined) return;
    const arrivedMs = oldest.modifiedMs - this.#object.everyMs;
    this.worstLagMs = Math.max(this.worstLagMs, this.nowMs - arrivedMs);
  }

  /** Hours that have objects. */
  get hours(): Hour[] {
    return hoursBetween(this.#firstMs, this.nowMs);
  }
}
