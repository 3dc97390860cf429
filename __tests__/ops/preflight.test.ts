import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../lib/json";
import {
  actionsOf,
  LOOKUP_ACTIONS,
  PROVIDER_ACTIONS,
  type ProviderActions,
} from "../../modules/cicd/provider-actions";
import { Aws } from "../../ops/preflight/aws";
import { checkCaller, checkRegion, simulatedPrincipal } from "../../ops/preflight/caller";
import { CALLS } from "../../ops/preflight/calls";
import { checkState, Deployed } from "../../ops/preflight/deployed";
import { Inventory } from "../../ops/preflight/inventory";
import { checkNames } from "../../ops/preflight/names";
import { checkPermissions } from "../../ops/preflight/permissions";
import { DeployPlan } from "../../ops/preflight/plan";
import { PlannedStack } from "../../ops/preflight/planned-stack";
import { preflight } from "../../ops/preflight/preflight";
import { checkQuotas } from "../../ops/preflight/quotas";
import { checked, preflightCode, type Row, reportText } from "../../ops/preflight/report";
import { checkSubscribers } from "../../ops/preflight/subscribers";
import { checkToolchain, satisfies } from "../../ops/preflight/toolchain";
import { writeStack } from "../local/plan-fixture";
import { LOCATION } from "../support/environments";
import { sdkEnvironment, setEnvironment } from "../support/fake-endpoint";
import { CALLS_OF_OPTIONS, PROVIDER_CALLS, permissionsNeeded } from "../support/provider-calls";
import {
  type Answer,
  CALLER,
  CALLER_ROLE,
  callerIdentity,
  callerRole,
  denied,
  firstOf,
  json,
  type Recorded,
  type RecordedAccount,
  serviceQuotas,
  simulation,
  startRecordedAccount,
  xml,
} from "../support/recorded-account";
import { synthesized } from "../support/synthesized";

let folder = "";
let recorded: Recorded = () => undefined;
let account: RecordedAccount;
let restore: () => void;
let aws: Aws;

beforeAll(async () => {
  account = await startRecordedAccount((request) => recorded(request));
  restore = setEnvironment({ ...sdkEnvironment(account.url), AWS_MAX_ATTEMPTS: "1" });
});
afterAll(async () => {
  restore();
  await account.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "preflight-test-"));
  recorded = () => undefined;
  aws = new Aws(LOCATION.region);
});
afterEach(() => {
  aws.close();
  rmSync(folder, { recursive: true });
});

type Resources = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

function stackOf(resource: Resources, more: JsonObject = {}): PlannedStack {
  writeStack(folder, { provider: { aws: [{}] }, resource, ...more });
  return new PlannedStack({ directory: folder, variables: {} }, LOCATION);
}

/** A deploy of a stack. @param deployed what its state has; undefined if it cannot be read */
function planOf(
  resource: Resources,
  deployed: Deployed | undefined = Deployed.nothing,
  more: JsonObject = {},
): DeployPlan {
  return new DeployPlan([{ stack: stackOf(resource, more), deployed }]);
}

/** A state with these resources. */
function stateOf(...entries: readonly (readonly [type: string, id: string, attributes: object])[]): Deployed {
  const resources = entries.map(([type, name, attributes]) => ({
    mode: "managed",
    type,
    name,
    instances: [{ attributes }],
  }));
  return Deployed.parse(JSON.stringify({ version: 4, resources }), "a state");
}

/** An answer to one operation. */
function on(service: string, operation: string, answer: Answer | ((body: string) => Answer)): Recorded {
  return (request) =>
    request.service === service && request.operation === operation
      ? typeof answer === "function"
        ? answer(request.body)
        : answer
      : undefined;
}

const briefly = (rows: readonly Row[]) => rows.map(({ check, verdict, found }) => [check, verdict, found]);

