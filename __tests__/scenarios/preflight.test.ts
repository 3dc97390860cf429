import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, PutResourcePolicyCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  AllocateAddressCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateVpcEndpointCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { EventBridgeClient, PutRuleCommand } from "@aws-sdk/client-eventbridge";
import { CreateDeliveryStreamCommand, FirehoseClient } from "@aws-sdk/client-firehose";
import { CreateDatabaseCommand, GlueClient } from "@aws-sdk/client-glue";
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateDomainCommand, OpenSearchClient } from "@aws-sdk/client-opensearch";
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { prod } from "../../environments/prod";
import { CALLS } from "../../ops/preflight/calls";
import { PlannedStack } from "../../ops/preflight/planned-stack";
import { preflight } from "../../ops/preflight/preflight";
import { type PreflightReport, preflightCode, type Verdict } from "../../ops/preflight/report";
import { nameProperty } from "../../ops/preflight/resource-types";
import { addStacks } from "../../stacks/add-stacks";
import { LOCATION } from "../support/environments";
import { sdkEnvironment, setEnvironment } from "../support/fake-endpoint";
import {
  accountSettings,
  CALLER_ROLE,
  callerIdentity,
  callerRole,
  denied,
  firstOf,
  json,
  type Recorded,
  serviceQuotas,
  simulation,
  startRecordedAccount,
  xml,
} from "../support/recorded-account";
import { testApp } from "../support/test-app";
import { withEveryOption } from "../terraform/emulated/environment";
import { onPath } from "../terraform/emulated/python-program";
import { type StandIn, startStandIn } from "../terraform/emulated/stand-in";

const STATE_BUCKET = "retail-bi-prod-state-123456789012";
const ACCOUNT_WIDE = ["service-linked role", "GitHub's identity provider"];

/** Recorded answers for what moto does not have, and moto for the rest. */
const HAS_MOTO = onPath("moto_server", process.env) !== undefined;
const describeWithMoto: typeof describe.skip = HAS_MOTO ? describe : describe.skip;

const checksWith = ({ rows }: PreflightReport, verdict: Verdict): string[] =>
  rows.filter((one) => one.verdict === verdict).map(({ check }) => check);
const rowOf = ({ rows }: PreflightReport, check: string) => rows.find((one) => one.check === check);

