import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AthenaClient } from "@aws-sdk/client-athena";
import { GetTablesCommand, GlueClient, type Partition, paginateGetPartitions } from "@aws-sdk/client-glue";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Outcome } from "../../../lambdas/merge-small-files/outcome";
import type { DataPlane, DeliveryStreamModel, FunctionModel } from "../../../local/plan/data-plane";
import { localS3 } from "../../../local/services/clients";
import { compilePrefixes, fileTime } from "../../../local/services/firehose/prefix";
import { transform } from "../../../local/services/firehose/transformation";
import { deliveredRecords } from "../../../local/services/firehose/user-records";
import { type Functions, startFunctions } from "../../../local/services/lambda/functions/start-functions";
import type { ShardRecord } from "../../../local/services/stream-consumer/shard-reader";
import { athenaSql, type Sql } from "../../../ops/reconcile/sql";
import { only } from "../../support/batch-layer";
import { check } from "../../terraform/emulated/report";
import { makeCatalogs } from "../trino/catalogs";
import { TrinoEngine } from "../trino/engine";
import type { Trino } from "../trino/server";
import { startAthena } from "./athena";
import { openGlueGate } from "./glue-gate";

const CREDENTIALS = { accessKeyId: "operator", secretAccessKey: "operator" };

/**
 * The batch layer in an account to which Terraform was applied: the functions with their deployed code and
 * environment, the account's bucket and catalog, and queries by Trino.
 */
export class DeployedBatchLayer {
  private constructor(
    readonly merge: FunctionModel,
    private readonly delivery: DeliveryStreamModel,
    private readonly database: string,
    /** Queries in the analysts' workgroup. */
    readonly analysts: Sql,
    private readonly functions: Functions,
    private readonly s3: S3Client,
    private readonly glue: GlueClient,
    private readonly closing: () => Promise<void>,
  ) {}

  /** @param url of the AWS API stand-in @param plane of the environment that was applied there */
  static async open(url: string, plane: DataPlane, trino: Trino): Promise<DeployedBatchLayer> {
    const { region } = plane;
    const client = { endpoint: url, region, credentials: CREDENTIALS };
    const s3 = localS3(url, region);
    const glue = new GlueClient(client);
    const lambda = new LambdaClient(client);
    const gate = await openGlueGate(url);
    const catalogs = await makeCatalogs(trino, { glueUrl: gate.url, s3Url: url, region });
    const engine = new TrinoEngine(trino.client, catalogs);
    const folder = mkdtempSync(join(trino.folder, "athena-"));
    const service = await startAthena({ plane, engine, glue, s3, folder });
    const athena = new AthenaClient({ ...client, endpoint: service.url });

    const delivery = only(plane.deliveryStreams, () => true);
    const named = (arn: string | undefined) => only(plane.functions, (model) => model.arn === arn);
    const validate = await asDeployed(lambda, named(delivery.transformation?.functionArn));
    const merge = await asDeployed(lambda, named(only(plane.schedules, () => true).functionArn));
    const functions = await startFunctions([validate, merge], {
      baseEnvironment: {
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        AWS_ENDPOINT_URL_S3: url,
        AWS_ENDPOINT_URL_GLUE: url,
        AWS_ENDPOINT_URL_ATHENA: service.url,
      },
    });
    const database = only(plane.databases, () => true);
    const workgroup = only(plane.workgroups, ({ enforced }) => enforced);
    const analysts = athenaSql(athena, s3, workgroup.name, database);
    return new DeployedBatchLayer(merge, delivery, database, analysts, functions, s3, glue, async () => {
      await functions.close();
      await service.close();
      await gate.close();
      for (const one of [s3, glue, lambda, athena]) one.destroy();
    });
  }

  close(): Promise<void> {
    return this.closing();
  }

  /**
   * Delivers records as Firehose does, through its configured transformation, as one object below
   * the hour of the oldest. @returns the object's key; undefined when the transformation left no records.
   */
  async deliver(records: readonly ShardRecord[]): Promise<string | undefined> {
    const { delivery } = this;
    const [oldest] = records;
    check(oldest !== undefined && delivery.transformation !== undefined, "there is nothing to transform");
    const delivered = records.flatMap((record) => deliveredRecords(record, "ordered"));
    const outcomes = await transform(delivery, delivery.transformation, delivered, {
      invoke: this.functions.invoke,
      onFailedInvocation: (_, error) => {
        throw error;
      },
      signal: new AbortController().signal,
    });
    const kept = (outcomes ?? []).flatMap((outcome) => (outcome.result === "Ok" ? [outcome.data] : []));
    const failed = (outcomes ?? []).filter(({ result }) => result === "Failed");
    check(failed.length === 0, `ValidateRecords failed: ${JSON.stringify(failed[0])}`);
    if (kept.length === 0) return undefined;
    const at = oldest.arrivedAtMs;
    const name = `${delivery.name}-1-${fileTime(at)}-${createHash("sha256").update(oldest.sequenceNumber).digest("hex").slice(0, 12)}`;
    const Key = compilePrefixes(delivery).data(at) + name;
    const command = new PutObjectCommand({ Bucket: delivery.bucket, Key, Body: Buffer.concat(kept) });
    await this.s3.send(command);
    return Key;
  }

  /** Invokes MergeSmallFiles once, in a process, as its schedule does. */
  async runMerge(): Promise<Outcome> {
    return (await this.functions.invoke(this.merge.arn, {})) as Outcome;
  }

  /** Partitions of a table in the account's catalog. */
  async partitions(table: string): Promise<Partition[]> {
    const found: Partition[] = [];
    const input = { DatabaseName: this.database, TableName: table };
    for await (const page of paginateGetPartitions({ client: this.glue }, input)) {
      found.push(...(page.Partitions ?? []));
    }
    return found;
  }

  /** Names of the tables in the account's catalog. */
  async tables(): Promise<string[]> {
    const { TableList = [] } = await this.glue.send(new GetTablesCommand({ DatabaseName: this.database }));
    return TableList.map(({ Name = "" }) => Name).sort();
  }
}

/** A function with its deployed environment; checks its code against the uploaded archive. */
async function asDeployed(lambda: LambdaClient, model: FunctionModel): Promise<FunctionModel> {
  const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: model.name }));
  const hash = createHash("sha256").update(readFileSync(model.archivePath)).digest("base64");
  check(found.CodeSha256 === hash, `the account has other code of ${model.name}: ${found.CodeSha256}`);
  return { ...model, environment: found.Environment?.Variables ?? {} };
}