describe("the caller", () => {
  const caller = { accountId: LOCATION.accountId, arn: CALLER, expires: undefined };
  const now = new Date("2026-11-29T12:00:00Z");

  test.each<[string, string | undefined, string | undefined, readonly (readonly string[])[]]>([
    [
      "of the account",
      LOCATION.accountId,
      "bootstrap",
      [
        ["credentials", "ok"],
        ["account", "ok"],
      ],
    ],
    ["of another account", "111111111111", "bootstrap", [["account", "will fail"]]],
    [
      "of an environment without an account",
      undefined,
      "bootstrap",
      [
        ["credentials", "ok"],
        ["account", "will fail"],
      ],
    ],
    [
      "of a stack without an account",
      undefined,
      undefined,
      [
        ["credentials", "ok"],
        ["account", "ok"],
      ],
    ],
  ])("%s", (_, accountId, configure, expected) => {
    const rows = checkCaller(caller, accountId, configure, now);
    expect(rows.map(({ check, verdict }) => [check, verdict])).toEqual(expected);
  });

  test.each([
    ["soon", "2026-11-29T12:59:59Z", ["credentials", "session", "account"]],
    ["later", "2026-11-29T13:00:00Z", ["credentials", "account"]],
  ])("is warned of a session that ends %s", (_, end, checks) => {
    const rows = checkCaller({ ...caller, expires: new Date(end) }, LOCATION.accountId, undefined, now);
    expect(rows.map(({ check }) => check)).toEqual(checks);
  });

  test("whose session does not have the path of the role is simulated as the role", async () => {
    recorded = callerRole;
    expect(await simulatedPrincipal(aws, caller)).toEqual({ arn: CALLER_ROLE });
  });

  test.each([
    [
      "a user",
      "arn:aws:iam::123456789012:user/people/ann",
      { arn: "arn:aws:iam::123456789012:user/people/ann" },
    ],
    [
      "the root user",
      "arn:aws:iam::123456789012:root",
      { unknown: expect.stringContaining("the root user") },
    ],
    [
      "a federated user",
      "arn:aws:sts::123456789012:federated-user/ann",
      { unknown: expect.stringContaining("neither a user nor a role") },
    ],
  ])("who is %s", async (_, arn, principal) => {
    expect(await simulatedPrincipal(aws, { ...caller, arn })).toEqual(principal);
  });

  test("without credentials fails, and nothing else is said to be ok", async () => {
    recorded = on("sts", "GetCallerIdentity", {
      status: 403,
      body: "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token is expired</Message></Error></ErrorResponse>",
    });
    const stack = stackOf({ aws_sns_topic: { T: { name: "t" } } });
    const report = await preflight({
      ...{ name: "x", region: "eu-west-1", accountId: undefined, variables: process.env },
      synthesize: async () => [stack.source],
    });
    expect(briefly(report.rows).slice(0, 2)).toEqual([
      ["credentials", "will fail", "The security token is expired"],
      ["everything else in AWS", "unknown", "needs credentials"],
    ]);
    expect(preflightCode(report)).toBe(1);
  });
});

describe("the region", () => {
  const regions = (status: string): Recorded =>
    on("ec2", "DescribeRegions", {
      body: `<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName><optInStatus>${status}</optInStatus></item></regionInfo></DescribeRegionsResponse>`,
    });

  test.each([
    ["opt-in-not-required", "ok"],
    ["opted-in", "ok"],
    ["not-opted-in", "will fail"],
  ])("that is %s", async (status, verdict) => {
    recorded = regions(status);
    expect(await checkRegion(aws, "eu-west-1")).toMatchObject([{ check: "region", verdict }]);
  });

  test("that is not enabled is named although it refuses every caller", async () => {
    // The region itself would answer STS so.
    const here = {
      status: 403,
      body: "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>",
    };
    recorded = (request) =>
      request.region === "eu-west-1" ? here : firstOf(callerIdentity, regions("not-opted-in"))(request);
    const stack = stackOf({ aws_sns_topic: { T: { name: "t" } } });
    const { rows } = await preflight({
      ...{ name: "x", ...LOCATION, variables: process.env },
      synthesize: async () => [stack.source],
    });
    expect(briefly(rows).slice(0, 4)).toEqual([
      ["credentials", "ok", CALLER],
      ["account", "ok", LOCATION.accountId],
      ["region", "will fail", "eu-west-1 is not enabled for the account"],
      ["everything else in AWS", "unknown", "needs an enabled region"],
    ]);
  });

  test("that AWS does not have", async () => {
    recorded = regions("opted-in");
    expect(await checkRegion(aws, "eu-west-9")).toMatchObject([{ verdict: "will fail" }]);
  });
});

