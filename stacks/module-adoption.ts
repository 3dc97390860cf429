import type { TerraformLocal } from "cdktf";
import { DataLake, type ILake } from "../modules/batch/data-lake";
import { DEFAULTS } from "../modules/defaults";
import { EventStream, type EventStreamProps, type IEventStream } from "../modules/ingest/event-stream";
import type { Location } from "../modules/location";
import type { Names } from "../modules/naming";
import {
  EncryptionKey,
  type EncryptionKeyProps,
  type IEncryptionKey,
} from "../modules/security/encryption-key";
import type { ModuleContract } from "./module-contract";
import type { ModuleStack } from "./module-stack";
import { ifGiven, isWhole, local, numberVariable, type Validation, variable } from "./module-variables";
import type { OutputText } from "./outputs";

/*
 * What a module makes, or its caller has already. The variables are objects, because Terraform must know at plan whether there
 * is one, even if it does not know the ARN yet.
 */

const KEY_ARN = "^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$";
const STREAM_ARN = "^arn:[a-z-]+:kinesis:[a-z0-9-]+:[0-9]{12}:stream/[A-Za-z0-9_.-]{1,128}$";
/** The most hours that a stream keeps a record, and the fewest. */
const HOURS = { min: 24, max: 8760 } as const;
/** Kinesis's default quota of shards in most regions; the constructs allow no more. */
const MOST_SHARDS = 500;

/** A key of the module, or the caller's. */
export class OptionalKey extends EncryptionKey {
  private readonly used: TerraformLocal;

  public constructor(stack: ModuleStack, id: string, props: EncryptionKeyProps) {
    super(stack, id, props);
    stack.existsIf("var.key == null", this.resource, this.node.findChild("Alias"));
    const own = `aws_kms_key.${this.resource.friendlyUniqueId}`;
    this.used = local(stack, "key_arn", `var.key == null ? one(${own}[*].arn) : var.key.arn`);
  }

  public get policyJson(): string {
    return this.policy.json;
  }

  public override get arn(): string {
    return this.used.asString;
  }
}

/** Adds the variable `key`, and the key. @param alias of the module's own key */
export function optionalKey(
  stack: ModuleStack,
  { prefix }: ModuleContract,
  location: Location,
  alias: string,
): OptionalKey {
  variable(
    stack,
    "key",
    "object({ arn = string })",
    "An existing key that encrypts everything here; its policy must have the statements of the output key_policy. Without it, the module makes one",
    [
      [
        ifGiven("var.key", `can(regex("${KEY_ARN}", var.key.arn))`),
        "arn is that of a key, not of an alias: arn:PARTITION:kms:REGION:ACCOUNT:key/ID",
      ],
    ],
    { default: null },
  );
  return new OptionalKey(stack, "Key", {
    alias,
    description: `Everything of the ${prefix} environment of retail-bi`,
    location,
    deletionDays: numberVariable(stack, "key_deletion_days"),
    protected: false,
  });
}

export function keyPolicy(key: OptionalKey): OutputText {
  return ["key_policy", "Statements that the policy of a given key must have", key.policyJson];
}

/** A stream of the module, or the caller's. */
class OptionalStream extends EventStream {
  private readonly usedArn: TerraformLocal;
  private readonly usedName: TerraformLocal;

  public constructor(stack: ModuleStack, id: string, props: EventStreamProps) {
    super(stack, id, props);
    stack.existsIf("var.stream == null", this.resource);
    this.resource.addOverride("stream_mode_details", {
      stream_mode: '${var.shard_count == null ? "ON_DEMAND" : "PROVISIONED"}',
    });
    const own = `aws_kinesis_stream.${this.resource.friendlyUniqueId}[*]`;
    this.usedArn = local(stack, "stream_arn", `var.stream == null ? one(${own}.arn) : var.stream.arn`);
    this.usedName = local(
      stack,
      "stream_name",
      `var.stream == null ? one(${own}.name) : split("/", var.stream.arn)[1]`,
    );
  }

  public override get arn(): string {
    return this.usedArn.asString;
  }

  public override get streamName(): string {
    return this.usedName.asString;
  }
}

const STREAM_TYPE = "object({ arn = string, retention_hours = number, key_arn = optional(string) })";

const STREAM_RULES: readonly Validation[] = [
  [`can(regex("${STREAM_ARN}", var.stream.arn))`, "arn is arn:PARTITION:kinesis:REGION:ACCOUNT:stream/NAME"],
  [
    isWhole("var.stream.retention_hours", HOURS.min, HOURS.max),
    `retention_hours is a whole number from ${HOURS.min} to ${HOURS.max}`,
  ],
  [
    ifGiven("var.stream.key_arn", `can(regex("${KEY_ARN}", var.stream.key_arn))`),
    "key_arn is arn:PARTITION:kms:REGION:ACCOUNT:key/ID",
  ],
];

