import type { StorageDescriptor, Table } from "@aws-sdk/client-glue";
import { AwsError } from "../protocol/errors";
import type { Input } from "../protocol/input";
import { type Operations, operationsOf } from "../protocol/json-protocol";
import { namePattern, page } from "../protocol/paging";
import type { Catalog, PartitionInput } from "./catalog";
import type { CatalogColumn, CatalogPartition, CatalogTable } from "./model";
import { partitionExpression } from "./partition-expression";
import { SERIALIZATIONS, tableFormat, tableParameters } from "./serialization";

/** Glue's limits (API reference). */
const MAX_PAGE = 1000;
const MAX_TABLE_PAGE = 100;
const MAX_BATCH_GET = 1000;
const MAX_BATCH_CREATE = 100;
const MAX_BATCH_UPDATE = 100;
const MAX_BATCH_DELETE = 25;

/** The operations of the Glue catalog that the stack and its analysts use. */
export function glueOperations(catalog: Catalog, catalogId: string): Operations {
  const tableOf = (input: Input) => catalog.table(input.text("DatabaseName"), input.text("TableName"));
  const tableShape = (table: CatalogTable) => describeTable(table, catalogId);
  const partitionShape = (table: CatalogTable, partition: CatalogPartition) =>
    describePartition(table, partition, catalogId);

  return operationsOf("AWSGlue", invalidInput, {
    GetDatabase: (input) => {
      const name = input.text("Name");
      if (!catalog.hasDatabase(name))
        throw new AwsError("EntityNotFoundException", `Database ${name} not found.`);
      return { Database: describeDatabase(name.toLowerCase(), catalogId) };
    },
    GetDatabases: (input) => {
      const { items, next } = page(catalog.databaseNames(), input, MAX_TABLE_PAGE, invalidInput);
      return { DatabaseList: items.map((name) => describeDatabase(name, catalogId)), ...next };
    },
    CreateDatabase: (input) => {
      catalog.createDatabase(input.object("DatabaseInput").text("Name"));
      return {};
    },
    DeleteDatabase: (input) => {
      catalog.deleteDatabase(input.text("Name"));
      return {};
    },
    GetTable: (input) => ({
      Table: tableShape(catalog.table(input.text("DatabaseName"), input.text("Name"))),
    }),
    GetTables: (input) => {
      const pattern = namePattern(input, invalidInput);
      const tables = catalog.tablesOf(input.text("DatabaseName")).filter(({ name }) => pattern.test(name));
      const { items, next } = page(tables, input, MAX_TABLE_PAGE, invalidInput);
      return { TableList: items.map(tableShape), ...next };
    },
    CreateTable: (input) => {
      catalog.createTable(readTable(input.text("DatabaseName"), input.object("TableInput")));
      return {};
    },
    DeleteTable: (input) => {
      catalog.deleteTable(input.text("DatabaseName"), input.text("Name"));
      return {};
    },
    GetPartition: (input) => {
      const table = tableOf(input);
      const partition = catalog.partition(table.database, table.name, input.texts("PartitionValues"));
      return { Partition: partitionShape(table, partition) };
    },
    GetPartitions: (input) => {
      const table = tableOf(input);
      if (input.optionalObject("Segment")) throw invalidInput("Segment is not supported by the local run");
      const expression = input.optionalText("Expression");
      const matches =
        expression === undefined || expression === "" ? () => true : partitionExpression(expression, table);
      const partitions = catalog.partitionsOf(table.database, table.name).filter(matches);
      const { items, next } = page(partitions, input, MAX_PAGE, invalidInput);
      return { Partitions: items.map((partition) => partitionShape(table, partition)), ...next };
    },
    BatchGetPartition: (input) => {
      const table = tableOf(input);
      const keys = batch(input, "PartitionsToGet", MAX_BATCH_GET).map((key) => key.texts("Values"));
      const found = keys.flatMap((values) => catalog.findPartition(table.database, table.name, values) ?? []);
      return { Partitions: found.map((partition) => partitionShape(table, partition)), UnprocessedKeys: [] };
    },
    CreatePartition: (input) => {
      const { database, name } = tableOf(input);
      catalog.createPartitions(database, name, [readPartition(input.object("PartitionInput"))]);
      return {};
    },
    BatchCreatePartition: (input) => {
      const { database, name } = tableOf(input);
      const added = batch(input, "PartitionInputList", MAX_BATCH_CREATE).map(readPartition);
      const fresh: PartitionInput[] = [];
      const Errors: object[] = [];
      for (const partition of added) {
        const known = [catalog.findPartition(database, name, partition.values), ...fresh];
        if (known.some((other) => other && same(other.values, partition.values))) {
          Errors.push(partitionError(partition.values, alreadyExists()));
        } else fresh.push(partition);
      }
      catalog.createPartitions(database, name, fresh);
      return { Errors };
    },
    UpdatePartition: (input) => {
      const { database, name } = tableOf(input);
      const old = input.texts("PartitionValueList");
      catalog.updatePartition(database, name, old, readPartition(input.object("PartitionInput")));
      return {};
    },
    BatchUpdatePartition: (input) => {
      const { database, name } = tableOf(input);
      const entries = batch(input, "Entries", MAX_BATCH_UPDATE);
      const update = (entry: Input, values: string[]) =>
        catalog.updatePartition(database, name, values, readPartition(entry.object("PartitionInput")));
      return eachPartition(entries, "PartitionValueList", update, "PartitionValueList");
    },
    DeletePartition: (input) => {
      const { database, name } = tableOf(input);
      catalog.deletePartition(database, name, input.texts("PartitionValues"));
      return {};
    },
    BatchDeletePartition: (input) => {
      const { database, name } = tableOf(input);
      const keys = batch(input, "PartitionsToDelete", MAX_BATCH_DELETE);
      return eachPartition(keys, "Values", (_, values) => catalog.deletePartition(database, name, values));
    },
  });
}

