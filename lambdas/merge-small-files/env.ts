import { integer, list, type Parser, s3Location, text } from "../shared/env";

/** A name that Glue accepts unquoted, so that SQL may contain it between double quotes. */
const identifier: Parser<string> = (value) => {
  if (!/^[a-z_][a-z0-9_]*$/.test(value))
    throw new Error("must be lower-case letters, digits and underscores");
  return value;
};

const identifiers: Parser<readonly string[]> = (value) => {
  const names = list(value).map(identifier);
  const missing = ["record_id", "arrived_at", "extra"].filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new Error(`must name ${missing.join(" and ")}: a merge tells lines apart by it`);
  return names;
};

/** The variables of MergeSmallFiles, named as the lab names them. The construct supplies exactly these. */
export const ENVIRONMENT = {
  /** Glue database of the raw JSON table. */
  OLD_DATABASE: identifier,
  OLD_TABLE_NAME: identifier,
  /** Glue database of the Parquet table, and of the temporary tables of a merge. */
  NEW_DATABASE: identifier,
  NEW_TABLE_NAME: identifier,
  /** Athena workgroup that does not enforce its settings on clients: a CTAS with a location fails under it. */
  WORK_GROUP: text,
  /** Folder of the raw objects, such as `s3://bucket/json-data/`. */
  OLD_TABLE_LOCATION_PREFIX: s3Location,
  /** Folder of the Parquet files, such as `s3://bucket/parquet-retail-trans/`. */
  OUTPUT_PREFIX: s3Location,
  /** Folder of the lease and of query results, such as `s3://bucket/tmp/`. */
  STAGING_OUTPUT_PREFIX: s3Location,
  /** Folder of the state that outlives runs: intents, merged keys, the ledger. No lifecycle rule may apply to it. */
  STATE_PREFIX: s3Location,
  /** Columns of both tables, in order, partition columns left out. */
  COLUMN_NAMES: identifiers,
  /** Hours that a run looks back for late objects: the stream's retention plus 2. */
  LOOK_BACK_HOURS: integer(3, 24 * 366),
  /** Days that raw objects are kept; an object that is gone after them has expired. */
  RAW_RETENTION_DAYS: integer(1, 36_500),
  /** Most queries in flight, including those of earlier runs. */
  QUERIES_IN_FLIGHT: integer(1, 20),
} as const;
