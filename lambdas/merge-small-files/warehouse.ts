import type { Hour } from "../../contract/hours";
import type { Config, S3Location } from "../shared/env";
import type { ENVIRONMENT } from "./env";
import { hourLocation } from "./locations";
import type { ListedObject, Partition, Ports, Table } from "./ports";
import type { Tables } from "./statement";

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

/** What one run has seen of the raw objects: a listing an hour, made when first asked for. */
export class RawListings {
  readonly #listings = new Map<string, Promise<RawListing>>();

  constructor(
    private readonly ports: Pick<Ports, "objects" | "clock">,
    private readonly location: S3Location,
  ) {}

  of(hour: Hour): Promise<RawListing> {
    const known = this.#listings.get(hour.name);
    if (known) return known;
    const listing = this.fresh(hour);
    this.#listings.set(hour.name, listing);
    return listing;
  }

  /** Looks again, and leaves what was seen before as it is. */
  async fresh(hour: Hour): Promise<RawListing> {
    const listedAtMs = this.ports.clock.now();
    return { listedAtMs, objects: await this.ports.objects.list(hourLocation(this.location, hour)) };
  }
}

/** The objects of an hour at a time. */
export interface RawListing {
  readonly listedAtMs: number;
  readonly objects: readonly ListedObject[];
}

/** The partitions of a table as this run knows them: read once, kept in step with what it writes. */
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

  async put(partition: Partition): Promise<void> {
    await this.catalog.putPartition(this.table, partition);
    this.#byHour.set(partition.values.join("/"), partition);
  }
}