describe("a call that fails", () => {
  const rowOfError = async (answer: Answer): Promise<Row | undefined> => {
    recorded = () => answer;
    return (await checked("a check", async () => [await inventoryRow()]))[0];
  };
  const inventoryRow = async (): Promise<Row> => {
    await new Inventory(aws).databases();
    return { check: "a check", verdict: "ok", found: "", remedy: "" };
  };
  const error = (__type: string, message: string): Answer => ({ ...json({ __type, message }), status: 400 });

  test.each<[string, Answer, string, RegExp]>([
    [
      "without the right",
      error("AccessDeniedException", "no"),
      "unknown",
      /^not allowed: glue:GetDatabases$/,
    ],
    [
      "by an organization's policy",
      error("AccessDeniedException", "not authorized … with an explicit deny in a service control policy"),
      "unknown",
      /^not allowed: glue:GetDatabases \(denied by a service control policy\)$/,
    ],
    [
      "in an account that is not active",
      error("OptInRequired", "needs a subscription"),
      "will fail",
      /^OptInRequired: needs/,
    ],
    [
      "at the service",
      error("InternalServiceException", "try later"),
      "unknown",
      /^Glue:GetDatabases failed: InternalServiceException/,
    ],
    [
      "at a proxy that answers HTML",
      { headers: { "content-type": "text/html" }, body: "<!doctype html>" },
      "unknown",
      /^Glue:GetDatabases failed: /,
    ],
  ])("%s is no ok", async (_, answer, verdict, found) => {
    expect(await rowOfError(answer)).toMatchObject({ verdict, found: expect.stringMatching(found) });
  });

  test("of this program is not hidden", async () => {
    const fault = new TypeError("a fault");
    await expect(checked("a check", () => Promise.reject(fault))).rejects.toBe(fault);
  });
});

describe("names", () => {
  const GROUPS = { aws_cloudwatch_log_group: { G: { name: "/g" } } };
  const group = on("logs", "DescribeLogGroups", json({ logGroups: [{ logGroupName: "/g" }] }));

  test.each<[string, Deployed | undefined, string]>([
    ["not in the state", Deployed.nothing, "will fail"],
    ["in the state at another address", stateOf(["aws_cloudwatch_log_group", "Other", { name: "/g" }]), "ok"],
    ["while the state cannot be read", undefined, "unknown"],
  ])("that exist, %s", async (_, deployed, verdict) => {
    recorded = group;
    const plan = new DeployPlan([{ stack: stackOf(GROUPS), deployed }]);
    expect(await checkNames(plan, new Inventory(aws))).toMatchObject([{ verdict }]);
  });

  test("that only begin with the wanted one are free", async () => {
    recorded = on("logs", "DescribeLogGroups", json({ logGroups: [{ logGroupName: "/g/more" }] }));
    expect(briefly(await checkNames(planOf(GROUPS), new Inventory(aws)))).toEqual([
      ["names: log groups", "ok", "1 of 1 free"],
    ]);
  });

  test("that a deploy overwrites are a warning", async () => {
    recorded = on("events", "ListRules", json({ Rules: [{ Name: "r" }] }));
    const rows = await checkNames(
      planOf({ aws_cloudwatch_event_rule: { R: { name: "r" } } }),
      new Inventory(aws),
    );
    expect(rows).toMatchObject([{ verdict: "warning", found: expect.stringContaining("overwrites it") }]);
  });

  test.each<[string, number, readonly string[], string, RegExp]>([
    ["another account's", 403, [], "will fail", /belongs to another account/],
    ["another account's that anybody may read", 200, [], "will fail", /belongs to another account/],
    ["the account's own", 200, ["b"], "will fail", /exists in this account, and not in the state/],
    ["free", 404, [], "ok", /^1 of 1 free$/],
  ])("of a bucket that is %s", async (_, status, owned, verdict, found) => {
    const buckets = owned.map((name) => `<Bucket><Name>${name}</Name></Bucket>`).join("");
    recorded = ({ method, path }) =>
      method === "HEAD"
        ? { status, body: "" }
        : path.startsWith("/?")
          ? { body: `<ListAllMyBucketsResult><Buckets>${buckets}</Buckets></ListAllMyBucketsResult>` }
          : undefined;
    const rows = await checkNames(planOf({ aws_s3_bucket: { B: { bucket: "b" } } }), new Inventory(aws));
    expect(rows).toMatchObject([{ verdict, found: expect.stringMatching(found) }]);
  });

  test("known at the deploy only are unknown", async () => {
    const plan = planOf({ aws_iam_role: { R: { name: `\${random_id.r.hex}` } }, random_id: { r: {} } });
    expect(await checkNames(plan, new Inventory(aws))).toMatchObject([
      { check: "names: roles", verdict: "unknown" },
    ]);
  });

  test("of a type that nobody looks up are unknown", async () => {
    const rows = await checkNames(planOf({ aws_quicksight_dashboard: { D: {} } }), new Inventory(aws));
    expect(rows).toMatchObject([{ verdict: "unknown", found: "not looked up" }]);
  });
});

