"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.panelFields = panelFields;
exports.columnOf = columnOf;
exports.exactPath = exactPath;
exports.isExact = isExact;
exports.tableColumn = tableColumn;
const stored_columns_1 = require("../contract/stored-columns");
/** The columns that a panel may name: the contract's, and identity and arrival. */
function panelFields({ columns }) {
    return [...columns, ...stored_columns_1.IDENTITY_COLUMNS];
}
/** The contract's column of a field. @throws Error when the contract has none */
function columnOf({ columns }, field) {
    const column = (0, stored_columns_1.storedColumns)(columns).find((one) => one.field === field);
    if (column === undefined)
        throw new Error(`"${field}" is not a field of the contract`);
    return column;
}
/**
 * Path of a field's whole values in the index: a subfield of a text that is split into words, else the field itself.
 */
function exactPath(contract, field) {
    const column = columnOf(contract, field);
    return column.kind === "text" && column.search === "words" ? `${field}.keyword` : field;
}
/** Whether the tables compute with a number field exactly, so that a sum has no error to be rounded away. */
function isExact(contract, field) {
    return columnOf(contract, field).kind !== "double";
}
/** A field's name in the tables. */
function tableColumn(field) {
    return field.toLowerCase();
}
