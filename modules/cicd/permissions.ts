import type { AnyResource, Condition, Statement } from "../security/policy";
import type { Arns, QuickSightArns } from "./arns";
import {
  actionsOf,
  LOOKUP_ACTIONS,
  PROVIDER_ACTIONS,
  type ProviderActions,
  takesNoResource,
} from "./provider-actions";

/** A statement of a policy: about ARNs, or about every resource for a reason. */
export type Permissions = readonly (Statement | AnyResource)[];

/** The environment of the permissions, for actions that names do not restrict. */
export interface Reach {
  readonly arns: Arns;
  readonly region: string;
  /** Name of the environment's stack, the tag `Stack` of everything in it. */
  readonly stack: string;
}

/**
 * A row of a table of permissions: actions, or a text of them (see `actionsOf`), on ARNs or, for a reason, on every
 * resource, where all the conditions hold.
 */
type Row = readonly [
  sid: string,
  on: readonly string[] | { readonly reason: string },
  actions: string | readonly string[],
  ...conditions: readonly Condition[],
];

function permissions(rows: readonly Row[]): Permissions {
  return rows.map(([sid, on, actions, ...conditions]) => ({
    sid,
    actions: typeof actions === "string" ? actionsOf(actions) : actions,
    ...("reason" in on ? on : { resources: on }),
    ...(conditions.length > 0 && { conditions }),
  }));
}

/** The provider's actions of some kinds on resources of some types, each once, in order. */
function actionsOn(
  types: readonly string[],
  ...kinds: readonly (keyof ProviderActions)[]
): readonly string[] {
  const actions = types.flatMap((type) =>
    kinds.flatMap((kind) => actionsOf(PROVIDER_ACTIONS[type]?.[kind] ?? "")),
  );
  return [...new Set(actions)].sort();
}

const onResource = (action: string): boolean => !takesNoResource(action);
const reads = (...types: readonly string[]) => actionsOn(types, "read").filter(onResource);
const changes = (...types: readonly string[]) => actionsOn(types, "create", "update").filter(onResource);
const removals = (...types: readonly string[]) => actionsOn(types, "remove").filter(onResource);
/** Changes and removals: of what holds no data. */
const all = (...types: readonly string[]) =>
  actionsOn(types, "create", "remove", "update").filter(onResource);

/** A bucket, and the settings that are resources of their own. */
const BUCKET = Object.keys(PROVIDER_ACTIONS).filter((type) => type.startsWith("aws_s3_bucket"));
const CATALOG = ["aws_glue_catalog_database", "aws_glue_catalog_table"];
const FUNCTION = Object.keys(PROVIDER_ACTIONS).filter((type) =>
  /^aws_lambda_(?!(event_source_mapping|invocation)$)/.test(type),
);
const LOG_GROUP = ["aws_cloudwatch_log_group", "aws_cloudwatch_log_stream"];
const ROLE = ["aws_iam_role", "aws_iam_role_policy"];
const RULE = ["aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"];
const TOPIC = ["aws_sns_topic", "aws_sns_topic_policy"];
/** Actions on roles that need a boundary. */
const BOUNDED = actionsOf("iam: CreateRole DeleteRolePolicy PutRolePermissionsBoundary PutRolePolicy");
const ENCRYPT_STREAM = "kinesis:StartStreamEncryption";
/** Actions on a mapping that have no condition on its function. */
const TAGGING = actionsOf("lambda: TagResource UntagResource");
/** Types that an apply of a delivery changes by actions without a resource. */
const UNNAMED = ["aws_cloudwatch_log_resource_policy", "aws_sns_topic_subscription"];

const anyReads = actionsOn(Object.keys(PROVIDER_ACTIONS), "read").filter(takesNoResource);
const isOfNetwork = (action: string): boolean => action.startsWith("ec2:");

const below = (arns: readonly string[], suffix: string): string[] => arns.map((arn) => arn + suffix);
const withAll = (arns: readonly string[], suffix: string): string[] =>
  arns.flatMap((arn) => [arn, arn + suffix]);
const equals = (variable: string, ...values: readonly string[]): Condition => ({
  test: "StringEquals",
  variable,
  values,
});

/** Holds for resources with the tag of the stack; not for the key of the state, which is in another stack. */
const ofStack = (stack: string): Condition => equals("aws:ResourceTag/Stack", stack);

const via = (region: string, ...services: readonly string[]): Condition =>
  equals("kms:ViaService", ...services.map((service) => `${service}.${region}.amazonaws.com`));

const forFunctions = ({ functions }: Arns): Condition => ({
  test: "ArnEquals",
  variable: "lambda:FunctionArn",
  values: functions,
});

/**
 * Permissions of the provider to refresh the environment's resources: it reads settings, never rows or objects.
 */