describe("quotas", () => {
  const vpcs = (count: number): Recorded =>
    on("ec2", "DescribeVpcs", {
      body: `<DescribeVpcsResponse><vpcSet>${"<item><vpcId>vpc-1</vpcId></item>".repeat(count)}</vpcSet></DescribeVpcsResponse>`,
    });
  const VPC = { aws_vpc: { V: {} } };

  test.each([
    [4, "ok"],
    [5, "will fail"],
  ])("with %d of 5 used", async (used, verdict) => {
    recorded = firstOf(serviceQuotas(), vpcs(used));
    expect(await checkQuotas(planOf(VPC), new Inventory(aws))).toMatchObject([
      { verdict, found: `${used} of 5 used, 1 needed` },
    ]);
  });

  test("that are full do not matter to what is deployed, and are unknown without the state", async () => {
    recorded = firstOf(serviceQuotas(), vpcs(5));
    expect(await checkQuotas(planOf(VPC, stateOf(["aws_vpc", "V", {}])), new Inventory(aws))).toMatchObject([
      { check: "quotas", verdict: "ok" },
    ]);
    const unread = new DeployPlan([{ stack: stackOf(VPC), deployed: undefined }]);
    expect(await checkQuotas(unread, new Inventory(aws))).toMatchObject([{ verdict: "unknown" }]);
  });

  test("whose code means something else are unknown", async () => {
    const Quota = { QuotaName: "Rate of DescribeVpcs requests", Value: 100 };
    recorded = firstOf(on("servicequotas", "GetServiceQuota", json({ Quota })), vpcs(1));
    expect(await checkQuotas(planOf(VPC), new Inventory(aws))).toMatchObject([
      { verdict: "unknown", found: 'vpc/L-F678F1CE is "Rate of DescribeVpcs requests", value 100' },
    ]);
  });

  test("of resources with count are unknown", async () => {
    recorded = firstOf(serviceQuotas(), vpcs(1));
    expect(await checkQuotas(planOf({ aws_vpc: { V: { count: 3 } } }), new Inventory(aws))).toMatchObject([
      { verdict: "unknown" },
    ]);
  });

  test.each<[string, JsonObject, object, string, RegExp]>([
    [
      "shards",
      { shard_count: 3 },
      { ShardLimit: 10, OpenShardCount: 8 },
      "will fail",
      /^8 of 10 used, 3 needed$/,
    ],
    ["shards", { shard_count: 2 }, { ShardLimit: 10, OpenShardCount: 8 }, "ok", /^8 of 10 used, 2 needed$/],
    [
      "on-demand streams",
      { stream_mode_details: { stream_mode: "ON_DEMAND" } },
      { OnDemandStreamCount: 50, OnDemandStreamCountLimit: 50 },
      "will fail",
      /^50 of 50 used, 1 needed$/,
    ],
  ])("of Kinesis: %s", async (label, stream, limits, verdict, found) => {
    recorded = on("kinesis", "DescribeLimits", json(limits));
    const rows = await checkQuotas(
      planOf({ aws_kinesis_stream: { S: { name: "s", ...stream } } }),
      new Inventory(aws),
    );
    expect(rows).toMatchObject([{ check: `quota: ${label}`, verdict, found: expect.stringMatching(found) }]);
  });

  test.each<[string, number, number | undefined, string, RegExp]>([
    ["a small account that reserves nothing", 10, undefined, "ok", /about 5 used at once$/],
    ["an account that is too small", 4, undefined, "warning", /throttled$/],
    ["a reservation that leaves 100", 1000, 900, "ok", /^1000 of 1000 unreserved/],
    ["a reservation that leaves 99", 1000, 901, "will fail", /901 to reserve; 100 have to remain$/],
  ])("of concurrent executions: %s", async (_, limit, reserved, verdict, found) => {
    recorded = on("lambda", "GET /2016-08-19/account-settings", {
      ...json({ AccountLimit: { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: limit } }),
    });
    const plan = planOf({
      aws_lambda_function: {
        F: {
          function_name: "f",
          ...(reserved !== undefined && { reserved_concurrent_executions: reserved }),
        },
        G: { function_name: "g" },
        H: { function_name: "h" },
      },
      aws_lambda_event_source_mapping: { M: { parallelization_factor: 1 } },
    });
    expect(await checkQuotas(plan, new Inventory(aws))).toMatchObject([
      { verdict, found: expect.stringMatching(found) },
    ]);
  });
});

