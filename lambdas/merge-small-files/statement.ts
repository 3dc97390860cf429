import type { Hour } from "../../contract/hours";

/** A table of the catalog. */
export interface Table {
  readonly database: string;
  readonly name: string;
}

/**
 * Writes the rows of an hour as Parquet files: each once, and none whose identity the live Parquet of a neighbour
 * holds. Fails where rows of one identity differ, or have none.
 */
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

/** Counts the identities of a merge's result that the live Parquet of `hours` holds. One row, one number. */
export interface OverlapStatement {
  readonly kind: "overlap";
  readonly table: Table;
  readonly hours: readonly Hour[];
}

/**
 * Whether a merge's result, with the live Parquet of the hour's neighbours, holds all that it has to. One row: raw rows
 * of the hour, identities of them that neither has, and rows of the hour's live Parquet that neither has.
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

/** What the function asks the query engine. */
export type Statement = MergeStatement | OverlapStatement | CoverStatement | CompareStatement;

/** The tables that statements are about. */
export interface Tables {
  readonly raw: Table;
  readonly parquet: Table;
  /** Columns of both, partition columns left out. */
  readonly columns: readonly string[];
}
