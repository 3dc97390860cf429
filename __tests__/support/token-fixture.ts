import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { type App, Aspects, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import { retailTransaction } from "../../contract/retail-transaction";
import type { Panel } from "../../dashboards/spec";
import type { EnvironmentSpec } from "../../lambdas/shared/env";
import { Guardrails } from "../../modules/aspects/guardrails";
import { Catalog, type CatalogProps } from "../../modules/batch/catalog";
import { DataLake, type DataLakeProps } from "../../modules/batch/data-lake";
import { DeliveryStream, type DeliveryStreamProps } from "../../modules/batch/delivery-stream";
import { IngestBatch, type IngestBatchProps } from "../../modules/batch/ingest-batch";
import { MergeSmallFiles, type MergeSmallFilesProps } from "../../modules/batch/merge-small-files";
import { SavedQueries, type SavedQueriesProps } from "../../modules/batch/saved-queries";
import { ValidateRecords, type ValidateRecordsProps } from "../../modules/batch/validate-records";
import { Workgroup, type WorkgroupProps } from "../../modules/batch/workgroup";
import { DeliveryRole, type DeliveryRoleProps } from "../../modules/cicd/delivery-role";
import { GithubDelivery, type GithubDeliveryProps } from "../../modules/cicd/github-delivery";
import { ManagedPolicies, type ManagedPoliciesProps } from "../../modules/cicd/managed-policies";
import { StateAccess } from "../../modules/cicd/state-access";
import {
  type FunctionDefaults,
  functionRole,
  NodeFunction,
  type NodeFunctionProps,
} from "../../modules/functions/node-function";
import { EventStream, type EventStreamProps } from "../../modules/ingest/event-stream";
import { Bastion, type BastionProps } from "../../modules/network/bastion";
import { InternetAccess, type InternetAccessProps } from "../../modules/network/internet-access";
import { Vpc, type VpcProps } from "../../modules/network/vpc";
import { Alarm, type AlarmProps } from "../../modules/operations/alarm";
import { AlarmTopic, type AlarmTopicProps } from "../../modules/operations/alarm-topic";
import { Budget, type BudgetProps } from "../../modules/operations/budget";
import { Dashboard, type DashboardProps } from "../../modules/operations/dashboard";
import {
  FailedRecordEvents,
  type FailedRecordEventsProps,
} from "../../modules/operations/failed-record-events";
import { LogGroup, type LogGroupProps } from "../../modules/operations/log-group";
import type { MonitoredFunction } from "../../modules/operations/monitored";
import { Operations, type OperationsProps } from "../../modules/operations/operations";
import { RetailBi, type RetailBiProps } from "../../modules/retail-bi";
import { AdoptedRole, type AdoptedRoleProps } from "../../modules/security/adopted-role";
import { EncryptionKey, type EncryptionKeyProps } from "../../modules/security/encryption-key";
import { ExecutionRole, type ExecutionRoleProps } from "../../modules/security/execution-role";
import { PolicyDocument, type Statement } from "../../modules/security/policy";
import { PrivateBucket, type PrivateBucketProps } from "../../modules/security/private-bucket";
import { Role, type RoleProps } from "../../modules/security/role";
import { QuickSight, type QuickSightProps } from "../../modules/serving/quicksight";
import { SearchDomain, type SearchDomainProps } from "../../modules/speed/search-domain";
import { SearchSetup, type SearchSetupProps } from "../../modules/speed/search-setup";
import { SpeedLayer, type SpeedLayerProps } from "../../modules/speed/speed-layer";
import { UpsertToEs, type UpsertToEsProps } from "../../modules/speed/upsert-to-es";
import { RETAIL_PANELS } from "../../presets/retail/panels";
import { type TokenSource, Tokens } from "./tokens";

/** The properties, including the optional ones. */
type Every<P> = Required<{ [K in keyof P]: P[K] }>;

const savedQueries = [{ id: "Own", name: "own", description: "test", sql: "SELECT 1" }];

/** A literal location; {@link Tokens} replaces both of its parts. */
const location = { accountId: "123456789012", region: "eu-west-1" };

/**
 * A stack with every construct of the library once, and a token in every number and text of its properties, except those
 * that determine the structure.
 * @param structuralToken one of the exceptions, such as `EventStream.protected`, that becomes a token nevertheless
 */
export function tokenStack(app: App, source: TokenSource, structuralToken?: string) {
  const stack = new TerraformStack(app, "tokens");
  new AwsProvider(stack, "Aws", {});
  const guardrails = new Guardrails();
  Aspects.of(stack).add(guardrails);
  stack.node.addValidation({ validate: () => guardrails.findings });
  const tokens = new Tokens(stack, source, structuralToken);
  const made = new Set<unknown>();
  /** Creates a construct of `Type`, with its properties as tokens. `Props` must be complete. */
  const make = <P, C extends Construct>(
    Type: new (scope: Construct, id: string, props: P) => C,
    props: NoInfer<Every<P>>,
    structural: readonly string[] = [],
    passedThrough: readonly string[] = [],
  ): C => {
    made.add(Type);
    // A contract decides which columns exist, and panels name them, so nothing of them is a token.
    const { contract, panels, ...others } = props as Every<P> & {
      contract?: Contract;
      panels?: readonly Panel[];
    };
    const withTokens = tokens.in(Type.name, others, structural, passedThrough);
    return new Type(stack, Type.name, {
      ...withTokens,
      ...(contract && { contract }),
      ...(panels && { panels }),
    } as unknown as P);
  };

  const key = make<EncryptionKeyProps, EncryptionKey>(
    EncryptionKey,
    {
      alias: "alias/key",
      description: "test",
      location,
      services: ["s3", "kinesis", "lambda", "es", "sns", "ec2"],
      deletionDays: 7,
      protected: false,
    },
    ["services"],
  );
  const defaults: FunctionDefaults = { location, key, logRetentionDays: 7 };
  const bucket = make<PrivateBucketProps, PrivateBucket>(
    PrivateBucket,
    {
      name: "bucket",
      encryption: { key },
      accessLog: { noLogReason: "a test of tokens, whose reason is no property of AWS" },
      protected: false,
      noncurrentVersionDays: 3,
      expirations: [{ id: "old", prefix: "old/", days: 9 }],
    },
    ["accessLog.noLogReason"],
  );
  const role = make<ExecutionRoleProps, ExecutionRole>(ExecutionRole, {
    name: "role",
    description: "test",
    service: "lambda.amazonaws.com",
    sourceAccount: "123456789012",
  });
  make<RoleProps, Role>(Role, {
    name: "role",
    description: "test",
    trust: {
      action: "sts:AssumeRole",
      principal: { type: "Service", identifier: "lambda.amazonaws.com" },
      conditions: [{ test: "StringEquals", variable: "aws:SourceAccount", values: ["123456789012"] }],
    },
    sessionHours: 4,
  });
  make<AdoptedRoleProps, AdoptedRole>(AdoptedRole, { roleName: "role", policyName: "policy" });
  made.add(PolicyDocument);
  const policy = new PolicyDocument(stack, "PolicyDocument");
  const statement: Statement = {
    sid: "Read",
    actions: ["s3:GetObject"],
    resources: ["arn:aws:s3:::bucket/*"],
    principals: [{ type: "AWS", identifiers: ["arn:aws:iam::123456789012:root"] }],
    conditions: [{ test: "StringEquals", variable: "aws:SourceAccount", values: ["123456789012"] }],
  };
  policy.add(tokens.in("PolicyDocument", statement, [], ["actions", "resources", "conditions.*.values"]));

  const stream = make<EventStreamProps, EventStream>(
    EventStream,
    {
      name: "stream",
      capacity: { mode: "provisioned", shardCount: 2 },
      retentionHours: 24,
      key,
      protected: false,
    },
    ["capacity.mode"],
  );
  const lake = make<DataLakeProps, DataLake>(DataLake, {
    contract: retailTransaction,
    bucketName: "lake",
    accessLogBucketName: "logs",
    key,
    accountId: location.accountId,
    rawRetentionDays: 30,
    noncurrentVersionDays: 7,
    accessLogDays: 14,
    protected: false,
  });
  const catalog = make<CatalogProps, Catalog>(Catalog, {
    contract: retailTransaction,
    databaseName: "db",
    lake,
    location,
    protected: false,
  });
  const workgroup = make<WorkgroupProps, Workgroup>(Workgroup, {
    name: "workgroup",
    description: "test",
    resultsLocation: "s3://bucket/results/",
    key,
    enforced: true,
    scanLimitGiB: 3,
    disposable: true,
  });
  make<SavedQueriesProps, SavedQueries>(
    SavedQueries,
    { contract: retailTransaction, catalog, workgroup, queries: savedQueries },
    ["queries.*.id"],
  );
  make<NodeFunctionProps<EnvironmentSpec>, NodeFunction<EnvironmentSpec>>(
    NodeFunction,
    {
      ...defaults,
      name: "function",
      description: "test",
      folder: "validate-records",
      environment: { NAME: "value" },
      timeoutSeconds: 30,
      memoryMiB: 128,
      role,
      network: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
    },
    ["folder"],
    ["network.subnetIds", "network.securityGroupIds"],
  );
  const validate = make<ValidateRecordsProps, ValidateRecords>(ValidateRecords, {
    ...defaults,
    contract: retailTransaction,
    name: "validate",
    lake,
  });
  const delivery = make<DeliveryStreamProps, DeliveryStream>(DeliveryStream, {
    contract: retailTransaction,
    name: "delivery",
    roleName: "delivery",
    logGroupName: "/delivery",
    source: stream,
    lake,
    transformation: validate.function,
    key,
    accountId: location.accountId,
    logRetentionDays: 7,
    bufferMiB: 64,
    gzip: true,
    protected: false,
  });
  const merge = make<MergeSmallFilesProps, MergeSmallFiles>(MergeSmallFiles, {
    ...defaults,
    contract: retailTransaction,
    name: "merge",
    scheduleName: "schedule",
    lake,
    catalog,
    workgroup,
    lookBackHours: 26,
    rawRetentionDays: 30,
    everyMinutes: 13,
    queriesInFlight: 4,
  });
  make<QuickSightProps, QuickSight>(
    QuickSight,
    {
      contract: retailTransaction,
      name: "quicksight",
      location,
      identityRegion: "us-east-1",
      serviceRoleName: "service",
      lake,
      catalog,
      workgroup,
      principals: [{ kind: "group", name: "analysts", access: "author" }],
      panels: RETAIL_PANELS,
      title: "Sales",
    },
    ["principals.*.access"],
  );

  const vpc = make<VpcProps, Vpc>(
    Vpc,
    {
      name: "net",
      location,
      cidr: "10.20.0.0/16",
      zones: ["a", "b", "c"],
      nat: false,
      flowLogGroupName: "/flow",
      flowLogRoleName: "flow",
      logRetentionDays: 7,
      key,
    },
    ["zones"],
  );
  make<InternetAccessProps, InternetAccess>(InternetAccess, {
    name: "net",
    vpc: vpc.resource,
    zone: "eu-west-1a",
    cidr: "10.20.0.0/20",
  });
  const master = functionRole(stack, "Master", "setup");
  const domain = make<SearchDomainProps, SearchDomain>(
    SearchDomain,
    {
      name: "domain",
      logPolicyName: "policy",
      groupNames: { searchClients: "clients", searchDomainGroup: "domain" },
      location,
      vpc,
      settings: {
        instanceType: "m6g.large.search",
        volumeGiB: 20,
        availability: { kind: "standby", nodesPerZone: 2, masterInstanceType: "m6g.large.search" },
        saml: {
          entityId: "https://idp.example.com",
          metadataXml: "<md/>",
          readerGroups: [],
          adminGroup: "admins",
          rolesKey: "roles",
          subjectKey: "mail",
          sessionMinutes: 60,
        },
        serviceLinkedRole: "exists",
      },
      master,
      key,
      logRetentionDays: 7,
      protected: false,
    },
    ["settings.availability.kind", "settings.serviceLinkedRole"],
  );
  domain.admit("People", tokens.in("admit", ["arn:aws:iam::123456789012:role/analyst"]), ["Get"]);
  make<BastionProps, Bastion>(Bastion, { name: "bastion", location, vpc, domain, key, stream });
  const setup = make<SearchSetupProps, SearchSetup>(
    SearchSetup,
    {
      ...defaults,
      contract: retailTransaction,
      name: "setup",
      vpc,
      domain,
      role: master,
      shards: 2,
      retentionDays: 90,
      writers: [role],
      readerRoleArns: ["arn:aws:iam::123456789012:role/reader"],
      readerGroups: ["readers"],
      administratorRoleArns: ["arn:aws:iam::123456789012:role/operator"],
      panels: RETAIL_PANELS,
      title: "Sales",
    },
    [],
    ["readerRoleArns", "readerGroups", "administratorRoleArns"],
  );
  const upsert = make<UpsertToEsProps, UpsertToEs>(UpsertToEs, {
    ...defaults,
    contract: retailTransaction,
    name: "upsert",
    source: stream,
    lake,
    vpc,
    domain,
    role: functionRole(stack, "UpsertRole", "upsert"),
    setup,
    parallelizationFactor: 2,
    maximumRecordAgeHours: 23,
  });

  make<LogGroupProps, LogGroup>(LogGroup, { name: "/logs", retentionDays: 7, key });
  const topic = make<AlarmTopicProps, AlarmTopic>(
    AlarmTopic,
    {
      name: "topic",
      location,
      alarmPrefix: "alarms",
      subscriptions: [
        { protocol: "email", endpoint: "one@example.com" },
        { protocol: "email", endpoint: "two@example.com" },
      ],
      key,
    },
    ["subscriptions.*.protocol"],
  );
  const metric = {
    namespace: "AWS/Test",
    name: "Metric",
    dimensions: { Dimension: "value" },
    statistic: "Sum",
    periodSeconds: 60,
  } as const;
  const alarm = make<AlarmProps, Alarm>(Alarm, {
    spec: {
      name: "test",
      description: "test",
      metric,
      comparisonOperator: "GreaterThanThreshold",
      threshold: 1,
      datapointsToAlarm: 2,
      evaluationPeriods: 3,
      treatMissingData: "ignore",
      missingDataReason: "test",
    },
    prefix: "alarms",
    topic,
  });
  make<DashboardProps, Dashboard>(Dashboard, {
    name: "dashboard",
    region: "eu-west-1",
    alarms: [alarm],
    graphs: [{ title: "title", unit: "unit", lines: { line: metric } }],
  });
  make<BudgetProps, Budget>(
    Budget,
    { name: "budget", usdPerMonth: 10, costOf: "environment", environmentName: "test", topic },
    ["costOf"],
  );
  make<FailedRecordEventsProps, FailedRecordEvents>(
    FailedRecordEvents,
    {
      name: "failed",
      logGroupName: "/aws/events/failed",
      location,
      lake,
      zones: ["errors", "onFailure"],
      key,
      logRetentionDays: 7,
    },
    ["zones"],
  );
  const monitored = ({ resource }: Pick<MonitoredFunction, "resource">) => ({
    resource,
    timeoutSeconds: 300,
  });
  make<OperationsProps, Operations>(
    Operations,
    {
      contract: retailTransaction,
      prefix: "test",
      location,
      names: {
        alarmTopic: "operations",
        alarms: "operations",
        dashboard: "operations",
        budget: "operations",
        failedRecordEvents: "operations",
        failedRecordLogGroup: "/aws/events/operations",
      },
      settings: {
        alarmSubscriptions: [{ protocol: "https", endpoint: "https://example.com" }],
        budget: { usdPerMonth: 10, costOf: "environment" },
      },
      lake,
      batch: {
        stream,
        delivery,
        validateRecords: monitored(validate.function),
        mergeSmallFiles: monitored(merge.function),
        mergeEveryMinutes: 13,
      },
      speed: {
        stream,
        upsertToEs: monitored(upsert.function),
        searchSetup: monitored(setup.function),
        domain,
      },
      key,
      logRetentionDays: 7,
    },
    ["settings.alarmSubscriptions.*.protocol", "settings.budget.costOf"],
  );

  const adoptedKey = EncryptionKey.fromArn(
    stack,
    "AdoptedKey",
    tokens.in("fromArn_key", { arn: "arn", location, services: ["s3", "kinesis"] as const }, ["services"]),
  );
  const adoptedStream = EventStream.fromArn(stack, "AdoptedStream", {
    ...tokens.in("fromArn_stream", { arn: "arn" }),
    key: adoptedKey,
  });
  adoptedStream.grantWrite(role);
  const adoptedLake = DataLake.fromBucket(stack, "AdoptedLake", {
    ...tokens.in("fromBucket", { bucketName: "theirs", accountId: location.accountId, rawRetentionDays: 30 }),
    contract: retailTransaction,
    key: adoptedKey,
  });
  adoptedLake.grant(functionRole(stack, "Reader", "reader"), { read: ["raw"] });
  const adoptedNetwork = Vpc.fromIds(
    stack,
    "AdoptedNetwork",
    tokens.in(
      "fromIds",
      { vpcId: "vpc-1", privateSubnetIds: ["s-1"], publicSubnetId: "s-2", s3PrefixListId: "pl-1", location },
      [],
      ["privateSubnetIds"],
    ),
  );
  adoptedNetwork.allowThroughS3Endpoint({
    sid: "Read",
    actions: ["s3:GetObject"],
    resources: ["arn:aws:s3:::b/*"],
  });
  const domainThere = new SearchDomain(stack, "AdoptedNetworkDomain", {
    name: "there",
    logPolicyName: "there",
    location,
    vpc: adoptedNetwork,
    settings: {
      instanceType: "t3.small.search",
      volumeGiB: 10,
      availability: { kind: "single-node" },
      serviceLinkedRole: "exists",
    },
    master,
    key: adoptedKey,
    logRetentionDays: 7,
    protected: false,
  });
  new Bastion(stack, "AdoptedNetworkBastion", {
    name: "there",
    location,
    vpc: adoptedNetwork,
    domain: domainThere,
    key: adoptedKey,
  });

  const deliveryRole = make<DeliveryRoleProps, DeliveryRole>(DeliveryRole, {
    name: "delivery",
    description: "test",
    accountId: location.accountId,
    repository: "shop/retail-bi",
    githubEnvironment: "prod",
    sessionHours: 4,
  });
  deliveryRole.attach(
    make<ManagedPoliciesProps, ManagedPolicies>(ManagedPolicies, {
      name: "managed",
      description: "test",
      permissions: [statement],
    }),
  );
  make<GithubDeliveryProps, GithubDelivery>(
    GithubDelivery,
    {
      environment: {
        name: "test",
        physicalNames: "prefixed",
        location,
        protected: false,
        serving: { quickSight: { enabled: true, serviceRoleName: "service" } },
        bastion: { putRecords: true },
      },
      settings: { repository: "shop/retail-bi" },
      state: new StateAccess(bucket, key, tokens.in("StateAccess", ["test.tfstate"])[0] ?? ""),
    },
    ["environment.physicalNames"],
  );
  const adoptable = {
    contract: retailTransaction,
    prefix: "sales",
    location,
    protected: false,
    logRetentionDays: 7,
    keyDeletionDays: 7,
  };
  const shown = { panels: RETAIL_PANELS, title: "Sales" };
  const batchSettings = {
    stream: { capacity: { mode: "provisioned", shardCount: 2 }, retentionHours: 24 },
    lake: { noncurrentVersionDays: 7 },
    rawRetentionDays: 30,
    bufferMiB: 64,
    gzip: true,
    merge: { everyMinutes: 13, queriesInFlight: 4, scanLimitGiB: 100 },
    savedQueries,
    analystScanLimitGiB: 10,
  } as const;
  const saml = {
    entityId: "https://idp.example.com",
    metadataXml: "<md/>",
    readerGroups: ["readers"],
    adminGroup: "admins",
    rolesKey: "roles",
    subjectKey: "mail",
    sessionMinutes: 60,
  };
  const speedSettings = {
    instanceType: "m6g.large.search",
    volumeGiB: 20,
    availability: { kind: "standby", nodesPerZone: 2, masterInstanceType: "m6g.large.search" },
    saml,
    serviceLinkedRole: "exists",
    network: { cidr: "10.20.0.0/16", zones: ["a", "b", "c"], nat: false },
    shards: 2,
    retentionDays: 90,
    readerRoleArns: ["arn:aws:iam::123456789012:role/reader"],
    administratorRoleArns: ["arn:aws:iam::123456789012:role/operator"],
    parallelizationFactor: 2,
    maximumRecordAgeHours: 20,
    bastion: true,
    bastionPutsRecords: true,
  } as const;
  const speedStructure = ["availability.kind", "serviceLinkedRole", "network.zones", "bastionPutsRecords"];
  make<Omit<IngestBatchProps, "key">, IngestBatch>(
    IngestBatch,
    { ...adoptable, ...batchSettings, names: { stream: "own" } },
    ["stream.capacity.mode", "savedQueries.*.id"],
  );
  make<Omit<SpeedLayerProps, "key">, SpeedLayer>(
    SpeedLayer,
    {
      ...adoptable,
      ...shown,
      ...speedSettings,
      source: batchSettings.stream,
      lake: batchSettings.lake,
      names: { searchClients: "own" },
    },
    [...speedStructure, "source.capacity.mode"],
  );
  make<Omit<RetailBiProps, "key">, RetailBi>(
    RetailBi,
    {
      ...adoptable,
      ...shown,
      ...batchSettings,
      names: { database: "own" },
      speed: speedSettings,
      quickSight: {
        principals: [{ kind: "group", name: "analysts", access: "author" }],
        identityRegion: "us-east-1",
        serviceRoleName: "service",
      },
      operations: {
        alarmSubscriptions: [{ protocol: "email", endpoint: "one@example.com" }],
        alarmAges: { consumerHours: 5, deliveryMinutes: 20, indexingMinutes: 10 },
        budget: { usdPerMonth: 10, costOf: "environment" },
      },
    },
    [
      "stream.capacity.mode",
      "savedQueries.*.id",
      ...speedStructure.map((path) => `speed.${path}`),
      "quickSight.principals.*.access",
      "operations.alarmSubscriptions.*.protocol",
      "operations.budget.costOf",
    ],
  );
  return { stack, references: tokens.references, made };
}
