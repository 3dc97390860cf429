import { METRICS as MERGE_METRICS } from "../../lambdas/merge-small-files/metrics";
import { METRICS as UPSERT_METRICS } from "../../lambdas/upsert-to-es/metrics";
import { METRICS as VALIDATE_METRICS } from "../../lambdas/validate-records/metrics";
import { isJsonObject, type JsonObject, member, objectOf } from "../../lib/json";
import type { Variables } from "../../lib/variables";
import { readStreams } from "../../local/plan/ingest";
import type { Properties } from "../../local/plan/properties";
import { Stack } from "../../local/plan/stack";
import { type StackSource, stackName } from "../../local/plan/stack-source";
import { TerraformError } from "../../local/plan/terraform-error";
import { CPU_MICROS } from "./assumptions";
import type { Prices } from "./prices";
import { treatmentOf } from "./resource-kinds";
import type { CostSettings, FunctionSettings } from "./settings";

type NotPriced = CostSettings["notPriced"][number];

/** A function with what the model has to know of it. */
interface Lambda extends FunctionSettings {
  readonly name: string;
  readonly variables: Properties | undefined;
}

/**
 * What the model has to know of synthesized stacks: one system, with the stack of its state, if there is one.
 * @param prices types of nodes and instances that it does not have are named as not priced
 * @param variables of the process, for the region of a stack that does not name one
 * @throws TerraformError naming the address when a stack cannot be read, or has two systems
 */
export function readSettings(
  name: string,
  sources: readonly StackSource[],
  prices: Prices,
  variables: Variables,
): CostSettings {
  const region = variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"];
  const opened = sources.map((source) => open(source, region));
  const reader = new Reader(
    opened.map(({ stack }) => stack),
    prices,
  );
  return reader.settings(
    name,
    region,
    opened.flatMap(({ notPriced }) => notPriced),
  );
}

/** The stack without the resources that the model cannot count or does not know. */
function open(source: StackSource, region: string | undefined) {
  // The address of an engine is no part of any size.
  const computed = { searchEndpoint: "https://search.invalid", ...(region !== undefined && { region }) };
  const { directory, variables, planned } = source;
  const { document } = new Stack(directory, computed, variables, planned);
  const notPriced: NotPriced[] = [];
  const resources = objectOf(document, "resource");
  const kept: Record<string, JsonObject> = {};
  for (const type of Object.keys(resources)) {
    const bodies = objectOf(resources, type);
    const treatment = treatmentOf(type);
    if (treatment.kind === "not priced") {
      notPriced.push({ what: `${Object.keys(bodies).length} ${type}`, why: treatment.why });
    }
    kept[type] = Object.fromEntries(
      Object.entries(bodies).filter(([id, body]) => {
        if (treatment.kind !== "priced" || !isJsonObject(body)) return true;
        const repeats = ["count", "for_each"].find((key) => member(body, key) !== undefined);
        if (repeats === undefined) return true;
        notPriced.push({ what: `${type}.${id}`, why: `its ${repeats} is known to Terraform only` });
        return false;
      }),
    );
  }
  const stack = new Stack(directory, computed, variables, planned, { ...document, resource: kept });
  return { stack, notPriced, name: stackName(source) };
}

class Reader {
  private readonly notPriced: NotPriced[] = [];
  private readonly lambdas: readonly Lambda[];

  constructor(
    private readonly stacks: readonly Stack[],
    private readonly prices: Prices,
  ) {
    this.lambdas = this.all("aws_lambda_function").map(readLambda);
  }

