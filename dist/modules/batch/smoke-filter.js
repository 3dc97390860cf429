"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.smokeFilter = smokeFilter;
const timestamp_1 = require("../../contract/timestamp");
/**
 * The WHERE clause of SQL, a space in front, that leaves out the lines of the contract's smoke test; empty if the contract has
 * none.
 *
 *     SELECT count(*) FROM readings WHERE NOT coalesce("meter_id" = 'SMOKE' AND "reading_kwh" = 0, false)
 *
 * A line belongs to the smoke test if it has all of the values. `coalesce` keeps the lines where a column is NULL.
 */
function smokeFilter({ columns, smoke }) {
    const conditions = columns
        .filter(({ field }) => smoke[field] !== undefined)
        .map((column) => condition(column, smoke[column.field]));
    return conditions.length === 0 ? "" : ` WHERE NOT coalesce(${conditions.join(" AND ")}, false)`;
}
/** Quoted, because a column may have the name of a reserved word. */
function condition(column, value) {
    const name = `"${column.field.toLowerCase()}"`;
    return value === null ? `${name} IS NULL` : `${name} = ${literal(column, String(value))}`;
}
function literal(column, value) {
    switch (column.kind) {
        case "text":
            return `'${value.replaceAll("'", "''")}'`;
        case "timestamp": {
            const ms = column.format === "iso" ? (0, timestamp_1.parseIso)(value) : undefined;
            return `TIMESTAMP '${ms === undefined ? value : (0, timestamp_1.formatTimestamp)(ms)}'`;
        }
        default:
            return value;
    }
}
