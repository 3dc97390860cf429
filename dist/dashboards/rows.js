"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PanelAnswerError = void 0;
exports.panelColumns = panelColumns;
exports.dimensionColumn = dimensionColumn;
exports.measureColumn = measureColumn;
exports.cell = cell;
const fields_1 = require("./fields");
/** The engine's answer does not fit the panel's query. */
class PanelAnswerError extends Error {
    name = "PanelAnswerError";
}
exports.PanelAnswerError = PanelAnswerError;
/** The columns of a panel's rows, the dimension first. */
function panelColumns(contract, panel) {
    if (panel.chart === "table")
        return panel.fields.map((field) => fieldColumn(contract, field));
    return [dimensionColumn(panel.dimension), ...panel.measures.map(measureColumn)];
}
const HOLDS = {
    text: "text",
    boolean: "text",
    timestamp: "time",
    integer: "number",
    bigint: "number",
    double: "number",
    decimal: "number",
};
/** A required column too is optional here, because lines from before the column have no value. */
function fieldColumn(contract, field) {
    return { id: field, title: field, holds: HOLDS[(0, fields_1.columnOf)(contract, field).kind], isOptional: true };
}
/** The column of the dimension. */
function dimensionColumn(dimension) {
    switch (dimension.kind) {
        case "time":
            return { id: dimension.field, title: dimension.field, holds: "date", isOptional: false };
        case "values":
            return { id: dimension.field, title: dimension.field, holds: "text", isOptional: true };
        case "classes": {
            const { id, title } = dimension.classification;
            return { id, title, holds: "text", isOptional: false };
        }
    }
}
/** The column of a measure. */
function measureColumn({ id, title, unit, digits = 0 }) {
    return { id, title, holds: "number", digits, isOptional: false, ...(unit && { unit }) };
}
/**
 * A cell in the common form. @param value as an engine gives it; null and undefined for no value
 * @throws PanelAnswerError when it is not what the column holds
 */
function cell(panel, column, value) {
    const { id, holds, digits, isOptional } = column;
    if (isOptional && (value === null || value === undefined || value === ""))
        return "";
    if (holds === "number") {
        const number = typeof value === "string" && value !== "" ? Number(value) : value;
        if (typeof number === "number" && Number.isFinite(number)) {
            return digits === undefined ? number : rounded(number, digits);
        }
    }
    else if (typeof value === "boolean") {
        if (holds === "text")
            return String(value);
    }
    else if (typeof value === "string") {
        if (holds === "text")
            return value;
        const length = holds === "date" ? "YYYY-MM-DD".length : "YYYY-MM-DD HH:MM:SS".length;
        if (/^\d{4}-\d\d-\d\d/.test(value) && value.length >= length)
            return value.slice(0, length);
    }
    throw new PanelAnswerError(`${panel.id}: column ${id} holds ${holds}, and the engine answered ${String(value)}`);
}
/**
 * Rounds to so many digits, because sums of doubles have an error far below them. A zero has no sign. A number without
 * such digits stays as it is.
 */
function rounded(number, digits) {
    const scaled = number * 10 ** digits;
    return (Number.isSafeInteger(Math.round(scaled)) ? Math.round(scaled) / 10 ** digits : number) + 0;
}
