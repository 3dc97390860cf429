import type { TableModel } from "../../plan/data-plane";
import { AwsError } from "../protocol/errors";
import type { CatalogPartition, CatalogTable } from "./model";
import { readState, writeState } from "./state";

/** Glue's limit for the length of a table name. */
const MAX_NAME_LENGTH = 255;

/**
 * Databases, tables and partitions. The stack's databases and tables are defined anew at each start. The others, which
 * statements made, and all partitions are stored in a file, which each change replaces as a whole, so a kill leaves the
 * state before or after a change and never one between.
 */
export class Catalog {
  private databases: ReadonlySet<string>;
  /** The databases that Terraform describes. */
  private readonly describedDatabases: ReadonlySet<string>;
  private tables: ReadonlyMap<string, CatalogTable>;
  /** By table key, then by values. */
  private partitions: ReadonlyMap<string, ReadonlyMap<string, CatalogPartition>>;
  /** Keys of the tables that Terraform describes. */
  private readonly described: ReadonlySet<string>;

  /** @param file stores the state; read when it exists @throws StateFileError when it cannot be parsed */
  constructor(
    databases: readonly string[],
    tables: readonly TableModel[],
    private readonly file: string,
    private readonly now: () => number = Date.now,
  ) {
    const state = readState(file);
    this.describedDatabases = new Set(databases.map((name) => name.toLowerCase()));
    this.databases = new Set([...this.describedDatabases, ...(state.databases ?? [])]);
    const kept = state.tables.map((table): [string, CatalogTable] => [
      keyOf(table.database, table.name),
      table,
    ]);
    const described = tables.map((model): [string, CatalogTable] => {
      const { columns, partitionKeys, location, format } = model;
      const table = { ...lowerCase(model), columns, partitionKeys, location, format };
      return [keyOf(model.database, model.name), { ...table, parameters: {}, createdAt: now() }];
    });
    this.tables = new Map([...kept, ...described]);
    this.described = new Set(described.map(([key]) => key));
    this.partitions = new Map(
      Object.entries(state.partitions)
        .filter(([key]) => this.tables.has(key))
        .map(([key, list]) => [
          key,
          new Map(list.map((partition) => [valuesKey(partition.values), partition])),
        ]),
    );
  }

  databaseNames(): string[] {
    return [...this.databases].sort();
  }

  hasDatabase(name: string): boolean {
    return this.databases.has(name.toLowerCase());
  }

  /** @throws AwsError AlreadyExistsException, InvalidInputException */
  createDatabase(database: string): void {
    const name = database.toLowerCase();
    if (name === "" || name.length > MAX_NAME_LENGTH) {
      throw new AwsError("InvalidInputException", `"${database}" is not a database name`);
    }
    if (this.databases.has(name)) throw new AwsError("AlreadyExistsException", "Database already exists.");
    this.change({ databases: new Set([...this.databases, name]) });
  }

  /** Removes a database with its tables; their files stay. @throws AwsError EntityNotFoundException */
  deleteDatabase(database: string): void {
    const tables = this.tablesOf(database);
    const name = database.toLowerCase();
    for (const table of tables) this.deleteTable(name, table.name);
    this.change({ databases: new Set([...this.databases].filter((other) => other !== name)) });
  }