export function readPermissions({ arns, region, stack }: Reach): Permissions {
  const { functions, keys, logGroups, quickSight } = arns;
  // biome-ignore format: a table, row by row
  return permissions([
    ["ReadStream", arns.streams, reads("aws_kinesis_stream")],
    ["ReadDelivery", arns.deliveryStreams, reads("aws_kinesis_firehose_delivery_stream")],
    // HeadBucket, which checks whether a bucket exists, needs ListBucket.
    ["ReadBuckets", arns.buckets, reads(...BUCKET)],
    ["ReadCatalog", arns.catalog, reads(...CATALOG)],
    ["ReadWorkgroups", arns.workgroups, reads("aws_athena_named_query", "aws_athena_workgroup")],
    ["ReadFunctions", withAll(functions, ":*"), reads(...FUNCTION)],
    ["ReadMappings", arns.eventSourceMappings, reads("aws_lambda_event_source_mapping")],
    ["ReadLogGroups", [...logGroups, ...below(logGroups, ":*")], reads(...LOG_GROUP)],
    ["ReadRoles", arns.roles, reads(...ROLE)],
    ["FindServiceLinkedRole", arns.serviceLinkedRoles, "iam: GetRole"],
    ["ReadProfiles", arns.instanceProfiles, reads("aws_iam_instance_profile")],
    ["ReadKey", keys, reads("aws_kms_key"), ofStack(stack)],
    // Without the key, Lambda does not return the environment, and every plan would set it again.
    ["SeeFunctionEnvironments", keys, "kms: Decrypt", ofStack(stack), via(region, "lambda"),
      equals("kms:EncryptionContext:aws:lambda:FunctionArn", ...functions)],
    ["ReadDomain", arns.domains, reads("aws_opensearch_domain")],
    ["ReadRules", arns.rules, reads(...RULE)],
    ["ReadTopics", arns.topics, reads(...TOPIC)],
    ["ReadAlarms", arns.alarms, reads("aws_cloudwatch_metric_alarm")],
    ["ReadDashboards", arns.dashboards, reads("aws_cloudwatch_dashboard")],
    ["ReadBudgets", arns.budgets, reads("aws_budgets_budget")],
    ["FindImage", arns.imageParameters, LOOKUP_ACTIONS["aws_ssm_parameter"] ?? ""],
    ...(quickSight ? quickSightReads(quickSight) : []),
    ["DescribeNetwork", { reason: "EC2 describes no single resource: these actions take none" },
      anyReads.filter(isOfNetwork)],
    ["ListWhatHasNoName",
      { reason: "these actions list or look up by an id that AWS gives, and take no resource" },
      anyReads.filter((action) => !isOfNetwork(action))],
  ]);
}

/** Permissions of the provider to refresh the environment's resources in QuickSight: it reads definitions, never rows. */
function quickSightReads(arns: QuickSightArns): Row[] {
  // biome-ignore format: a table, row by row
  return [
    ["ReadDataSources", arns.dataSources,
      "quicksight: DescribeDataSource DescribeDataSourcePermissions ListTagsForResource"],
    // The provider also requests the refresh properties of a data set by direct query, which has none.
    ["ReadDataSets", arns.dataSets, `quicksight: DescribeDataSet DescribeDataSetPermissions
      DescribeDataSetRefreshProperties ListTagsForResource`],
    // The Service Authorization Reference leaves out both actions on definitions; a guide of AWS grants the dashboard's.
    ["ReadAnalyses", arns.analyses,
      "quicksight: DescribeAnalysis DescribeAnalysisDefinition DescribeAnalysisPermissions ListTagsForResource"],
    ["ReadQuickSightDashboards", arns.dashboards, `quicksight: DescribeDashboard DescribeDashboardDefinition
      DescribeDashboardPermissions ListTagsForResource`],
    ["ReadQuickSightRole", arns.serviceRoles, "iam: GetRolePolicy"],
  ];
}

/**
 * Permissions of an apply to change resources. They exclude the network, the bastion and the key, which an operator
 * creates once; its own roles; and, in a protected environment, the deletion of anything that holds data.
 */
