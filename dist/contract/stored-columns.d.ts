import type { Column } from "./column";
/** The columns that the pipeline adds: a line's identity and when the stream took it. */
export declare const IDENTITY_COLUMNS: readonly [{
    readonly field: "record_id";
    readonly kind: "text";
    readonly required: true;
    readonly search: "exact";
    readonly comment: "Place of the line in the stream: shard, sequence number, line; unique";
}, {
    readonly field: "arrived_at";
    readonly kind: "timestamp";
    readonly format: "milliseconds";
    readonly required: true;
    readonly comment: "When the stream took the record, UTC, to the millisecond";
}];
/**
 * The column for all unknown columns of a line: the canonical JSON text of an object, `{}` when there are none (see
 * canonical-json.ts). NULL only in rows that were stored before this column existed.
 */
export declare const EXTRA_COLUMN: {
    readonly field: "extra";
    readonly kind: "text";
    readonly required: false;
    readonly search: "none";
    readonly comment: "Columns outside of the contract, a JSON object; read it by json_extract_scalar(extra, '$.Name')";
};
/** The columns of the JSON and the Parquet table, of the stored line and of the index, in their order. */
export declare function storedColumns(columns: readonly Column[]): readonly Column[];
/** Partition columns of the tables, two digits each in the keys of the lake. */
export declare const PARTITION_COLUMNS: readonly ["year", "month", "day", "hour"];
