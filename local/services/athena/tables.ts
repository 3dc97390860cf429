import { type Catalog, type CatalogTable, partitionValues } from "../glue/service";
import { QueryFailure } from "../protocol/errors";
import { type ObjectFile, type ObjectFiles, parseS3Folder } from "../s3/service";
import type { Fragment, OpenTable, Tables } from "./engine";

/** The catalog's tables with their files, as queries see them: only registered partitions, as in Athena. */
export function catalogTables(catalog: Catalog, objects: ObjectFiles): Tables {
  return {
    hasDatabase: (name) => catalog.hasDatabase(name),
    open: (database, name) => {
      const table = catalog.findTable(database, name);
      return table && openTable(table, catalog, objects);
    },
  };
}

function openTable(table: CatalogTable, catalog: Catalog, objects: ObjectFiles): OpenTable {
  const fragment = (location: string, values: Fragment["values"]): Fragment => ({
    values,
    location,
    files: () => visibleFiles(objects, location),
  });
  if (table.partitionKeys.length === 0) return { table, fragments: [fragment(table.location, {})] };
  const partitions = catalog.partitionsOf(table.database, table.name);
  return {
    table,
    fragments: partitions.map((partition) => fragment(partition.location, partitionValues(table, partition))),
  };
}

/** Objects below a location; hidden ones (`_` or `.` first) and empty ones are no data, as in Athena. */
function visibleFiles(objects: ObjectFiles, location: string): ObjectFile[] {
  const folder = parseS3Folder(location);
  if (!folder) throw new QueryFailure("HIVE_INVALID_METADATA", `"${location}" is not a location in S3`);
  return objects.list(folder.bucket, folder.key).filter(({ key, size }) => {
    const segments = key.slice(folder.key.length).split("/");
    return size > 0 && segments.every((segment) => !/^[_.]/.test(segment));
  });
}