describeWithMoto(HAS_MOTO ? "an account" : "an account (NOT RUN: moto_server is not on the PATH)", () => {
  let moto: StandIn;
  let scratch = "";
  let folders: readonly string[] = [];
  /** All calls of all reports. */
  const made = new Set<string>();
  const simulated = new Set<string>();

  beforeAll(async () => {
    moto = await startStandIn(process.env, () => {}, new AbortController().signal);
    const app = testApp();
    addStacks(app, [{ ...withEveryOption(prod), location: LOCATION }]);
    app.synth();
    scratch = mkdtempSync(join(tmpdir(), "preflight-test-"));
    folders = ["prod", "prod-state"].map((name) =>
      lookingUpOnly(join(app.outdir, "stacks", name), join(scratch, name)),
    );
  });
  afterAll(async () => {
    rmSync(scratch, { recursive: true, force: true });
    await moto?.stop();
  });

  /** The report on an account that was prepared, with recordings before the emulated one. */
  async function reportOn(
    recorded: Recorded,
    prepare: () => Promise<void> = bootstrapped,
  ): Promise<PreflightReport> {
    await fetch(`${moto.url}/moto-api/reset`, { method: "POST" });
    const restore = setEnvironment(sdkEnvironment(moto.url));
    const account = await startRecordedAccount(recorded, moto.url);
    try {
      await prepare();
      process.env["AWS_ENDPOINT_URL"] = account.url;
      const report = await preflight({
        name: "prod",
        ...LOCATION,
        variables: process.env,
        bootstrap: "npm run bootstrap -- prod",
        synthesize: async () => folders.map((directory) => ({ directory, variables: {} })),
        onCalls: (calls) => {
          for (const call of calls) made.add(call);
        },
      });
      return report;
    } finally {
      restore();
      await account.close();
    }
  }

  const MAY_ALL = simulation(
    () => "allowed",
    (principal) => simulated.add(principal),
  );
  const CALLER = firstOf(callerIdentity, callerRole);
  const CLEAN = firstOf(CALLER, serviceQuotas(), accountSettings(1000), MAY_ALL);

  /** The state's bucket, with the state of its own stack. */
  async function bootstrapped(): Promise<void> {
    const s3 = new S3Client();
    const location = { LocationConstraint: "eu-west-1" } as const;
    await s3.send(new CreateBucketCommand({ Bucket: STATE_BUCKET, CreateBucketConfiguration: location }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: STATE_BUCKET, VersioningConfiguration }));
    await putState("prod-state");
  }

  /** A state with every resource of a stack. */
  async function putState(name: string): Promise<void> {
    const directory = join(scratch, name);
    const { resources } = new PlannedStack({ directory, variables: {} }, LOCATION);
    const entries = resources.map(({ address, type, name: physical }) => ({
      mode: "managed",
      type,
      name: address.slice(type.length + 1),
      instances: [{ attributes: { [nameProperty(type) ?? "id"]: physical } }],
    }));
    const Body = JSON.stringify({ version: 4, resources: entries });
    await new S3Client().send(new PutObjectCommand({ Bucket: STATE_BUCKET, Key: `${name}.tfstate`, Body }));
  }

  /** What the account has once. */
  async function makeAccountWide(): Promise<void> {
    const iam = new IAMClient();
    // Moto gives the role of CreateServiceLinkedRole another name than AWS does.
    const RoleName = "AWSServiceRoleForAmazonOpenSearchService";
    const Path = "/aws-service-role/opensearchservice.amazonaws.com/";
    await iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: "{}" }));
    const Url = "https://token.actions.githubusercontent.com";
    await iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ["sts.amazonaws.com"] }));
  }

  test("that is clean lacks nothing but what every account has once", async () => {
    const report = await reportOn(CLEAN);
    expect(checksWith(report, "will fail")).toEqual(ACCOUNT_WIDE);
    expect(checksWith(report, "unknown")).toEqual(["permissions: other policies"]);
    expect(checksWith(report, "warning")).toEqual(["alarm subscribers"]);
    expect(preflightCode(report)).toBe(1);
    // The role of the session, with its path.
    expect([...simulated]).toEqual([CALLER_ROLE]);
  });

  test("with the service-linked role and the identity provider", async () => {
    const report = await reportOn(CLEAN, async () => {
      await bootstrapped();
      await makeAccountWide();
    });
    for (const check of ACCOUNT_WIDE) expect(rowOf(report, check)).toMatchObject({ verdict: "ok" });
    expect(checksWith(report, "will fail")).toEqual([]);
    expect(preflightCode(report)).toBe(0);
  });

  test("that has everything needs nothing more", async () => {
    const report = await reportOn(CLEAN, async () => {
      await bootstrapped();
      await makeAccountWide();
      await putState("prod");
      const sns = new SNSClient();
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "prod-retail-bi-alarms" }));
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "on-call@example.com" }));
    });
    expect(rowOf(report, "quotas")).toMatchObject({ verdict: "ok" });
    expect(rowOf(report, "names")).toMatchObject({ verdict: "ok" });
    expect(rowOf(report, "state of prod")?.found).toMatch(/^(\d+) of \1 resources deployed$/);
    expect(rowOf(report, "alarm subscribers")).toMatchObject({
      verdict: "ok",
      found: expect.stringMatching(/: 1 confirmed/),
    });
    expect(preflightCode(report)).toBe(0);
  });

  test("with every quota full", async () => {
    /** Used after {@link useEverything}; a network of its own belongs to every account. */
    const used: Readonly<Record<string, number>> = { "vpc/L-E79EC296": 1, "kms/L-C2F1777E": 1 };
    const oneOfEach = serviceQuotas((quota) => used[quota] ?? 1);
    // The stack of the state is not deployed yet, and its quotas count too.
    const report = await reportOn(
      firstOf(CALLER, FULL_LIMITS, oneOfEach, accountSettings(10), MAY_ALL),
      useEverything,
    );
    const quotas = report.rows.filter(({ check }) => check.startsWith("quota: "));
    expect(
      quotas.filter(({ verdict }) => verdict !== "will fail").map(({ check, verdict }) => [check, verdict]),
    ).toEqual([
      // The gateways of the region may be in other zones.
      ["quota: NAT gateways", "unknown"],
      // Functions are throttled, and nothing fails.
      ["quota: concurrent executions", "warning"],
    ]);
    expect(preflightCode(report)).toBe(1);
  });

  test("without rights tells nothing, and is never ok", async () => {
    const report = await reportOn(firstOf(callerIdentity, denied));
    const ok = report.rows.filter(({ verdict }) => verdict === "ok").map(({ check }) => check);
    expect(ok).toEqual(["credentials", "account", "Terraform", "AWS provider"]);
    expect(checksWith(report, "will fail")).toEqual([]);
    for (const { verdict, found, remedy } of report.rows.filter(({ check }) =>
      /^(quota|names)/.test(check),
    )) {
      expect([verdict, found, remedy]).toEqual([
        "unknown",
        expect.stringMatching(/^not allowed: [a-z0-9]+:\w+/),
        expect.any(String),
      ]);
    }
  });

  test("answers every call of the table, and no other", () => {
    expect([...made].sort()).toEqual(Object.keys(CALLS).sort());
  });
});

