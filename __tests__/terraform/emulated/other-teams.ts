import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc as AwsVpc } from "@cdktf/provider-aws/lib/vpc";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import type { Location } from "../../../modules/location";
import { meterReadings } from "../../support/meter-readings";
import type { Library } from "./packed";

/** A stack of another team's, synthesized. */
export interface OtherStack {
  readonly path: string;
  readonly document: JsonObject;
}

const EXISTING = z.object({
  keyArn: z.string(),
  streamArn: z.string(),
  bucketName: z.string(),
  vpcId: z.string(),
  privateSubnetIds: z.array(z.string()),
});
/** Resources of other owners that a system adopts. */
export type Existing = z.infer<typeof EXISTING>;

/** Output that names the bucket of the system that has one of its own. */
export const OWN_LAKE = "readings_lake_bucket";

interface OtherTeamsOptions {
  /** What the teams installed. */
  readonly library: Library;
  readonly existing: Existing;
  /** Whether resources that hold data refuse to be destroyed. */
  readonly protected: boolean;
  /** Changes the finished stack. @default nothing is changed */
  readonly overrides?: (stack: TerraformStack) => void;
}

/**
 * Synthesizes a stack with two systems side by side: one by its contract alone, account and region from data sources,
 * and one on a key, a stream, a bucket and a network that exist.
 */
export function synthesizeOtherTeams(
  folder: string,
  location: Location,
  { library, existing, protected: isProtected, overrides }: OtherTeamsOptions,
): OtherStack {
  const { DataLake, EncryptionKey, EventStream, RetailBi, Vpc, decimal, defineContract, text, timestamp } =
    library;
  const payments = defineContract({
    name: "payments",
    eventTime: "paid_at",
    columns: { till: text(), amount: decimal(10, 2), paid_at: timestamp() },
  });
  const { accountId, region } = location;
  // Nothing but the contract, unless the system must be destroyed.
  const disposable = isProtected ? {} : { protected: false };
  return synthesize(folder, "other-teams", region, (stack) => {
    const readings = new RetailBi(stack, "Readings", { contract: meterReadings, ...disposable });
    new TerraformOutput(stack, OWN_LAKE, { value: readings.batch.lake.bucketName });
    const key = EncryptionKey.fromArn(stack, "Key", { arn: existing.keyArn, location });
    new RetailBi(stack, "Payments", {
      contract: payments,
      location,
      ...disposable,
      key,
      stream: EventStream.fromArn(stack, "Stream", { arn: existing.streamArn, key, retentionHours: 24 }),
      lake: DataLake.fromBucket(stack, "Lake", {
        contract: payments,
        bucketName: existing.bucketName,
        key,
        accountId,
        rawRetentionDays: 90,
      }),
      speed: {
        network: Vpc.fromIds(stack, "Network", {
          vpcId: existing.vpcId,
          privateSubnetIds: existing.privateSubnetIds,
          location,
        }),
      },
    });
    overrides?.(stack);
  });
}

/** IDs in the form of AWS's, of resources that do not exist: enough for a plan. */
export function neverCreated({ accountId, region }: Location): Existing {
  return {
    keyArn: `arn:aws:kms:${region}:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
    streamArn: `arn:aws:kinesis:${region}:${accountId}:stream/payments`,
    bucketName: "payments-lake",
    vpcId: "vpc-0123456789abcdef0",
    privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
  };
}

/** Synthesizes the stack of the owners, without any construct of this library. */
export function synthesizeOwners(
  folder: string,
  region: string,
  overrides: (stack: TerraformStack) => void,
): OtherStack {
  return synthesize(folder, "owners", region, (stack) => {
    const key = new KmsKey(stack, "Key", { description: "Payments" });
    const stream = new KinesisStream(stack, "Stream", {
      name: "payments",
      retentionPeriod: 24,
      encryptionType: "KMS",
      kmsKeyId: key.arn,
      streamModeDetails: { streamMode: "ON_DEMAND" },
    });
    const bucket = new S3Bucket(stack, "Bucket", { bucket: "payments-lake", forceDestroy: true });
    const vpc = new AwsVpc(stack, "Vpc", { cidrBlock: "10.30.0.0/16" });
    const subnets = ["a", "b"].map(
      (zone, index) =>
        new Subnet(stack, `Subnet-${zone}`, {
          vpcId: vpc.id,
          availabilityZone: `${region}${zone}`,
          cidrBlock: `10.30.${index * 16}.0/20`,
        }),
    );
    const values: Existing = {
      keyArn: key.arn,
      streamArn: stream.arn,
      bucketName: bucket.bucket,
      vpcId: vpc.id,
      privateSubnetIds: subnets.map(({ id }) => id),
    };
    for (const [name, value] of Object.entries(values)) new TerraformOutput(stack, name, { value });
    overrides(stack);
  });
}

/** Parses the outputs of the owners' applied stack. @throws ZodError naming what is missing */
export function existingIn(outputs: ReadonlyMap<string, Json>): Existing {
  return EXISTING.parse(Object.fromEntries(outputs));
}

function synthesize(
  folder: string,
  name: string,
  region: string,
  build: (stack: TerraformStack) => void,
): OtherStack {
  const app = new App({ outdir: folder });
  const stack = new TerraformStack(app, name);
  new AwsProvider(stack, "Aws", { region });
  build(stack);
  app.synth();
  const path = join(folder, "stacks", name);
  const document: unknown = JSON.parse(readFileSync(join(path, "cdk.tf.json"), "utf8"));
  if (!isJsonObject(document)) throw new Error(`${path} has no stack`);
  return { path, document };
}
