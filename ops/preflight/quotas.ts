import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { ListKeysCommand } from "@aws-sdk/client-kms";
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from "@aws-sdk/client-service-quotas";
import { isList, type JsonObject, member, objectOf } from "../../lib/json";
import { type Aws, allPages, isAbsent } from "./aws";
import type { Inventory } from "./inventory";
import type { DeployPlan, Placed } from "./plan";
import { checked, ok, type Row, row } from "./report";

/** A limit, where it comes from, and how it is raised. */
interface Limit {
  readonly value: number;
  /** How to get a higher one. */
  readonly raise: (wanted: number) => string;
}

/** A quota that new resources use up. */
interface Quota {
  readonly label: string;
  /** How many more the deploy needs; undefined where the stack does not tell. */
  readonly needed: (plan: DeployPlan) => number | undefined;
  readonly used: (inventory: Inventory) => Promise<number>;
  /** Part of the region that the limit holds for, where `used` is that of the whole region: as many as there can be. */
  readonly each?: string;
  readonly limit: (inventory: Inventory) => Promise<Limit>;
}

/** A quota is not what its code is expected to be, or has no value. */
class UnknownQuota extends Error {
  override readonly name = "UnknownQuota";
}

/**
 * A quota of Service Quotas.
 * @param named what its name has to match: a code that means something else is unknown, not taken for this quota
 */
function serviceQuota(
  service: string,
  code: string,
  named: RegExp,
  clients: (aws: Aws) => Aws["quotas"] = ({ quotas }) => quotas,
): Quota["limit"] {
  return async ({ aws }) => {
    const client = clients(aws);
    const input = { ServiceCode: service, QuotaCode: code };
    const { Quota: quota } = await client.send(new GetServiceQuotaCommand(input)).catch((error: unknown) => {
      // An account has a quota of its own only where it was raised, for some services.
      if (isAbsent(error)) return client.send(new GetAWSDefaultServiceQuotaCommand(input));
      throw error;
    });
    const { QuotaName = "", Value } = quota ?? {};
    if (Value === undefined || !named.test(QuotaName)) {
      throw new UnknownQuota(`${service}/${code} is "${QuotaName}", value ${Value}`);
    }
    const region = await client.config.region();
    return { value: Value, raise: (wanted) => requestOf(service, code, wanted, region) };
  };
}

/** The command that requests a higher quota. */
function requestOf(service: string, code: string, wanted: number, region: string): string {
  return `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${wanted} --region ${region}`;
}

/** A limit that AWS documents, and Service Quotas does not have. */
const documented =
  (value: number, raise: string): Quota["limit"] =>
  async () => ({ value, raise: () => raise });

/** A limit of the account's IAM. */
const iamLimit =
  (key: string): Quota["limit"] =>
  async ({ iamSummary }) => ({
    value: numberIn(await iamSummary(), key),
    raise: (wanted) =>
      `raise the quota of IAM's ${key.replace("Quota", "")} to ${wanted} (Service Quotas, us-east-1)`,
  });

function numberIn(summary: Readonly<Record<string, number | undefined>>, key: string): number {
  const value = summary[key];
  if (value === undefined) throw new UnknownQuota(`iam:GetAccountSummary has no ${key}`);
  return value;
}

/** Number of new resources of a type that match; undefined if one has `count` or `for_each`. */
function count(type: string, matches: (placed: Placed) => boolean = () => true): Quota["needed"] {
  return (plan) => {
    const found = plan.created(type).filter(matches);
    return found.some(({ resource }) => resource.isRepeated) ? undefined : found.length;
  };
}

const length =
  (list: (inventory: Inventory) => () => Promise<readonly unknown[]>): Quota["used"] =>
  async (inventory) =>
    (await list(inventory)()).length;

const endpointType = ({ resource, stack }: Placed): string =>
  stack.value(resource, "vpc_endpoint_type") ?? "Gateway";

/** The first block of a name; cdktf writes a block as an object or as a list of one. */
function block(body: JsonObject, name: string): JsonObject {
  const value = member(body, name);
  return isList(value) ? objectOf({ first: value[0] ?? null }, "first") : objectOf(body, name);
}

const isOnDemand = ({ resource, stack }: Placed): boolean =>
  stack.resolved(member(block(resource.body, "stream_mode_details"), "stream_mode"), resource.address) ===
  "ON_DEMAND";

function shards(plan: DeployPlan): number | undefined {
  const each = plan
    .created("aws_kinesis_stream")
    .filter((placed) => !isOnDemand(placed))
    .map(({ resource, stack }) =>
      resource.isRepeated ? Number.NaN : Number(stack.value(resource, "shard_count")),
    );
  return sum(each);
}

