import { join } from "node:path";
import type { DataPlane } from "../../plan/data-plane";
import type { Operations } from "../protocol/json-protocol";
import { Catalog } from "./catalog";
import { glueOperations } from "./operations";

export type { Catalog } from "./catalog";
export { type CatalogPartition, type CatalogTable, partitionValues } from "./model";

/** What the catalog is made of. */
interface GlueOptions {
  readonly plane: Pick<DataPlane, "databases" | "tables" | "accountId">;
  /** Keeps the partitions, and the tables that queries made. */
  readonly dataDir: string;
}

/** The Glue catalog. It has no port of its own: Athena's serves its operations too. */
interface GlueService {
  readonly catalog: Catalog;
  readonly operations: Operations;
}

/** Opens the catalog. @throws StateFileError when the kept one cannot be understood */
export function startGlue({ plane, dataDir }: GlueOptions): GlueService {
  const catalog = new Catalog(plane.databases, plane.tables, join(dataDir, "catalog.json"));
  return { catalog, operations: glueOperations(catalog, plane.accountId) };
}
