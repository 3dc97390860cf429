import type { CatalogColumn, CatalogTable } from "../../glue/service";
import { notLocal } from "../../protocol/errors";
import type { Tables } from "../engine";

/** A relation whose rows come from the catalog. Types are those of the catalog. */
export interface CatalogRelation {
  readonly columns: readonly CatalogColumn[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** Trino's schema of the tables below, in each catalog. */
export const INFORMATION_SCHEMA = "information_schema";
const CATALOG = "awsdatacatalog";
const PARTITIONS = "$partitions";

/** Trino's names of the catalog's types, where they differ. */
const TRINO_TYPES: Readonly<Record<string, string>> = {
  string: "varchar",
  int: "integer",
  float: "real",
  timestamp: "timestamp(3)",
  binary: "varbinary",
};

const texts = (...names: string[]): CatalogColumn[] => names.map((name) => ({ name, type: "string" }));

const SCHEMATA = texts("catalog_name", "schema_name");
const TABLES = texts("table_catalog", "table_schema", "table_name", "table_type");
const VIEWS = texts("table_catalog", "table_schema", "table_name", "view_definition");
const COLUMNS: readonly CatalogColumn[] = [
  ...texts("table_catalog", "table_schema", "table_name", "column_name"),
  { name: "ordinal_position", type: "bigint" },
  ...texts("column_default", "is_nullable", "data_type"),
];
/** Columns of `columns` that `*` does not show. */
const HIDDEN = texts("comment", "extra_info");

/** The tables that information_schema has in Trino; those with columns are served. */
const OWN_TABLES: Readonly<Record<string, readonly CatalogColumn[] | undefined>> = {
  applicable_roles: undefined,
  columns: COLUMNS,
  enabled_roles: undefined,
  roles: undefined,
  schemata: SCHEMATA,
  table_privileges: undefined,
  tables: TABLES,
  views: VIEWS,
};

/**
 * A table of information_schema.
 * @param hidden whether it has the columns that `*` does not show @returns undefined when there is no such table
 * @throws QueryFailure for a table that the local SQL lacks
 */
export function informationSchema(
  name: string,
  tables: Tables,
  hidden: boolean,
): CatalogRelation | undefined {
  if (!Object.hasOwn(OWN_TABLES, name)) return undefined;
  const columns = OWN_TABLES[name];
  if (!columns) throw notLocal(`${INFORMATION_SCHEMA}.${name}`);
  const databases = tables.databaseNames();
  const all = databases.flatMap((database) => tables.tablesOf(database));
  switch (name) {
    case "schemata":
      return { columns, rows: [...databases, INFORMATION_SCHEMA].map((database) => [CATALOG, database]) };
    case "tables": {
      const own = Object.keys(OWN_TABLES).map((table) => [INFORMATION_SCHEMA, table]);
      const stored = all.map(({ database, name: table }) => [database, table]);
      return { columns, rows: [...stored, ...own].map((table) => [CATALOG, ...table, "BASE TABLE"]) };
    }
    case "columns":
      return { columns: hidden ? [...columns, ...HIDDEN] : columns, rows: columnRows(all, hidden) };
    default:
      return { columns, rows: [] };
  }
}

function columnRows(tables: readonly CatalogTable[], hidden: boolean): CatalogRelation["rows"] {
  return tables.flatMap(({ database, name, columns, partitionKeys }) =>
    [...columns, ...partitionKeys].map((column, index) => {
      const shown = [CATALOG, database, name, column.name, index + 1, null, "YES", trinoType(column.type)];
      const isKey = index >= columns.length;
      return hidden ? [...shown, column.comment ?? null, isKey ? "partition key" : null] : shown;
    }),
  );
}

function trinoType(type: string): string {
  const name = type.toLowerCase().replaceAll(" ", "");
  return TRINO_TYPES[name] ?? name;
}

/** The table that `"t$partitions"` is about; undefined for another name. */
export function partitionsOf(name: string): string | undefined {
  return name.endsWith(PARTITIONS) ? name.slice(0, -PARTITIONS.length) : undefined;
}
