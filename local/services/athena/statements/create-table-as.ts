import type { CatalogTable } from "../../glue/service";
import { AwsError, notLocal, QueryFailure } from "../../protocol/errors";
import { parseS3Folder } from "../../s3/service";
import type { ParquetTarget, QueryContext, SqlEngine, StoredTable } from "../engine";
import type { CreateTableAs } from "./statement";

/** Parquet compressions by their name in `write_compression`. */
const COMPRESSIONS: Readonly<Record<string, ParquetTarget["compression"]>> = {
  SNAPPY: "snappy",
  GZIP: "gzip",
  ZSTD: "zstd",
  NONE: "uncompressed",
};

/** Athena's limit (Athena User Guide, "Considerations and limitations for CTAS queries"). */
const MAX_BUCKETS = 100;

type Awaitable<T> = T | Promise<T>;

/** The catalog for a new table, and the objects for its files; another service may provide either. */
export interface TableHome {
  readonly catalog: {
    hasDatabase(name: string): Awaitable<boolean>;
    findTable(database: string, name: string): Awaitable<object | undefined>;
    /** @throws AwsError AlreadyExistsException */
    createTable(table: Omit<CatalogTable, "createdAt">): Awaitable<void>;
  };
  readonly objects: { list(bucket: string, prefix: string): Awaitable<readonly unknown[]> };
}

/** Dependencies of a CTAS. */
export interface CreateTableAsPorts extends TableHome {
  readonly engine: SqlEngine;
}

/**
 * Stores a query's rows as a new table. As in Athena, a CTAS that fails leaves its files behind.
 * @param queryId names the files @param defaultLocation used when the statement names no location
 * @returns number of rows and locations of the files that it stored; undefined when there was such a table already
 * @throws QueryFailure
 */
export async function createTableAs(
  statement: CreateTableAs,
  queryId: string,
  defaultLocation: string,
  context: QueryContext,
  { engine, catalog, objects }: CreateTableAsPorts,
): Promise<Pick<StoredTable, "rows" | "files"> | undefined> {
  const { name } = statement.table;
  const database = statement.table.database ?? context.database;
  if (database === undefined) {
    throw new QueryFailure("MISSING_SCHEMA_NAME", "Schema must be specified when session schema is not set");
  }
  if (!(await catalog.hasDatabase(database))) {
    throw new QueryFailure("SCHEMA_NOT_FOUND", `Schema '${database.toLowerCase()}' does not exist`);
  }
  if (await catalog.findTable(database, name)) {
    if (statement.ifNotExists) return undefined;
    throw alreadyExists(database, name);
  }
  const target = parquetTarget(statement.properties, queryId, defaultLocation);
  const folder = parseS3Folder(target.location);
  if (!folder)
    throw invalidProperty(`external_location '${target.location}' must have the form s3://bucket/prefix/`);
  if ((await objects.list(folder.bucket, folder.key)).length > 0) {
    throw new QueryFailure(
      "HIVE_PATH_ALREADY_EXISTS",
      `Target directory for table '${database}.${name}' already exists: ${target.location}. You may need to manually clean the data at location before retrying.`,
    );
  }
  const select = statement.withData ? statement.select : `SELECT * FROM (${statement.select}) WHERE false`;
  const { columns, rows, files } = await engine.store(select, target, context);
  const table: Omit<CatalogTable, "createdAt"> = {
    database,
    name,
    columns,
    partitionKeys: [],
    location: target.location,
    format: "parquet",
    parameters: {},
  };
  try {
    await catalog.createTable(table);
  } catch (error) {
    if (error instanceof AwsError && error.type === "AlreadyExistsException")
      throw alreadyExists(database, name);
    throw error;
  }
  return { rows, files };
}

function parquetTarget(
  properties: CreateTableAs["properties"],
  filePrefix: string,
  defaultLocation: string,
): ParquetTarget {
  const { format = "PARQUET", external_location: location = defaultLocation, ...others } = properties;
  const { write_compression, parquet_compression, bucketed_by, bucket_count, ...unknown } = others;
  const [extra] = Object.keys(unknown);
  if (extra !== undefined) throw notLocal(`the table property ${extra}`);
  if (typeof format !== "string" || format.toUpperCase() !== "PARQUET")
    throw notLocal(`the format ${format}`);
  const named = write_compression ?? parquet_compression ?? "GZIP";
  const compression = COMPRESSIONS[String(named).toUpperCase()];
  if (!compression) throw notLocal(`the compression ${String(named)}`);
  if (typeof location !== "string") throw invalidProperty("external_location must be a string");
  const buckets = bucketsOf(bucketed_by, bucket_count);
  return { location, filePrefix, compression, ...(buckets && { buckets }) };
}

function bucketsOf(columns: unknown, count: unknown): ParquetTarget["buckets"] {
  if (columns === undefined && count === undefined) return undefined;
  if (!Array.isArray(columns) || typeof count !== "number") {
    throw invalidProperty("bucketed_by and bucket_count must be specified together");
  }
  if (!Number.isInteger(count) || count < 1 || count > MAX_BUCKETS) {
    throw invalidProperty(`bucket_count must be from 1 to ${MAX_BUCKETS}, not ${count}`);
  }
  return { columns: columns.map(String), count };
}

function invalidProperty(message: string): QueryFailure {
  return new QueryFailure("INVALID_TABLE_PROPERTY", message);
}

function alreadyExists(database: string, name: string): QueryFailure {
  const full = `awsdatacatalog.${database}.${name}`.toLowerCase();
  return new QueryFailure("TABLE_ALREADY_EXISTS", `Destination table '${full}' already exists`);
}
