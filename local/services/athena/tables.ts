import type { Catalog } from "../glue/catalog";
import type { CatalogPartition, CatalogTable } from "../glue/model";
import { QueryFailure } from "../protocol/errors";
import { isRecord } from "../protocol/input";
import { type ObjectFile, type ObjectFiles, parseS3Folder } from "../s3/object-files";
import type { Fragment, OpenTable, Tables } from "./engine";

const WHOLE_NUMBER_TYPES = new Set(["tinyint", "smallint", "int", "integer", "bigint"]);

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
    columns.flatMap((column) => (isRecord(column) ? [String(column["Name"]).toLowerCase()] : [])),
  );
}

/**
 * A partition's values by key, typed as its keys are.
 * @throws QueryFailure HIVE_INVALID_PARTITION_VALUE as Athena does for a number that is none
 */
export function partitionValues(
  { partitionKeys }: CatalogTable,
  { values }: Pick<CatalogPartition, "values">,
): Record<string, string | number> {
  return Object.fromEntries(
    partitionKeys.map(({ name, type }, index) => {
      const value = values[index] ?? "";
      if (!WHOLE_NUMBER_TYPES.has(type)) return [name.toLowerCase(), value];
      if (!/^-?\d+$/.test(value)) {
        throw new QueryFailure(
          "HIVE_INVALID_PARTITION_VALUE",
          `Invalid partition value '${value}' for ${type.toUpperCase()} partition key: ${name}`,
        );
      }
      return [name.toLowerCase(), Number(value)];
    }),
  );
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
