import { type Parser } from "../shared/env";
/** The variables of MergeSmallFiles, named as the lab names them. The construct supplies exactly these. */
export declare const ENVIRONMENT: {
    /** Glue database of the raw JSON table. */
    readonly OLD_DATABASE: Parser<string>;
    readonly OLD_TABLE_NAME: Parser<string>;
    /** Glue database of the Parquet table, and of the temporary tables of a merge. */
    readonly NEW_DATABASE: Parser<string>;
    readonly NEW_TABLE_NAME: Parser<string>;
    /** Athena workgroup that does not enforce its settings on clients: a CTAS with a location fails under it. */
    readonly WORK_GROUP: Parser<string>;
    /** Folder of the raw objects, such as `s3://bucket/json-data/`. */
    readonly OLD_TABLE_LOCATION_PREFIX: Parser<import("../shared/env").S3Location>;
    /** Folder of the Parquet files, such as `s3://bucket/parquet-retail-trans/`. */
    readonly OUTPUT_PREFIX: Parser<import("../shared/env").S3Location>;
    /** Folder of the lease and of query results, such as `s3://bucket/tmp/`. */
    readonly STAGING_OUTPUT_PREFIX: Parser<import("../shared/env").S3Location>;
    /** Folder of the state that outlives runs: intents, merged keys, the ledger. No lifecycle rule may apply to it. */
    readonly STATE_PREFIX: Parser<import("../shared/env").S3Location>;
    /** Columns of both tables, in order, partition columns left out. */
    readonly COLUMN_NAMES: Parser<readonly string[]>;
    /** Hours that a run looks back for late objects: the stream's retention plus 2. */
    readonly LOOK_BACK_HOURS: Parser<number>;
    /** Days that raw objects are kept; an object that is gone after them has expired. */
    readonly RAW_RETENTION_DAYS: Parser<number>;
    /** Most queries in flight, including those of earlier runs. */
    readonly QUERIES_IN_FLIGHT: Parser<number>;
};
