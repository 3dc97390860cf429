import { AthenaNamedQuery } from "@cdktf/provider-aws/lib/athena-named-query";
import type { GlueCatalogTable } from "@cdktf/provider-aws/lib/glue-catalog-table";
import type { KinesisFirehoseDeliveryStream } from "@cdktf/provider-aws/lib/kinesis-firehose-delivery-stream";
import {
  type App,
  type TerraformElement,
  TerraformIterator,
  type TerraformLocal,
  type TerraformResource,
  type TerraformVariable,
} from "cdktf";
import type { Construct } from "constructs";
import { LEAST_BUFFER_MIB } from "../contract/limits";
import { DataLake } from "../modules/batch/data-lake";
import { IngestBatch } from "../modules/batch/ingest-batch";
import { lookBackHours } from "../modules/batch/look-back";
import { DEFAULTS } from "../modules/defaults";
import { EventStream, type EventStreamProps } from "../modules/ingest/event-stream";
import { type Location, locationOf } from "../modules/location";
import { systemNamesOf } from "../modules/naming";
import { Vpc } from "../modules/network/vpc";
import { RetailBi } from "../modules/retail-bi";
import {
  EncryptionKey,
  type EncryptionKeyProps,
  type IEncryptionKey,
} from "../modules/security/encryption-key";
import { SpeedLayer, type SpeedSettings } from "../modules/speed/speed-layer";
import { type ModuleContract, moduleContract } from "./module-contract";
import { ModuleStack } from "./module-stack";
import { local, localValue, logRetentionVariable, numberVariable, variable } from "./module-variables";
import { addOutputs, batchOutputs, type OutputText, operationsOutputs, speedOutputs } from "./outputs";

const KEY_ARN = "^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$";
const STREAM_ARN = "^arn:[a-z-]+:kinesis:[a-z0-9-]+:[0-9]{12}:stream/[A-Za-z0-9_.-]+$";

/** The modules, by name; each is a folder of `terraform-modules/`. */
export const TERRAFORM_MODULES = {
  batch: batchModule,
  speed: speedModule,
  "retail-bi": retailBiModule,
} as const satisfies Readonly<Record<string, (app: App) => ModuleStack>>;

/** The stream, its delivery to a lake, the tables of the lake, and their merging. */
function batchModule(app: App): ModuleStack {
  const stack = new ModuleStack(app, "batch");
  const given = moduleContract(stack);
  const location = locationOf(stack);
  const key = optionalKey(stack, given, location);
  const stream = optionalStream(stack, given, location, key);
  const batch = new IngestBatch(stack, "Default", {
    ...commonProps(stack, given, location),
    ...batchProps(stack),
    key,
    stream,
  });
  adaptBatch(stack, given, batch);
  addOutputs(stack, [...batchOutputs(batch), keyPolicy(key)]);
  stack.addStateful();
  return stack;
}

/** The search domain, its set-up, and the function that indexes a stream of another module, in a network that exists. */
function speedModule(app: App): ModuleStack {
  const stack = new ModuleStack(app, "speed");
  const given = moduleContract(stack);
  const location = locationOf(stack);
  const { prefix } = given;
  const names = { keyAlias: `${systemNamesOf(prefix, location).keyAlias}-speed` };
  const key = optionalKey(stack, given, location, names.keyAlias);
  variable(
    stack,
    "stream",
    "object({ arn = string, retention_hours = number, key_arn = optional(string) })",
    "The stream that is indexed, the hours that it keeps a record, and its customer-managed key if it has one",
    [
      ...streamRules("var.stream"),
      [
        `var.stream.key_arn == null || can(regex("${KEY_ARN}", var.stream.key_arn))`,
        "key_arn is arn:PARTITION:kms:REGION:ACCOUNT:key/ID",
      ],
    ],
  );
  variable(
    stack,
    "lake",
    "object({ bucket_name = string, key_arn = string })",
    "Bucket for refused lines and discarded batches, and the key that encrypts its objects",
    [
      [
        'can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.lake.bucket_name))',
        "bucket_name is the name of a bucket",
      ],
      [`can(regex("${KEY_ARN}", var.lake.key_arn))`, "key_arn is arn:PARTITION:kms:REGION:ACCOUNT:key/ID"],
    ],
  );
  variable(stack, "vpc_id", "string", "Network of the search domain", [
    [
      'can(regex("^vpc-[0-9a-f]+$", var.vpc_id))',
      "the id of a network is allowed, such as vpc-0123456789abcdef0",
    ],
  ]);
  const subnets = variable(
    stack,
    "private_subnet_ids",
    "list(string)",
    "Private subnets from which S3 is reached by its gateway endpoint; the domain is in the first",
    [["length(var.private_subnet_ids) > 0", "at least one subnet is needed"]],
  );
  const text = (expression: string, name: string) => local(stack, name, expression).asString;
  const streamKey = EncryptionKey.fromArn(stack, "StreamKey", {
    arn: text("coalesce(var.stream.key_arn, var.lake.key_arn)", "stream_key_arn"),
    location,
    services: ["kinesis"],
  });
  const lakeKey = EncryptionKey.fromArn(stack, "LakeKey", {
    arn: text("var.lake.key_arn", "lake_key_arn"),
    location,
    services: ["s3"],
  });
  const speed = new SpeedLayer(stack, "Default", {
    ...commonProps(stack, given, location),
    ...speedProps(stack),
    names,
    key,
    source: EventStream.fromArn(stack, "Stream", {
      arn: text("var.stream.arn", "stream_arn"),
      key: streamKey,
      retentionHours: local(stack, "stream_hours", "var.stream.retention_hours").asNumber,
    }),
    lake: DataLake.fromBucket(stack, "Lake", {
      contract: given.contract,
      bucketName: text("var.lake.bucket_name", "lake_bucket_name"),
      key: lakeKey,
      accountId: location.accountId,
      rawRetentionDays: DEFAULTS.rawRetentionDays,
    }),
    network: Vpc.fromIds(stack, "Network", {
      vpcId: stringOf(stack, "vpc_id"),
      privateSubnetIds: subnets.listValue,
      location,
    }),
  });
  adaptSpeed(stack, speed);
  addOutputs(stack, [...speedOutputs(speed), keyPolicy(key)]);
  stack.addStateful();
  return stack;
}