  settings(name: string, region: string | undefined, notPriced: readonly NotPriced[]): CostSettings {
    const [stack] = this.stacks;
    if (stack === undefined) throw new TypeError("a system has a stack");
    const delivery = this.delivery();
    const validate = delivery?.validate;
    const merge = this.merge();
    const upsert = this.upsert();
    const stream = this.stream();
    const lake = this.lake();
    const search = this.search();
    const network = this.network();
    const instances = this.instances();
    const budgets = this.all("aws_budgets_budget").map((budget) =>
      budget.number("limit_amount", Number.POSITIVE_INFINITY),
    );
    const keys = this.all("aws_kms_key");
    const always = merge ? Object.keys(MERGE_METRICS).length - 1 : 0;
    const withData =
      (validate ? Object.keys(VALIDATE_METRICS).length : 0) +
      (upsert ? Object.keys(UPSERT_METRICS).length : 0);
    if (stream === undefined) this.leaveOut("the stream", "it has another owner");
    if (delivery && lake === undefined) this.leaveOut("storage of the lake", "its bucket has another owner");
    return {
      name,
      region: stack.named.region ?? region ?? "a region that it does not name",
      ...(stream && { stream }),
      ...(delivery && { delivery: delivery.delivery }),
      ...(validate && { validate }),
      ...(merge && { merge }),
      ...(upsert && { upsert }),
      ...(lake && { lake }),
      ...(search && { search }),
      network,
      instances,
      logDays: Math.max(0, ...this.all("aws_cloudwatch_log_group").map(logDays)),
      alarmMetrics: sum(this.all("aws_cloudwatch_metric_alarm").map(alarmMetrics)),
      // A run that finds the lease held reports that alone; every other run reports all the rest.
      customMetrics: { always, withData },
      dashboards: this.all("aws_cloudwatch_dashboard").length,
      keys: {
        count: keys.length,
        rotated: keys.filter((key) => key.flag("enable_key_rotation", false)).length,
      },
      secrets: 0,
      ...(budgets.length > 0 && { budgetUsd: Math.min(...budgets) }),
      notPriced: [...notPriced, ...this.notPriced],
    };
  }

  private all(type: string): readonly Properties[] {
    return this.stacks.flatMap((stack) => stack.all(type));
  }

  /** The only resource of a type. @throws TerraformError when there are several */
  private only(type: string): Properties | undefined {
    const [one, other] = this.all(type);
    if (other)
      throw new TerraformError(
        other.address,
        "the stack has two systems; synthesize each in a stack of its own",
      );
    return one;
  }

  private leaveOut(what: string, why: string): void {
    this.notPriced.push({ what, why });
  }

  private lambda(nameOrArn: string): Lambda | undefined {
    const name = nameOrArn.replace(/^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:/, "").replace(/:.*$/, "");
    return this.lambdas.find((one) => one.name === name);
  }

  private stream(): CostSettings["stream"] {
    const resource = this.only("aws_kinesis_stream");
    const [stream] = this.stacks.flatMap(readStreams);
    if (stream === undefined || resource === undefined) return undefined;
    const { mode, shardCount, retentionHours, maxRecordKiB } = stream;
    const encrypted = resource.optionalString("encryption_type") === "KMS";
    return { mode, shardCount, retentionHours, maxRecordKiB, encrypted };
  }

  private delivery() {
    const s3 = this.only("aws_kinesis_firehose_delivery_stream")?.block("extended_s3_configuration");
    if (s3 === undefined) return undefined;
    const delivery = {
      bufferMiB: s3.integer("buffering_size", 5, 1),
      bufferSeconds: s3.integer("buffering_interval", 300, 0),
      gzip: s3.oneOf("compression_format", ["UNCOMPRESSED", "GZIP"], "UNCOMPRESSED") === "GZIP",
    };
    const parameters = s3.block("processing_configuration")?.block("processors")?.blocks("parameters") ?? [];
    const parameter = (key: string): Properties | undefined =>
      parameters.find((one) => one.string("parameter_name") === key);
    const arn = parameter("LambdaArn")?.string("parameter_value");
    const lambda = arn === undefined ? undefined : this.lambda(arn);
    const validate = lambda && {
      ...sizeOf(lambda),
      bufferMiB: parameter("BufferSizeInMBs")?.number("parameter_value", 1) ?? 1,
      bufferSeconds: parameter("BufferIntervalInSeconds")?.number("parameter_value", 60) ?? 60,
    };
    return { delivery, validate };
  }

  private merge(): CostSettings["merge"] {
    const merges = this.lambdas.filter(({ variables }) => variables?.has("LOOK_BACK_HOURS"));
    const [lambda, other] = merges;
    if (other)
      throw new TerraformError(
        other.name,
        "the stack has two systems; synthesize each in a stack of its own",
      );
    if (lambda === undefined) return undefined;
    const rules = this.all("aws_cloudwatch_event_target")
      .filter((target) => this.lambda(target.optionalString("arn") ?? "") === lambda)
      .map((target) => target.string("rule"));
    const rule = this.all("aws_cloudwatch_event_rule").find((one) => rules.includes(one.string("name")));
    const workgroup = lambda.variables?.optionalString("WORK_GROUP");
    const cutoff = this.all("aws_athena_workgroup")
      .find((one) => one.string("name") === workgroup)
      ?.block("configuration");
    return {
      ...sizeOf(lambda),
      everyMinutes: minutesOf(rule),
      lookBackHours: lambda.variables?.integer("LOOK_BACK_HOURS", 1, 1) ?? 1,
      ...(cutoff?.has("bytes_scanned_cutoff_per_query") && {
        scanLimitBytes: cutoff.integer("bytes_scanned_cutoff_per_query", 0, 0),
      }),
      strategy: "swap",
    };
  }

