import type { AnyResource, Condition, Statement } from "../security/policy";
import type { Arns, QuickSightArns } from "./arns";

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
 * A row of a table of permissions: actions as `service: Action Action` (further services may follow), on ARNs or, for
 * a reason, on every resource, where all the conditions hold.
 */
type Row = readonly [
  sid: string,
  on: readonly string[] | { readonly reason: string },
  actions: string,
  ...conditions: readonly Condition[],
];

function permissions(rows: readonly Row[]): Permissions {
  return rows.map(([sid, on, actions, ...conditions]) => ({
    sid,
    actions: actionsOf(actions),
    ...("reason" in on ? on : { resources: on }),
    ...(conditions.length > 0 && { conditions }),
  }));
}

function actionsOf(text: string): string[] {
  let service = "";
  return text.split(/\s+/).flatMap((word) => {
    if (!word.endsWith(":")) return [service + word];
    service = word;
    return [];
  });
}

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
 * Permissions of the provider to refresh the environment's resources: it reads settings, never rows or objects. The
 * calls were taken from the provider's own log of a plan.
 */
export function readPermissions({ arns, region, stack }: Reach): Permissions {
  const { functions, keys, logGroups, quickSight } = arns;
  // biome-ignore format: a table, row by row
  return permissions([
    ["ReadStream", arns.streams, "kinesis: DescribeStream DescribeStreamSummary ListTagsForStream"],
    ["ReadDelivery", arns.deliveryStreams, "firehose: DescribeDeliveryStream ListTagsForDeliveryStream"],
    // HeadBucket, which checks whether a bucket exists, needs ListBucket.
    ["ReadBuckets", arns.buckets, `s3: GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLocation
      GetBucketLogging GetBucketNotification GetBucketObjectLockConfiguration GetBucketOwnershipControls
      GetBucketPolicy GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning
      GetBucketWebsite GetEncryptionConfiguration GetLifecycleConfiguration GetReplicationConfiguration ListBucket`],
    ["ReadCatalog", arns.catalog, "glue: GetDatabase GetPartitionIndexes GetTable GetTags"],
    ["ReadWorkgroups", arns.workgroups, "athena: GetNamedQuery GetWorkGroup ListTagsForResource"],
    ["ReadFunctions", withAll(functions, ":*"), `lambda: GetFunction GetFunctionCodeSigningConfig
      GetFunctionConfiguration GetFunctionEventInvokeConfig GetPolicy ListTags ListVersionsByFunction`],
    ["ReadMappings", arns.eventSourceMappings, "lambda: GetEventSourceMapping ListTags"],
    ["ReadLogGroups", [...logGroups, ...below(logGroups, ":*")], "logs: DescribeLogStreams ListTagsForResource"],
    ["ReadRoles", arns.roles, "iam: GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies"],
    ["FindServiceLinkedRole", arns.serviceLinkedRoles, "iam: GetRole"],
    ["ReadProfiles", arns.instanceProfiles, "iam: GetInstanceProfile"],
    ["ReadKey", keys, "kms: DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags", ofStack(stack)],
    // Without the key, Lambda does not return the environment, and every plan would set it again.
    ["SeeFunctionEnvironments", keys, "kms: Decrypt", ofStack(stack), via(region, "lambda"),
      equals("kms:EncryptionContext:aws:lambda:FunctionArn", ...functions)],
    ["ReadDomain", arns.domains,
      "es: DescribeDomain DescribeDomainChangeProgress DescribeDomainConfig GetCompatibleVersions ListTags"],
    ["ReadRules", arns.rules, "events: DescribeRule ListTagsForResource ListTargetsByRule"],
    ["ReadTopics", arns.topics, "sns: GetTopicAttributes ListTagsForResource"],
    ["ReadAlarms", arns.alarms, "cloudwatch: DescribeAlarms ListTagsForResource"],
    ["ReadDashboards", arns.dashboards, "cloudwatch: GetDashboard"],
    ["ReadBudgets", arns.budgets, "budgets: ListTagsForResource ViewBudget"],
    ["FindImage", arns.imageParameters, "ssm: GetParameter"],
    ...(quickSight ? quickSightReads(quickSight) : []),
    ["DescribeNetwork", { reason: "EC2 describes no single resource: these actions take none" },
      `ec2: DescribeAddresses DescribeAddressesAttribute DescribeFlowLogs DescribeImages DescribeInstanceAttribute
      DescribeInstanceCreditSpecifications DescribeInstanceTypes DescribeInstances DescribeInternetGateways
      DescribeNatGateways DescribeNetworkAcls DescribePrefixLists DescribeRouteTables DescribeSecurityGroupRules
      DescribeSecurityGroups DescribeSubnets DescribeTags DescribeVolumes DescribeVpcAttribute
      DescribeVpcEndpoints DescribeVpcs`],
    ["ListWhatHasNoName",
      { reason: "these actions list or look up by an id that AWS gives, and take no resource" },
      `kinesis: DescribeLimits kms: ListAliases logs: DescribeLogGroups DescribeResourcePolicies
      sns: GetSubscriptionAttributes`],
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
    ["ChangeStream", arns.streams, `kinesis: AddTagsToStream CreateStream DecreaseStreamRetentionPeriod
      IncreaseStreamRetentionPeriod RemoveTagsFromStream StartStreamEncryption UpdateShardCount UpdateStreamMode`],
    ["ChangeDelivery", arns.deliveryStreams,
      "firehose: CreateDeliveryStream TagDeliveryStream UntagDeliveryStream UpdateDestination"],
    ["ChangeBuckets", arns.buckets, `s3: CreateBucket PutBucketLogging PutBucketNotification
      PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketTagging PutBucketVersioning
      PutEncryptionConfiguration PutLifecycleConfiguration`],
    ["ChangeCatalog", arns.catalog,
      "glue: CreateDatabase CreateTable TagResource UntagResource UpdateDatabase UpdateTable"],
    ["ChangeWorkgroups", arns.workgroups, `athena: CreateNamedQuery CreateWorkGroup DeleteNamedQuery TagResource
      UntagResource UpdateNamedQuery UpdateWorkGroup`],
    // Terraform invokes the set-up of the search domain and no other function.
    ["ChangeFunctions", functions, `lambda: AddPermission CreateFunction DeleteFunction
      DeleteFunctionEventInvokeConfig InvokeFunction PutFunctionEventInvokeConfig RemovePermission TagResource
      UntagResource UpdateFunctionCode UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig`],
    ["ChangeMappings", arns.eventSourceMappings,
      "lambda: DeleteEventSourceMapping TagResource UntagResource UpdateEventSourceMapping", forFunctions(arns)],
    ["ChangeLogGroups", [...logGroups, ...below(logGroups, ":*")],
      `logs: AssociateKmsKey CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream PutRetentionPolicy
      TagResource UntagResource`],
    // Without this boundary, a role could create one with more permissions than its own.
    ["MakeBoundedRoles", roles,
      "iam: CreateRole DeleteRolePolicy PutRolePermissionsBoundary PutRolePolicy", boundary],
    ["ChangeRoles", roles, `iam: DeleteRole ListInstanceProfilesForRole TagRole UntagRole UpdateAssumeRolePolicy
      UpdateRole UpdateRoleDescription`],
    ["PassRoles", roles, "iam: PassRole",
      equals("iam:PassedToService", "firehose.amazonaws.com", "lambda.amazonaws.com", "vpc-flow-logs.amazonaws.com")],
    ["ChangeKey", keys, "kms: EnableKeyRotation PutKeyPolicy UpdateKeyDescription", ofStack(stack)],
    ["EncryptFunctionEnvironments", keys, "kms: Encrypt GenerateDataKey", ofStack(stack),
      via(region, "lambda", "kinesis", "es")],
    ["LetServicesUseKey", keys, "kms: CreateGrant", ofStack(stack), via(region, "lambda", "kinesis", "es"),
      { test: "Bool", variable: "kms:GrantIsForAWSResource", values: ["true"] }],
    ["ChangeDomain", arns.domains, "es: AddTags CreateDomain RemoveTags UpdateDomainConfig UpgradeDomain"],
    ["ChangeRules", arns.rules,
      "events: DeleteRule DisableRule EnableRule PutRule PutTargets RemoveTargets TagResource UntagResource"],
    ["ChangeTopics", arns.topics,
      "sns: CreateTopic DeleteTopic SetTopicAttributes Subscribe TagResource UntagResource"],
    ["ChangeAlarms", arns.alarms, "cloudwatch: DeleteAlarms PutMetricAlarm TagResource UntagResource"],
    ["ChangeDashboards", arns.dashboards, "cloudwatch: DeleteDashboards PutDashboard"],
    ["ChangeBudgets", arns.budgets, "budgets: ModifyBudget TagResource UntagResource"],
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
      "logs: DeleteResourcePolicy PutResourcePolicy sns: SetSubscriptionAttributes Unsubscribe"],
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
    ["RemoveStream", arns.streams, "kinesis: DeleteStream"],
    ["RemoveDelivery", arns.deliveryStreams, "firehose: DeleteDeliveryStream"],
    ["RemoveCatalog", arns.catalog, "glue: DeleteDatabase DeleteTable"],
    ["RemoveWorkgroups", arns.workgroups, "athena: DeleteWorkGroup"],
    ["RemoveDomain", arns.domains, "es: DeleteDomain"],
    ["RemoveBuckets", withAll(arns.buckets, "/*"),
      "s3: DeleteBucket DeleteBucketPolicy DeleteObject DeleteObjectVersion ListBucketVersions"],
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
    ["Logs", [...logGroups, ...below(logGroups, ":*")],
      "logs: CreateLogStream DescribeLogGroups DescribeLogStreams PutLogEvents"],
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
