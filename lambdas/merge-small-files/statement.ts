import type { Hour } from "../../contract/hours";

/** A table of the catalog. */
export interface Table {
  readonly database: string;
  readonly name: string;
}

/**
 * Writes the rows of an hour as Parquet files: each row once, without rows whose identity is in the live Parquet of a
 * neighbour. Fails if a row has no identity, or if rows differ in the column `extra` alone.
 */
export interface MergeStatement {
  readonly kind: "merge";
  readonly hour: Hour;
  /** The temporary table that the query creates. */
  readonly target: Table;
  /** Empty folder for the files, `s3://bucket/prefix/`. */
  readonly location: string;
  /** Number of files, 1 to 100. */
  readonly buckets: number;
}

/**
 * Checks the identities of a merge's result. One row: those that have several rows, which then differ; those that the
 * live Parquet of `hours` holds; and an example of the first.
 */
export interface IdentitiesStatement {
  readonly kind: "identities";
  readonly table: Table;
  /** May be none. */
  readonly hours: readonly Hour[];
}

/**
 * Checks that a merge's result and the live Parquet of the hour's neighbours together have all required rows. One
 * row: raw rows of the hour, identities of these that are in neither, and rows of the hour's live Parquet that are in
 * neither.
 */
export interface CoverStatement {
  readonly kind: "cover";
  readonly hour: Hour;
  readonly table: Table;
}

/**
 * Compares the identities of an hour in its raw objects and in Parquet. One row of four numbers and an example of each:
 * missing in Parquet (neighbours count), extra in Parquet, duplicated (twice in the hour, or in it and a neighbour), and
 * identities whose raw rows differ.
 */
interface CompareStatement {
  readonly kind: "compare";
  readonly hour: Hour;
}

/** A query of the function. */
export type Statement = MergeStatement | IdentitiesStatement | CoverStatement | CompareStatement;

/** The tables that statements query. */
export interface Tables {
  readonly raw: Table;
  readonly parquet: Table;
  /** Columns of both, partition columns left out. */
  readonly columns: readonly string[];
}