  private upsert(): CostSettings["upsert"] {
    const mapping = this.only("aws_lambda_event_source_mapping");
    const lambda = mapping && this.lambda(mapping.string("function_name"));
    if (lambda === undefined) return undefined;
    return {
      ...sizeOf(lambda),
      batchSize: mapping?.integer("batch_size", 100, 1) ?? 100,
      windowSeconds: mapping?.integer("maximum_batching_window_in_seconds", 0, 0) ?? 0,
      parallelizationFactor: mapping?.integer("parallelization_factor", 1, 1) ?? 1,
      cpuMicrosPerLine: CPU_MICROS.upsert,
    };
  }

  /** The bucket that Firehose writes into, or, without Firehose, none: quarantined lines are not in the model. */
  private lake(): CostSettings["lake"] {
    const s3 = this.only("aws_kinesis_firehose_delivery_stream")?.block("extended_s3_configuration");
    const name = s3?.string("bucket_arn").replace(/^arn:aws[\w-]*:s3:::/, "");
    const of = (type: string): Properties | undefined =>
      this.all(type).find((one) => one.optionalString("bucket") === name);
    if (name === undefined || of("aws_s3_bucket") === undefined) return undefined;
    const rules = of("aws_s3_bucket_lifecycle_configuration")?.blocks("rule") ?? [];
    const zone = s3?.optionalString("prefix")?.replace(/\/.*$/s, "/") ?? "";
    const raw = rules.find((rule) => zone !== "" && rule.block("filter")?.optionalString("prefix") === zone);
    const rawDays = raw?.block("expiration")?.number("days", 0);
    const noncurrent = rules.map((rule) =>
      rule.block("noncurrent_version_expiration")?.number("noncurrent_days", 0),
    );
    const encryption = of("aws_s3_bucket_server_side_encryption_configuration")?.block("rule");
    const algorithm = encryption
      ?.block("apply_server_side_encryption_by_default")
      ?.optionalString("sse_algorithm");
    const accessLogDays = this.accessLogDays(of("aws_s3_bucket_logging")?.string("target_bucket"));
    return {
      ...(rawDays !== undefined && { rawDays }),
      noncurrentDays: Math.max(0, ...noncurrent.map((days) => days ?? 0)),
      objectEvents: of("aws_s3_bucket_notification")?.flag("eventbridge", false) ?? false,
      ...(accessLogDays !== undefined && { accessLogDays }),
      encrypted: algorithm === "aws:kms",
    };
  }

  private accessLogDays(bucket: string | undefined): number | undefined {
    if (bucket === undefined) return undefined;
    const rules = this.all("aws_s3_bucket_lifecycle_configuration")
      .filter((one) => one.string("bucket") === bucket)
      .flatMap((one) => one.blocks("rule"));
    const days = rules.map((rule) => rule.block("expiration")?.number("days", 0) ?? 0);
    const longest = Math.max(0, ...days);
    return longest === 0 ? Number.POSITIVE_INFINITY : longest;
  }

