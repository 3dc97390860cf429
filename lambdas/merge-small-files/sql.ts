import { type Hour, neighboursOf } from "../../contract/hours";
import { EXTRA_COLUMN, PARTITION_COLUMNS } from "../../contract/stored-columns";
import type {
  CoverStatement,
  IdentitiesStatement,
  MergeStatement,
  Statement,
  Table,
  Tables,
} from "./statement";

/** Beginning of the engine's reason when a merge's query fails because of an identity, which follows. */
const CONFLICT = "rows of one identity differ: ";

/** The identity whose rows differ, if that made a merge's query fail. */
export function conflictOf(reason: string): string | undefined {
  return new RegExp(`${CONFLICT}(\\w+)`).exec(reason)?.[1];
}

/** The text of a statement in Athena's SQL (engine version 3, which is Trino's). */
export function toSql(statement: Statement, tables: Tables): string {
  switch (statement.kind) {
    case "merge":
      return mergeSql(statement, tables);
    case "identities":
      return identitiesSql(statement, tables);
    case "cover":
      return coverSql(statement, tables);
    case "compare":
      return compareSql(statement.hour, tables);
  }
}

/**
 * Buckets set the number of files of a CTAS. Without partitioning, the files are in the location itself, one for each
 * bucket. (Athena User Guide, "CREATE TABLE AS", `bucketed_by`, `bucket_count`.)
 *
 * Differing rows of an identity that GROUP BY leaves are several rows of the result, which the query of its identities
 * finds: a window here would cost as much as all other work. Every merge of a neighbour reads the column of
 * identities: with GZIP it is half as large as with Snappy, and a tenth smaller than with ZSTD at its usual level.
 */
function mergeSql({ target, location, buckets, hour }: MergeStatement, tables: Tables): string {
  const { parquet, columns } = tables;
  const checked = columns.map((column) => (column === "record_id" ? CHECKED_IDENTITY : quoted(column)));
  return `CREATE TABLE ${named(target)}
WITH (
  format = 'PARQUET',
  write_compression = 'GZIP',
  external_location = ${literal(location)},
  bucketed_by = ARRAY['record_id'],
  bucket_count = ${buckets}
) AS
SELECT ${checked.join(", ")}
FROM ${distinctRows(hour, tables)} AS this_hour
WHERE NOT EXISTS (
    SELECT 1
    FROM ${named(parquet)} AS held
    WHERE held.record_id = this_hour.record_id AND ${inHours(neighboursOf(hour), "held.")}
  )`;
}

/**
 * A subquery of the distinct rows of an hour, each with its number of contents, in a column whose name no contract can
 * have. A record that was delivered once before
 * the column `extra` existed and once since has a row with NULL and a row with the text: if all else is equal, they are
 * one content, with the text. Two different texts are two contents.
 */
function distinctRows(hour: Hour, { raw, columns }: Tables): string {
  const extra = quoted(EXTRA_COLUMN.field);
  const others = columns
    .filter((column) => column !== EXTRA_COLUMN.field)
    .map(quoted)
    .join(", ");
  return `(
    SELECT ${others}, max(${extra}) AS ${extra}, CASE WHEN min(${extra}) < max(${extra}) THEN 2 ELSE 1 END AS _contents
    FROM ${named(raw)} WHERE ${inHour(hour)} GROUP BY ${others}
  )`;
}

/** A cast that must fail makes the query fail. */
const CHECKED_IDENTITY = `CASE
  WHEN _contents = 1 AND record_id IS NOT NULL THEN record_id
  ELSE CAST(CAST('${CONFLICT}' || coalesce(record_id, 'none') AS integer) AS varchar)
END AS "record_id"`;

function identitiesSql({ table, hours }: IdentitiesStatement, { parquet }: Tables): string {
  const held = hours.length > 0 ? `${named(parquet)} WHERE ${inHours(hours)}` : undefined;
  return `SELECT
  count(*) FILTER (WHERE here > 1) AS differing,
  count(*) FILTER (WHERE here > 0 AND row_count > here) AS held,
  min(record_id) FILTER (WHERE here > 1) AS differing_example
FROM ${identities(named(table), held)} AS identities`;
}

/** A subquery of the identities of two sources, each with its rows in the first, and in both. */
function identities(here: string, there: string | undefined): string {
  const others =
    there === undefined
      ? ""
      : `
    UNION ALL
    SELECT record_id, 0 AS here FROM ${there}`;
  return `(
  SELECT record_id, sum(here) AS here, count(*) AS row_count
  FROM (
    SELECT record_id, 1 AS here FROM ${here}${others}
  ) AS found
  GROUP BY record_id
)`;
}

function coverSql({ hour, table }: CoverStatement, { raw, parquet }: Tables): string {
  return `WITH held AS (
  SELECT record_id FROM ${named(table)}
  UNION
  SELECT record_id FROM ${named(parquet)} WHERE ${inHours(neighboursOf(hour))}
), raw_rows AS (
  SELECT count(*) AS row_count, count(DISTINCT record_id) FILTER (WHERE held_id IS NULL) AS missing
  FROM (
    SELECT r.record_id, held.record_id AS held_id
    FROM ${named(raw)} AS r LEFT JOIN held ON held.record_id = r.record_id
    WHERE ${inHour(hour, "r.")}
  ) AS joined
), live_rows AS (
  SELECT count(*) AS lost
  FROM ${named(parquet)} AS live
  WHERE ${inHour(hour, "live.")} AND NOT EXISTS (SELECT 1 FROM held WHERE held.record_id = live.record_id)
)
SELECT row_count, missing, lost FROM raw_rows CROSS JOIN live_rows`;
}

function compareSql(hour: Hour, tables: Tables): string {
  const live = (hours: string): string => `${named(tables.parquet)} WHERE ${hours}`;
  return `WITH raw_identities AS (
  SELECT record_id, sum(_contents) AS _contents
  FROM ${distinctRows(hour, tables)} AS distinct_rows
  GROUP BY record_id
), parquet_identities AS ${identities(live(inHour(hour)), live(inHours(neighboursOf(hour))))}
SELECT
  count(*) FILTER (WHERE p.record_id IS NULL) AS missing,
  count(*) FILTER (WHERE r.record_id IS NULL AND p.here > 0) AS extra,
  count(*) FILTER (WHERE p.here > 0 AND p.row_count > 1) AS duplicated,
  count(*) FILTER (WHERE r._contents > 1) AS differing,
  min(r.record_id) FILTER (WHERE p.record_id IS NULL) AS missing_example,
  min(p.record_id) FILTER (WHERE r.record_id IS NULL AND p.here > 0) AS extra_example,
  min(p.record_id) FILTER (WHERE p.here > 0 AND p.row_count > 1) AS duplicated_example,
  min(r.record_id) FILTER (WHERE r._contents > 1) AS differing_example
FROM raw_identities AS r
FULL OUTER JOIN parquet_identities AS p ON r.record_id = p.record_id`;
}

/** The engine asks the catalog for this one partition only if the condition is equality with a number. */
function inHour({ values }: Hour, alias = ""): string {
  return PARTITION_COLUMNS.map((column, index) => `${alias}"${column}" = ${Number(values[index])}`).join(
    " AND ",
  );
}

function inHours(hours: readonly Hour[], alias = ""): string {
  return `(${hours.map((hour) => `(${inHour(hour, alias)})`).join(" OR ")})`;
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
