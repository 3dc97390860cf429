import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Trino } from "./server";

/** Where Trino finds tables and files: AWS's APIs, or something that speaks as they do. */
export interface DataSource {
  readonly glueUrl: string;
  readonly s3Url: string;
  readonly region: string;
}

/** Catalogs of a Trino, by the names that its SQL has for them. */
export interface TrinoCatalogs {
  /** The tables of Glue, with their files in S3. */
  readonly data: string;
  /** Takes the tables of a CTAS: files in the same S3, the metastore in the server's own folder. */
  readonly scratch: string;
  readonly scratchSchema: string;
}

/** Nobody checks them, but the SDK does not send a request without any. */
const CREDENTIALS = { key: "trino", secret: "trino" } as const;

let made = 0;

/** Makes the catalogs that queries over a data source need. They go with the server. */
export async function makeCatalogs(
  { client, folder }: Pick<Trino, "client" | "folder">,
  { glueUrl, s3Url, region }: DataSource,
): Promise<TrinoCatalogs> {
  // The server may be older than this process.
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
      // Segments are for catalogs with more partitions than these.
      "hive.metastore.glue.partitions-segments": "1",
      // Athena reads what lies below a folder; statistics are not in the catalog.
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
