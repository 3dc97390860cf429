import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AthenaClient,
  BatchGetQueryExecutionCommand,
  paginateListQueryExecutions,
} from "@aws-sdk/client-athena";
import { GlueClient, paginateGetPartitions } from "@aws-sdk/client-glue";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Hour } from "../../contract/hours";
import { glueCatalog } from "../../lambdas/merge-small-files/aws-catalog";
import { s3Objects } from "../../lambdas/merge-small-files/aws-objects";
import { athenaQueries } from "../../lambdas/merge-small-files/aws-queries";
import { ENVIRONMENT } from "../../lambdas/merge-small-files/env";
import { hourLocation } from "../../lambdas/merge-small-files/locations";
import type { Clock, Ports } from "../../lambdas/merge-small-files/ports";
import { type MergeConfig, tablesOf } from "../../lambdas/merge-small-files/warehouse";
import { readEnvironment } from "../../lambdas/shared/env";
import { createLogger } from "../../lambdas/shared/log";
import { freePorts } from "../../lib/free-ports";
import { chunks } from "../../lib/given";
import { LOOPBACK } from "../../lib/loopback";
import type { DataPlane, FunctionModel } from "../../local/plan/data-plane";
import { readDataPlane } from "../../local/plan/read-data-plane";
import { startAthena } from "../../local/services/athena/service";
import { localS3 } from "../../local/services/clients";
import { LOCAL_CREDENTIALS } from "../../local/services/credentials";
import { type S3Service, startS3 } from "../../local/services/s3/service";
import { openStore, type Store } from "../../local/store/store";
import { athenaSql, type Sql } from "../../ops/reconcile/sql";
import type { MakeEngine } from "../engines/trino/engine";
import type { RawLine } from "./raw-lines";
import { synthesized } from "./synthesized";

/** Row of a table: the identity, and the hour of its partition (`2026-11-24T03`). */
export interface PlacedLine {
  readonly identity: string;
  readonly hour: string;
}

/**
 * The batch layer of `dev` behind its delivery stream: S3, Athena and Glue as its Terraform describes
 * them, in this process, in a temporary folder.
 */
export class BatchLayer {
  readonly athena: AthenaClient;
  readonly glue: GlueClient;
  /** MergeSmallFiles, as Terraform would deploy it. */
  readonly mergeFunction: FunctionModel;
  readonly config: MergeConfig;
  /** Queries in the analysts' workgroup, which enforces its settings. */
  readonly analysts: Sql;

  private constructor(
    private readonly folder: string,
    readonly plane: DataPlane,
    private readonly store: Store,
    private readonly objects: S3Service,
    private readonly service: Awaited<ReturnType<typeof startAthena>>,
    readonly s3: S3Client,
  ) {
    const client = { endpoint: service.url, region: plane.region, credentials: LOCAL_CREDENTIALS };
    this.athena = new AthenaClient(client);
    this.glue = new GlueClient(client);
    this.mergeFunction = only(plane.functions, ({ environment }) => "OLD_TABLE_NAME" in environment);
    this.config = readEnvironment(ENVIRONMENT, this.mergeFunction.environment);
    const workgroup = only(plane.workgroups, ({ enforced }) => enforced);
    this.analysts = athenaSql(this.athena, s3, workgroup.name, this.config.NEW_DATABASE);
  }

