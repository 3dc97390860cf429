import type { ColumnModel } from "../../plan/data-plane";
import type { CatalogTable } from "../glue/service";
import type { ObjectFile } from "../s3/service";

/** A column of an answer, in Athena's terms. */
export interface ResultColumn {
  readonly name: string;
  /** As Athena names it, such as `varchar`, `integer`, `timestamp`. */
  readonly type: string;
  readonly precision: number;
  readonly scale: number;
}

/** A cell as Athena spells it; null is SQL's NULL. */
export type Cell = string | null;

/** The answer to a SELECT. */
export interface Selection {
  readonly columns: readonly ResultColumn[];
  /** Batches of rows; must be read to the end, or returned from, before the query's resources are let go. */
  readonly rows: AsyncIterable<readonly (readonly Cell[])[]>;
}

/** Where and how the rows of a CTAS are stored. */
export interface ParquetTarget {
  /** Folder that takes the files, `s3://bucket/prefix/`. */
  readonly location: string;
  /** Starts the name of each file. */
  readonly filePrefix: string;
  readonly compression: "snappy" | "gzip" | "zstd" | "uncompressed";
  /** Rows go to one of `count` files by the hash of these columns; one file without them. */
  readonly buckets?: { readonly columns: readonly string[]; readonly count: number };
}

/** What a CTAS has stored. */
export interface StoredTable {
  /** In the catalog's terms. */
  readonly columns: readonly ColumnModel[];
  readonly rows: number;
}

/** A part of a table: a partition, or the whole of one that has none. */
export interface Fragment {
  /** By name of the partition key. */
  readonly values: Readonly<Record<string, string | number>>;
  /** `s3://bucket/prefix/` */
  readonly location: string;
  /** Names of its own columns, lower-case; undefined: those of its table. */
  readonly columns?: ReadonlySet<string>;
  /** The objects that are in it now; hidden and empty ones left out. */
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
}

/** What surrounds a statement. */
export interface QueryContext {
  /** For tables without one; the session's. */
  readonly database?: string;
  readonly tables: Tables;
  /** Told once, before anything is read; throws to refuse. @param bytes size of the files that will be read */
  readonly onScan: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Runs Athena's SQL. Failures of the query are `QueryFailure`, worded as Athena words them. */
export interface SqlEngine {
  /** @throws QueryFailure; the signal's reason when it is aborted */
  select(sql: string, context: QueryContext): Promise<Selection>;
  /** Stores a query's rows as Parquet. @throws as {@link select} */
  store(sql: string, target: ParquetTarget, context: QueryContext): Promise<StoredTable>;
  /** Lets go of everything; running queries fail. */
  close(): void;
}
