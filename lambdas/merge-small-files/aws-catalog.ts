import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  CreatePartitionCommand,
  DeleteTableCommand,
  EntityNotFoundException,
  GetPartitionsCommand,
  type GetPartitionsCommandOutput,
  GetTableCommand,
  GetTablesCommand,
  type GetTablesCommandOutput,
  type GlueClient,
  type Partition as GluePartition,
  type PartitionInput,
  type StorageDescriptor,
  UpdatePartitionCommand,
} from "@aws-sdk/client-glue";
import { chunks, given } from "../../lib/given";
import { partitionsOf } from "../../lib/glue-partitions";
import type { Catalog, FoundPartition, Partition } from "./ports";
import type { Table } from "./statement";

/** Most partitions in one BatchCreatePartition call. */
const CREATE_AT_ONCE = 100;
/** Most partitions in one BatchDeletePartition call. */
const DELETE_AT_ONCE = 25;

/** The Glue catalog of the account. Make one for each run: it caches the tables that it has read. */
export function glueCatalog(client: GlueClient): Catalog {
  const descriptors = new Map<string, Promise<StorageDescriptor>>();

  async function readDescriptor({ database, name }: Table): Promise<StorageDescriptor> {
    const { Table: found } = await client.send(new GetTableCommand({ DatabaseName: database, Name: name }));
    return given(found?.StorageDescriptor, `StorageDescriptor of ${database}.${name}`);
  }

  function descriptorOf(table: Table): Promise<StorageDescriptor> {
    const key = `${table.database}.${table.name}`;
    const descriptor = descriptors.get(key) ?? readDescriptor(table);
    descriptors.set(key, descriptor);
    return descriptor;
  }

  /** A partition has the columns and formats of its table, and its own location. */
  async function partitionInput(table: Table, partition: Partition): Promise<PartitionInput> {
    return {
      Values: [...partition.values],
      StorageDescriptor: { ...(await descriptorOf(table)), Location: partition.location },
      Parameters: { ...partition.parameters },
    };
  }

  return {
    async partitions(table, values) {
      const found = await partitionsOf(client, table, values);
      if (found.length === 0) return [];
      const columns = columnsOf(await descriptorOf(table));
      return found.map((partition) => fromGlue(partition, columns));
    },

    async createPartitions(table, partitions) {
      for (const part of chunks(partitions, CREATE_AT_ONCE)) {
        const { Errors = [] } = await client.send(
          new BatchCreatePartitionCommand({
            DatabaseName: table.database,
            TableName: table.name,
            PartitionInputList: await Promise.all(part.map((partition) => partitionInput(table, partition))),
          }),
        );
        const faults = Errors.filter(
          ({ ErrorDetail }) => ErrorDetail?.ErrorCode !== "AlreadyExistsException",
        );
        const [first] = faults;
        if (first) {
          throw new Error(
            `${faults.length} partitions of ${table.database}.${table.name} were not created, such as ${first.PartitionValues?.join("/")}: ${first.ErrorDetail?.ErrorCode} ${first.ErrorDetail?.ErrorMessage}`,
          );
        }
      }
    },

    async putPartition(table, partition) {
      const name = { DatabaseName: table.database, TableName: table.name };
      const input = await partitionInput(table, partition);
      try {
        await client.send(
          new UpdatePartitionCommand({
            ...name,
            PartitionValueList: [...partition.values],
            PartitionInput: input,
          }),
        );
      } catch (error) {
        if (!(error instanceof EntityNotFoundException)) throw error;
        await client.send(new CreatePartitionCommand({ ...name, PartitionInput: input }));
      }
    },

    async partitionValues({ database, name }) {
      const values: string[][] = [];
      let token: string | undefined;
      do {
        const page: GetPartitionsCommandOutput = await client.send(
          new GetPartitionsCommand({
            DatabaseName: database,
            TableName: name,
            ExcludeColumnSchema: true,
            NextToken: token,
          }),
        );
        for (const { Values } of page.Partitions ?? []) values.push(given(Values, "Values"));
        token = page.NextToken;
      } while (token !== undefined);
      return values;
    },

    async deletePartitions(table, values) {
      for (const part of chunks(values, DELETE_AT_ONCE)) {
        const { Errors = [] } = await client.send(
          new BatchDeletePartitionCommand({
            DatabaseName: table.database,
            TableName: table.name,
            PartitionsToDelete: part.map((value) => ({ Values: [...value] })),
          }),
        );
        const fault = Errors.find(({ ErrorDetail }) => ErrorDetail?.ErrorCode !== "EntityNotFoundException");
        if (fault) {
          const { PartitionValues, ErrorDetail } = fault;
          throw new Error(
            `Partition ${PartitionValues?.join("/")} of ${table.database}.${table.name} was not deleted: ${ErrorDetail?.ErrorCode} ${ErrorDetail?.ErrorMessage}`,
          );
        }
      }
    },

    async tableNames(database, namePrefix) {
      const names: string[] = [];
      let token: string | undefined;
      do {
        const page: GetTablesCommandOutput = await client.send(
          new GetTablesCommand({ DatabaseName: database, Expression: `${namePrefix}.*`, NextToken: token }),
        );
        for (const { Name } of page.TableList ?? []) names.push(given(Name, "Name"));
        token = page.NextToken;
      } while (token !== undefined);
      return names.filter((name) => name.startsWith(namePrefix));
    },

    async deleteTable({ database, name }) {
      try {
        await client.send(new DeleteTableCommand({ DatabaseName: database, Name: name }));
      } catch (error) {
        if (!(error instanceof EntityNotFoundException)) throw error;
      }
    },
  };
}

/** Names and types of the columns, in order, which readers use. */
function columnsOf({ Columns = [] }: StorageDescriptor): string {
  return JSON.stringify(Columns.map(({ Name, Type }) => [Name, Type]));
}

/** @param tableColumns of the partition's table, from {@link columnsOf} */
function fromGlue(
  { Values, StorageDescriptor, Parameters }: GluePartition,
  tableColumns: string,
): FoundPartition {
  return {
    values: given(Values, "Values"),
    location: given(StorageDescriptor?.Location, "Location"),
    parameters: Parameters ?? {},
    hasTableColumns: columnsOf(StorageDescriptor ?? {}) === tableColumns,
  };
}