test("a state in a bucket is counted against the stack", async () => {
  const state = { version: 4, resources: [] };
  recorded = ({ service, path }) => {
    if (service !== "s3") return undefined;
    const versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    return { body: path.includes("versioning") ? versioning : JSON.stringify(state) };
  };
  const backend = { s3: { bucket: "b", key: "k", region: LOCATION.region } };
  const stack = stackOf({ aws_sns_topic: { T: { name: "t" } } }, { terraform: { backend } });
  const { rows } = await checkState(stack, new Inventory(aws), "");
  expect(briefly(rows)).toEqual([
    ["state bucket", "ok", "b, versioned"],
    [`state of ${stack.name}`, "ok", "0 of 1 resource deployed"],
  ]);
});

describe("alarm subscribers", () => {
  const ARN = "arn:aws:sns:eu-west-1:123456789012:alarms";
  const alarm = (action: string): Resources => ({
    aws_cloudwatch_metric_alarm: { A: { alarm_name: "a", alarm_actions: [action] } },
  });
  const OWN: Resources = { ...alarm(`\${aws_sns_topic.T.arn}`), aws_sns_topic: { T: { name: "alarms" } } };
  const PROTECTED: Resources = {
    aws_kinesis_stream: { S: { name: "s", lifecycle: { prevent_destroy: true } } },
  };
  const topic = (...states: readonly string[]): Recorded =>
    firstOf(
      on(
        "sns",
        "ListTopics",
        xml("ListTopics", `<Topics><member><TopicArn>${ARN}</TopicArn></member></Topics>`),
      ),
      on("sns", "ListSubscriptionsByTopic", (body) =>
        xml(
          "ListSubscriptionsByTopic",
          body.includes(encodeURIComponent(ARN))
            ? `<Subscriptions>${states.map((state) => `<member><SubscriptionArn>${state}</SubscriptionArn></member>`).join("")}</Subscriptions>`
            : "",
        ),
      ),
    );
  const CONFIRMED = `${ARN}:8a21d249-4329-4871-acc6-7be709c6ea7f`;

  test.each<[string, Resources, Recorded, Deployed, string]>([
    [
      "confirmed, of an owner elsewhere",
      alarm(ARN),
      topic(CONFIRMED, "PendingConfirmation"),
      Deployed.nothing,
      "ok",
    ],
    ["confirmed, deployed", OWN, topic(CONFIRMED), stateOf(["aws_sns_topic", "T", {}]), "ok"],
    ["not confirmed", OWN, topic("PendingConfirmation"), stateOf(["aws_sns_topic", "T", {}]), "will fail"],
    ["none", OWN, topic(), stateOf(["aws_sns_topic", "T", {}]), "will fail"],
    ["none of a topic that is to be made", OWN, () => undefined, Deployed.nothing, "will fail"],
    [
      "of a topic that is to be made, who cannot have confirmed yet",
      { ...OWN, aws_sns_topic_subscription: { S: { topic_arn: `\${aws_sns_topic.T.arn}` } } },
      () => undefined,
      Deployed.nothing,
      "warning",
    ],
    ["without an alarm", {}, () => undefined, Deployed.nothing, "will fail"],
  ])("of a protected environment: %s", async (_, resources, answers, deployed, verdict) => {
    recorded = answers;
    const rows = await checkSubscribers(planOf({ ...resources, ...PROTECTED }, deployed), new Inventory(aws));
    expect(rows).toMatchObject([{ verdict }]);
    // Without protection nothing is refused.
    rmSync(join(folder, "cdk.tf.json"));
    const [row] = await checkSubscribers(planOf(resources, deployed), new Inventory(aws));
    expect(row?.verdict).toBe(verdict === "will fail" ? "warning" : verdict);
  });
});

