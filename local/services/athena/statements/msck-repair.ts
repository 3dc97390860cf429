import type { CatalogTable } from "../../glue/service";
import { parseS3Folder } from "../../s3/service";
import { type CatalogPorts, partitionInput, partitionName } from "./partitions";

/**
 * Registers the partitions whose folders, `key=value` for each key in order, lie below the table's location and that the
 * catalog does not have. It removes none, as in Athena.
 * @returns Hive's report, line by line
 */
export function repairTable(table: CatalogTable, { catalog, objects }: CatalogPorts): string[] {
  const { database, name, partitionKeys, location } = table;
  const folder = parseS3Folder(location);
  const keys = folder
    ? objects.list(folder.bucket, folder.key).map(({ key }) => key.slice(folder.key.length))
    : [];
  if (keys.length === 0) return [`Tables missing on filesystem:\t${name}`];
  if (partitionKeys.length === 0) return [];
  const found = new Map<string, readonly string[]>();
  for (const key of keys) {
    const values = partitionOf(key, table);
    if (values) found.set(JSON.stringify(values), values);
  }
  const known = catalog.partitionsOf(database, name);
  const isEmpty = (place: string): boolean => {
    const own = parseS3Folder(place);
    return !own || objects.list(own.bucket, own.key).length === 0;
  };
  const missing = known.filter((partition) => isEmpty(partition.location));
  const added = [...found.values()].filter((values) => !catalog.findPartition(database, name, values));
  catalog.createPartitions(
    database,
    name,
    added.map((values) => partitionInput(table, values)),
  );
  const named = (values: readonly string[]) => `${name}:${partitionName(table, values)}`;
  return [
    ...report("Partitions not in metastore:", added.map(named)),
    ...report(
      "Partitions missing from filesystem:",
      missing.map(({ values }) => named(values)),
    ),
    ...added.map((values) => `Repair: Added partition to metastore ${named(values)}`),
  ];
}

/** The partition's values from an object's key below the table's location; undefined when it lies in no partition. */
function partitionOf(key: string, { partitionKeys }: CatalogTable): string[] | undefined {
  const segments = key.split("/");
  const values = partitionKeys.map(({ name }, index) => {
    const [, value] = new RegExp(`^${name}=(.+)$`).exec(segments[index] ?? "") ?? [];
    return value;
  });
  // The last segment is the object's own name.
  if (segments.length <= partitionKeys.length) return undefined;
  return values.every((value) => value !== undefined) ? values : undefined;
}

function report(heading: string, partitions: readonly string[]): string[] {
  return partitions.length === 0 ? [] : [[heading, ...partitions].join("\t")];
}
