import type { Column } from "./column";
/** A column in the terms of the Glue catalog. */
export interface GlueColumn {
    readonly name: string;
    readonly type: string;
    readonly comment: string;
}
/** Columns of the JSON and the Parquet table of a contract, partition columns excluded. */
export declare function glueColumns(columns: readonly Column[]): GlueColumn[];
/** Partition columns: the hour of arrival of a row. */
export declare function gluePartitionColumns(): GlueColumn[];
