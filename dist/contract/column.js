"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.TextColumnType = exports.ColumnType = void 0;
exports.text = text;
exports.integer = integer;
exports.bigint = bigint;
exports.double = double;
exports.decimal = decimal;
exports.boolean = boolean;
exports.timestamp = timestamp;
/** A column on its way into a contract, which gives it its name. */
class ColumnType {
    definition;
    required;
    /** @param definition the column without its name */
    constructor(definition, required) {
        this.definition = definition;
        this.required = required;
    }
    /** The column may be null or absent; a text may also be empty. */
    optional() {
        return new ColumnType(this.definition, false);
    }
}
exports.ColumnType = ColumnType;
/** A column of text on its way into a contract. */
class TextColumnType extends ColumnType {
    optional() {
        return new TextColumnType(this.definition, false);
    }
    /** How the index treats the text. @default "exact" */
    search(search) {
        return new TextColumnType({ kind: "text", search, comment: this.definition.comment }, this.required);
    }
}
exports.TextColumnType = TextColumnType;
/** A string. */
function text({ comment = "" } = {}) {
    return new TextColumnType({ kind: "text", search: "exact", comment }, true);
}
/** A whole number from -2,147,483,648 to 2,147,483,647. */
function integer({ comment = "" } = {}) {
    return new ColumnType({ kind: "integer", comment }, true);
}
/** A whole number of 64 bits. JavaScript's numbers are exact up to 2^53 only: write longer ones as a `bigint`. */
function bigint({ comment = "" } = {}) {
    return new ColumnType({ kind: "bigint", comment }, true);
}
/** A number of double precision. For money, take {@link decimal}. */
function double({ comment = "" } = {}) {
    return new ColumnType({ kind: "double", comment }, true);
}
/**
 * An exact number. One that does not fit is refused, never rounded.
 * @param precision digits in all, 1 to 18
 * @param scale digits behind the point, 0 to `precision`
 */
function decimal(precision, scale, { comment = "" } = {}) {
    return new ColumnType({ kind: "decimal", precision, scale, comment }, true);
}
/** `true` or `false`. */
function boolean({ comment = "" } = {}) {
    return new ColumnType({ kind: "boolean", comment }, true);
}
/** A point in time. @param options.format how producers write it; @default "seconds" */
function timestamp({ comment = "", format = "seconds", } = {}) {
    return new ColumnType({ kind: "timestamp", format, comment }, true);
}
