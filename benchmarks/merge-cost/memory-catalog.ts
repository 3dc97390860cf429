import type { Partition, Ports } from "../../lambdas/merge-small-files/ports";

/** Surrounds a call to AWS, by its name. */
type Surround = <A extends readonly unknown[], R>(
  name: string,
  call: (...args: A) => R,
) => (...args: A) => Promise<R>;

/** The key of a partition among those of all tables. */
export function partitionKey(table: { readonly name: string }, values: readonly string[]): string {
  return [table.name, ...values].join("/");
}

/**
 * The Glue catalog of MergeSmallFiles in memory.
 * @param partitions by {@link partitionKey}
 * @param temporary by name, the tables that queries made
 * @param outdated keys of the partitions that were registered with other columns than the table's
 */
export function memoryCatalog(
  partitions: Map<string, Partition>,
  temporary: Map<string, unknown>,
  surround: Surround,
  outdated: Set<string> = new Set(),
): Ports["catalog"] {
  return {
    partitions: surround("catalog.partitions", (table, values) =>
      values.flatMap((value) => {
        const key = partitionKey(table, value);
        const found = partitions.get(key);
        return found ? [{ ...found, hasTableColumns: !outdated.has(key) }] : [];
      }),
    ),
    createPartitions: surround("catalog.createPartitions", (table, created) => {
      for (const partition of created) {
        const key = partitionKey(table, partition.values);
        if (!partitions.has(key)) partitions.set(key, partition);
      }
    }),
    putPartition: surround("catalog.putPartition", (table, partition) => {
      const key = partitionKey(table, partition.values);
      outdated.delete(key);
      partitions.set(key, partition);
    }),
    tableNames: surround("catalog.tableNames", (_database, prefix) =>
      [...temporary.keys()].filter((name) => name.startsWith(prefix)),
    ),
    partitionValues: surround("catalog.partitionValues", (table) =>
      [...partitions].flatMap(([key, { values }]) => (key.startsWith(`${table.name}/`) ? [[...values]] : [])),
    ),
    deletePartitions: surround("catalog.deletePartitions", (table, values) => {
      for (const value of values) partitions.delete(partitionKey(table, value));
    }),
    deleteTable: surround("catalog.deleteTable", ({ name }) => void temporary.delete(name)),
  };
}