describe("permissions", () => {
  const caller = { accountId: LOCATION.accountId, arn: CALLER, expires: undefined };
  const TOPIC: Resources = { aws_sns_topic: { T: { name: "t" } } };

  async function rowsWith(answers: Recorded, plan: DeployPlan): Promise<readonly Row[]> {
    recorded = firstOf(callerRole, answers);
    return checkPermissions(plan, aws, caller);
  }

  /** One result for each action, in the earlier form: without results for single resources. */
  const flat = (decision: string, details = ""): Recorded =>
    on("iam", "SimulatePrincipalPolicy", (body) => {
      const actions = [...new URLSearchParams(body)].filter(([key]) => key.startsWith("ActionNames."));
      const results = actions.map(
        ([, action]) =>
          `<member><EvalActionName>${action}</EvalActionName><EvalResourceName>arn:aws:sns:eu-west-1:123456789012:t</EvalResourceName><EvalDecision>${decision}</EvalDecision>${details}</member>`,
      );
      return xml(
        "SimulatePrincipalPolicy",
        `<IsTruncated>false</IsTruncated><EvaluationResults>${results.join("")}</EvaluationResults>`,
      );
    });

  test.each<[string, Recorded, string, RegExp]>([
    ["allowed", flat("allowed"), "ok", /^5 actions allowed/],
    [
      "not allowed",
      flat("implicitDeny"),
      "will fail",
      /^CreateTopic .*on arn:aws:sns:eu-west-1:123456789012:t \(no policy allows it\)$/,
    ],
    ["denied", flat("explicitDeny"), "will fail", /\(a policy denies it\)$/],
    [
      "denied in the absence of a key",
      flat(
        "explicitDeny",
        "<MissingContextValues><member>aws:MultiFactorAuthPresent</member></MissingContextValues>",
      ),
      "unknown",
      /\(a policy denies it, perhaps by a condition on aws:MultiFactorAuthPresent\)$/,
    ],
    [
      "denied by the organization",
      flat(
        "implicitDeny",
        "<OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>",
      ),
      "will fail",
      /\(a service control policy\)$/,
    ],
    [
      "denied by the boundary",
      flat(
        "implicitDeny",
        "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>false</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>",
      ),
      "will fail",
      /permissions boundary\)$/,
    ],
    [
      "allowed under a condition",
      flat(
        "implicitDeny",
        "<MissingContextValues><member>aws:RequestTag/Team</member></MissingContextValues>",
      ),
      "unknown",
      /\(conditions on aws:RequestTag\/Team\)$/,
    ],
  ])("that are %s", async (_, answers, verdict, found) => {
    const rows = await rowsWith(answers, planOf(TOPIC));
    expect(rows).toMatchObject([
      { check: "permissions: sns", verdict, found: expect.stringMatching(found) },
      { check: "permissions: other policies", verdict: "unknown" },
    ]);
  });

  test("name the ARN that is not allowed, among several", async () => {
    const answers = simulation((_, arn) => (arn.endsWith(":u") ? "implicitDeny" : "allowed"));
    const [row] = await rowsWith(answers, planOf({ aws_sns_topic: { T: { name: "t" }, U: { name: "u" } } }));
    expect(row).toMatchObject({
      verdict: "will fail",
      found: expect.stringContaining("on arn:aws:sns:eu-west-1:123456789012:u ("),
    });
    expect(row?.found).not.toContain("123456789012:t");
  });

  test("of what is deployed matter to a change", async () => {
    const answers = simulation((action) =>
      action === "kinesis:UpdateShardCount" ? "implicitDeny" : "allowed",
    );
    const stream: Resources = { aws_kinesis_stream: { S: { name: "s" } } };
    const [row] = await rowsWith(
      answers,
      planOf(stream, stateOf(["aws_kinesis_stream", "S", { name: "s" }])),
    );
    expect(row).toMatchObject({
      check: "permissions: kinesis",
      verdict: "warning",
      found: expect.stringContaining("UpdateShardCount"),
    });
    const [first] = await rowsWith(answers, planOf(stream));
    expect(first).toMatchObject({ verdict: "ok" });
  });

  test("to pass a role are asked with the service that gets it", async () => {
    const asked: string[] = [];
    const answers: Recorded = (request) => {
      if (request.body.includes("PassRole")) asked.push(decodeURIComponent(request.body));
      return simulation((action) => (action === "iam:PassRole" ? "implicitDeny" : "allowed"))(request);
    };
    const rows = await rowsWith(
      answers,
      planOf({
        aws_lambda_function: { F: { function_name: "f", role: `\${aws_iam_role.R.arn}` } },
        aws_iam_role: { R: { name: "r" } },
      }),
    );
    expect(rows.find(({ check }) => check === "permissions: iam")).toMatchObject({
      verdict: "will fail",
      found: "PassRole on arn:aws:iam::123456789012:role/r (no policy allows it)",
    });
    expect(asked).toEqual([expect.stringMatching(/iam:PassedToService.*lambda\.amazonaws\.com/)]);
  });

  test("to invoke a function are asked with the qualifier that the provider sends", async () => {
    const answers = simulation((action, arn) =>
      action === "lambda:InvokeFunction" && !arn.endsWith(":function:f:$LATEST") ? "implicitDeny" : "allowed",
    );
    const rows = await rowsWith(
      answers,
      planOf({ aws_lambda_invocation: { I: { function_name: "f", input: "{}" } } }),
    );
    expect(rows[0]).toMatchObject({ check: "permissions: lambda", verdict: "ok" });
  });

  test("on names known at the deploy only are unknown when they are not allowed", async () => {
    const plan = planOf({ aws_iam_role: { R: { name: `\${random_id.r.hex}` } } });
    const [row] = await rowsWith(
      simulation(() => "implicitDeny"),
      plan,
    );
    expect(row).toMatchObject({
      verdict: "unknown",
      found: expect.stringContaining("role/* (names known at the deploy only)"),
    });
  });

  test("to look something up are asked too", async () => {
    const name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
    const data = {
      aws_ssm_parameter: { Image: { name } },
      aws_region: { R: {} },
      aws_iam_role: { L: { name: "l" } },
      aws_other: { O: {} },
    };
    const plan = planOf({}, Deployed.nothing, { data });
    expect(
      briefly(
        await rowsWith(
          simulation(() => "implicitDeny"),
          plan,
        ),
      ),
    ).toEqual([
      // Its path is not known.
      [
        "permissions: iam",
        "unknown",
        "GetRole on arn:aws:iam::123456789012:role/* (names known at the deploy only)",
      ],
      [
        "permissions: ssm",
        "will fail",
        `GetParameter on arn:aws:ssm:eu-west-1::parameter${name} (no policy allows it)`,
      ],
      ["permissions: data.aws_other", "unknown", "its actions are not known here"],
      ["permissions: other policies", "unknown", expect.any(String)],
    ]);
  });

  test("of a type that is not known here are unknown", async () => {
    const rows = await rowsWith(
      simulation(() => "allowed"),
      planOf({ aws_sqs_queue: { Q: { name: "q" } } }),
    );
    expect(rows[0]).toMatchObject({ check: "permissions: aws_sqs_queue", verdict: "unknown" });
  });

  test("that nobody may simulate are unknown", async () => {
    recorded = denied;
    expect(briefly(await checkPermissions(planOf(TOPIC), aws, caller))).toEqual([
      ["permissions", "unknown", "not allowed: iam:GetRole"],
    ]);
  });

  test.each(["dev", "prod"] as const)("are known for every type of %s", async (name) => {
    const stack = new PlannedStack({ directory: await synthesized(name), variables: {} }, LOCATION);
    for (const resource of stack.resources) {
      expect([resource.type, PROVIDER_ACTIONS[resource.type]]).toEqual([resource.type, expect.anything()]);
      expect([resource.address, stack.arnsOf(resource)?.isKnown]).toEqual([resource.address, true]);
    }
  });
});