  /** Tables of a database by name. @throws AwsError EntityNotFoundException */
  tablesOf(database: string): CatalogTable[] {
    this.assertDatabase(database);
    const name = database.toLowerCase();
    return [...this.tables.values()]
      .filter((table) => table.database === name)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  findTable(database: string, name: string): CatalogTable | undefined {
    return this.tables.get(keyOf(database, name));
  }

  /** @throws AwsError EntityNotFoundException */
  table(database: string, name: string): CatalogTable {
    const table = this.findTable(database, name);
    if (table) return table;
    this.assertDatabase(database);
    throw new AwsError("EntityNotFoundException", `Entity Not Found: table ${database}.${name}`);
  }

  /** @throws AwsError AlreadyExistsException, EntityNotFoundException, InvalidInputException */
  createTable(table: Omit<CatalogTable, "createdAt">): void {
    this.assertDatabase(table.database);
    if (table.name === "" || table.name.length > MAX_NAME_LENGTH) {
      throw new AwsError("InvalidInputException", `"${table.name}" is not a table name`);
    }
    const key = keyOf(table.database, table.name);
    if (this.tables.has(key)) throw new AwsError("AlreadyExistsException", "Table already exists.");
    this.change({ table: [key, { ...table, ...lowerCase(table), createdAt: this.now() }] });
  }

  /** Removes a table and its partitions; their files stay. @throws AwsError EntityNotFoundException */
  deleteTable(database: string, name: string): void {
    this.table(database, name);
    const key = keyOf(database, name);
    this.change({ table: [key, undefined], partitions: [key, new Map()] });
  }

  /** The partitions of a table, by value. @throws AwsError EntityNotFoundException */
  partitionsOf(database: string, name: string): CatalogPartition[] {
    this.table(database, name);
    const partitions = [...(this.partitions.get(keyOf(database, name))?.values() ?? [])];
    return partitions.sort((a, b) => (valuesKey(a.values) < valuesKey(b.values) ? -1 : 1));
  }

  findPartition(database: string, name: string, values: readonly string[]): CatalogPartition | undefined {
    return this.partitions.get(keyOf(database, name))?.get(valuesKey(values));
  }

  /** @throws AwsError EntityNotFoundException */
  partition(database: string, name: string, values: readonly string[]): CatalogPartition {
    this.table(database, name);
    const partition = this.findPartition(database, name, values);
    if (!partition) throw new AwsError("EntityNotFoundException", "Cannot find partition.");
    return partition;
  }

  /** Adds partitions in one step. @throws AwsError AlreadyExistsException when one already exists */
  createPartitions(database: string, name: string, added: readonly PartitionInput[]): void {
    for (const { values } of added) this.assertValues(this.table(database, name), values);
    if (added.some(({ values }) => this.findPartition(database, name, values))) {
      throw new AwsError("AlreadyExistsException", "Partition already exists.");
    }
    this.changePartitions(database, name, (partitions) => {
      for (const partition of added) put(partitions, { ...partition, createdAt: this.now() });
    });
  }

  /** Replaces a partition by another, in one step. @throws AwsError EntityNotFoundException */
  updatePartition(database: string, name: string, old: readonly string[], partition: PartitionInput): void {
    const { createdAt } = this.partition(database, name, old);
    this.assertValues(this.table(database, name), partition.values);
    const moved = valuesKey(old) !== valuesKey(partition.values);
    if (moved && this.findPartition(database, name, partition.values)) {
      throw new AwsError("AlreadyExistsException", "Partition already exists.");
    }
    this.changePartitions(database, name, (partitions) => {
      partitions.delete(valuesKey(old));
      put(partitions, { ...partition, createdAt });
    });
  }

  /** @throws AwsError EntityNotFoundException */
  deletePartition(database: string, name: string, values: readonly string[]): void {
    this.partition(database, name, values);
    this.changePartitions(database, name, (partitions) => partitions.delete(valuesKey(values)));
  }

  private changePartitions(
    database: string,
    name: string,
    apply: (partitions: Map<string, CatalogPartition>) => void,
  ): void {
    const key = keyOf(database, name);
    const partitions = new Map(this.partitions.get(key));
    apply(partitions);
    this.change({ partitions: [key, partitions] });
  }

  /** Writes the changed state to disk before it takes effect. */
  private change({ databases = this.databases, table, partitions }: Change): void {
    const nextTables = new Map(this.tables);
    const nextPartitions = new Map(this.partitions);
    if (table) {
      const [key, value] = table;
      if (value) nextTables.set(key, value);
      else nextTables.delete(key);
    }
    if (partitions) nextPartitions.set(...partitions);
    writeState(this.file, {
      databases: [...databases].filter((name) => !this.describedDatabases.has(name)),
      tables: [...nextTables].filter(([key]) => !this.described.has(key)).map(([, value]) => value),
      partitions: Object.fromEntries([...nextPartitions].map(([key, map]) => [key, [...map.values()]])),
    });
    this.databases = databases;
    this.tables = nextTables;
    this.partitions = nextPartitions;
  }

  private assertDatabase(name: string): void {
    if (!this.hasDatabase(name)) {
      throw new AwsError("EntityNotFoundException", `Database ${name} not found.`);
    }
  }

  private assertValues(table: CatalogTable, values: readonly string[]): void {
    if (values.length !== table.partitionKeys.length) {
      throw new AwsError(
        "InvalidInputException",
        `The number of partition keys (${table.partitionKeys.length}) do not match the number of partition values (${values.length})`,
      );
    }
  }
}

/** The new databases, and the new value of one table and of one table's partitions, by key; undefined removes it. */
interface Change {
  readonly databases?: ReadonlySet<string>;
  readonly table?: readonly [string, CatalogTable | undefined];
  readonly partitions?: readonly [string, ReadonlyMap<string, CatalogPartition>];
}

/** A partition as a caller gives it. */
export type PartitionInput = Omit<CatalogPartition, "createdAt">;

function keyOf(database: string, name: string): string {
  return `${database}.${name}`.toLowerCase();
}

/** `05` and `5` are different partitions of an int column, as in Glue. */
function valuesKey(values: readonly string[]): string {
  return JSON.stringify(values);
}

function lowerCase({ database, name }: { readonly database: string; readonly name: string }) {
  return { database: database.toLowerCase(), name: name.toLowerCase() };
}

function put(partitions: Map<string, CatalogPartition>, partition: CatalogPartition): void {
  partitions.set(valuesKey(partition.values), partition);
}
