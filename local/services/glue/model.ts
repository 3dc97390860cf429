import type { ColumnModel, TableModel } from "../../plan/data-plane";
import { QueryFailure } from "../protocol/errors";

const WHOLE_NUMBER_TYPES = new Set(["tinyint", "smallint", "int", "integer", "bigint"]);

/** File format of a table. */
export type TableFormat = TableModel["format"];

/** A column of a table; its type is Hive's, such as `int` or `decimal(12,4)`. */
export type CatalogColumn = ColumnModel;

/** A table of the catalog. Names are lower-case, as in Glue. */
export interface CatalogTable {
  readonly database: string;
  readonly name: string;
  readonly description?: string;
  readonly columns: readonly CatalogColumn[];
  readonly partitionKeys: readonly CatalogColumn[];
  /** `s3://bucket/prefix/` */
  readonly location: string;
  readonly format: TableFormat;
  readonly parameters: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** A partition, identified by its values in the order of the table's partition keys. */
export interface CatalogPartition {
  readonly values: readonly string[];
  /** The `StorageDescriptor` exactly as the caller gave it. */
  readonly storage: Readonly<Record<string, unknown>>;
  readonly location: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What the store keeps: databases and tables that statements made, and the partitions of all tables, by `database.table`. */
export interface CatalogState {
  readonly databases: readonly string[];
  readonly tables: readonly CatalogTable[];
  readonly partitions: Readonly<Record<string, readonly CatalogPartition[]>>;
}

/**
 * A partition's values by key, with the types of the keys.
 * @throws QueryFailure HIVE_INVALID_PARTITION_VALUE, as Athena does, for a value that is not a number
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
