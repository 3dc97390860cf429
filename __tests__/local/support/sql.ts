import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  type StartQueryExecutionCommandInput,
} from "@aws-sdk/client-athena";
import { GlueClient } from "@aws-sdk/client-glue";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { gluePartitionColumns } from "../../../contract/glue-columns";
import { LOOPBACK } from "../../../lib/loopback";
import type { ColumnModel, DataPlane, TableModel } from "../../../local/plan/data-plane";
import { startAthena } from "../../../local/services/athena/service";
import { localS3 } from "../../../local/services/clients";
import { LOCAL_CREDENTIALS } from "../../../local/services/credentials";
import { type S3Service, startS3 } from "../../../local/services/s3/service";
import { openStore, type Store } from "../../../local/store/store";
import type { MakeEngine } from "../../engines/trino/engine";
import { GOOD_ROW } from "../../support/good-row";
import { COLUMNS, glueColumns } from "../../support/retail";

export const BUCKET = "lake";
export const DATABASE = "mydatabase";
const REGION = "eu-west-1";

export type SqlPlane = Pick<
  DataPlane,
  "databases" | "tables" | "workgroups" | "namedQueries" | "region" | "accountId"
>;

export const TRANSACTION_COLUMNS: readonly ColumnModel[] = glueColumns();
export const HOUR_COLUMNS: readonly ColumnModel[] = gluePartitionColumns();

/** A table whose files lie under its name. */
export function table(
  name: string,
  columns: readonly ColumnModel[],
  options: Partial<TableModel> = {},
): TableModel {
  return {
    address: `aws_glue_catalog_table.${name}`,
    database: DATABASE,
    name,
    columns,
    partitionKeys: [],
    location: `s3://${BUCKET}/${name}/`,
    format: "json",
    ...options,
  };
}

/** A data plane with workgroup `people`, which has an output location. */
export function sqlPlane(tables: readonly TableModel[], more: Partial<SqlPlane> = {}): SqlPlane {
  return {
    region: REGION,
    accountId: "123456789012",
    databases: [DATABASE],
    tables,
    workgroups: [
      { address: "w", name: "people", enforced: false, outputLocation: `s3://${BUCKET}/results/` },
    ],
    namedQueries: [],
    ...more,
  };
}

/** A query that ended: its state, and the answer as rows of texts with the header first. */
export interface Ended {
  readonly execution: QueryExecution;
  readonly state: string | undefined;
  readonly reason: string | undefined;
  readonly types: readonly (string | undefined)[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface SqlBenchOptions {
  readonly port?: number;
  readonly buckets?: readonly string[];
  /** Makes an engine that reads through the bench's own services; needs a `port`. @default DuckDB */
  readonly makeEngine?: MakeEngine;
}

/** Object store and SQL service of one test file, over a folder of their own. */
export class SqlBench {
  private constructor(
    readonly folder: string,
    private readonly store: Store,
    private readonly objects: S3Service,
    private service: Awaited<ReturnType<typeof startAthena>>,
    readonly s3: S3Client,
    private readonly plane: SqlPlane,
  ) {}

  static async start(
    plane: SqlPlane,
    { port = 0, buckets = [BUCKET], makeEngine }: SqlBenchOptions = {},
  ): Promise<SqlBench> {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-sql-"));
    const store = openStore(folder);
    const objects = await startS3({ buckets, store, dataDir: join(folder, "objects") });
    const s3 = localS3(objects.url, REGION);
    const dataDir = join(folder, "catalog");
    const engine = await makeEngine?.({
      glueUrl: `http://${LOOPBACK}:${port}`,
      s3Url: objects.url,
      region: REGION,
    });
    const options = {
      plane,
      objects: objects.files,
      put: objects.put,
      store,
      dataDir,
      port,
      ...(engine && { engine }),
    };
    const starting = startAthena(options);
    const service = await starting.catch(async (error: unknown) => {
      await objects.close();
      store.close();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    });
    return new SqlBench(folder, store, objects, service, s3, plane);
  }

  /** Ends the service and starts it again on what it kept. */
  async restart(plane: SqlPlane = this.plane): Promise<void> {
    await this.service.close();
    const dataDir = join(this.folder, "catalog");
    const { objects, store } = this;
    this.service = await startAthena({ plane, objects: objects.files, put: objects.put, store, dataDir });
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.objects.close();
    this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get url(): string {
    return this.service.url;
  }

  get athena(): AthenaClient {
    return new AthenaClient({
      endpoint: this.url,
      region: REGION,
      credentials: LOCAL_CREDENTIALS,
      maxAttempts: 1,
    });
  }

  get glue(): GlueClient {
    return new GlueClient({
      endpoint: this.url,
      region: REGION,
      credentials: LOCAL_CREDENTIALS,
      maxAttempts: 1,
    });
  }

  async put(key: string, body: string | Buffer): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  }

  async get(url: string): Promise<string> {
    const { bucket = "", key = "" } = /^s3:\/\/(?<bucket>[^/]+)\/(?<key>.+)$/.exec(url)?.groups ?? {};
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? "";
  }

  async remove(key: string): Promise<void> {
    await this.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
  }

  /** Bytes of an object. */
  size(key: string): number {
    return this.objects.files.list(BUCKET, key).find((file) => file.key === key)?.size ?? Number.NaN;
  }

  /** Keys of the objects under a prefix. */
  keys(prefix: string): string[] {
    return this.objects.files.list(BUCKET, prefix).map(({ key }) => key);
  }

  async start(sql: string, input: Partial<StartQueryExecutionCommandInput> = {}): Promise<string> {
    const { QueryExecutionId = "" } = await this.athena.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: "people",
        QueryExecutionContext: { Database: DATABASE },
        ...input,
      }),
    );
    return QueryExecutionId;
  }

  /** Waits for a query's end; its first page of results if it succeeded. */
  async ended(id: string): Promise<Ended> {
    const athena = this.athena;
    for (;;) {
      const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
      const { State: state, StateChangeReason: reason } = QueryExecution?.Status ?? {};
      if (!QueryExecution || state === "QUEUED" || state === "RUNNING") {
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      if (state !== "SUCCEEDED") return { execution: QueryExecution, state, reason, types: [], rows: [] };
      const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
      return {
        execution: QueryExecution,
        state,
        reason,
        types: ResultSet?.ResultSetMetadata?.ColumnInfo?.map(({ Type }) => Type) ?? [],
        rows: (ResultSet?.Rows ?? []).map(({ Data = [] }) =>
          Data.map(({ VarCharValue }) => VarCharValue ?? null),
        ),
      };
    }
  }

  async query(sql: string, input: Partial<StartQueryExecutionCommandInput> = {}): Promise<Ended> {
    return this.ended(await this.start(sql, input));
  }

  /** The rows of a query that must succeed, without the header. */
  async rows(sql: string): Promise<Ended["rows"]> {
    const { state, reason, rows } = await this.query(sql);
    if (state !== "SUCCEEDED") throw new Error(`${state}: ${reason}\n${sql}`);
    return rows.slice(1);
  }
}

/** A line as ValidateRecords writes it. */
export function transaction(id: string, change: Readonly<Record<string, unknown>> = {}): string {
  const values: Record<string, unknown> = GOOD_ROW;
  const line = Object.fromEntries(COLUMNS.map(({ field }) => [field, values[field]]));
  const added = { record_id: id, arrived_at: "2026-11-24 03:00:00.123", extra: "{}" };
  return `${JSON.stringify({ ...line, ...added, ...change })}\n`;
}