/** Nodes of the largest new search domain. */
function searchNodes(plan: DeployPlan): number | undefined {
  const each = plan.created("aws_opensearch_domain").map(({ resource, stack }) => {
    const cluster = block(resource.body, "cluster_config");
    const number = (key: string, otherwise: number): number => {
      const value = member(cluster, key);
      return value === undefined
        ? otherwise
        : Number(stack.resolved(value, `${resource.address}.cluster_config`));
    };
    return number("instance_count", 1);
  });
  return each.length === 0 ? 0 : Math.max(...each);
}

function sum(numbers: readonly number[]): number | undefined {
  const total = numbers.reduce((all, one) => all + one, 0);
  return Number.isNaN(total) ? undefined : total;
}

const fixed = "it cannot be raised: remove one that nobody uses";

/**
 * The quotas. Codes: `aws service-quotas list-service-quotas`; each is compared with the name that AWS gives it.
 * Documented limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html (resource
 * policies), https://docs.aws.amazon.com/athena/latest/ug/service-limits.html (workgroups).
 */
const QUOTAS: readonly Quota[] = [
  {
    label: "VPCs",
    needed: count("aws_vpc"),
    used: async ({ aws }) =>
      (
        await allPages(async (NextToken) => {
          const page = await aws.ec2.send(new DescribeVpcsCommand({ NextToken }));
          return [page.Vpcs, page.NextToken];
        })
      ).length,
    limit: serviceQuota("vpc", "L-F678F1CE", /^VPCs per Region$/i),
  },
  {
    label: "Elastic IP addresses",
    needed: count("aws_eip"),
    used: async ({ aws }) => (await aws.ec2.send(new DescribeAddressesCommand({}))).Addresses?.length ?? 0,
    limit: serviceQuota("ec2", "L-0263D0A3", /Elastic IPs/i),
  },
  {
    label: "NAT gateways",
    each: "an Availability Zone",
    needed: count("aws_nat_gateway"),
    used: async ({ aws }) =>
      (
        await allPages(async (NextToken) => {
          const Filter = [{ Name: "state", Values: ["pending", "available"] }];
          const page = await aws.ec2.send(new DescribeNatGatewaysCommand({ NextToken, Filter }));
          return [page.NatGateways, page.NextToken];
        })
      ).length,
    limit: serviceQuota("vpc", "L-FE5A380F", /NAT gateways per Availability Zone/i),
  },
  {
    label: "internet gateways",
    needed: count("aws_internet_gateway"),
    used: async ({ aws }) =>
      (
        await allPages(async (NextToken) => {
          const page = await aws.ec2.send(new DescribeInternetGatewaysCommand({ NextToken }));
          return [page.InternetGateways, page.NextToken];
        })
      ).length,
    limit: serviceQuota("vpc", "L-A4707A72", /internet gateways per Region/i),
  },
  {
    label: "gateway VPC endpoints",
    needed: count("aws_vpc_endpoint", (placed) => endpointType(placed) === "Gateway"),
    used: ({ aws }) => endpoints(aws, "Gateway"),
    limit: serviceQuota("vpc", "L-1B52E74A", /Gateway VPC endpoints per Region/i),
  },
  {
    label: "interface VPC endpoints",
    each: "a VPC",
    needed: count("aws_vpc_endpoint", (placed) => endpointType(placed) === "Interface"),
    used: ({ aws }) => endpoints(aws, "Interface"),
    limit: serviceQuota("vpc", "L-29B6F2EB", /Interface VPC endpoints per VPC/i),
  },
  {
    label: "security groups",
    needed: count("aws_security_group"),
    used: async ({ aws }) =>
      (
        await allPages(async (NextToken) => {
          const page = await aws.ec2.send(new DescribeSecurityGroupsCommand({ NextToken, MaxResults: 1000 }));
          return [page.SecurityGroups, page.NextToken];
        })
      ).length,
    limit: serviceQuota("vpc", "L-E79EC296", /VPC security groups per Region/i),
  },
  {
    label: "on-demand streams",
    needed: count("aws_kinesis_stream", isOnDemand),
    used: async ({ kinesisLimits }) => known((await kinesisLimits()).OnDemandStreamCount),
    limit: async ({ kinesisLimits }) => ({
      value: known((await kinesisLimits()).OnDemandStreamCountLimit),
      raise: (wanted) => `ask AWS support for ${wanted} on-demand streams, or use provisioned shards`,
    }),
  },
  {
    label: "shards",
    needed: shards,
    used: async ({ kinesisLimits }) => known((await kinesisLimits()).OpenShardCount),
    limit: async ({ aws, kinesisLimits }) => {
      const region = await aws.kinesis.config.region();
      const value = known((await kinesisLimits()).ShardLimit);
      return { value, raise: (wanted) => requestOf("kinesis", "L-0918CF54", wanted, region) };
    },
  },
  {
    label: "delivery streams",
    needed: count("aws_kinesis_firehose_delivery_stream"),
    used: length(({ deliveryStreams }) => deliveryStreams),
    limit: serviceQuota("firehose", "L-14BB0BE7", /Delivery streams/i),
  },
  {
    label: "search domains",
    needed: count("aws_opensearch_domain"),
    used: length(({ domains }) => domains),
    limit: serviceQuota("es", "L-076D529E", /Domains per Region/i),
  },
  {
    label: "nodes of a search domain",
    needed: searchNodes,
    used: async () => 0,
    limit: serviceQuota("es", "L-6408ABDE", /Instances per domain/i),
  },
  ...(
    [
      ["roles", "aws_iam_role", "Roles"],
      ["managed policies", "aws_iam_policy", "Policies"],
      ["instance profiles", "aws_iam_instance_profile", "InstanceProfiles"],
    ] as const
  ).map(
    ([label, type, key]): Quota => ({
      label,
      needed: count(type),
      used: async ({ iamSummary }) => numberIn(await iamSummary(), key),
      limit: iamLimit(`${key}Quota`),
    }),
  ),
  {
    label: "buckets",
    needed: count("aws_s3_bucket"),
    used: length(({ buckets }) => buckets),
    limit: serviceQuota("s3", "L-DC2B2D3D", /buckets/i, ({ globalQuotas }) => globalQuotas),
  },
  {
    label: "alarms",
    needed: count("aws_cloudwatch_metric_alarm"),
    used: length(({ alarms }) => alarms),
    limit: serviceQuota("monitoring", "L-2FF78D7B", /alarms/i),
  },
  {
    label: "log resource policies",
    needed: count("aws_cloudwatch_log_resource_policy"),
    used: length(({ logPolicies }) => logPolicies),
    limit: documented(10, fixed),
  },
  {
    label: "event rules",
    needed: count("aws_cloudwatch_event_rule"),
    used: length(({ rules }) => rules),
    limit: serviceQuota("events", "L-244521F2", /rules/i),
  },
  {
    // AWS' own keys are in the list too, and do not count; there are a few dozen at most.
    label: "KMS keys",
    needed: count("aws_kms_key"),
    used: async ({ aws }) =>
      (
        await allPages(async (Marker) => {
          const page = await aws.kms.send(new ListKeysCommand({ Marker, Limit: 1000 }));
          return [page.Keys, page.NextMarker];
        })
      ).length,
    limit: serviceQuota("kms", "L-C2F1777E", /Customer (Master Keys|managed keys)/i),
  },
  {
    label: "databases",
    needed: count("aws_glue_catalog_database"),
    used: length(({ databases }) => databases),
    limit: serviceQuota("glue", "L-F953935E", /databases per account/i),
  },
  {
    label: "workgroups",
    needed: count("aws_athena_workgroup"),
    used: length(({ workgroups }) => workgroups),
    limit: documented(1000, "remove workgroups that nobody uses, or ask AWS support"),
  },
  {
    label: "topics",
    needed: count("aws_sns_topic"),
    used: length(({ topics }) => topics),
    limit: serviceQuota("sns", "L-61103206", /Topics/i),
  },
];