describe("a state", () => {
  test.each(["", "[]", '{"version":3}'])("that is %j is refused without its content", (text) => {
    expect(() => Deployed.parse(text, "s3://b/k")).toThrow(
      /^s3:\/\/b\/k is not (JSON|a Terraform state of format 4)$/,
    );
  });
});

describe("Terraform", () => {
  test.each<[string, string, boolean | undefined]>([
    ["1.11.4", ">= 1.11", true],
    ["1.10.9", ">= 1.11", false],
    ["1.11.0-rc1", ">= 1.11", true],
    ["1.12.0", "~> 1.11", true],
    ["2.0.0", "~> 1.11", false],
    ["1.11.9", "~> 1.11.4", true],
    ["1.12.0", "~> 1.11.4", false],
    ["1.11.3", "~> 1.11.4", false],
    ["1.11.4", ">= 1.5, < 1.11.4", false],
    ["1.11.4", "1.11.4", true],
    ["1.11.4", "!= 1.11.4", false],
    ["5.100.0", "> 5, <= 5.100", true],
    ["1.11.4", "latest", undefined],
  ])("%s against %s", (version, constraint, fits) => {
    expect(satisfies(version, constraint)).toBe(fits);
  });

  const TERRAFORM = (required_version: string): JsonObject => ({
    terraform: { required_version, required_providers: { aws: { source: "aws", version: "5.100.0" } } },
  });

  test("is checked with its provider, from the lock file on", async () => {
    const variables = { TERRAFORM_BINARY_NAME: join(folder, "terraform") };
    writeFileSync(variables.TERRAFORM_BINARY_NAME, "#!/bin/sh\necho Terraform v1.11.4\n", { mode: 0o755 });
    const lock = (version: string): string =>
      `provider "registry.terraform.io/hashicorp/aws" {\n  version     = "${version}"\n}\n`;
    const stack = stackOf({}, TERRAFORM(">= 1.12"));
    writeFileSync(join(folder, ".terraform.lock.hcl"), lock("5.99.0"));
    expect((await checkToolchain([stack], variables)).map(({ check, verdict }) => [check, verdict])).toEqual([
      ["Terraform", "will fail"],
      ["AWS provider", "will fail"],
    ]);
  });
});

