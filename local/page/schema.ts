import { type GlueClient, paginateGetTables } from "@aws-sdk/client-glue";
import type { SchemaState, SchemaTable } from "./inspect-state";

/** The tables of a database with their columns, as the catalog describes them. @throws what the client throws */
export async function readSchema(glue: GlueClient, database: string): Promise<SchemaState> {
  const tables: SchemaTable[] = [];
  for await (const { TableList = [] } of paginateGetTables({ client: glue }, { DatabaseName: database })) {
    for (const { Name = "", Description = "", StorageDescriptor, PartitionKeys = [] } of TableList) {
      const columns = StorageDescriptor?.Columns ?? [];
      const all = [
        ...columns.map((column) => ({ column, isPartitionKey: false })),
        ...PartitionKeys.map((column) => ({ column, isPartitionKey: true })),
      ];
      tables.push({
        name: Name,
        comment: Description,
        columns: all.map(({ column, isPartitionKey }) => {
          return {
            name: column.Name ?? "",
            type: column.Type ?? "",
            comment: column.Comment ?? "",
            isPartitionKey,
          };
        }),
      });
    }
  }
  return { tables };
}
