"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ENVIRONMENT = void 0;
const env_1 = require("../shared/env");
/** A name that Glue accepts unquoted, so that SQL may contain it between double quotes. */
const identifier = (value) => {
    if (!/^[a-z_][a-z0-9_]*$/.test(value))
        throw new Error("must be lower-case letters, digits and underscores");
    return value;
};
const identifiers = (value) => {
    const names = (0, env_1.list)(value).map(identifier);
    const missing = ["record_id", "arrived_at", "extra"].filter((name) => !names.includes(name));
    if (missing.length > 0)
        throw new Error(`must name ${missing.join(" and ")}: a merge tells lines apart by it`);
    return names;
};
/** The variables of MergeSmallFiles, named as the lab names them. The construct supplies exactly these. */
exports.ENVIRONMENT = {
    /** Glue database of the raw JSON table. */
    OLD_DATABASE: identifier,
    OLD_TABLE_NAME: identifier,
    /** Glue database of the Parquet table, and of the temporary tables of a merge. */
    NEW_DATABASE: identifier,
    NEW_TABLE_NAME: identifier,
    /** Athena workgroup that does not enforce its settings on clients: a CTAS with a location fails under it. */
    WORK_GROUP: env_1.text,
    /** Folder of the raw objects, such as `s3://bucket/json-data/`. */
    OLD_TABLE_LOCATION_PREFIX: env_1.s3Location,
    /** Folder of the Parquet files, such as `s3://bucket/parquet-retail-trans/`. */
    OUTPUT_PREFIX: env_1.s3Location,
    /** Folder of the lease and of query results, such as `s3://bucket/tmp/`. */
    STAGING_OUTPUT_PREFIX: env_1.s3Location,
    /** Folder of the state that outlives runs: intents, merged keys, the ledger. No lifecycle rule may apply to it. */
    STATE_PREFIX: env_1.s3Location,
    /** Columns of both tables, in order, partition columns left out. */
    COLUMN_NAMES: identifiers,
    /** Hours that a run looks back for late objects: the stream's retention plus 2. */
    LOOK_BACK_HOURS: (0, env_1.integer)(3, 24 * 366),
    /** Days that raw objects are kept; an object that is gone after them has expired. */
    RAW_RETENTION_DAYS: (0, env_1.integer)(1, 36_500),
    /** Most queries in flight, including those of earlier runs. */
    QUERIES_IN_FLIGHT: (0, env_1.integer)(1, 20),
};
