import type { Column, TableMetadata } from "@aws-sdk/client-athena";
import type { Catalog, CatalogColumn, CatalogTable } from "../glue/service";
import { AwsError, invalidRequest } from "../protocol/errors";
import type { Input } from "../protocol/input";
import type { Operation } from "../protocol/json-protocol";
import { namePattern, page } from "../protocol/paging";
import { CATALOG_NAME, entityNotFound } from "./names";

const MAX_LISTED = 50;

/** Databases and tables, as Athena's own operations return them. */
export function metadataOperations(catalog: Catalog): Record<string, Operation<Input>> {
  return {
    ListDataCatalogs: () => ({ DataCatalogsSummary: [{ CatalogName: CATALOG_NAME, Type: "GLUE" }] }),
    ListDatabases: (input) => {
      assertCatalog(input);
      const { items, next } = page(catalog.databaseNames(), input, MAX_LISTED, invalidRequest);
      return { DatabaseList: items.map((Name) => ({ Name })), ...next };
    },
    GetDatabase: (input) => {
      assertCatalog(input);
      const name = input.text("DatabaseName");
      if (!catalog.hasDatabase(name)) throw metadataError(entityNotFound());
      return { Database: { Name: name.toLowerCase() } };
    },
    ListTableMetadata: (input) => {
      assertCatalog(input);
      const pattern = namePattern(input, invalidRequest);
      const database = input.text("DatabaseName");
      if (!catalog.hasDatabase(database)) throw metadataError(entityNotFound());
      const tables = catalog.tablesOf(database).filter(({ name }) => pattern.test(name));
      const { items, next } = page(tables, input, MAX_LISTED, invalidRequest);
      return { TableMetadataList: items.map(describe), ...next };
    },
    GetTableMetadata: (input) => {
      assertCatalog(input);
      const [database, name] = [input.text("DatabaseName"), input.text("TableName")];
      const table = catalog.findTable(database, name);
      if (!table) throw metadataError(entityNotFound());
      return { TableMetadata: describe(table) };
    },
  };
}

function assertCatalog(input: Input): void {
  const name = input.text("CatalogName");
  if (name.toLowerCase() !== CATALOG_NAME.toLowerCase()) throw metadataError(`Catalog ${name} not found`);
}

function metadataError(message: string): AwsError {
  return new AwsError("MetadataException", message);
}

function describe(table: CatalogTable): TableMetadata {
  const column = ({ name, type, comment }: CatalogColumn): Column => ({
    Name: name,
    Type: type,
    ...(comment !== undefined && { Comment: comment }),
  });
  return {
    Name: table.name,
    CreateTime: new Date(table.createdAt),
    TableType: "EXTERNAL_TABLE",
    Columns: table.columns.map(column),
    PartitionKeys: table.partitionKeys.map(column),
    Parameters: { ...table.parameters, location: table.location },
  };
}
