"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ContractError = void 0;
exports.defineContract = defineContract;
const stored_columns_1 = require("./stored-columns");
/** A contract that an engine could not hold; the message names everything that is wrong, by column. */
class ContractError extends Error {
    name = "ContractError";
}
exports.ContractError = ContractError;
/** Longest name of a column or a table, and longest comment, in characters (Glue's API reference). */
const GLUE_CHARACTERS = 255;
/** An index has at most so many fields unless it is told otherwise (`index.mapping.total_fields.limit`). */
const INDEX_FIELDS = 1000;
/** `scaled_float` keeps a number as 64 bits, and 10^18 fit. */
const DECIMAL_DIGITS = 18;
/** An index's name has at most 255 bytes; `-YYYY-MM` follows. */
const INDEX_CHARACTERS = 247;
const NAME = /^[a-z][a-z0-9_]*$/;
/** Letters, digits and underscores: any other character is written differently in SQL, JSON paths and index fields. */
const FIELD = /^[A-Za-z][A-Za-z0-9_]*$/;
const INDEX = /^[a-z0-9][a-z0-9_-]*$/;
const FOLDER = /^[A-Za-z0-9_-]+\/$/;
/**
 * Defines what a record is. Tables, index, judge, quarantine, merge, reconciliation and generator all follow from it.
 * @throws ContractError when an engine could not hold it, with each column's fault
 */
function defineContract(definition) {
    const { name, tables, eventTime, smoke = {} } = definition;
    const columns = Object.entries(definition.columns).map(([field, type]) => ({
        field,
        required: type.required,
        ...type.definition,
    }));
    const contract = {
        name,
        tables: { raw: `${name}_json`, merged: `${name}_parquet`, quarantine: `${name}_quarantine`, ...tables },
        index: definition.index ?? name.replaceAll("_", "-"),
        parquetFolder: definition.parquetFolder ?? `parquet-${name}/`,
        readerRole: definition.readerRole ?? `${name}_reader`,
        eventTime,
        smoke,
        columns,
    };
    const faults = [...nameFaults(contract), ...columnFaults(columns), ...roleFaults(contract)];
    if (faults.length > 0)
        throw new ContractError(`contract "${name}": ${faults.join("; ")}`);
    return contract;
}
function nameFaults({ name, tables, index, parquetFolder, readerRole }) {
    const faults = [];
    const check = (what, value, form, characters = GLUE_CHARACTERS) => {
        if (!form.test(value))
            faults.push(`${what} "${value}" does not match ${form.source}`);
        else if (value.length > characters)
            faults.push(`${what} has ${value.length} characters; ${characters} are allowed`);
    };
    check("the name", name, NAME);
    for (const [table, value] of Object.entries(tables))
        check(`the name of the ${table} table`, value, NAME);
    if (new Set(Object.values(tables)).size < 3)
        faults.push("two tables have one name");
    check("the index", index, INDEX, INDEX_CHARACTERS);
    check("the folder of the Parquet files", parquetFolder, FOLDER);
    check("the reader's role", readerRole, NAME);
    return faults;
}
function columnFaults(columns) {
    const faults = [];
    if (columns.length === 0)
        faults.push("it has no column");
    const added = (0, stored_columns_1.storedColumns)([]);
    const reserved = [...added.map(({ field }) => field), ...stored_columns_1.PARTITION_COLUMNS];
    const seen = new Map();
    let fields = added.length;
    for (const column of columns) {
        const { field } = column;
        const fault = (what) => void faults.push(`column "${field}" ${what}`);
        const lower = field.toLowerCase();
        const earlier = seen.get(lower);
        seen.set(lower, field);
        fields += column.kind === "text" && column.search === "words" ? 2 : 1;
        if (!FIELD.test(field))
            fault("is named otherwise than by letters, digits and underscores, a letter first");
        if (field.length > GLUE_CHARACTERS)
            fault(`has a name of ${field.length} characters; ${GLUE_CHARACTERS} are allowed`);
        if (reserved.includes(lower))
            fault("has a name of the pipeline's own columns");
        if (earlier !== undefined)
            fault(`differs from "${earlier}" by case only, which the tables do not tell apart`);
        if (column.comment.length > GLUE_CHARACTERS)
            fault(`has a comment of ${column.comment.length} characters; ${GLUE_CHARACTERS} are allowed`);
        if (column.kind === "decimal") {
            const { precision, scale } = column;
            if (!Number.isInteger(precision) || precision < 1 || precision > DECIMAL_DIGITS)
                fault(`is a decimal of ${precision} digits; 1 to ${DECIMAL_DIGITS} are allowed`);
            if (!Number.isInteger(scale) || scale < 0 || scale > precision)
                fault(`is a decimal with ${scale} digits behind the point; 0 to ${precision} are allowed`);
        }
    }
    if (fields > INDEX_FIELDS)
        faults.push(`the index would have ${fields} fields; ${INDEX_FIELDS} are allowed`);
    return faults;
}
function roleFaults({ columns, eventTime, smoke }) {
    const faults = [];
    const time = columns.find(({ field }) => field === eventTime);
    if (time?.kind !== "timestamp" || !time.required)
        faults.push(`the event time "${eventTime}" is no required timestamp among the columns`);
    for (const field of Object.keys(smoke)) {
        if (!columns.some((column) => column.field === field))
            faults.push(`the smoke test's "${field}" is none of the columns`);
    }
    return faults;
}