/** Adds the variables of the stream that the module makes or adopts, and the stream. @param name of the module's own */
export function optionalStream(stack: ModuleStack, location: Location, name: string): EventStream {
  variable(
    stack,
    "stream",
    STREAM_TYPE,
    "An existing stream, the hours that it keeps a record, and its customer-managed key if that is another than key. Without it, the module makes one",
    STREAM_RULES.map(([condition, allowed]) => [ifGiven("var.stream", condition), allowed]),
    { default: null },
  );
  numberVariable(stack, "stream_retention_hours");
  const shards = variable(
    stack,
    "shard_count",
    "number",
    `Shards of the module's own stream, each for 1,000 records or 1 MB a second. Without it, the stream is on demand`,
    [
      [
        ifGiven("var.shard_count", isWhole("var.shard_count", 1, MOST_SHARDS)),
        `a whole number from 1 to ${MOST_SHARDS} is allowed`,
      ],
    ],
    { default: null },
  );
  const hours = local(
    stack,
    "stream_hours",
    "var.stream == null ? var.stream_retention_hours : var.stream.retention_hours",
  );
  const keyArn = local(
    stack,
    "stream_key_arn",
    "var.stream == null ? local.key_arn : coalesce(var.stream.key_arn, local.key_arn)",
  );
  return new OptionalStream(stack, "EventStream", {
    name,
    capacity: { mode: "provisioned", shardCount: shards.numberValue },
    retentionHours: hours.asNumber,
    key: keyOfStream(stack, location, keyArn),
    protected: false,
  });
}

/** Adds the variable of a stream that exists, and the stream. @param keyArn of the key where the caller names none, in HCL */
export function givenStream(stack: ModuleStack, location: Location, keyArn: string): IEventStream {
  variable(
    stack,
    "stream",
    STREAM_TYPE,
    "The stream that is indexed, the hours that it keeps a record, and its customer-managed key if it has one",
    STREAM_RULES,
  );
  const key = local(stack, "stream_key_arn", `coalesce(var.stream.key_arn, ${keyArn})`);
  return EventStream.fromArn(stack, "Stream", {
    arn: local(stack, "stream_arn", "var.stream.arn").asString,
    key: keyOfStream(stack, location, key),
    retentionHours: local(stack, "stream_hours", "var.stream.retention_hours").asNumber,
  });
}

function keyOfStream(stack: ModuleStack, location: Location, arn: TerraformLocal): IEncryptionKey {
  return EncryptionKey.fromArn(stack, "StreamKey", { arn: arn.asString, location, services: ["kinesis"] });
}

const LAKE_RULES: readonly Validation[] = [
  [
    'can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.lake.bucket_name))',
    "bucket_name is the name of a bucket",
  ],
  [`can(regex("${KEY_ARN}", var.lake.key_arn))`, "key_arn is arn:PARTITION:kms:REGION:ACCOUNT:key/ID"],
];

/**
 * Adds the variable of the lake that the module makes or adopts, and the lake. Roles and tables refer to it by its name, so
 * that both are the same to them.
 */
export function optionalLake(
  stack: ModuleStack,
  given: ModuleContract,
  location: Location,
  own: {
    readonly key: IEncryptionKey;
    readonly names: Pick<Names, "accessLogBucket" | "lakeBucket">;
    readonly rawRetentionDays: number;
    readonly accessLogDays: number;
  },
): ILake {
  const { contract } = given;
  const { accountId } = location;
  const { rawRetentionDays } = own;
  variable(
    stack,
    "lake",
    "object({ bucket_name = string, key_arn = string })",
    "An existing bucket for the lake, and the key that encrypts its objects; the outputs lake_policy_for_owner and lake_settings_for_owner have what its owner adds. Without it, the module makes one",
    LAKE_RULES.map(([condition, allowed]) => [ifGiven("var.lake", condition), allowed]),
    { default: null },
  );
  const made = new DataLake(stack, "DataLake", {
    contract,
    bucketName: own.names.lakeBucket,
    accessLogBucketName: own.names.accessLogBucket,
    key: own.key,
    accountId,
    rawRetentionDays,
    noncurrentVersionDays: numberVariable(stack, "noncurrent_version_days"),
    accessLogDays: own.accessLogDays,
    protected: false,
  });
  stack.existsIf("var.lake == null", made);
  const bucket = `aws_s3_bucket.${made.bucket.resource.friendlyUniqueId}`;
  return lakeOf(stack, given, location, {
    bucketName: `var.lake == null ? one(${bucket}[*].bucket) : var.lake.bucket_name`,
    keyArn: "var.lake == null ? local.key_arn : var.lake.key_arn",
    rawRetentionDays,
  });
}

/** Adds the variable of a lake that exists, and the lake. */
export function givenLake(stack: ModuleStack, given: ModuleContract, location: Location): ILake {
  variable(
    stack,
    "lake",
    "object({ bucket_name = string, key_arn = string })",
    "Bucket for refused lines and discarded batches, and the key that encrypts its objects",
    LAKE_RULES,
  );
  return lakeOf(stack, given, location, {
    bucketName: "var.lake.bucket_name",
    keyArn: "var.lake.key_arn",
    rawRetentionDays: DEFAULTS.rawRetentionDays,
  });
}

/** @param used name of the bucket and ARN of its key, in HCL */
function lakeOf(
  stack: ModuleStack,
  { contract }: ModuleContract,
  location: Location,
  used: { readonly bucketName: string; readonly keyArn: string; readonly rawRetentionDays: number },
): ILake {
  return DataLake.fromBucket(stack, "Lake", {
    contract,
    bucketName: local(stack, "lake_bucket_name", used.bucketName).asString,
    key: EncryptionKey.fromArn(stack, "LakeKey", {
      arn: local(stack, "lake_key_arn", used.keyArn).asString,
      location,
      services: ["s3"],
    }),
    accountId: location.accountId,
    rawRetentionDays: used.rawRetentionDays,
  });
}
