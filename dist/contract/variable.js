"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.contractVariable = contractVariable;
exports.parseContractVariable = parseContractVariable;
/**
 * A contract as one environment variable: the event time, then each column as `name:kind`, separated by commas.
 *
 *     InvoiceDate,Invoice:t!,Description:t~,Quantity:i!,InvoiceDate:s!,Price:d12.4!
 *
 * Kinds are one letter; `!` marks a required column, `~` a text that is searched by words. A hundred columns take about
 * 1.7 KB of the 4 KB that Lambda gives to all variables of a function. The text is readable, and the same from
 * TypeScript and from Terraform's `join`.
 */
function contractVariable({ eventTime, columns }) {
    return [
        eventTime,
        ...columns.map((column) => `${column.field}:${kindText(column)}${column.required ? "!" : ""}`),
    ].join(",");
}
const LETTERS = {
    text: "t",
    integer: "i",
    bigint: "l",
    double: "f",
    boolean: "b",
};
function kindText(column) {
    switch (column.kind) {
        case "decimal":
            return `d${column.precision}.${column.scale}`;
        case "timestamp":
            return column.format === "iso" ? "z" : "s";
        case "text":
            return column.search === "words" ? `${LETTERS.text}~` : LETTERS.text;
        default:
            return LETTERS[column.kind];
    }
}
const COLUMN = /^(?<field>[A-Za-z][A-Za-z0-9_]*):(?<kind>[tilfbsz]|d(?<precision>\d+)\.(?<scale>\d+)|t~)(?<required>!?)$/;
/**
 * Reads what {@link contractVariable} wrote.
 * @throws Error naming the part that is malformed
 */
function parseContractVariable(variable) {
    const [eventTime = "", ...parts] = variable.split(",");
    const columns = parts.map(parseColumn);
    const time = columns.find(({ field }) => field === eventTime);
    if (time?.kind !== "timestamp" || !time.required) {
        throw new Error(`begins with "${eventTime}", which is no required timestamp among its columns`);
    }
    return { eventTime, columns };
}
function parseColumn(text) {
    const { field, kind = "", precision, scale, required } = COLUMN.exec(text)?.groups ?? {};
    if (field === undefined)
        throw new Error(`has "${text}" in the place of a column`);
    return {
        field,
        required: required === "!",
        comment: "",
        ...parseKind(kind, Number(precision), Number(scale)),
    };
}
function parseKind(kind, precision, scale) {
    switch (kind) {
        case "t":
            return { kind: "text", search: "exact" };
        case "t~":
            return { kind: "text", search: "words" };
        case "i":
            return { kind: "integer" };
        case "l":
            return { kind: "bigint" };
        case "f":
            return { kind: "double" };
        case "b":
            return { kind: "boolean" };
        case "s":
            return { kind: "timestamp", format: "seconds" };
        case "z":
            return { kind: "timestamp", format: "iso" };
        default:
            return { kind: "decimal", precision, scale };
    }
}