/**
 * A copy of a stack that only looks up what the account has once, as environments do.
 * @returns its folder
 */
function lookingUpOnly(from: string, to: string): string {
  const document = JSON.parse(readFileSync(join(from, "cdk.tf.json"), "utf8"));
  delete document.resource.aws_iam_service_linked_role;
  delete document.resource.aws_iam_openid_connect_provider;
  const provider = `arn:aws:iam::${LOCATION.accountId}:oidc-provider/token.actions.githubusercontent.com`;
  const text = JSON.stringify(document).replaceAll(
    /\$\{aws_iam_openid_connect_provider\.\w+\.arn\}/g,
    provider,
  );
  mkdirSync(to);
  writeFileSync(join(to, "cdk.tf.json"), text);
  return to;
}

/** What the APIs of Kinesis and IAM tell of their own limits. */
const FULL_LIMITS: Recorded = ({ service, operation }) => {
  if (service === "kinesis" && operation === "DescribeLimits") {
    return json({
      ShardLimit: 20,
      OpenShardCount: 20,
      OnDemandStreamCount: 50,
      OnDemandStreamCountLimit: 50,
    });
  }
  if (service === "iam" && operation === "GetAccountSummary") {
    const numbers = Object.entries({ Roles: 1000, Policies: 1500, InstanceProfiles: 1000 }).flatMap(
      ([key, value]) => [
        `<entry><key>${key}</key><value>${value}</value></entry>`,
        `<entry><key>${key}Quota</key><value>${value}</value></entry>`,
      ],
    );
    return xml(operation, `<SummaryMap>${numbers.join("")}</SummaryMap>`);
  }
  if (service === "athena" && operation === "ListWorkGroups") {
    return json({ WorkGroups: Array.from({ length: 1000 }, (_, index) => ({ Name: `theirs-${index}` })) });
  }
  return undefined;
};

/** One of everything that a quota counts, and ten log resource policies. */
async function useEverything(): Promise<void> {
  const location = { LocationConstraint: "eu-west-1" } as const;
  await new S3Client().send(
    new CreateBucketCommand({ Bucket: "theirs", CreateBucketConfiguration: location }),
  );
  const ec2 = new EC2Client();
  const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  await ec2.send(new CreateNatGatewayCommand({ SubnetId: subnet?.SubnetId, AllocationId }));
  await ec2.send(new CreateInternetGatewayCommand({}));
  for (const VpcEndpointType of ["Gateway", "Interface"] as const) {
    const ServiceName = "com.amazonaws.eu-west-1.s3";
    await ec2.send(new CreateVpcEndpointCommand({ VpcId: subnet?.VpcId, VpcEndpointType, ServiceName }));
  }
  await new FirehoseClient().send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: "theirs",
      S3DestinationConfiguration: { RoleARN: CALLER_ROLE, BucketARN: "arn:aws:s3:::theirs" },
    }),
  );
  await new OpenSearchClient().send(new CreateDomainCommand({ DomainName: "theirs" }));
  await new CloudWatchClient().send(
    new PutMetricAlarmCommand({
      AlarmName: "theirs",
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 1,
      MetricName: "m",
      Namespace: "n",
      Period: 60,
      Statistic: "Sum",
      Threshold: 1,
    }),
  );
  const logs = new CloudWatchLogsClient();
  for (let policy = 0; policy < 10; policy++) {
    await logs.send(new PutResourcePolicyCommand({ policyName: `theirs-${policy}`, policyDocument: "{}" }));
  }
  await new EventBridgeClient().send(
    new PutRuleCommand({ Name: "theirs", ScheduleExpression: "rate(1 hour)" }),
  );
  await new KMSClient().send(new CreateKeyCommand({}));
  await new GlueClient().send(new CreateDatabaseCommand({ DatabaseInput: { Name: "theirs" } }));
  await new SNSClient().send(new CreateTopicCommand({ Name: "theirs" }));
}