  /** @param engine answers the queries. @default DuckDB */
  static async start(engine?: MakeEngine): Promise<BatchLayer> {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-batch-"));
    try {
      return await BatchLayer.open(folder, engine);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private static async open(folder: string, makeEngine?: MakeEngine): Promise<BatchLayer> {
    // Nothing searches here: the endpoint only fills the environment of a function that is not started.
    const plane = readDataPlane(await synthesized("dev"), { searchEndpoint: "http://127.0.0.1:9" });
    const store = openStore(folder);
    const objects = await startS3({ buckets: plane.buckets, store, dataDir: join(folder, "objects") });
    const s3 = localS3(objects.url, plane.region);
    const dataDir = join(folder, "catalog");
    const [port = 0] = await freePorts(1);
    const glueUrl = `http://${LOOPBACK}:${port}`;
    const engine = await makeEngine?.({ glueUrl, s3Url: objects.url, region: plane.region });
    const service = await startAthena({
      plane,
      objects: objects.files,
      put: objects.put,
      store,
      dataDir,
      port,
      ...(engine && { engine }),
    });
    return new BatchLayer(folder, plane, store, objects, service, s3);
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.objects.close();
    this.store.close();
    for (const client of [this.s3, this.athena, this.glue]) client.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get urls(): { readonly s3: string; readonly sql: string } {
    return { s3: this.objects.url, sql: this.service.url };
  }

  /** The ports of a merge in this process, wired as the handler does, except the clock. */
  ports(clock: Clock, onLog: (line: string) => void): Ports {
    const { config } = this;
    let random = 0;
    return {
      objects: s3Objects(this.s3),
      catalog: glueCatalog(this.glue),
      queries: athenaQueries(this.athena, config.WORK_GROUP, config.STAGING_OUTPUT_PREFIX, tablesOf(config)),
      clock,
      randomId: () => (random++).toString(16).padStart(8, "0"),
      log: createLogger(this.mergeFunction.name, onLog, clock.now),
    };
  }

  /** Writes an object of lines into an hour, as Firehose would. */
  async deliver(hour: Hour, name: string, lines: readonly RawLine[]): Promise<void> {
    const { bucket, prefix } = hourLocation(this.config.OLD_TABLE_LOCATION_PREFIX, hour);
    const Body = lines.map(({ json }) => `${json}\n`).join("");
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + name, Body }));
  }

  /** Keys below a prefix of the lake. */
  keys(prefix: string): string[] {
    return this.objects.files.list(this.config.OUTPUT_PREFIX.bucket, prefix).map(({ key }) => key);
  }

  /** Names of an hour's run folders, referenced or not. */
  runFolders(hour: Hour): string[] {
    const { prefix } = hourLocation(this.config.OUTPUT_PREFIX, hour);
    const names = this.keys(prefix).map((key) => /^run=([^/]+)\//.exec(key.slice(prefix.length))?.[1] ?? key);
    return [...new Set(names)];
  }

  /** Every row of a table, read by one query. */
  async rows(table: string): Promise<PlacedLine[]> {
    const rows: PlacedLine[] = [];
    await this.analysts.query(`SELECT year, month, day, hour, record_id FROM "${table}"`, (row) => {
      const part = (column: string): string => (row[column] ?? "").padStart(2, "0");
      const hour = `${part("year")}-${part("month")}-${part("day")}T${part("hour")}`;
      rows.push({ identity: row["record_id"] ?? "", hour });
    });
    return rows;
  }

  /** Values of a table's partitions, such as `2026/11/24/03`. */
  async partitions(table: string): Promise<string[]> {
    const names: string[] = [];
    const input = { DatabaseName: this.config.NEW_DATABASE, TableName: table };
    for await (const { Partitions } of paginateGetPartitions({ client: this.glue }, input)) {
      names.push(...(Partitions ?? []).map(({ Values = [] }) => Values.join("/")));
    }
    return names;
  }

  /** Texts of the merges' queries so far, newest first, as Athena lists them. */
  async mergeQueries(): Promise<string[]> {
    const { athena } = this;
    const ids: string[] = [];
    const workgroup = { WorkGroup: this.config.WORK_GROUP };
    for await (const { QueryExecutionIds } of paginateListQueryExecutions({ client: athena }, workgroup)) {
      ids.push(...(QueryExecutionIds ?? []));
    }
    const texts: string[] = [];
    for (const QueryExecutionIds of chunks(ids, 50)) {
      const answer = await athena.send(new BatchGetQueryExecutionCommand({ QueryExecutionIds }));
      texts.push(...(answer.QueryExecutions ?? []).map(({ Query = "" }) => Query));
    }
    return texts;
  }
}

/** The one item that satisfies `is`. @throws Error when there is none or more than one. */
export function only<T>(all: readonly T[], is: (one: T) => boolean): T {
  const [found, ...others] = all.filter(is);
  if (found === undefined || others.length > 0) throw new Error("the Terraform does not have exactly one");
  return found;
}
