import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { decimal, text, timestamp } from "../../../contract/column";
import { defineContract } from "../../../contract/define";
import { isJsonObject, type JsonObject } from "../../../lib/json";
import { DataLake, EncryptionKey, EventStream, RetailBi, Vpc } from "../../../modules";
import type { Location } from "../../../modules/location";
import { meterReadings } from "../../support/meter-readings";

const PAYMENTS = defineContract({
  name: "payments",
  eventTime: "paid_at",
  columns: { till: text(), amount: decimal(10, 2), paid_at: timestamp() },
});

/** A stack of another team's, synthesized. */
export interface OtherStack {
  readonly path: string;
  readonly document: JsonObject;
}

/**
 * Synthesizes a stack with two systems side by side: one by its contract alone, account and region from data sources,
 * and one on a key, a stream, a bucket and a network that exist.
 */
export function synthesizeOtherTeams(folder: string, location: Location): OtherStack {
  const { accountId, region } = location;
  const app = new App({ outdir: folder });
  const stack = new TerraformStack(app, "other-teams");
  new AwsProvider(stack, "Aws", { region });
  new RetailBi(stack, "Readings", { contract: meterReadings });
  const key = EncryptionKey.fromArn(stack, "Key", {
    arn: `arn:aws:kms:${region}:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
    location,
  });
  new RetailBi(stack, "Payments", {
    contract: PAYMENTS,
    location,
    key,
    stream: EventStream.fromArn(stack, "Stream", {
      arn: `arn:aws:kinesis:${region}:${accountId}:stream/payments`,
      key,
      retentionHours: 24,
    }),
    lake: DataLake.fromBucket(stack, "Lake", {
      contract: PAYMENTS,
      bucketName: "payments-lake",
      key,
      accountId,
      rawRetentionDays: 90,
    }),
    speed: {
      network: Vpc.fromIds(stack, "Network", {
        vpcId: "vpc-0123456789abcdef0",
        privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        location,
      }),
    },
  });
  app.synth();
  const path = join(folder, "stacks", stack.node.id);
  const document: unknown = JSON.parse(readFileSync(join(path, "cdk.tf.json"), "utf8"));
  if (!isJsonObject(document)) throw new Error(`${path} has no stack`);
  return { path, document };
}