export function changePermissions(
  { arns, region, stack }: Reach,
  { boundaryArn, isProtected }: { readonly boundaryArn: string; readonly isProtected: boolean },
): Permissions {
  const boundary = equals("iam:PermissionsBoundary", boundaryArn);
  const { functions, keys, logGroups, quickSight, roles } = arns;
  // biome-ignore format: a table, row by row
  return permissions([
    ["ChangeStream", arns.streams, changes("aws_kinesis_stream").filter((action) => action !== ENCRYPT_STREAM)],
    // AWS checks it on the key as well.
    ["EncryptStream", [...arns.streams, ...keys], [ENCRYPT_STREAM]],
    ["ChangeDelivery", arns.deliveryStreams, changes("aws_kinesis_firehose_delivery_stream")],
    ["ChangeBuckets", arns.buckets, changes(...BUCKET)],
    ["ChangeCatalog", arns.catalog, changes(...CATALOG)],
    ["ChangeWorkgroups", arns.workgroups,
      [...all("aws_athena_named_query"), ...changes("aws_athena_workgroup")].sort()],
    ["ChangeFunctions", functions, all(...FUNCTION)],
    // Terraform invokes the set-up of the search domain and no other function, and names the version $LATEST.
    ["InvokeFunctions", withAll(functions, ":*"), all("aws_lambda_invocation")],
    ["ChangeMappings", arns.eventSourceMappings,
      all("aws_lambda_event_source_mapping").filter((action) => !TAGGING.includes(action)), forFunctions(arns)],
    // Tags have no condition on the function: a new mapping gets the stack's tag, and an old one has it.
    ["TagNewMappings", arns.eventSourceMappings, "lambda: TagResource", equals("aws:RequestTag/Stack", stack)],
    ["TagMappings", arns.eventSourceMappings, TAGGING, ofStack(stack)],
    ["ChangeLogGroups", [...logGroups, ...below(logGroups, ":*")], all(...LOG_GROUP)],
    // Without this boundary, a role could create one with more permissions than its own.
    ["MakeBoundedRoles", roles, BOUNDED, boundary],
    ["ChangeRoles", roles, all(...ROLE).filter((action) => !BOUNDED.includes(action))],
    ["PassRoles", roles, "iam: PassRole",
      equals("iam:PassedToService", "firehose.amazonaws.com", "lambda.amazonaws.com", "vpc-flow-logs.amazonaws.com")],
    ["ChangeKey", keys, "kms: EnableKeyRotation PutKeyPolicy UpdateKeyDescription", ofStack(stack)],
    ["EncryptFunctionEnvironments", keys, "kms: Encrypt GenerateDataKey", ofStack(stack),
      via(region, "lambda", "kinesis", "es")],
    ["LetServicesUseKey", keys, "kms: CreateGrant", ofStack(stack), via(region, "lambda", "kinesis", "es"),
      { test: "Bool", variable: "kms:GrantIsForAWSResource", values: ["true"] }],
    ["ChangeDomain", arns.domains, changes("aws_opensearch_domain")],
    ["ChangeRules", arns.rules, all(...RULE)],
    ["ChangeTopics", arns.topics, all(...TOPIC, "aws_sns_topic_subscription")],
    ["ChangeAlarms", arns.alarms, all("aws_cloudwatch_metric_alarm")],
    ["ChangeDashboards", arns.dashboards, all("aws_cloudwatch_dashboard")],
    ["ChangeBudgets", arns.budgets, all("aws_budgets_budget")],
    ...(quickSight ? quickSightChanges(quickSight, boundary) : []),
    ...(isProtected ? [] : removalOfData(arns)),
    ["ChangeRulesOfNetwork",
      { reason: "AWS gives the ids of a network; the condition limits it to what carries the stack's tag" },
      `ec2: AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateTags DeleteTags
      ModifySecurityGroupRules ModifyVpcEndpoint RevokeSecurityGroupEgress RevokeSecurityGroupIngress`, ofStack(stack)],
    ["MakeMappings",
      { reason: "a mapping has no ARN before it exists; the condition limits it to the environment's functions" },
      "lambda: CreateEventSourceMapping", forFunctions(arns)],
    ["ChangeWhatHasNoName", { reason: "these actions take no resource" },
      actionsOn(UNNAMED, "create", "remove", "update").filter(takesNoResource)],
    ...(quickSight ? quickSightChangesOfAny(stack) : []),
  ]);
}

/**
 * Permissions of an apply to change resources in QuickSight. Their deletion loses no data, so every environment
 * allows it.
 */
function quickSightChanges(arns: QuickSightArns, boundary: Condition): Row[] {
  // biome-ignore format: a table, row by row
  return [
    ["ChangeDataSources", arns.dataSources, `quicksight: DeleteDataSource PassDataSource TagResource UntagResource
      UpdateDataSource UpdateDataSourcePermissions`],
    // AWS checks these on the data source as well.
    ["MakeDataSets", [...arns.dataSets, ...arns.dataSources], "quicksight: CreateDataSet UpdateDataSet"],
    ["ChangeDataSets", arns.dataSets,
      "quicksight: DeleteDataSet PassDataSet TagResource UntagResource UpdateDataSetPermissions"],
    ["ChangeAnalyses", arns.analyses, `quicksight: CreateAnalysis DeleteAnalysis TagResource UntagResource
      UpdateAnalysis UpdateAnalysisPermissions`],
    ["ChangeQuickSightDashboards", arns.dashboards, `quicksight: CreateDashboard DeleteDashboard TagResource
      UntagResource UpdateDashboard UpdateDashboardPermissions UpdateDashboardPublishedVersion`],
    // IAM has no condition on the name of an inline policy: without the boundary, an inline policy could let
    // QuickSight read anything in the account. If the role has no boundary, an operator writes our policy.
    ["GrantToBoundedQuickSight", arns.serviceRoles, "iam: DeleteRolePolicy PutRolePolicy", boundary],
  ];
}

