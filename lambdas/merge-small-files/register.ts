import type { Hour } from "../../contract/hours";
import type { S3Location } from "../shared/env";
import { hourLocation, s3Uri } from "./locations";
import type { Catalog } from "./ports";
import type { Table } from "./statement";

/**
 * Makes the raw objects of `hours` visible to queries, before the first of them lands. Only what is missing is written,
 * and partitions that were registered with other columns than the table has now, for Athena reads a partition by its own
 * columns. @returns how many partitions were written.
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