/** One whole system: both layers in a network of its own, and their operations. */
function retailBiModule(app: App): ModuleStack {
  const stack = new ModuleStack(app, "retail-bi");
  const given = moduleContract(stack);
  const location = locationOf(stack);
  const key = optionalKey(stack, given, location);
  const stream = optionalStream(stack, given, location, key);
  const cidr = variable(
    stack,
    "cidr",
    "string",
    "Private CIDR block of sixteen bits that no peered network uses",
    [
      [
        'can(cidrhost(var.cidr, 0)) && endswith(var.cidr, ".0.0/16")',
        "a block of sixteen bits is allowed, such as 10.20.0.0/16",
      ],
    ],
    { default: DEFAULTS.cidr },
  ).stringValue;
  const system = new RetailBi(stack, "Default", {
    ...commonProps(stack, given, location),
    ...batchProps(stack),
    key,
    stream,
    speed: { ...speedProps(stack), network: { cidr } },
    operations: {
      budget: { usdPerMonth: numberVariable(stack, "usd_per_month"), costOf: "account" },
    },
  });
  const { batch, speed, operations } = system;
  if (speed === undefined) throw new Error("the module has a speed layer");
  adaptBatch(stack, given, batch);
  adaptSpeed(stack, speed);
  addOutputs(stack, [
    ...batchOutputs(batch),
    ...speedOutputs(speed),
    ...operationsOutputs(operations),
    keyPolicy(key),
  ]);
  stack.addStateful();
  return stack;
}

function commonProps(stack: ModuleStack, { contract, prefix }: ModuleContract, location: Location) {
  return {
    contract,
    prefix,
    location,
    logRetentionDays: logRetentionVariable(stack),
    // `prevent_destroy` takes a literal only: the caller's root guards the output `stateful`.
    protected: false,
  };
}

function batchProps(stack: ModuleStack) {
  const rawRetentionDays = numberVariable(stack, "raw_retention_days");
  (stack.node.findChild("raw_retention_days") as TerraformVariable).addValidation({
    condition: `\${var.raw_retention_days >= ceil((local.stream_hours + ${lookBackHours(0)}) / 24) + 1}`,
    errorMessage: "raw_retention_days: a day more than the hours of the stream and two is needed.",
  });
  return {
    rawRetentionDays,
    lake: { noncurrentVersionDays: numberVariable(stack, "noncurrent_version_days") },
    bufferMiB: numberVariable(stack, "buffer_mib"),
    merge: {
      everyMinutes: numberVariable(stack, "merge_every_minutes"),
      queriesInFlight: numberVariable(stack, "merge_queries_in_flight"),
      scanLimitGiB: numberVariable(stack, "merge_scan_limit_gib"),
    },
    analystScanLimitGiB: numberVariable(stack, "analyst_scan_limit_gib"),
  };
}

