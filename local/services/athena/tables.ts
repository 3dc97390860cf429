import { isJsonObject } from "../../../lib/json";
import { type Catalog, type CatalogPartition, type CatalogTable, partitionValues } from "../glue/service";
import { QueryFailure } from "../protocol/errors";
import { type ObjectFile, type ObjectFiles, parseS3Folder } from "../s3/service";
import type { Fragment, OpenTable, Tables } from "./engine";

/** The catalog's tables with their files, as queries see them: only registered partitions, as in Athena. */
export function catalogTables(catalog: Catalog, objects: ObjectFiles): Tables {
  return {
    hasDatabase: (name) => catalog.hasDatabase(name),
    databaseNames: () => catalog.databaseNames(),
    tablesOf: (database) => catalog.tablesOf(database),
    open: (database, name) => {
      const table = catalog.findTable(database, name);
      return table && openTable(table, catalog, objects);
    },
  };
}

function openTable(table: CatalogTable, catalog: Catalog, objects: ObjectFiles): OpenTable {
  const fragment = (
    location: string,
    values: Fragment["values"],
    columns?: ReadonlySet<string>,
  ): Fragment => ({
    values,
    location,
    ...(columns && { columns }),
    files: () => visibleFiles(objects, location),
  });
  if (table.partitionKeys.length === 0) return { table, fragments: [fragment(table.location, {})] };
  const partitions = catalog.partitionsOf(table.database, table.name);
  return {
    table,
    fragments: partitions.map((partition) =>
      fragment(partition.location, partitionValues(table, partition), ownColumns(partition)),
    ),
  };
}

function ownColumns({ storage: { Columns: columns } }: CatalogPartition): ReadonlySet<string> | undefined {
  if (!Array.isArray(columns)) return undefined;
  return new Set(
    columns.flatMap((column) => (isJsonObject(column) ? [String(column["Name"]).toLowerCase()] : [])),
  );
}

/** Objects below a location, without hidden (`_` or `.` first) and empty objects, as in Athena. */
function visibleFiles(objects: ObjectFiles, location: string): ObjectFile[] {
  const folder = parseS3Folder(location);
  if (!folder) throw new QueryFailure("HIVE_INVALID_METADATA", `"${location}" is not a location in S3`);
  return objects.list(folder.bucket, folder.key).filter(({ key, size }) => {
    const segments = key.slice(folder.key.length).split("/");
    return size > 0 && segments.every((segment) => !/^[_.]/.test(segment));
  });
}