function invalidInput(message: string): AwsError {
  return new AwsError("InvalidInputException", message);
}

function alreadyExists(): AwsError {
  return new AwsError("AlreadyExistsException", "Partition already exists.");
}

function batch(input: Input, member: string, most: number): Input[] {
  const items = input.objects(member);
  if (items.length === 0 || items.length > most) {
    throw new AwsError(
      "ValidationException",
      `${member} must have from 1 to ${most} members, not ${items.length}`,
    );
  }
  return items;
}

/** Applies a change to each partition; reports failures in `Errors`, as Glue's batch operations do. */
function eachPartition(
  items: readonly Input[],
  valuesMember: string,
  change: (item: Input, values: string[]) => void,
  errorMember?: string,
): { Errors: object[] } {
  const Errors: object[] = [];
  for (const item of items) {
    const values = item.texts(valuesMember);
    try {
      change(item, values);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Errors.push(partitionError(values, error, errorMember));
    }
  }
  return { Errors };
}

function partitionError(values: readonly string[], error: AwsError, member = "PartitionValues"): object {
  return { [member]: values, ErrorDetail: { ErrorCode: error.type, ErrorMessage: error.message } };
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

function readPartition(input: Input): PartitionInput {
  const storage = input.object("StorageDescriptor");
  return {
    values: input.texts("Values"),
    storage: storage.all(),
    location: storage.text("Location"),
    parameters: input.textMap("Parameters"),
  };
}

function readTable(database: string, input: Input): Omit<CatalogTable, "createdAt"> {
  const storage = input.object("StorageDescriptor");
  const library = storage.object("SerdeInfo").text("SerializationLibrary");
  const format = tableFormat(library);
  if (!format) throw invalidInput(`the local run has no reader for ${library}`);
  const description = input.optionalText("Description");
  return {
    database,
    name: input.text("Name"),
    ...(description !== undefined && { description }),
    columns: readColumns(storage, "Columns"),
    partitionKeys: readColumns(input, "PartitionKeys"),
    location: storage.text("Location"),
    format,
    parameters: input.textMap("Parameters"),
  };
}

function readColumns(input: Input, member: string): CatalogColumn[] {
  return input.objects(member).map((column) => {
    const comment = column.optionalText("Comment");
    return {
      name: column.text("Name").toLowerCase(),
      type: column.text("Type"),
      ...(comment !== undefined && { comment }),
    };
  });
}

function describeDatabase(name: string, catalogId: string) {
  return { Name: name, CatalogId: catalogId };
}

function describeTable(table: CatalogTable, catalogId: string): Table {
  const { inputFormat, outputFormat, library } = SERIALIZATIONS[table.format];
  const column = ({ name, type, comment }: CatalogColumn) => ({
    Name: name,
    Type: type,
    ...(comment !== undefined && { Comment: comment }),
  });
  const storage: StorageDescriptor = {
    Columns: table.columns.map(column),
    Location: table.location,
    InputFormat: inputFormat,
    OutputFormat: outputFormat,
    SerdeInfo: { SerializationLibrary: library },
  };
  return {
    Name: table.name,
    ...(table.description !== undefined && { Description: table.description }),
    DatabaseName: table.database,
    CatalogId: catalogId,
    CreateTime: new Date(table.createdAt),
    TableType: "EXTERNAL_TABLE",
    StorageDescriptor: storage,
    PartitionKeys: table.partitionKeys.map(column),
    Parameters: tableParameters(table),
  };
}

function describePartition(table: CatalogTable, partition: CatalogPartition, catalogId: string) {
  return {
    Values: partition.values,
    DatabaseName: table.database,
    TableName: table.name,
    CatalogId: catalogId,
    CreationTime: new Date(partition.createdAt),
    StorageDescriptor: partition.storage,
    Parameters: partition.parameters,
  };
}
