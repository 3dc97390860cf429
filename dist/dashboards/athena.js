"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.panelSql = panelSql;
exports.rowsFromSql = rowsFromSql;
exports.sqlName = sqlName;
const fields_1 = require("./fields");
const rows_1 = require("./rows");
const smoke_1 = require("./smoke");
/** A panel as Athena SQL over a table that has each line once. @param table its name, without the database */
function panelSql(contract, panel, table) {
    return panel.chart === "table" ? linesSql(contract, panel, table) : figuresSql(contract, panel, table);
}
/** The rows of a panel from the answer to its SQL. @param answer cells by column name; empty or null for no value */
function rowsFromSql(contract, panel, answer) {
    const columns = (0, rows_1.panelColumns)(contract, panel);
    return answer.map((cells) => Object.fromEntries(columns.map((column) => [column.id, (0, rows_1.cell)(panel, column, cells[sqlName(column)])])));
}
/** A column's name in SQL; for a field, it is the tables' own name. */
function sqlName({ id }) {
    return id.toLowerCase().replaceAll("-", "_");
}
/** A name may be a reserved word. */
function quoted(name) {
    return `"${name}"`;
}
function quotedColumn(field) {
    return quoted((0, fields_1.tableColumn)(field));
}
/** Whether a line fulfils a condition, as SQL. */
function sqlCondition({ field, ...condition }) {
    const column = quotedColumn(field);
    if (condition.kind === "begins")
        return `${column} LIKE '${likePattern(condition.prefix)}'`;
    return `coalesce(${column}, '') = ''`;
}
/** `WHERE` with the conditions, without those of the smoke test; empty where every line counts. */
function where(contract, conditions) {
    const smoke = (0, smoke_1.smokeValues)(contract).map(differs);
    const all = [...conditions, ...(smoke.length === 0 ? [] : [`(${smoke.join(" OR ")})`])];
    return all.length === 0 ? [] : [`WHERE ${all.join(" AND ")}`];
}
/** Whether a line has another value in a column of the smoke test; never NULL. */
function differs({ column, value }) {
    const name = quotedColumn(column.field);
    if (value === undefined) {
        return column.kind === "text" ? `coalesce(${name}, '') <> ''` : `${name} IS NOT NULL`;
    }
    const text = typeof value === "string" ? literal(value) : String(value);
    return `coalesce(${name} <> ${column.kind === "timestamp" ? `TIMESTAMP ${text}` : text}, true)`;
}
function figuresSql(contract, { measures, dimension, only }, table) {
    const name = quoted(sqlName(dimensionId(dimension)));
    const [first] = measures;
    const selected = [
        `${grouped(contract, dimension)} AS ${name}`,
        ...measures.map((one) => `${sum(contract, one)} AS ${quoted(sqlName(one))}`),
    ];
    return [
        `SELECT ${selected.join(", ")}`,
        `FROM ${quoted(table)}`,
        ...where(contract, only === undefined ? [] : [sqlCondition(only.condition)]),
        "GROUP BY 1",
        ...(dimension.kind === "values"
            ? [`ORDER BY ${quoted(sqlName(first))} DESC, 1`, `LIMIT ${dimension.limit}`]
            : [`ORDER BY ${dimension.kind === "classes" ? classOrder(dimension, name) : "1"}`]),
    ].join("\n");
}
function linesSql(contract, { fields, newestBy, limit }, table) {
    return [
        `SELECT ${fields.map(quotedColumn).join(", ")}`,
        `FROM ${quoted(table)}`,
        ...where(contract, []),
        `ORDER BY ${quotedColumn(newestBy)} DESC, ${quotedColumn("record_id")} DESC`,
        `LIMIT ${limit}`,
    ].join("\n");
}
function dimensionId(dimension) {
    return dimension.kind === "classes" ? dimension.classification : { id: dimension.field };
}
function grouped(contract, dimension) {
    switch (dimension.kind) {
        case "time":
            return `CAST(date_trunc('${dimension.interval}', ${quotedColumn(dimension.field)}) AS date)`;
        case "values":
            return (0, fields_1.columnOf)(contract, dimension.field).required
                ? quotedColumn(dimension.field)
                : `coalesce(${quotedColumn(dimension.field)}, '')`;
        case "classes": {
            const { condition, fulfilled, otherwise } = dimension.classification;
            return `CASE WHEN ${sqlCondition(condition)} THEN ${literal(fulfilled)} ELSE ${literal(otherwise)} END`;
        }
    }
}
function classOrder({ classification }, name) {
    return classification.fulfilled < classification.otherwise ? name : `${name} DESC`;
}
function sum(contract, { factors, digits = 0 }) {
    if (factors.length === 0)
        return "count(*)";
    const total = `sum(${factors.map(quotedColumn).join(" * ")})`;
    const hasError = factors.some((field) => !(0, fields_1.isExact)(contract, field));
    return `coalesce(${hasError ? `round(${total}, ${digits})` : total}, 0)`;
}
function literal(text) {
    return `'${text.replaceAll("'", "''")}'`;
}
/** @throws RangeError for a prefix with a wildcard of LIKE in it, which would need an escape that nothing uses yet */
function likePattern(prefix) {
    if (/[%_]/.test(prefix))
        throw new RangeError(`the prefix "${prefix}" holds a wildcard of LIKE`);
    return `${prefix.replaceAll("'", "''")}%`;
}