function speedProps(stack: ModuleStack): SpeedSettings & { readonly title: string } {
  variable(
    stack,
    "panels",
    "any",
    "What people look at in OpenSearch Dashboards, as docs/panels describes it. Without it, the contract's default panels",
    [
      [
        "var.panels == null || try(length(var.panels) >= 1 && length(var.panels) <= 30, false)",
        "a list of 1 to 30 panels is allowed",
      ],
      [
        'alltrue([for p in coalesce(var.panels, []) : can(regex("^[a-z][a-z0-9-]*$", p.id)) && try(contains(["speed", "batch"], p.layer) && contains(["bars", "horizontal-bars", "line", "table"], p.chart) && trimspace(p.title) != "", false)])',
        "each panel has an id of lower-case letters, digits and dashes, a title, a layer (speed or batch) and a chart (bars, horizontal-bars, line or table)",
      ],
      [
        "length(distinct([for p in coalesce(var.panels, []) : try(p.id, null)])) == length(coalesce(var.panels, []))",
        "each id occurs once",
      ],
    ],
    { default: null },
  );
  variable(
    stack,
    "title",
    "string",
    "Title of the dashboard. Without it, name",
    [['trimspace(coalesce(var.title, "x")) != ""', "a text that is not blank is allowed"]],
    { default: null },
  );
  const age = numberVariable(stack, "maximum_record_age_hours");
  (stack.node.findChild("maximum_record_age_hours") as TerraformVariable).addValidation({
    condition: "${var.maximum_record_age_hours < local.stream_hours}",
    errorMessage: "maximum_record_age_hours: fewer hours than the stream keeps a record are allowed.",
  });
  return {
    instanceType: variable(
      stack,
      "instance_type",
      "string",
      "Instance type of the search domain's data node",
      [
        [
          'can(regex("^[a-z0-9]+\\\\.[a-z0-9]+\\\\.search$", var.instance_type))',
          "a type such as t3.small.search is allowed",
        ],
      ],
      { default: DEFAULTS.instanceType },
    ).stringValue,
    volumeGiB: numberVariable(stack, "volume_gib"),
    shards: numberVariable(stack, "shards"),
    retentionDays: numberVariable(stack, "index_retention_days"),
    parallelizationFactor: numberVariable(stack, "parallelization_factor"),
    maximumRecordAgeHours: age,
    title: local(stack, "dashboard_title", "coalesce(var.title, var.name)").asString,
  };
}

/** A key of the module, or the caller's. The object is known at plan even if its ARN is not, as `count` needs it. */
class OptionalKey extends EncryptionKey {
  private readonly used: TerraformLocal;

  public constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id, props);
    for (const resource of this.node.findAll()) {
      if (isResource(resource)) resource.addOverride("count", "${var.key == null ? 1 : 0}");
    }
    const own = `aws_kms_key.${this.resource.friendlyUniqueId}`;
    const alias = this.node.findChild("Alias") as TerraformResource;
    alias.addOverride("target_key_id", `\${${own}[0].key_id}`);
    this.used = local(scope, "key_arn", `var.key == null ? one(${own}[*].arn) : var.key.arn`);
  }

  public get policyJson(): string {
    return this.policy.json;
  }

  public override get arn(): string {
    return this.used.asString;
  }
}