async function endpoints(aws: Aws, type: "Gateway" | "Interface"): Promise<number> {
  const all = await allPages(async (NextToken) => {
    const Filters = [{ Name: "vpc-endpoint-type", Values: [type] }];
    const page = await aws.ec2.send(new DescribeVpcEndpointsCommand({ NextToken, Filters }));
    return [page.VpcEndpoints, page.NextToken];
  });
  return all.length;
}

function known(value: number | undefined): number {
  if (value === undefined) throw new UnknownQuota("AWS answered without the number");
  return value;
}

/** Whether the quotas suffice for what the deploy creates. A quota that it does not touch has no row. */
export async function checkQuotas(plan: DeployPlan, inventory: Inventory): Promise<readonly Row[]> {
  const rows = await Promise.all(QUOTAS.map((quota) => checkQuota(quota, plan, inventory)));
  const all = [...rows.flat(), ...(await checkConcurrency(plan, inventory))];
  return all.length > 0 ? all : [ok("quotas", "the deploy creates nothing that counts")];
}

async function checkQuota(quota: Quota, plan: DeployPlan, inventory: Inventory): Promise<readonly Row[]> {
  const check = `quota: ${quota.label}`;
  const needed = quota.needed(plan);
  if (needed === 0) return [];
  return checked(check, async () => {
    try {
      const [used, { value, raise }] = await Promise.all([quota.used(inventory), quota.limit(inventory)]);
      const found = `${used} of ${value} used`;
      if (needed === undefined) {
        return row(check, "unknown", `${found}; the stack does not tell how many it needs`, "see the plan");
      }
      const needs = `${found}, ${needed} needed`;
      if (used + needed <= value) return ok(check, needs);
      if (quota.each !== undefined && needed <= value) {
        const remedy = `count those in the one that the deploy uses, or: ${raise(used + needed)}`;
        return row(check, "unknown", `${needs}; the quota is that of ${quota.each}`, remedy);
      }
      return plan.isKnown
        ? row(check, "will fail", needs, raise(used + needed))
        : row(check, "unknown", `${needs}, unless they are deployed already`, "the state cannot be read");
    } catch (error) {
      if (error instanceof UnknownQuota)
        return row(check, "unknown", error.message, "see it in the Service Quotas console");
      throw error;
    }
  });
}

