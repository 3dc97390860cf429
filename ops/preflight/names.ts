import { DescribeBudgetCommand } from "@aws-sdk/client-budgets";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetInstanceProfileCommand, GetPolicyCommand, GetRoleCommand } from "@aws-sdk/client-iam";
import { DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { exists, isAbsent, statusOf } from "./aws";
import type { Inventory } from "./inventory";
import type { DeployPlan } from "./plan";
import { checked, ok, type Row, row } from "./report";

/** Whose something with the wanted name is. */
type Taken = "free" | "in this account" | "of another account";

interface NamedType {
  readonly label: string;
  /** What creating one under a taken name does. */
  readonly collision: "fails" | "overwrites";
  /** Looks a name up. @throws what the call throws */
  readonly lookUp: (inventory: Inventory, name: string, accountId: string) => Promise<Taken>;
}

const here = (found: boolean): Taken => (found ? "in this account" : "free");
const listed =
  (list: (inventory: Inventory) => Promise<readonly string[]>): NamedType["lookUp"] =>
  async (inventory, name) =>
    here((await list(inventory)).includes(name));
const asked =
  (ask: (inventory: Inventory, name: string, accountId: string) => Promise<unknown>): NamedType["lookUp"] =>
  async (inventory, name, accountId) =>
    here(await exists(() => ask(inventory, name, accountId)));

/** Types whose names are unique in an account and region, buckets in all of AWS. */
const NAMED: Readonly<Record<string, NamedType>> = {
  aws_s3_bucket: { label: "buckets", collision: "fails", lookUp: lookUpBucket },
  aws_kinesis_stream: {
    label: "streams",
    collision: "fails",
    lookUp: asked(({ aws }, StreamName) =>
      aws.kinesis.send(new DescribeStreamSummaryCommand({ StreamName })),
    ),
  },
  aws_kinesis_firehose_delivery_stream: {
    label: "delivery streams",
    collision: "fails",
    lookUp: listed((inventory) => inventory.deliveryStreams()),
  },
  aws_lambda_function: {
    label: "functions",
    collision: "fails",
    lookUp: asked(({ aws }, FunctionName) =>
      aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
    ),
  },
  aws_iam_role: {
    label: "roles",
    collision: "fails",
    lookUp: asked(({ aws }, RoleName) => aws.iam.send(new GetRoleCommand({ RoleName }))),
  },
  aws_iam_policy: {
    label: "managed policies",
    collision: "fails",
    lookUp: asked(({ aws }, name, accountId) =>
      aws.iam.send(new GetPolicyCommand({ PolicyArn: `arn:aws:iam::${accountId}:policy/${name}` })),
    ),
  },
  aws_iam_instance_profile: {
    label: "instance profiles",
    collision: "fails",
    lookUp: asked(({ aws }, InstanceProfileName) =>
      aws.iam.send(new GetInstanceProfileCommand({ InstanceProfileName })),
    ),
  },
  aws_opensearch_domain: {
    label: "search domains",
    collision: "fails",
    lookUp: listed((inventory) => inventory.domains()),
  },
  aws_glue_catalog_database: {
    label: "databases",
    collision: "fails",
    lookUp: listed((inventory) => inventory.databases()),
  },
  aws_athena_workgroup: {
    label: "workgroups",
    collision: "fails",
    lookUp: listed((inventory) => inventory.workgroups()),
  },
  aws_cloudwatch_log_group: {
    label: "log groups",
    collision: "fails",
    lookUp: async ({ aws }, logGroupNamePrefix) => {
      // The list is in the order of names, so the group itself comes before those that begin with its name.
      const { logGroups = [] } = await aws.logs.send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix, limit: 1 }),
      );
      return here(logGroups.some(({ logGroupName }) => logGroupName === logGroupNamePrefix));
    },
  },
  aws_kms_alias: {
    label: "key aliases",
    collision: "fails",
    lookUp: listed((inventory) => inventory.keyAliases()),
  },
  aws_budgets_budget: {
    label: "budgets",
    collision: "fails",
    lookUp: asked(({ aws }, BudgetName, AccountId) =>
      aws.budgets.send(new DescribeBudgetCommand({ AccountId, BudgetName })),
    ),
  },
  aws_sns_topic: {
    label: "topics",
    collision: "overwrites",
    lookUp: listed((inventory) => inventory.topics()),
  },
  aws_cloudwatch_event_rule: {
    label: "event rules",
    collision: "overwrites",
    lookUp: listed((inventory) => inventory.rules()),
  },
  aws_cloudwatch_metric_alarm: {
    label: "alarms",
    collision: "overwrites",
    lookUp: listed((inventory) => inventory.alarms()),
  },
  aws_cloudwatch_dashboard: {
    label: "CloudWatch dashboards",
    collision: "overwrites",
    lookUp: listed((inventory) => inventory.dashboards()),
  },
  aws_cloudwatch_log_resource_policy: {
    label: "log resource policies",
    collision: "overwrites",
    lookUp: listed((inventory) => inventory.logPolicies()),
  },
};

