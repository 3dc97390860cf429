"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.SavedQueries = void 0;
exports.defaultQueries = defaultQueries;
const athena_named_query_1 = require("@cdktf/provider-aws/lib/athena-named-query");
const constructs_1 = require("constructs");
const smoke_filter_1 = require("./smoke-filter");
/** The queries that follow from any contract. */
function defaultQueries(contract) {
    const { raw, merged, quarantine } = contract.tables;
    return [
        {
            id: "FirstTen",
            name: "First ten transactions",
            description: "A first look at the raw table",
            sql: firstTen(raw, contract),
        },
        {
            id: "FirstTenMerged",
            name: "First ten merged transactions",
            description: "The same query on the Parquet table",
            sql: firstTen(merged, contract),
        },
        {
            id: "Quarantine",
            name: "Refused lines, each once",
            description: "Both layers may refuse a line; only its first entry is shown",
            sql: `SELECT record_id, arrived_at, layer, reason, detail, original
FROM (
  SELECT *, row_number() OVER (PARTITION BY record_id ORDER BY layer, reason, detail) AS entry
  FROM ${quarantine}
) AS entries
WHERE entry = 1
ORDER BY arrived_at, record_id`,
        },
        {
            id: "FilesByHourRaw",
            name: "Small files by hour",
            description: "Objects that the delivery stream wrote, by hour",
            sql: filesByHour(raw),
        },
        {
            id: "FilesByHour",
            name: "Merged files by hour",
            description: "Files after the merge, by hour",
            sql: filesByHour(merged),
        },
    ];
}
function firstTen(table, contract) {
    return `SELECT * FROM ${table}${(0, smoke_filter_1.smokeFilter)(contract)} LIMIT 10`;
}
function filesByHour(table) {
    return `SELECT year, month, day, hour, count(DISTINCT "$path") AS file_count, count(*) AS line_count
FROM ${table}
GROUP BY year, month, day, hour
ORDER BY year, month, day, hour`;
}
/** The queries that analysts find in the workgroup. */
class SavedQueries extends constructs_1.Construct {
    /** @throws Error when two queries have one id */
    constructor(scope, id, props) {
        super(scope, id);
        for (const query of [...defaultQueries(props.contract), ...(props.queries ?? [])]) {
            new athena_named_query_1.AthenaNamedQuery(this, query.id, {
                name: query.name,
                description: query.description,
                database: props.catalog.database.name,
                workgroup: props.workgroup.resource.name,
                query: query.sql,
            });
        }
    }
}
exports.SavedQueries = SavedQueries;
