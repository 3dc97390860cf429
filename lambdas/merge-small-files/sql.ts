import { type Hour, hourBefore } from "../../contract/hours";
import { PARTITION_COLUMNS } from "../../contract/retail-transaction";
import type { Table } from "./ports";
import type { MergeStatement, Statement, Tables } from "./statement";

/** The text of a statement in Athena's SQL (engine version 3, which is Trino's). */
export function toSql(statement: Statement, tables: Tables): string {
  switch (statement.kind) {
    case "merge":
      return mergeSql(statement, tables);
    case "check":
      return `SELECT count(*) AS row_count, count(DISTINCT record_id) AS identity_count FROM ${named(statement.table)}`;
    case "compare":
      return compareSql(statement.hour, tables);
  }
}

/**
 * Bucketing needs no partitioning: the files lie in the location itself, one a bucket, which is how a CTAS
 * is told its number of files. (Athena User Guide, "CREATE TABLE AS", `bucketed_by`, `bucket_count`.)
 */
function mergeSql({ target, location, buckets, hour }: MergeStatement, { raw, columns }: Tables): string {
  const selected = columns.map(quoted).join(", ");
  return `CREATE TABLE ${named(target)}
WITH (
  format = 'PARQUET',
  write_compression = 'SNAPPY',
  external_location = ${literal(location)},
  bucketed_by = ARRAY['record_id'],
  bucket_count = ${buckets}
) AS
SELECT ${selected}
FROM (
  SELECT ${selected}, row_number() OVER (PARTITION BY record_id ORDER BY arrived_at) AS copy_number
  FROM ${named(raw)}
  WHERE ${inHour(hour)}
) AS this_hour
WHERE copy_number = 1
  AND NOT EXISTS (
    SELECT 1
    FROM ${named(raw)} AS hour_before
    WHERE hour_before.record_id = this_hour.record_id AND ${inHour(hourBefore(hour), "hour_before.")}
  )`;
}

function compareSql(hour: Hour, { raw, parquet }: Tables): string {
  return `WITH raw_identities AS (
  SELECT record_id FROM ${named(raw)} WHERE ${inHour(hour)}
  EXCEPT
  SELECT record_id FROM ${named(raw)} WHERE ${inHour(hourBefore(hour))}
), parquet_identities AS (
  SELECT record_id, count(*) AS copies FROM ${named(parquet)} WHERE ${inHour(hour)} GROUP BY record_id
)
SELECT
  count(*) FILTER (WHERE p.record_id IS NULL) AS missing,
  count(*) FILTER (WHERE r.record_id IS NULL) AS extra,
  count(*) FILTER (WHERE p.copies > 1) AS doubled,
  min(r.record_id) FILTER (WHERE p.record_id IS NULL) AS missing_example,
  min(p.record_id) FILTER (WHERE r.record_id IS NULL) AS extra_example,
  min(p.record_id) FILTER (WHERE p.copies > 1) AS doubled_example
FROM raw_identities AS r
FULL OUTER JOIN parquet_identities AS p ON r.record_id = p.record_id`;
}

/** Only equality with a number lets the engine ask the catalog for that one partition. */
function inHour({ values }: Hour, alias = ""): string {
  return PARTITION_COLUMNS.map((column, index) => `${alias}"${column}" = ${Number(values[index])}`).join(
    " AND ",
  );
}

function named({ database, name }: Table): string {
  return `${quoted(database)}.${quoted(name)}`;
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
