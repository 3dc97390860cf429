import type { Hour } from "../../contract/hours";
import type { Config, S3Location } from "../shared/env";
import type { ENVIRONMENT } from "./env";
import { hourLocation } from "./locations";
import type { ListedObject, Partition, Ports } from "./ports";
import type { Table, Tables } from "./statement";

/** The function's settings. */
export type MergeConfig = Config<typeof ENVIRONMENT>;

/** The tables that the settings name. */
export function tablesOf(config: MergeConfig): Tables {
  return {
    raw: { database: config.OLD_DATABASE, name: config.OLD_TABLE_NAME },
    parquet: { database: config.NEW_DATABASE, name: config.NEW_TABLE_NAME },
    columns: config.COLUMN_NAMES,
  };
}

/** From this many hours of a day on, one listing covers the whole day: a page of a listing has 1,000 objects. */
const BY_DAY_FROM_HOURS = 4;
/** Concurrent listings. */
const LISTINGS_AT_ONCE = 4;

/**
 * Lists hours below a table's folder and passes each to `onHour`, in no order; nothing is kept. An error of `onHour`
 * or of a listing goes to `onError` with the hours concerned.
 */
export async function listHours(
  { objects, clock }: Pick<Ports, "objects" | "clock">,
  location: S3Location,
  hours: readonly Hour[],
  onHour: (hour: Hour, objects: readonly ListedObject[], listedAtMs: number) => Promise<void>,
  onError: (error: unknown, hours: readonly Hour[]) => void,
): Promise<void> {
  const days = [...Map.groupBy(hours, ({ folder }) => dayFolder(folder))];
  const parts = days.flatMap(([folder, ofDay]) =>
    ofDay.length >= BY_DAY_FROM_HOURS
      ? [{ folder, hours: ofDay }]
      : ofDay.map((hour) => ({ folder: hour.folder, hours: [hour] })),
  );
  const work = async (): Promise<void> => {
    for (let part = parts.shift(); part; part = parts.shift()) {
      try {
        const listedAtMs = clock.now();
        const prefix = location.prefix + part.folder;
        const found = await objects.list({ ...location, prefix });
        const start = location.prefix.length;
        const byHour = Map.groupBy(found, ({ key }) => key.slice(start, start + HOUR_FOLDER_LENGTH));
        for (const hour of part.hours) {
          try {
            await onHour(hour, byHour.get(hour.folder) ?? [], listedAtMs);
          } catch (error) {
            onError(error, [hour]);
          }
        }
      } catch (error) {
        onError(error, part.hours);
      }
    }
  };
  await Promise.all(Array.from({ length: LISTINGS_AT_ONCE }, work));
}

const HOUR_FOLDER_LENGTH = "year=2026/month=11/day=24/hour=03/".length;

function dayFolder(hourFolder: string): string {
  return hourFolder.slice(0, hourFolder.indexOf("hour="));
}

/** The current raw objects of one hour. */
export async function listRaw(
  { objects, clock }: Pick<Ports, "objects" | "clock">,
  location: S3Location,
  hour: Hour,
): Promise<{ readonly listedAtMs: number; readonly objects: readonly ListedObject[] }> {
  const listedAtMs = clock.now();
  return { listedAtMs, objects: await objects.list(hourLocation(location, hour)) };
}

/** The partitions of a table as this run knows them: read once, and updated with each write. */
export class Partitions {
  readonly #byHour = new Map<string, Partition>();

  private constructor(
    private readonly catalog: Ports["catalog"],
    private readonly table: Table,
  ) {}

  static async read(catalog: Ports["catalog"], table: Table, hours: readonly Hour[]): Promise<Partitions> {
    const partitions = new Partitions(catalog, table);
    const found = await catalog.partitions(
      table,
      hours.map(({ values }) => values),
    );
    for (const partition of found) partitions.#byHour.set(partition.values.join("/"), partition);
    return partitions;
  }

  of({ values }: Hour): Partition | undefined {
    return this.#byHour.get(values.join("/"));
  }

  /** Locations of the existing partitions of `hours`, by the hour's name. */
  locations(hours: readonly Hour[]): Record<string, string> {
    return Object.fromEntries(
      hours.flatMap((hour) => {
        const partition = this.of(hour);
        return partition ? [[hour.name, partition.location]] : [];
      }),
    );
  }

  async put(partition: Partition): Promise<void> {
    await this.catalog.putPartition(this.table, partition);
    this.#byHour.set(partition.values.join("/"), partition);
  }
}
