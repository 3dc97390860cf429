import type { Hour } from "../../contract/hours";
import type { S3Location } from "../shared/env";
import { hourLocation, s3Uri } from "./locations";
import type { Catalog } from "./ports";
import type { Table } from "./statement";

/**
 * Registers the raw table's partitions of `hours`, so that queries see their first objects at once. It writes only
 * partitions that are missing or have other columns than the table has now, because Athena reads a partition by its
 * own columns. @returns the number of written partitions.
 */
export async function registerHours(
  catalog: Catalog,
  table: Table,
  location: S3Location,
  hours: readonly Hour[],
): Promise<number> {
  const existing = await catalog.partitions(
    table,
    hours.map(({ values }) => values),
  );
  const known = new Set(existing.map(({ values }) => values.join("/")));
  const missing = hours.filter(({ values }) => !known.has(values.join("/")));
  if (missing.length > 0) {
    await catalog.createPartitions(
      table,
      missing.map((hour) => ({
        values: hour.values,
        location: s3Uri(hourLocation(location, hour)),
        parameters: {},
      })),
    );
  }
  const outdated = existing.filter(({ hasTableColumns }) => !hasTableColumns);
  for (const { values, location: place, parameters } of outdated) {
    await catalog.putPartition(table, { values, location: place, parameters });
  }
  return missing.length + outdated.length;
}
