import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Trino } from "./server";

/** Endpoints where Trino finds tables and files: AWS's APIs, or services with the same protocol. */
export interface DataSource {
  readonly glueUrl: string;
  readonly s3Url: string;
  readonly region: string;
}

/** Catalogs of a Trino server, by their names in SQL. */
export interface TrinoCatalogs {
  /** The tables of Glue, with their files in S3. */
  readonly data: string;
  /** For the tables of a CTAS: files in the same S3, the metastore in the server's own folder. */
  readonly scratch: string;
  readonly scratchSchema: string;
}

/** Nothing verifies them, but the SDK sends no request without credentials. */
const CREDENTIALS = { key: "trino", secret: "trino" } as const;

let made = 0;

/** Creates the catalogs for queries over a data source. They are removed with the server. */
export async function makeCatalogs(
  { client, folder }: Pick<Trino, "client" | "folder">,
  { glueUrl, s3Url, region }: DataSource,
): Promise<TrinoCatalogs> {
  // The server may have been started by an earlier process.
  const suffix = `${process.pid}_${++made}`;
  const [data, scratch, scratchSchema] = [`data_${suffix}`, `scratch_${suffix}`, "ctas"];
  const metastore = join(folder, scratch);
  mkdirSync(metastore);
  const files = {
    "fs.native-s3.enabled": "true",
    "s3.endpoint": s3Url,
    "s3.region": region,
    "s3.path-style-access": "true",
    "s3.aws-access-key": CREDENTIALS.key,
    "s3.aws-secret-key": CREDENTIALS.secret,
    "hive.security": "allow-all",
  };
  await client.all(
    createCatalog(data, {
      ...files,
      "hive.metastore": "glue",
      "hive.metastore.glue.region": region,
      "hive.metastore.glue.endpoint-url": glueUrl,
      "hive.metastore.glue.aws-access-key": CREDENTIALS.key,
      "hive.metastore.glue.aws-secret-key": CREDENTIALS.secret,
      // More segments are for catalogs with many more partitions.
      "hive.metastore.glue.partitions-segments": "1",
      // Athena reads subfolders too; the catalog has no statistics.
      "hive.recursive-directories": "true",
      "hive.table-statistics-enabled": "false",
    }),
  );
  await client.all(
    createCatalog(scratch, {
      ...files,
      "hive.metastore": "file",
      "hive.metastore.catalog.dir": "local:///metastore",
      "fs.native-local.enabled": "true",
      "local.location": metastore,
      "hive.non-managed-table-writes-enabled": "true",
    }),
  );
  await client.all(`CREATE SCHEMA ${scratch}.${scratchSchema}`);
  return { data, scratch, scratchSchema };
}

function createCatalog(name: string, properties: Readonly<Record<string, string>>): string {
  const list = Object.entries(properties).map(([key, value]) => `"${key}" = '${value}'`);
  return `CREATE CATALOG ${name} USING hive WITH (${list.join(", ")})`;
}