describe("the report", () => {
  const rows: readonly Row[] = [
    { check: "one", verdict: "ok", found: "good", remedy: "" },
    { check: "another", verdict: "unknown", found: "not allowed: iam:GetRole", remedy: "allow iam:GetRole" },
    { check: "third", verdict: "will fail", found: "bad", remedy: "npm run bootstrap -- dev" },
  ];

  test("has the worst first, and counts", () => {
    expect(reportText({ name: "dev", rows })).toBe(
      [
        "will fail  third    bad",
        "                    → npm run bootstrap -- dev",
        "unknown    another  not allowed: iam:GetRole",
        "                    → allow iam:GetRole",
        "ok         one      good",
        "",
        "dev: 1 will fail, 0 warning, 1 unknown, 1 ok",
      ].join("\n"),
    );
  });

  test("ends with 1 only if something will fail", () => {
    expect(preflightCode({ name: "dev", rows })).toBe(1);
    expect(preflightCode({ name: "dev", rows: rows.slice(0, 2) })).toBe(0);
  });
});

describe("the calls", () => {
  test("read", () => {
    for (const name of Object.keys(CALLS)) expect(name).toMatch(/:(Describe|Get|Head|List|Simulate)/);
  });

  test("that are not in the table are not made", async () => {
    const { CreateTopicCommand } = await import("@aws-sdk/client-sns");
    await expect(aws.sns.send(new CreateTopicCommand({ Name: "t" }))).rejects.toThrow(
      "SNS:CreateTopic is not among the calls of preflight",
    );
  });

  test("and their policy are those of the documentation", () => {
    const page = readFileSync(join(__dirname, "../../docs/operations.md"), "utf8");
    const [, section = ""] = /^### Calls of preflight$([\s\S]*?)^##/m.exec(page) ?? [];
    const documented = [...section.matchAll(/^\| `(\w+:\w+)` \| (.*?) \| (.*?) \|$/gm)].map(
      ([, call, permission, purpose]) => [call, permission, purpose],
    );
    expect(documented).toEqual(
      Object.entries(CALLS).map(([call, { permission, purpose }]) => [
        call,
        permission === undefined ? "none" : `\`${permission}\``,
        purpose,
      ]),
    );
    const [, policy = ""] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
    const allowed = (JSON.parse(policy) as { Statement: { Action: string[] }[] }).Statement.flatMap(
      ({ Action }) => Action,
    );
    const needed = new Set(Object.values(CALLS).flatMap(({ permission }) => permission ?? []));
    expect(allowed.sort()).toEqual([...needed, "kms:Decrypt"].sort());
  });
});

test("the provider's actions include all that its log shows", () => {
  const lookedUp = Object.values(LOOKUP_ACTIONS).flatMap(actionsOf);
  const known = (...kinds: readonly (keyof ProviderActions)[]): ReadonlySet<string> =>
    new Set(
      Object.values(PROVIDER_ACTIONS).flatMap((of) => kinds.flatMap((kind) => actionsOf(of[kind] ?? ""))),
    );
  const missing = (needed: readonly string[], in_: ReadonlySet<string>): readonly string[] =>
    needed.filter((action) => !in_.has(action) && !action.startsWith("quicksight:"));
  for (const calls of [PROVIDER_CALLS, CALLS_OF_OPTIONS]) {
    expect(missing(permissionsNeeded("reads", calls), new Set([...known("read"), ...lookedUp]))).toEqual([]);
    expect(missing(permissionsNeeded("writes", calls), known("create", "update", "remove"))).toEqual([]);
  }
});

test("every action of the provider is written once for each type", () => {
  for (const [type, { read, create, update = "", remove = "" }] of Object.entries(PROVIDER_ACTIONS)) {
    const actions = [read, create, update, remove].flatMap(actionsOf);
    expect([type, actions.filter((one, index) => actions.indexOf(one) !== index)]).toEqual([type, []]);
  }
});
