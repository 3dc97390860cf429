import type { DataPlane } from "../../plan/data-plane";
import type { Store } from "../../store/store";
import type { Operations } from "../protocol/json-protocol";
import { Catalog } from "./catalog";
import { glueOperations } from "./operations";

export type { Catalog } from "./catalog";
export { type CatalogColumn, type CatalogPartition, type CatalogTable, partitionValues } from "./model";
export { SERIALIZATIONS, tableFormat, tableParameters } from "./serialization";

/** Options of the catalog. */
interface GlueOptions {
  readonly plane: Pick<DataPlane, "databases" | "tables" | "accountId">;
  /** Keeps the partitions, and the tables that queries made. */
  readonly store: Store;
}

/** The Glue catalog. It has no port of its own: Athena's port serves its operations too. */
interface GlueService {
  readonly catalog: Catalog;
  readonly operations: Operations;
}

/** Opens the catalog. @throws StoreDamageError */
export function startGlue({ plane, store }: GlueOptions): GlueService {
  const catalog = new Catalog(plane.databases, plane.tables, store);
  return { catalog, operations: glueOperations(catalog, plane.accountId) };
}
