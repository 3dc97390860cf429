import type { TableModel } from "../../plan/data-plane";
import type { Store } from "../../store/store";
import { AwsError } from "../protocol/errors";
import type { CatalogPartition, CatalogTable } from "./model";
import { type CatalogChange, CatalogStore } from "./state";

/** Glue's limit for the length of a table name. */
const MAX_NAME_LENGTH = 255;

/**
 * Databases, tables and partitions. The stack's databases and tables are defined anew at each start. The others, which
 * statements made, and all partitions are kept in the store, each change in one commit, so a kill leaves the state before
 * or after a change and never one between.
 */
export class Catalog {
  private readonly databases: Set<string>;
  private readonly tables: Map<string, CatalogTable>;
  /** By table key, then by values. */
  private readonly partitions: Map<string, Map<string, CatalogPartition>>;
  private readonly kept: CatalogStore;

  constructor(
    databases: readonly string[],
    tables: readonly TableModel[],
    store: Store,
    private readonly now: () => number = Date.now,
  ) {
    this.kept = new CatalogStore(store);
    const state = this.kept.read();
    this.databases = new Set([...state.databases, ...databases.map((name) => name.toLowerCase())]);
    const kept = state.tables.map((table): [string, CatalogTable] => [
      keyOf(table.database, table.name),
      table,
    ]);
    const described = tables.map((model): [string, CatalogTable] => {
      const { description, columns, partitionKeys, location, format } = model;
      const table = {
        ...lowerCase(model),
        ...(description !== undefined && { description }),
        columns,
        partitionKeys,
        location,
        format,
      };
      return [keyOf(model.database, model.name), { ...table, parameters: {}, createdAt: now() }];
    });
    this.tables = new Map([...kept, ...described]);
    this.partitions = new Map(
      Object.entries(state.partitions).map(([key, list]) => [
        key,
        new Map(list.map((partition) => [valuesKey(partition.values), partition])),
      ]),
    );
    // Otherwise a later table of the same name would have them.
    const orphaned = [...this.partitions.keys()].filter((key) => !this.tables.has(key));
    this.change({ partitions: new Map(orphaned.map((key) => [key, this.removalOfPartitions(key)])) });
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
    this.change({ databases: new Map([[name, true]]) });
  }

  /** Removes a database with its tables; their files stay. @throws AwsError EntityNotFoundException */
  deleteDatabase(database: string): void {
    const tables = this.tablesOf(database);
    const name = database.toLowerCase();
    for (const table of tables) this.deleteTable(name, table.name);
    this.change({ databases: new Map([[name, false]]) });
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
    this.change({ tables: new Map([[key, { ...table, ...lowerCase(table), createdAt: this.now() }]]) });
  }

  /** Removes a table and its partitions; their files stay. @throws AwsError EntityNotFoundException */
  deleteTable(database: string, name: string): void {
    this.table(database, name);
    const key = keyOf(database, name);
    this.change({
      tables: new Map([[key, undefined]]),
      partitions: new Map([[key, this.removalOfPartitions(key)]]),
    });
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
    this.changePartitions(
      database,
      name,
      added.map((partition) => [valuesKey(partition.values), { ...partition, createdAt: this.now() }]),
    );
  }

  /** Replaces a partition by another, in one step. @throws AwsError EntityNotFoundException */
  updatePartition(database: string, name: string, old: readonly string[], partition: PartitionInput): void {
    const { createdAt } = this.partition(database, name, old);
    this.assertValues(this.table(database, name), partition.values);
    const moved = valuesKey(old) !== valuesKey(partition.values);
    if (moved && this.findPartition(database, name, partition.values)) {
      throw new AwsError("AlreadyExistsException", "Partition already exists.");
    }
    this.changePartitions(database, name, [
      [valuesKey(old), undefined],
      [valuesKey(partition.values), { ...partition, createdAt }],
    ]);
  }

  /** @throws AwsError EntityNotFoundException */
  deletePartition(database: string, name: string, values: readonly string[]): void {
    this.partition(database, name, values);
    this.changePartitions(database, name, [[valuesKey(values), undefined]]);
  }

  private removalOfPartitions(key: string): Map<string, undefined> {
    return new Map(Array.from(this.partitions.get(key)?.keys() ?? [], (values) => [values, undefined]));
  }

  private changePartitions(
    database: string,
    name: string,
    changed: readonly (readonly [values: string, partition: CatalogPartition | undefined])[],
  ): void {
    this.change({ partitions: new Map([[keyOf(database, name), new Map(changed)]]) });
  }

  /** Stores a change before it takes effect. @throws StoreFullError */
  private change(change: CatalogChange): void {
    this.kept.write(change);
    for (const [name, exists] of change.databases ?? []) {
      if (exists) this.databases.add(name);
      else this.databases.delete(name);
    }
    for (const [key, table] of change.tables ?? []) put(this.tables, key, table);
    for (const [key, changed] of change.partitions ?? []) {
      const partitions = this.partitions.get(key) ?? new Map<string, CatalogPartition>();
      for (const [values, partition] of changed) put(partitions, values, partition);
      this.partitions.set(key, partitions);
    }
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

function put<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