/** Permissions of an apply in QuickSight, for actions that take no resource. */
function quickSightChangesOfAny(stack: string): Row[] {
  const reason = "the action takes no resource; the condition limits it to what is made with the stack's tag";
  // biome-ignore format: a table, row by row
  return [
    ["MakeDataSources", { reason }, "quicksight: CreateDataSource", equals("aws:RequestTag/Stack", stack)],
  ];
}

/** For a disposable environment: without these permissions, a change that replaces a table fails. */
function removalOfData(arns: Arns): Row[] {
  // biome-ignore format: a table, row by row
  return [
    ["RemoveStream", arns.streams, removals("aws_kinesis_stream")],
    ["RemoveDelivery", arns.deliveryStreams, removals("aws_kinesis_firehose_delivery_stream")],
    // AWS checks the removal of a database on the functions in it as well.
    ["RemoveCatalog", [...arns.catalog, ...arns.catalogFunctions], removals(...CATALOG)],
    ["RemoveWorkgroups", arns.workgroups, removals("aws_athena_workgroup")],
    ["RemoveDomain", arns.domains, removals("aws_opensearch_domain")],
    ["RemoveBuckets", withAll(arns.buckets, "/*"), removals(...BUCKET)],
  ];
}

/**
 * Permissions boundary of the stack's roles, whatever their own policies say: the data of this environment, and no
 * permission to grant permissions.
 */
export function boundaryPermissions(
  { arns, region, stack }: Reach,
  { bastionPutsRecords }: { readonly bastionPutsRecords: boolean },
): Permissions {
  const { catalog, logGroups } = arns;
  /** Actions of QuickSight's role, in case it has the boundary. */
  const ofQuickSight = (actions: string): string => (arns.quickSight ? ` ${actions}` : "");
  // biome-ignore format: a table, row by row
  return permissions([
    ["Stream", arns.streams,
      `kinesis: DescribeStream DescribeStreamSummary GetRecords GetShardIterator
      ListShards${bastionPutsRecords ? " PutRecord PutRecords" : ""}`],
    ["Lake", withAll(arns.buckets, "/*"), `s3: AbortMultipartUpload DeleteObject GetBucketLocation GetObject
      ListBucket ListBucketMultipartUploads ListMultipartUploadParts PutObject`],
    ["Key", arns.keys, "kms: Decrypt GenerateDataKey", ofStack(stack), via(region, "kinesis", "lambda", "s3")],
    // Athena reads the database "default" for every query.
    ["Catalog", [...catalog, ...catalog.slice(0, 1).map((arn) => arn.replace(/catalog$/, "database/default"))],
      `glue: BatchCreatePartition BatchDeletePartition BatchGetPartition CreateDatabase CreatePartition CreateTable DeleteTable
      GetDatabase${ofQuickSight("GetDatabases")} GetPartition GetPartitions GetTable GetTables UpdatePartition`],
    ["Queries", arns.workgroups, `athena: GetQueryExecution GetQueryResults
      StartQueryExecution${ofQuickSight("BatchGetQueryExecution GetQueryResultsStream GetWorkGroup StopQueryExecution")}`],
    ["Functions", withAll(arns.functions, ":*"), "lambda: GetFunctionConfiguration InvokeFunction"],
    ["Logs", [...logGroups, ...below(logGroups, ":*")], "logs: CreateLogStream DescribeLogStreams PutLogEvents"],
    ["LogGroups", { reason: "the action takes no resource; it lists names of log groups" }, "logs: DescribeLogGroups"],
    ["Search", below(arns.domains, "/*"), "es: ESHttpGet ESHttpPost ESHttpPut"],
    ["Interfaces",
      { reason: "Lambda makes interfaces in the name of the function's role, and asks for all of them" },
      `ec2: AssignPrivateIpAddresses CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces
      DescribeSubnets UnassignPrivateIpAddresses`],
    ["Sessions",
      { reason: "the agent of Session Manager is not told about a resource; the bastion alone is granted these" },
      `ssm: UpdateInstanceInformation ssmmessages: CreateControlChannel CreateDataChannel OpenControlChannel
      OpenDataChannel`],
  ]);
}
