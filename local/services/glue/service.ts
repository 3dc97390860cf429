import { join } from "node:path";
import type { DataPlane } from "../../plan/data-plane";
import type { Operations } from "../protocol/json-protocol";
import { Catalog } from "./catalog";
import { glueOperations } from "./operations";

export type { Catalog } from "./catalog";
export { type CatalogColumn, type CatalogPartition, type CatalogTable, partitionValues } from "./model";
export { SERIALIZATIONS, tableFormat, tableParameters } from "./serialization";

/** Options of the catalog. */
interface GlueOptions {
  readonly plane: Pick<DataPlane, "databases" | "tables" | "accountId">;
  /** Stores the partitions, and the tables that queries made. */
  readonly dataDir: string;
}

/** The Glue catalog. It has no port of its own: Athena's port serves its operations too. */
interface GlueService {
  readonly catalog: Catalog;
  readonly operations: Operations;
}

/** Opens the catalog. @throws StateFileError when the stored one cannot be parsed */
export function startGlue({ plane, dataDir }: GlueOptions): GlueService {
  const catalog = new Catalog(plane.databases, plane.tables, join(dataDir, "catalog.json"));
  return { catalog, operations: glueOperations(catalog, plane.accountId) };
}