/** Types with names that preflight does not look up, and what could be in the way. */
const NOT_LOOKED_UP = /^aws_quicksight_/;

/** @throws what the calls throw, except the answers about a bucket of another account */
async function lookUpBucket({ aws, buckets }: Inventory, Bucket: string): Promise<Taken> {
  let head: "free" | "readable" | "forbidden";
  try {
    await aws.s3.send(new HeadBucketCommand({ Bucket }));
    head = "readable";
  } catch (error) {
    const status = statusOf(error);
    if (isAbsent(error) || status === 404) return "free";
    if (status !== 403) throw error;
    head = "forbidden";
  }
  const owned = (await buckets()).includes(Bucket);
  if (!owned && head === "forbidden") return "of another account";
  return owned ? "in this account" : "of another account";
}

/** Whether the names of the stacks' resources are free, or their own already. */
export async function checkNames(plan: DeployPlan, inventory: Inventory): Promise<readonly Row[]> {
  const rows = await Promise.all(
    Object.entries(NAMED).map(([type, named]) => checkType(plan, inventory, type, named)),
  );
  const all = [...rows.flat(), ...notLookedUp(plan)];
  return all.length > 0 ? all : [ok("names", "all are in the state")];
}

async function checkType(
  plan: DeployPlan,
  inventory: Inventory,
  type: string,
  { label, collision, lookUp }: NamedType,
): Promise<readonly Row[]> {
  const check = `names: ${label}`;
  const wanted = plan.named(type);
  if (wanted.length === 0) return [];
  const rows: Row[] = [];
  let free = 0;
  let unnamed = 0;
  // One at a time: an account's IAM and Lambda answer few calls a second.
  for (const { resource, stack } of wanted) {
    const { name } = resource;
    if (name === undefined) {
      unnamed++;
      continue;
    }
    const found = await checked(check, async () => {
      const taken = await lookUp(inventory, name, stack.location.accountId);
      return taken === "free"
        ? []
        : taken === "of another account"
          ? foreign(check, name)
          : own(check, name, collision, plan.isKnown);
    });
    if (found.length === 0) free++;
    rows.push(...found.filter((one) => !rows.some((other) => other.found === one.found)));
  }
  if (unnamed > 0) {
    rows.push(
      row(
        check,
        "unknown",
        `${unnamed} known at the deploy only`,
        "compare the plan with what the account has",
      ),
    );
  }
  if (free > 0) rows.unshift(ok(check, `${free} of ${wanted.length} free`));
  return rows;
}

function foreign(check: string, name: string): Row {
  return row(
    check,
    "will fail",
    `${name} belongs to another account`,
    "choose another name: it is unique in all of AWS",
  );
}

function own(check: string, name: string, collision: NamedType["collision"], isStateKnown: boolean): Row {
  const found = `${name} exists in this account`;
  if (!isStateKnown)
    return row(check, "unknown", found, "the state cannot be read: see whether it is the stack's own");
  return collision === "fails"
    ? row(
        check,
        "will fail",
        `${found}, and not in the state`,
        "rename it here, remove it there, or import it",
      )
    : row(
        check,
        "warning",
        `${found}, and not in the state: the deploy overwrites it`,
        "rename one of the two",
      );
}

function notLookedUp(plan: DeployPlan): readonly Row[] {
  const types = new Set(
    plan
      .created()
      .map(({ resource }) => resource.type)
      .filter((type) => NOT_LOOKED_UP.test(type)),
  );
  return [...types].map((type) =>
    row(
      `names: ${type}`,
      "unknown",
      "not looked up",
      "see in QuickSight whether the ids are free, and the subscription is active",
    ),
  );
}
