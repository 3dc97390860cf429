"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ZONES = void 0;
exports.folderOf = folderOf;
/** The folders of a lake, without that of the Parquet files, which its contract names. Each ends in a slash. */
exports.ZONES = {
    /** Delivered JSON lines, one for each record, by hour of arrival. Append-only. */
    raw: "json-data/",
    /** State of the merges, planned and done; no table reads it, and no lifecycle rule expires it. */
    mergeState: "merge-state/",
    /** The merge's lease, and the results of its queries. */
    scratch: "tmp/",
    /** Lines that a layer refused. */
    quarantine: "quarantine/",
    /** Records that Firehose failed to deliver. */
    errors: "error-json/",
    /** Batches that the event source mapping discarded; Lambda chooses the name. */
    onFailure: "aws/lambda/",
    /** Results of analysts' queries. */
    results: "athena-results/",
};
/** Folder of a zone, such as `json-data/`. */
function folderOf(zone, { parquetFolder }) {
    return zone === "parquet" ? parquetFolder : exports.ZONES[zone];
}