function optionalKey(
  stack: ModuleStack,
  { prefix }: ModuleContract,
  location: Location,
  alias: string = systemNamesOf(prefix, location).keyAlias,
): OptionalKey {
  variable(
    stack,
    "key",
    "object({ arn = string })",
    "An existing key that encrypts everything here; its policy must have the statements of the output key_policy. Without it, the module makes one",
    [
      [
        `var.key == null || can(regex("${KEY_ARN}", var.key.arn))`,
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

function keyPolicy(key: OptionalKey): OutputText {
  return ["key_policy", "Statements that the policy of a given key must have", key.policyJson];
}

/** A stream of the module, or the caller's. */
class OptionalStream extends EventStream {
  private readonly usedArn: TerraformLocal;
  private readonly usedName: TerraformLocal;

  public constructor(scope: Construct, id: string, props: EventStreamProps) {
    super(scope, id, props);
    this.resource.addOverride("count", "${var.stream == null ? 1 : 0}");
    const own = `aws_kinesis_stream.${this.resource.friendlyUniqueId}[*]`;
    this.usedArn = local(scope, "stream_arn", `var.stream == null ? one(${own}.arn) : var.stream.arn`);
    this.usedName = local(
      scope,
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

function streamRules(stream: string): [string, string][] {
  return [
    [`can(regex("${STREAM_ARN}", ${stream}.arn))`, "arn is arn:PARTITION:kinesis:REGION:ACCOUNT:stream/NAME"],
    [
      `try(${stream}.retention_hours >= 24 && ${stream}.retention_hours <= 8760, false)`,
      "retention_hours is from 24 to 8760",
    ],
  ];
}

function optionalStream(
  stack: ModuleStack,
  { prefix }: ModuleContract,
  location: Location,
  key: IEncryptionKey,
): EventStream {
  variable(
    stack,
    "stream",
    "object({ arn = string, retention_hours = number })",
    "An existing stream, which is encrypted with key or with AWS's own key, and the hours that it keeps a record. Without it, the module makes one",
    streamRules("var.stream").map(
      ([condition, allowed]) => [`var.stream == null || ${condition}`, allowed] as const,
    ),
    { default: null },
  );
  numberVariable(stack, "stream_retention_hours");
  const hours = local(
    stack,
    "stream_hours",
    `var.stream == null ? var.stream_retention_hours : var.stream.retention_hours`,
  );
  return new OptionalStream(stack, "EventStream", {
    name: systemNamesOf(prefix, location).stream,
    capacity: { mode: "on-demand" },
    retentionHours: hours.asNumber,
    key,
    protected: false,
  });
}

/** Sets what the constructs compute from the columns of a contract, which only Terraform knows here. */
function adaptBatch(stack: ModuleStack, given: ModuleContract, batch: IngestBatch): void {
  for (const table of [batch.catalog.raw, batch.catalog.parquet]) setColumns(table, given.columnBlocks);
  batch.mergeSmallFiles.function.resource.addOverride(
    "environment.variables.COLUMN_NAMES",
    given.columnNames,
  );
  setLeastBuffer(batch.deliveryStream.resource);
  const queries = batch.node.findChild("SavedQueries");
  for (const id of ["FirstTen", "FirstTenMerged"]) {
    const query = queries.node.findChild(id) as AthenaNamedQuery;
    const filtered = query.queryInput?.replace(/(?= LIMIT 10$)/, given.smokeFilter);
    if (filtered === undefined || filtered === query.queryInput) throw new Error(`${id} has no LIMIT 10`);
    query.query = filtered;
  }
  variable(
    stack,
    "saved_queries",
    "map(object({ name = string, description = string, sql = string }))",
    "Queries for analysts beside those that follow from any contract, by a key that stays",
    [
      [
        'alltrue([for q in values(var.saved_queries) : length(q.name) >= 1 && length(q.name) <= 128 && length(q.description) <= 1024 && trimspace(q.sql) != ""])',
        "each has a name of 1 to 128 characters, a description of at most 1,024, and SQL",
      ],
    ],
    { default: {} },
  );
  const each = TerraformIterator.fromMap((stack.node.findChild("saved_queries") as TerraformVariable).value);
  new AthenaNamedQuery(stack, "SavedQuery", {
    forEach: each,
    name: each.getString("name"),
    description: each.getString("description"),
    query: each.getString("sql"),
    database: batch.catalog.database.name,
    workgroup: batch.workgroup.resource.name,
  });
}

/** A `dynamic` block keeps the order of the columns; an iterator of cdktf would make a set of them. */
function setColumns(table: GlueCatalogTable, dynamic: object): void {
  const { columns: _, ...others } = table.storageDescriptor.internalValue ?? {};
  table.putStorageDescriptor(others);
  table.addOverride("storage_descriptor.dynamic", dynamic);
}

/**
 * The least buffer of the transformation, with which any contract's answer fits: the constructs compute the largest that
 * does. It costs more invocations.
 */
function setLeastBuffer(delivery: KinesisFirehoseDeliveryStream): void {
  const target = delivery.extendedS3Configuration.internalValue;
  const processing = target?.processingConfiguration;
  const [processor] = Array.isArray(processing?.processors) ? processing.processors : [];
  if (!target || !processing || !processor || !Array.isArray(processor.parameters)) {
    throw new Error(`${delivery.node.path} has no transformation`);
  }
  const parameters = [
    ...processor.parameters.filter(({ parameterName }) => parameterName !== "BufferSizeInMBs"),
    { parameterName: "BufferSizeInMBs", parameterValue: String(LEAST_BUFFER_MIB) },
  ];
  delivery.putExtendedS3Configuration({
    ...target,
    processingConfiguration: { ...processing, processors: [{ ...processor, parameters }] },
  });
}

/** Adds the panels and the smoke test's values to the set-up's input. */
function adaptSpeed(stack: ModuleStack, speed: SpeedLayer): void {
  const { dashboardsInvocation: invocation } = speed.searchSetup;
  localValue(stack, "dashboards_setup", invocation.inputInput);
  const whole = local(
    stack,
    "dashboards_input",
    "jsonencode(merge(jsondecode(local.dashboards_setup), { for k, v in { panels = var.panels, smoke = length(var.smoke) == 0 ? null : var.smoke } : k => v if v != null }))",
  );
  invocation.input = whole.asString;
  invocation.triggers = { ...invocation.triggersInput, input: whole.asString };
}

function isResource(node: unknown): node is TerraformElement {
  return (
    typeof node === "object" &&
    node !== null &&
    "terraformResourceType" in node &&
    !("statementInput" in node)
  );
}

function stringOf(stack: ModuleStack, name: string): string {
  return (stack.node.findChild(name) as TerraformVariable).stringValue;
}