/** Concurrency that a reservation has to leave to all other functions. https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const KEPT_UNRESERVED = 100;
/** Shards of a new on-demand stream. https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const SHARDS_ON_DEMAND = 4;

/** Concurrent executions: what the stack reserves, and what it uses of the rest. */
async function checkConcurrency(
  plan: DeployPlan,
  { aws, lambdaSettings }: Inventory,
): Promise<readonly Row[]> {
  const functions = plan.created("aws_lambda_function");
  if (functions.length === 0) return [];
  const check = "quota: concurrent executions";
  return checked(check, async () => {
    const { AccountLimit } = await lambdaSettings();
    const { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved } = AccountLimit ?? {};
    if (limit === undefined || unreserved === undefined) {
      return row(
        check,
        "unknown",
        "AWS answered without the numbers",
        "see `aws lambda get-account-settings`",
      );
    }
    const reserved = sum(
      functions.map(({ resource, stack }) => {
        const written = member(resource.body, "reserved_concurrent_executions");
        return written === undefined
          ? 0
          : Math.max(0, Number(stack.value(resource, "reserved_concurrent_executions")));
      }),
    );
    const found = `${unreserved} of ${limit} unreserved`;
    const region = await aws.lambda.config.region();
    const raise = requestOf("lambda", "L-B99A9384", Math.max(1000, limit + 1), region);
    if (reserved === undefined)
      return row(check, "unknown", `${found}; what the stack reserves is not known`, "see the plan");
    if (reserved > 0 && unreserved - reserved < KEPT_UNRESERVED) {
      return row(
        check,
        "will fail",
        `${found}, ${reserved} to reserve; ${KEPT_UNRESERVED} have to remain`,
        raise,
      );
    }
    const used = concurrencyUsed(plan);
    if (used === undefined)
      return row(check, "unknown", `${found}; what the stack uses is not known`, "see the plan");
    return unreserved - reserved < used
      ? row(check, "warning", `${found}, about ${used} used at once: functions will be throttled`, raise)
      : ok(check, `${found}, about ${used} used at once`);
  });
}

/** Executions at once: of each stream one a shard by Firehose, by a mapping times its factor, and one for each other function. */
function concurrencyUsed(plan: DeployPlan): number | undefined {
  const streams = plan.all("aws_kinesis_stream").map((placed) => {
    const { resource, stack } = placed;
    return isOnDemand(placed) ? SHARDS_ON_DEMAND : Number(stack.value(resource, "shard_count"));
  });
  const shardCount = sum(streams.length === 0 ? [SHARDS_ON_DEMAND] : streams);
  const factors = plan
    .all("aws_lambda_event_source_mapping")
    .map(({ resource, stack }) => Number(stack.value(resource, "parallelization_factor") ?? 1));
  const readers = sum([...factors, ...plan.all("aws_kinesis_firehose_delivery_stream").map(() => 1)]);
  if (shardCount === undefined || readers === undefined) return undefined;
  const others = Math.max(0, plan.all("aws_lambda_function").length - factors.length - 1);
  return shardCount * readers + others;
}
