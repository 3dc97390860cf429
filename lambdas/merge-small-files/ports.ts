import type { S3Location } from "../shared/env";
import type { Logger } from "../shared/log";
import type { Statement, Table } from "./statement";

/** An object as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Condition of a write on the existing object. */
export type WriteCondition = "absent" | { readonly etag: string };

/** S3. */
export interface Objects {
  /** All objects of a folder. */
  list(location: S3Location): Promise<ListedObject[]>;
  /** Undefined when there is no such object. */
  read(bucket: string, key: string): Promise<{ readonly body: string; readonly etag: string } | undefined>;
  /** The new object's ETag; undefined when the condition did not hold, and then nothing was written. */
  writeIf(bucket: string, key: string, body: string, condition: WriteCondition): Promise<string | undefined>;
  remove(bucket: string, keys: readonly string[]): Promise<void>;
}

/** A partition. A written one gets the columns and formats of its table. */
export interface Partition {
  readonly values: readonly string[];
  /** `s3://bucket/prefix/` */
  readonly location: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A partition as the catalog has it. */
export interface FoundPartition extends Partition {
  /** Whether it has the columns of its table; one that was created before the table's last change has not. */
  readonly hasTableColumns: boolean;
}

/** The Glue catalog. */
export interface Catalog {
  /** The named partitions that exist. */
  partitions(table: Table, values: readonly (readonly string[])[]): Promise<FoundPartition[]>;
  /** Creates partitions; existing ones stay unchanged. */
  createPartitions(table: Table, partitions: readonly Partition[]): Promise<void>;
  /** Creates or replaces one partition atomically for readers. */
  putPartition(table: Table, partition: Partition): Promise<void>;
  tableNames(database: string, namePrefix: string): Promise<string[]>;
  /** The values of all partitions of a table. */
  partitionValues(table: Table): Promise<string[][]>;
  /** Deletes partitions but not their objects. A partition that does not exist is no error. */
  deletePartitions(table: Table, values: readonly (readonly string[])[]): Promise<void>;
  /** Deletes an external table but not its objects. A table that does not exist is no error. */
  deleteTable(table: Table): Promise<void>;
}

/** State of a query. `unknown`: the engine no longer has it. */
export type QueryState =
  | { readonly state: "running" | "succeeded" | "unknown" }
  | { readonly state: "failed"; readonly reason: string };

/** Athena. */
export interface Queries {
  /** The text of a statement, as {@link start} takes it. */
  text(statement: Statement): string;
  /**
   * Starts a query and returns its id. A token that was already used for the same text returns the query that it
   * started.
   * @param token 32 to 128 characters
   */
  start(text: string, token: string): Promise<string>;
  state(id: string): Promise<QueryState>;
  /** The rows of a query that succeeded, without the header; at most 1,000. */
  rows(id: string): Promise<string[][]>;
  /** Number of rows that a successful CTAS wrote. */
  written(id: string): Promise<number>;
}

/** The time, which a test can set. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** External dependencies of a run. */
export interface Ports {
  readonly objects: Objects;
  readonly catalog: Catalog;
  readonly queries: Queries;
  readonly clock: Clock;
  /** Eight hexadecimal digits, different each time. */
  readonly randomId: () => string;
  readonly log: Logger;
}
