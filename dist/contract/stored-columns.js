"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PARTITION_COLUMNS = exports.EXTRA_COLUMN = exports.IDENTITY_COLUMNS = void 0;
exports.storedColumns = storedColumns;
/** The columns that the pipeline adds: a line's identity and when the stream took it. */
exports.IDENTITY_COLUMNS = [
    {
        field: "record_id",
        kind: "text",
        required: true,
        search: "exact",
        comment: "Place of the line in the stream: shard, sequence number, line; unique",
    },
    {
        field: "arrived_at",
        kind: "timestamp",
        format: "milliseconds",
        required: true,
        comment: "When the stream took the record, UTC, to the millisecond",
    },
];
/**
 * The column for all unknown columns of a line: the canonical JSON text of an object, `{}` when there are none (see
 * canonical-json.ts). NULL only in rows that were stored before this column existed.
 */
exports.EXTRA_COLUMN = {
    field: "extra",
    kind: "text",
    required: false,
    search: "none",
    comment: "Columns outside of the contract, a JSON object; read it by json_extract_scalar(extra, '$.Name')",
};
/** The columns of the JSON and the Parquet table, of the stored line and of the index, in their order. */
function storedColumns(columns) {
    return [...columns, ...exports.IDENTITY_COLUMNS, exports.EXTRA_COLUMN];
}
/** Partition columns of the tables, two digits each in the keys of the lake. */
exports.PARTITION_COLUMNS = ["year", "month", "day", "hour"];
