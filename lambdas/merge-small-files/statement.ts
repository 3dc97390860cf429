import type { Hour } from "../../contract/hours";
import type { Table } from "./ports";

/** Writes the rows of an hour, each identity once and none of the hour before, as Parquet files. */
export interface MergeStatement {
  readonly kind: "merge";
  readonly hour: Hour;
  /** The temporary table that the query creates. */
  readonly target: Table;
  /** Empty folder that takes the files, `s3://bucket/prefix/`. */
  readonly location: string;
  /** Number of files, 1 to 100. */
  readonly buckets: number;
}

/** Counts rows and distinct identities of a merge's result. One row: rows, identities. */
export interface CheckStatement {
  readonly kind: "check";
  readonly table: Table;
}

/**
 * Compares the identities of an hour in its raw objects (those of the hour before left out) and in Parquet.
 * One row: missing in Parquet, extra in Parquet, doubled in Parquet, and an example of each.
 */
export interface CompareStatement {
  readonly kind: "compare";
  readonly hour: Hour;
}

/** What the function asks the query engine. */
export type Statement = MergeStatement | CheckStatement | CompareStatement;

/** The tables that statements are about. */
export interface Tables {
  readonly raw: Table;
  readonly parquet: Table;
  /** Columns of both, partition columns left out. */
  readonly columns: readonly string[];
}
