import type { Contract } from "../../contract/define";
/** The folders of a lake, without that of the Parquet files, which its contract names. Each ends in a slash. */
export declare const ZONES: {
    /** Delivered JSON lines, one for each record, by hour of arrival. Append-only. */
    readonly raw: "json-data/";
    /** State of the merges, planned and done; no table reads it, and no lifecycle rule expires it. */
    readonly mergeState: "merge-state/";
    /** The merge's lease, and the results of its queries. */
    readonly scratch: "tmp/";
    /** Lines that a layer refused. */
    readonly quarantine: "quarantine/";
    /** Records that Firehose failed to deliver. */
    readonly errors: "error-json/";
    /** Batches that the event source mapping discarded; Lambda chooses the name. */
    readonly onFailure: "aws/lambda/";
    /** Results of analysts' queries. */
    readonly results: "athena-results/";
};
/** A folder of a lake; `parquet` has the Parquet files of the merges. */
export type Zone = keyof typeof ZONES | "parquet";
/** Folder of a zone, such as `json-data/`. */
export declare function folderOf(zone: Zone, { parquetFolder }: Pick<Contract, "parquetFolder">): string;
