"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.smokeValues = smokeValues;
const timestamp_1 = require("../contract/timestamp");
const fields_1 = require("./fields");
/** The values that mark the lines of a contract's smoke test, which no panel counts; empty where none are defined. */
function smokeValues(contract) {
    return Object.entries(contract.smoke ?? {}).map(([field, value]) => {
        const column = (0, fields_1.columnOf)(contract, field);
        return { column, value: stored(column, value) };
    });
}
/** @throws Error naming the column for a value that no line can have */
function stored(column, value) {
    switch (typeof value) {
        case "string": {
            // JSON has no whole number of 64 bits.
            if (column.kind === "bigint" && /^-?\d+$/.test(value))
                return BigInt(value);
            if (column.kind !== "timestamp")
                return value === "" ? undefined : value;
            const ms = column.format === "iso" ? (0, timestamp_1.parseIso)(value) : (0, timestamp_1.parseSeconds)(value);
            if (ms === undefined)
                break;
            return (0, timestamp_1.formatTimestamp)(ms).slice(0, column.format === "iso" ? undefined : -".fff".length);
        }
        case "number":
        case "bigint":
        case "boolean":
            return value;
        default:
            if (value === null || value === undefined)
                return undefined;
    }
    throw new Error(`the smoke test's ${column.field} is ${JSON.stringify(value)}, which no line can have`);
}
