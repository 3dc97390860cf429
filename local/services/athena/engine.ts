import type { ColumnModel } from "../../plan/data-plane";
import type { CatalogTable } from "../glue/service";
import type { ObjectFile } from "../s3/service";

/** A result column, in Athena's terms. */
export interface ResultColumn {
  readonly name: string;
  /** As Athena names it, such as `varchar`, `integer`, `timestamp`. */
  readonly type: string;
  readonly precision: number;
  readonly scale: number;
}

/** A cell as Athena spells it; null is SQL's NULL. */
export type Cell = string | null;

/** The result of a SELECT. */
export interface Selection {
  readonly columns: readonly ResultColumn[];
  /** Batches of rows; reading to the end, or returning early, releases the query's resources. */
  readonly rows: AsyncIterable<readonly (readonly Cell[])[]>;
}

/** Location and format of the rows that a CTAS stores. */
export interface ParquetTarget {
  /** Folder for the files, `s3://bucket/prefix/`. */
  readonly location: string;
  /** Prefix of each file's name. */
  readonly filePrefix: string;
  readonly compression: "snappy" | "gzip" | "zstd" | "uncompressed";
  /** Distributes rows over `count` files by the hash of these columns; without it there is one file. */
  readonly buckets?: { readonly columns: readonly string[]; readonly count: number };
}

/** The table that a CTAS stored. */
export interface StoredTable {
  /** In the catalog's types. */
  readonly columns: readonly ColumnModel[];
  readonly rows: number;
  /** The files, `s3://bucket/key`. */
  readonly files: readonly string[];
}

/** A part of a table: a partition, or the whole of a table without partitions. */
export interface Fragment {
  /** Values by partition key. */
  readonly values: Readonly<Record<string, string | number>>;
  /** `s3://bucket/prefix/` */
  readonly location: string;
  /** Names of the partition's own columns, lower-case; undefined: the table's columns. */
  readonly columns?: ReadonlySet<string>;
  /** The objects that it holds now, without hidden and empty objects. */
  files(): readonly ObjectFile[];
}

/** A table as a query finds it. */
export interface OpenTable {
  readonly table: CatalogTable;
  readonly fragments: readonly Fragment[];
}

/** The tables that a query may read. */
export interface Tables {
  hasDatabase(name: string): boolean;
  /** Undefined when there is none. */
  open(database: string, name: string): OpenTable | undefined;
  databaseNames(): readonly string[];
  tablesOf(database: string): readonly CatalogTable[];
}

/** The context of a statement. */
export interface QueryContext {
  /** The session's database, for tables named without one. */
  readonly database?: string;
  readonly tables: Tables;
  /** Called once, before anything is read; throws to refuse the query. @param bytes size of the files to be read */
  readonly onScan: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Runs Athena's SQL. Failures of the query are `QueryFailure`, worded as Athena words them. */
export interface SqlEngine {
  /** @throws QueryFailure; the signal's reason when it is aborted */
  select(sql: string, context: QueryContext): Promise<Selection>;
  /** The query's plan, in the engine's own words. @throws as {@link select} */
  explain(sql: string, context: QueryContext): Promise<string>;
  /** Stores a query's rows as Parquet. @throws as {@link select} */
  store(sql: string, target: ParquetTarget, context: QueryContext): Promise<StoredTable>;
  /** Releases everything; running queries fail. */
  close(): void;
}
