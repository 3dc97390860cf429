import type {
  ParquetTarget,
  QueryContext,
  Selection,
  SqlEngine,
  StoredTable,
} from "../../../local/services/athena/engine";
import { type DataSource, makeCatalogs, type TrinoCatalogs } from "./catalogs";
import type { TrinoClient } from "./client";
import type { Trino } from "./server";
import { catalogType, resultColumn } from "./types";

/** Compressions of a CTAS by their name in `hive.compression-codec`. */
const CODECS: Readonly<Record<ParquetTarget["compression"], string>> = {
  snappy: "SNAPPY",
  gzip: "GZIP",
  zstd: "ZSTD",
  uncompressed: "NONE",
};

/** Creates an engine that reads tables and files through the given Glue and S3 endpoints. */
export type MakeEngine = (source: DataSource) => Promise<SqlEngine>;

/** Creates engines of a server, each with its own catalogs. */
export function trinoEngines(trino: Pick<Trino, "client" | "folder">): MakeEngine {
  return async (source) => new TrinoEngine(trino.client, await makeCatalogs(trino, source));
}

/**
 * Runs Athena's SQL on a real Trino, which is the engine inside Athena. Query texts are passed unchanged. Trino lacks
 * parts of Athena's CREATE TABLE AS; this class adds them, and only them:
 *
 * - no `write_compression`: the codec is a property of the session;
 * - the table for the files is created in a catalog of the server's own and dropped there, because the
 *   service registers it where Athena would. (Trino cannot write to the stand-in's Glue: it tries to store
 *   column statistics.)
 *
 * Statements about partitions, which Trino lacks too, do not occur: the product sends none.
 */
export class TrinoEngine implements SqlEngine {
  constructor(
    private readonly client: TrinoClient,
    private readonly catalogs: TrinoCatalogs,
  ) {}

  async select(sql: string, context: QueryContext): Promise<Selection> {
    const { columns, rows, inputBytes } = await this.client.run(sql, this.session(context));
    return { columns: columns.map(resultColumn), rows: scanned(rows, () => context.onScan(inputBytes())) };
  }

  async explain(sql: string, context: QueryContext): Promise<string> {
    const { rows } = await this.client.run(`EXPLAIN ${sql}`, this.session(context));
    const plan: string[] = [];
    for await (const batch of rows) plan.push(...batch.map(([text]) => text ?? ""));
    return plan.join("\n");
  }

  async store(sql: string, target: ParquetTarget, context: QueryContext): Promise<StoredTable> {
    const { data, scratch } = this.catalogs;
    const { location, buckets, compression, filePrefix } = target;
    const table = `${scratch}.${this.catalogs.scratchSchema}.${quoted(filePrefix)}`;
    const properties = [
      "format = 'PARQUET'",
      `external_location = ${literal(location)}`,
      ...(buckets
        ? [
            `bucketed_by = ARRAY[${buckets.columns.map(literal).join(", ")}]`,
            `bucket_count = ${buckets.count}`,
          ]
        : []),
    ];
    const { rows, updateCount, inputBytes } = await this.client.run(
      `CREATE TABLE ${table} WITH (${properties.join(", ")}) AS ${sql}`,
      { ...this.session(context), properties: { [`${scratch}.compression_codec`]: CODECS[compression] } },
    );
    for await (const _ of rows);
    context.onScan(inputBytes());
    const described = await this.client.all(`SHOW COLUMNS FROM ${table}`, { catalog: data });
    const files = await this.client.all(`SELECT DISTINCT "$path" FROM ${table}`, { catalog: data });
    await this.client.all(`DROP TABLE ${table}`, { catalog: data });
    return {
      columns: described.map(([name, type]) => ({ name: name ?? "", type: catalogType(type ?? "") })),
      rows: updateCount() ?? 0,
      files: files.map(([path]) => path ?? ""),
    };
  }

  /** The server outlives the service in front of it. */
  close(): void {}

  private session({ database, signal }: QueryContext) {
    return { catalog: this.catalogs.data, ...(database !== undefined && { schema: database }), signal };
  }
}

/** Trino reports the bytes that it read only at the end. */
async function* scanned<T>(rows: AsyncIterable<T>, onEnd: () => void): AsyncGenerator<T> {
  yield* rows;
  onEnd();
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