  private search(): CostSettings["search"] {
    const domain = this.only("aws_opensearch_domain");
    if (domain === undefined) return undefined;
    const cluster = domain.block("cluster_config");
    const ebs = domain.block("ebs_options");
    const dataNodes = {
      type: cluster?.optionalString("instance_type") ?? "m4.large.search",
      count: cluster?.integer("instance_count", 1, 1) ?? 1,
    };
    const masterNodes = cluster?.flag("dedicated_master_enabled", false)
      ? {
          type: cluster.string("dedicated_master_type"),
          count: cluster.integer("dedicated_master_count", 3, 1),
        }
      : undefined;
    if (cluster?.flag("warm_enabled", false))
      this.leaveOut(`${domain.address}: warm nodes`, "the model has no price of them");
    const volumeType = ebs?.optionalString("volume_type") ?? "gp2";
    for (const type of new Set([dataNodes.type, ...(masterNodes ? [masterNodes.type] : [])])) {
      this.priced(`opensearch.hour.${type}`, `${domain.address}: ${type}`);
    }
    this.priced(`opensearch.${volumeType}GBMonth`, `${domain.address}: volumes ${volumeType}`);
    const indexing = this.indexing();
    return {
      dataNodes,
      ...(masterNodes && { masterNodes }),
      volumeGiB: ebs?.integer("volume_size", 0, 0) ?? 0,
      volumeType,
      copies: 1 + numberOf(indexing, "replicas", 0),
      primaryShards: numberOf(indexing, "shards", 1),
      ...(indexing["retentionDays"] !== undefined && {
        retentionDays: numberOf(indexing, "retentionDays", 0),
      }),
    };
  }

  /** SearchSetup's input for indices. */
  private indexing(): Record<string, unknown> {
    const inputs = this.all("aws_lambda_invocation").map((one) => one.optionalString("input") ?? "{}");
    for (const input of inputs) {
      const parsed: unknown = JSON.parse(input);
      if (isJsonObject(parsed) && member(parsed, "part") === "indexing") return parsed;
    }
    return {};
  }

  private network(): CostSettings["network"] {
    const endpoints = this.all("aws_vpc_endpoint").filter(
      (one) => (one.optionalString("vpc_endpoint_type") ?? "Gateway") !== "Gateway",
    );
    const withAddress = this.all("aws_instance").filter((one) =>
      one.flag("associate_public_ip_address", false),
    );
    return {
      natGateways: this.all("aws_nat_gateway").length,
      addresses: this.all("aws_eip").length + withAddress.length,
      endpointZones: sum(endpoints.map((one) => Math.max(1, listLength(one, "subnet_ids")))),
      flowLogs: this.all("aws_flow_log").length > 0,
    };
  }

  private instances(): CostSettings["instances"] {
    return this.all("aws_instance").map((instance) => {
      const type = instance.string("instance_type");
      const volume = instance.block("root_block_device");
      const volumeType = volume?.optionalString("volume_type") ?? "gp2";
      this.priced(`ec2.hour.${type}`, `${instance.address}: ${type}`);
      this.priced(`ebs.${volumeType}GBMonth`, `${instance.address}: volume ${volumeType}`);
      return { type, volumeGiB: volume?.integer("volume_size", 8, 1) ?? 8, volumeType };
    });
  }

  private priced(price: string, what: string): void {
    if (this.prices.find(price) === undefined) {
      this.leaveOut(what, `the table of prices has no ${price}; give one with --prices`);
    }
  }
}

function readLambda(lambda: Properties): Lambda {
  const [architecture = "x86_64"] = lambda.strings("architectures");
  return {
    name: lambda.string("function_name"),
    memoryMiB: lambda.integer("memory_size", 128, 128),
    architecture: architecture === "arm64" ? "arm64" : "x86_64",
    variables: lambda.block("environment")?.block("variables"),
  };
}

function sizeOf({ memoryMiB, architecture }: Lambda): FunctionSettings {
  return { memoryMiB, architecture };
}

const MINUTES: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1440 };

function minutesOf(rule: Properties | undefined): number {
  if (rule === undefined) throw new TerraformError("aws_cloudwatch_event_rule", "no rule runs the merge");
  const expression = rule.string("schedule_expression");
  const [, count, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const minutes = Number(count) * (MINUTES[unit] ?? Number.NaN);
  return minutes > 0 ? minutes : rule.refuse("schedule_expression", "must be a rate");
}

/** An alarm on a formula is billed for each metric in it. */
function alarmMetrics(alarm: Properties): number {
  const queries = alarm.blocks("metric_query");
  return queries.length === 0 ? 1 : queries.filter((query) => query.has("metric")).length;
}

/** Logs without a limit are kept for ever. */
function logDays(group: Properties): number {
  const days = group.integer("retention_in_days", 0, 0);
  return days === 0 ? Number.POSITIVE_INFINITY : days;
}

function listLength(resource: Properties, name: string): number {
  return resource.has(name) ? resource.strings(name).length : 0;
}

function numberOf(object: Record<string, unknown>, key: string, otherwise: number): number {
  const value = object[key];
  return typeof value === "number" ? value : otherwise;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
