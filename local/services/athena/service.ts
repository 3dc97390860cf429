import { join } from "node:path";
import type { DataPlane, Service } from "../../plan/data-plane";
import type { Store } from "../../store/store";
import { startGlue } from "../glue/service";
import { jsonProtocol } from "../protocol/json-protocol";
import { openShell } from "../protocol/shell";
import type { ObjectFiles, PutFile } from "../s3/service";
import { duckDbEngine } from "./duckdb/duckdb-engine";
import type { SqlEngine } from "./engine";
import { Executions } from "./executions";
import { athenaOperations } from "./operations";
import { queryRunner } from "./query-runner";
import { loadParser } from "./sql/sql-parser";
import { answerFromCatalog } from "./statements/catalog-statements";
import { catalogTables } from "./tables";
import { Workgroups } from "./workgroups";

export { parseStatement, type SqlStatement } from "./statements/statement";

interface AthenaOptions {
  readonly plane: Pick<
    DataPlane,
    "databases" | "tables" | "workgroups" | "namedQueries" | "region" | "accountId"
  >;
  /** The objects that tables are read from. */
  readonly objects: ObjectFiles;
  /** Stores results and the files of new tables. */
  readonly put: PutFile;
  /** Keeps the catalog. */
  readonly store: Store;
  /** Holds files while they are written. Absolute path. */
  readonly dataDir: string;
  /** @default a free one */
  readonly port?: number;
  /** @default DuckDB */
  readonly engine?: SqlEngine;
}

/**
 * Serves the operations of Athena and Glue that the stack uses, on one port of the loopback interface.
 * @throws StoreDamageError when the stored catalog is damaged; Error naming the port when it is taken
 */
export async function startAthena(options: AthenaOptions): Promise<Service & { readonly url: string }> {
  const { plane, objects, put, store, dataDir } = options;
  await loadParser();
  const { catalog, operations } = startGlue({ plane, store });
  const engine =
    options.engine ??
    (await duckDbEngine({
      objectDirectory: objects.directory,
      scratchDirectory: join(dataDir, "scratch"),
      put,
    }));
  const workgroups = new Workgroups(plane.workgroups);
  const executions = new Executions(
    queryRunner({
      engine,
      catalog,
      objects,
      tables: catalogTables(catalog, objects),
      aboutCatalog: (statement, session) => answerFromCatalog(statement, session, { catalog, objects }),
      put,
      scratchDirectory: join(dataDir, "results"),
      scanLimit: (name) => workgroups.find(name)?.bytesScannedCutoff,
    }),
  );
  const shell = await openShell({
    name: "SQL service",
    port: options.port ?? 0,
    ...jsonProtocol({
      ...athenaOperations({ namedQueries: plane.namedQueries, executions, catalog, objects, workgroups }),
      ...operations,
    }),
  }).catch((error: unknown) => {
    engine.close();
    throw error;
  });
  return {
    url: shell.url,
    async close() {
      await executions.close();
      await shell.close();
      engine.close();
    },
  };
}
