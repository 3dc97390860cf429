import { type Catalog, type CatalogTable, SERIALIZATIONS } from "../../glue/service";
import type { ObjectFiles } from "../../s3/service";
import type { PartitionSpec } from "./ddl";

/** Dependencies of the statements about the catalog. */
export interface CatalogPorts {
  readonly catalog: Catalog;
  readonly objects: Pick<ObjectFiles, "list">;
  /** @default Date.now */
  readonly now?: () => number;
}

/** A partition of the table, at its own location or where Hive puts it. */
export function partitionInput(
  table: CatalogTable,
  values: readonly string[],
  { location }: Pick<PartitionSpec, "location"> = {},
) {
  const place = location ?? `${table.location.replace(/\/$/, "")}/${partitionName(table, values)}/`;
  const { inputFormat, outputFormat, library } = SERIALIZATIONS[table.format];
  const storage = {
    Columns: table.columns.map(({ name, type }) => ({ Name: name, Type: type })),
    Location: place,
    InputFormat: inputFormat,
    OutputFormat: outputFormat,
    SerdeInfo: { SerializationLibrary: library },
  };
  return { values, location: place, storage, parameters: {} };
}

/** `year=2026/month=11` */
export function partitionName({ partitionKeys }: CatalogTable, values: readonly string[]): string {
  return partitionKeys.map(({ name }, index) => `${name}=${values[index]}`).join("/");
}
