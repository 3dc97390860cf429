import type { Store, Table } from "../../store/store";
import type { CatalogPartition, CatalogState, CatalogTable } from "./model";

/** New values by key; undefined removes what is stored under the key. */
export interface CatalogChange {
  /** Whether a database exists, by its name. */
  readonly databases?: ReadonlyMap<string, boolean>;
  /** By `database.table`. */
  readonly tables?: ReadonlyMap<string, CatalogTable | undefined>;
  /** By `database.table`, then by values. */
  readonly partitions?: ReadonlyMap<string, ReadonlyMap<string, CatalogPartition | undefined>>;
}

/** Separates the parts of a key: no name contains it. */
const SEPARATOR = "\0";

/** The catalog's state in the store, one record for each table and partition. */
export class CatalogStore {
  private readonly databases: Table;
  private readonly tables: Table;
  private readonly partitions: Table;

  constructor(private readonly store: Store) {
    this.databases = store.table("catalog/databases");
    this.tables = store.table("catalog/tables");
    this.partitions = store.table("catalog/partitions");
  }

  read(): CatalogState {
    const databases = Array.from(this.databases.entries(), ([name]) => name);
    const tables = Array.from(this.tables.entries(), ([, value]) => parse<CatalogTable>(value));
    const partitions: Record<string, CatalogPartition[]> = {};
    for (const [key, value] of this.partitions.entries()) {
      const [table = ""] = key.split(SEPARATOR, 1);
      partitions[table] ??= [];
      partitions[table].push(parse<CatalogPartition>(value));
    }
    return { databases, tables, partitions };
  }

  /** Stores a change as a whole. @throws StoreFullError */
  write({ databases, tables, partitions }: CatalogChange): void {
    this.store.commit(() => {
      for (const [name, exists] of databases ?? []) put(this.databases, name, exists ? {} : undefined);
      for (const [key, table] of tables ?? []) put(this.tables, key, table);
      for (const [table, changed] of partitions ?? []) {
        for (const [values, partition] of changed) {
          put(this.partitions, `${table}${SEPARATOR}${values}`, partition);
        }
      }
    });
  }
}

function put(table: Table, key: string, value: object | undefined): void {
  if (value === undefined) table.delete(key);
  else table.set(key, Buffer.from(JSON.stringify(value)));
}

/** Only this module writes these records. */
function parse<T>(value: Buffer): T {
  return JSON.parse(value.toString()) as T;
}
