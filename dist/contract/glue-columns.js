"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.glueColumns = glueColumns;
exports.gluePartitionColumns = gluePartitionColumns;
const stored_columns_1 = require("./stored-columns");
/** Columns of the JSON and the Parquet table of a contract, partition columns excluded. */
function glueColumns(columns) {
    return (0, stored_columns_1.storedColumns)(columns).map((column) => ({
        name: column.field.toLowerCase(),
        type: glueType(column),
        comment: column.comment,
    }));
}
/** Partition columns: the hour of arrival of a row. */
function gluePartitionColumns() {
    return stored_columns_1.PARTITION_COLUMNS.map((name) => ({
        name,
        type: "int",
        comment: `${name[0]?.toUpperCase()}${name.slice(1)} of arrival in the stream, UTC`,
    }));
}
function glueType(column) {
    switch (column.kind) {
        case "text":
            return "string";
        case "integer":
            return "int";
        case "decimal":
            return `decimal(${column.precision},${column.scale})`;
        default:
            return column.kind;
    }
}
