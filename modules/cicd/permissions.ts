import type { AnyResource, Condition, Statement } from "../security/policy";
import type { Arns } from "./arns";
import { quickSightChanges, quickSightChangesOfAny, quickSightReads } from "./quicksight-permissions";

/** What a role may do. */
export interface Permissions {
  readonly named: readonly Statement[];
  readonly any: readonly AnyResource[];
}

/** Whose environment it is, where names do not say it. */
export interface Reach {
  readonly arns: Arns;
  readonly region: string;
  /** Of the environment's stack: the tag `Stack` of everything in it. */
  readonly stack: string;
}

const logStreams = (arns: Arns): string[] => arns.logGroups.map((arn) => `${arn}:*`);

/** Holds for what carries the tag of the stack; not for the key of the state, which is of another one. */
function ofStack(stack: string): Condition {
  return { test: "StringEquals", variable: "aws:ResourceTag/Stack", values: [stack] };
}

function viaServices(region: string, services: readonly string[]): Condition {
  return {
    test: "StringEquals",
    variable: "kms:ViaService",
    values: services.map((service) => `${service}.${region}.amazonaws.com`),
  };
}

/**
 * What the provider asks to refresh the environment's resources: settings, never rows or objects. The calls
 * were read from the provider's own log of a plan.
 */
export function readPermissions({ arns, region, stack }: Reach): Permissions {
  return {
    named: [
      {
        sid: "ReadStream",
        actions: ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListTagsForStream"],
        resources: arns.streams,
      },
      {
        sid: "ReadDelivery",
        actions: ["firehose:DescribeDeliveryStream", "firehose:ListTagsForDeliveryStream"],
        resources: arns.deliveryStreams,
      },
      {
        sid: "ReadBuckets",
        actions: [
          "s3:GetAccelerateConfiguration",
          "s3:GetBucketAcl",
          "s3:GetBucketCORS",
          "s3:GetBucketLocation",
          "s3:GetBucketLogging",
          "s3:GetBucketNotification",
          "s3:GetBucketObjectLockConfiguration",
          "s3:GetBucketOwnershipControls",
          "s3:GetBucketPolicy",
          "s3:GetBucketPublicAccessBlock",
          "s3:GetBucketRequestPayment",
          "s3:GetBucketTagging",
          "s3:GetBucketVersioning",
          "s3:GetBucketWebsite",
          "s3:GetEncryptionConfiguration",
          "s3:GetLifecycleConfiguration",
          "s3:GetReplicationConfiguration",
          // Of a HEAD, which asks whether there is a bucket.
          "s3:ListBucket",
        ],
        resources: arns.buckets,
      },
      {
        sid: "ReadCatalog",
        actions: ["glue:GetDatabase", "glue:GetPartitionIndexes", "glue:GetTable", "glue:GetTags"],
        resources: arns.catalog,
      },
      {
        sid: "ReadWorkgroups",
        actions: ["athena:GetNamedQuery", "athena:GetWorkGroup", "athena:ListTagsForResource"],
        resources: arns.workgroups,
      },
      {
        sid: "ReadFunctions",
        actions: [
          "lambda:GetFunction",
          "lambda:GetFunctionCodeSigningConfig",
          "lambda:GetFunctionConfiguration",
          "lambda:GetFunctionEventInvokeConfig",
          "lambda:GetPolicy",
          "lambda:ListTags",
          "lambda:ListVersionsByFunction",
        ],
        resources: arns.functions.flatMap((arn) => [arn, `${arn}:*`]),
      },
      {
        sid: "ReadMappings",
        actions: ["lambda:GetEventSourceMapping", "lambda:ListTags"],
        resources: arns.eventSourceMappings,
      },
      {
        sid: "ReadLogGroups",
        actions: ["logs:DescribeLogStreams", "logs:ListTagsForResource"],
        resources: [...arns.logGroups, ...logStreams(arns)],
      },
      {
        sid: "ReadRoles",
        actions: ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"],
        resources: [...arns.roles, ...arns.serviceLinkedRoles],
      },
      { sid: "ReadProfiles", actions: ["iam:GetInstanceProfile"], resources: arns.instanceProfiles },
      {
        sid: "ReadKey",
        actions: ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
        resources: arns.keys,
        conditions: [ofStack(stack)],
      },
      {
        // Lambda shows no environment to whom the key does not, and the plan would set it anew each time.
        sid: "SeeFunctionEnvironments",
        actions: ["kms:Decrypt"],
        resources: arns.keys,
        conditions: [
          ofStack(stack),
          viaServices(region, ["lambda"]),
          {
            test: "StringEquals",
            variable: "kms:EncryptionContext:aws:lambda:FunctionArn",
            values: arns.functions,
          },
        ],
      },
      {
        sid: "ReadDomain",
        actions: [
          "es:DescribeDomain",
          "es:DescribeDomainChangeProgress",
          "es:DescribeDomainConfig",
          "es:GetCompatibleVersions",
          "es:ListTags",
        ],
        resources: arns.domains,
      },
      {
        sid: "ReadRules",
        actions: ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"],
        resources: arns.rules,
      },
      {
        sid: "ReadTopics",
        actions: ["sns:GetTopicAttributes", "sns:ListTagsForResource"],
        resources: arns.topics,
      },
      {
        sid: "ReadAlarms",
        actions: ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
        resources: arns.alarms,
      },
      { sid: "ReadDashboards", actions: ["cloudwatch:GetDashboard"], resources: arns.dashboards },
      {
        sid: "ReadBudgets",
        actions: ["budgets:ListTagsForResource", "budgets:ViewBudget"],
        resources: arns.budgets,
      },
      { sid: "FindImage", actions: ["ssm:GetParameter"], resources: arns.imageParameters },
      ...(arns.quickSight ? quickSightReads(arns.quickSight) : []),
    ],
    any: [
      {
        sid: "DescribeNetwork",
        actions: [
          "ec2:DescribeAddresses",
          "ec2:DescribeAddressesAttribute",
          "ec2:DescribeFlowLogs",
          "ec2:DescribeImages",
          "ec2:DescribeInstanceAttribute",
          "ec2:DescribeInstanceCreditSpecifications",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeInstances",
          "ec2:DescribeInternetGateways",
          "ec2:DescribeNatGateways",
          "ec2:DescribeNetworkAcls",
          "ec2:DescribePrefixLists",
          "ec2:DescribeRouteTables",
          "ec2:DescribeSecurityGroupRules",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeTags",
          "ec2:DescribeVolumes",
          "ec2:DescribeVpcAttribute",
          "ec2:DescribeVpcEndpoints",
          "ec2:DescribeVpcs",
        ],
        reason: "EC2 describes no single resource: these actions take none",
      },
      {
        sid: "ListWhatHasNoName",
        actions: [
          "kinesis:DescribeLimits",
          "kms:ListAliases",
          "logs:DescribeLogGroups",
          "logs:DescribeResourcePolicies",
          "sns:GetSubscriptionAttributes",
        ],
        reason: "these actions list or look up by an id that AWS gives, and take no resource",
      },
    ],
  };
}

/**
 * What an apply may change, beside what it reads. Not in it: the network, the bastion and the key, which a person
 * makes once; its own roles; and in a protected environment the deletion of anything that holds data.
 */
export function changePermissions(
  { arns, region, stack }: Reach,
  { boundaryArn, isProtected }: { readonly boundaryArn: string; readonly isProtected: boolean },
): Permissions {
  const boundary: Condition = {
    test: "StringEquals",
    variable: "iam:PermissionsBoundary",
    values: [boundaryArn],
  };
  return {
    named: [
      {
        sid: "ChangeStream",
        actions: [
          "kinesis:AddTagsToStream",
          "kinesis:CreateStream",
          "kinesis:DecreaseStreamRetentionPeriod",
          "kinesis:IncreaseStreamRetentionPeriod",
          "kinesis:RemoveTagsFromStream",
          "kinesis:StartStreamEncryption",
          "kinesis:UpdateShardCount",
          "kinesis:UpdateStreamMode",
        ],
        resources: arns.streams,
      },
      {
        sid: "ChangeDelivery",
        actions: [
          "firehose:CreateDeliveryStream",
          "firehose:TagDeliveryStream",
          "firehose:UntagDeliveryStream",
          "firehose:UpdateDestination",
        ],
        resources: arns.deliveryStreams,
      },
      {
        sid: "ChangeBuckets",
        actions: [
          "s3:CreateBucket",
          "s3:PutBucketLogging",
          "s3:PutBucketNotification",
          "s3:PutBucketOwnershipControls",
          "s3:PutBucketPolicy",
          "s3:PutBucketPublicAccessBlock",
          "s3:PutBucketTagging",
          "s3:PutBucketVersioning",
          "s3:PutEncryptionConfiguration",
          "s3:PutLifecycleConfiguration",
        ],
        resources: arns.buckets,
      },
      {
        sid: "ChangeCatalog",
        actions: [
          "glue:CreateDatabase",
          "glue:CreateTable",
          "glue:TagResource",
          "glue:UntagResource",
          "glue:UpdateDatabase",
          "glue:UpdateTable",
        ],
        resources: arns.catalog,
      },
      {
        sid: "ChangeWorkgroups",
        actions: [
          "athena:CreateNamedQuery",
          "athena:CreateWorkGroup",
          "athena:DeleteNamedQuery",
          "athena:TagResource",
          "athena:UntagResource",
          "athena:UpdateNamedQuery",
          "athena:UpdateWorkGroup",
        ],
        resources: arns.workgroups,
      },
      {
        sid: "ChangeFunctions",
        actions: [
          "lambda:AddPermission",
          "lambda:CreateFunction",
          "lambda:DeleteFunction",
          "lambda:DeleteFunctionEventInvokeConfig",
          // The set-up of the search domain is one; nothing else is invoked by Terraform.
          "lambda:InvokeFunction",
          "lambda:PutFunctionEventInvokeConfig",
          "lambda:RemovePermission",
          "lambda:TagResource",
          "lambda:UntagResource",
          "lambda:UpdateFunctionCode",
          "lambda:UpdateFunctionConfiguration",
          "lambda:UpdateFunctionEventInvokeConfig",
        ],
        resources: arns.functions,
      },
      {
        sid: "ChangeMappings",
        actions: [
          "lambda:DeleteEventSourceMapping",
          "lambda:TagResource",
          "lambda:UntagResource",
          "lambda:UpdateEventSourceMapping",
        ],
        resources: arns.eventSourceMappings,
        conditions: [{ test: "ArnEquals", variable: "lambda:FunctionArn", values: arns.functions }],
      },
      {
        sid: "ChangeLogGroups",
        actions: [
          "logs:AssociateKmsKey",
          "logs:CreateLogGroup",
          "logs:CreateLogStream",
          "logs:DeleteLogGroup",
          "logs:DeleteLogStream",
          "logs:PutRetentionPolicy",
          "logs:TagResource",
          "logs:UntagResource",
        ],
        resources: [...arns.logGroups, ...logStreams(arns)],
      },
      {
        // Without this boundary a role could be made that may do more than the one that makes it.
        sid: "MakeBoundedRoles",
        actions: [
          "iam:CreateRole",
          "iam:DeleteRolePolicy",
          "iam:PutRolePermissionsBoundary",
          "iam:PutRolePolicy",
        ],
        resources: arns.roles,
        conditions: [boundary],
      },
      {
        sid: "ChangeRoles",
        actions: [
          "iam:DeleteRole",
          "iam:ListInstanceProfilesForRole",
          "iam:TagRole",
          "iam:UntagRole",
          "iam:UpdateAssumeRolePolicy",
          "iam:UpdateRole",
          "iam:UpdateRoleDescription",
        ],
        resources: arns.roles,
      },
      {
        sid: "PassRoles",
        actions: ["iam:PassRole"],
        resources: arns.roles,
        conditions: [
          {
            test: "StringEquals",
            variable: "iam:PassedToService",
            values: ["firehose.amazonaws.com", "lambda.amazonaws.com", "vpc-flow-logs.amazonaws.com"],
          },
        ],
      },
      {
        sid: "ChangeKey",
        actions: ["kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:UpdateKeyDescription"],
        resources: arns.keys,
        conditions: [ofStack(stack)],
      },
      {
        sid: "EncryptFunctionEnvironments",
        actions: ["kms:Encrypt", "kms:GenerateDataKey"],
        resources: arns.keys,
        conditions: [ofStack(stack), viaServices(region, ["lambda", "kinesis", "es"])],
      },
      {
        sid: "LetServicesUseKey",
        actions: ["kms:CreateGrant"],
        resources: arns.keys,
        conditions: [
          ofStack(stack),
          viaServices(region, ["lambda", "kinesis", "es"]),
          { test: "Bool", variable: "kms:GrantIsForAWSResource", values: ["true"] },
        ],
      },
      {
        sid: "ChangeDomain",
        actions: [
          "es:AddTags",
          "es:CreateDomain",
          "es:RemoveTags",
          "es:UpdateDomainConfig",
          "es:UpgradeDomain",
        ],
        resources: arns.domains,
      },
      {
        sid: "ChangeRules",
        actions: [
          "events:DeleteRule",
          "events:DisableRule",
          "events:EnableRule",
          "events:PutRule",
          "events:PutTargets",
          "events:RemoveTargets",
          "events:TagResource",
          "events:UntagResource",
        ],
        resources: arns.rules,
      },
      {
        sid: "ChangeTopics",
        actions: [
          "sns:CreateTopic",
          "sns:DeleteTopic",
          "sns:SetTopicAttributes",
          "sns:Subscribe",
          "sns:TagResource",
          "sns:UntagResource",
        ],
        resources: arns.topics,
      },
      {
        sid: "ChangeAlarms",
        actions: [
          "cloudwatch:DeleteAlarms",
          "cloudwatch:PutMetricAlarm",
          "cloudwatch:TagResource",
          "cloudwatch:UntagResource",
        ],
        resources: arns.alarms,
      },
      {
        sid: "ChangeDashboards",
        actions: ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"],
        resources: arns.dashboards,
      },
      {
        sid: "ChangeBudgets",
        actions: ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"],
        resources: arns.budgets,
      },
      ...(arns.quickSight ? quickSightChanges(arns.quickSight, boundary) : []),
      ...(isProtected ? [] : removalOfData(arns)),
    ],
    any: [
      {
        sid: "ChangeRulesOfNetwork",
        actions: [
          "ec2:AuthorizeSecurityGroupEgress",
          "ec2:AuthorizeSecurityGroupIngress",
          "ec2:CreateTags",
          "ec2:DeleteTags",
          "ec2:ModifySecurityGroupRules",
          "ec2:ModifyVpcEndpoint",
          "ec2:RevokeSecurityGroupEgress",
          "ec2:RevokeSecurityGroupIngress",
        ],
        conditions: [ofStack(stack)],
        reason: "AWS gives the ids of a network; the condition limits it to what carries the stack's tag",
      },
      {
        sid: "MakeMappings",
        actions: ["lambda:CreateEventSourceMapping"],
        conditions: [{ test: "ArnEquals", variable: "lambda:FunctionArn", values: arns.functions }],
        reason:
          "a mapping has no ARN before it exists; the condition limits it to the environment's functions",
      },
      {
        sid: "ChangeWhatHasNoName",
        actions: [
          "logs:DeleteResourcePolicy",
          "logs:PutResourcePolicy",
          "sns:SetSubscriptionAttributes",
          "sns:Unsubscribe",
        ],
        reason: "these actions take no resource",
      },
      ...(arns.quickSight ? quickSightChangesOfAny(stack) : []),
    ],
  };
}

/** For an environment that may go with its data: without it a change that replaces a table fails. */
function removalOfData(arns: Arns): Statement[] {
  return [
    { sid: "RemoveStream", actions: ["kinesis:DeleteStream"], resources: arns.streams },
    { sid: "RemoveDelivery", actions: ["firehose:DeleteDeliveryStream"], resources: arns.deliveryStreams },
    { sid: "RemoveCatalog", actions: ["glue:DeleteDatabase", "glue:DeleteTable"], resources: arns.catalog },
    { sid: "RemoveWorkgroups", actions: ["athena:DeleteWorkGroup"], resources: arns.workgroups },
    { sid: "RemoveDomain", actions: ["es:DeleteDomain"], resources: arns.domains },
    {
      sid: "RemoveBuckets",
      actions: [
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:ListBucketVersions",
      ],
      resources: arns.buckets.flatMap((arn) => [arn, `${arn}/*`]),
    },
  ];
}

/**
 * The most that a role of the stack may ever do, whatever its own policy says: the data of this environment,
 * and no permission to give permissions.
 */
export function boundaryPermissions({ arns, region, stack }: Reach): Permissions {
  return {
    named: [
      {
        sid: "Stream",
        actions: [
          "kinesis:DescribeStream",
          "kinesis:DescribeStreamSummary",
          "kinesis:GetRecords",
          "kinesis:GetShardIterator",
          "kinesis:ListShards",
        ],
        resources: arns.streams,
      },
      {
        sid: "Lake",
        actions: [
          "s3:AbortMultipartUpload",
          "s3:DeleteObject",
          "s3:GetBucketLocation",
          "s3:GetObject",
          "s3:ListBucket",
          "s3:ListBucketMultipartUploads",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
        ],
        resources: arns.buckets.flatMap((arn) => [arn, `${arn}/*`]),
      },
      {
        sid: "Key",
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: arns.keys,
        conditions: [ofStack(stack), viaServices(region, ["kinesis", "lambda", "s3"])],
      },
      {
        sid: "Catalog",
        actions: [
          "glue:BatchCreatePartition",
          "glue:BatchGetPartition",
          "glue:CreateDatabase",
          "glue:CreatePartition",
          "glue:CreateTable",
          "glue:DeleteTable",
          "glue:GetDatabase",
          // Of QuickSight's role, should it carry the boundary; as below.
          ...(arns.quickSight ? ["glue:GetDatabases"] : []),
          "glue:GetPartition",
          "glue:GetPartitions",
          "glue:GetTable",
          "glue:GetTables",
          "glue:UpdatePartition",
        ],
        // Athena looks for a database of this name, whatever a query says.
        resources: [
          ...arns.catalog,
          ...arns.catalog.slice(0, 1).map((arn) => arn.replace(/catalog$/, "database/default")),
        ],
      },
      {
        sid: "Queries",
        actions: [
          "athena:GetQueryExecution",
          "athena:GetQueryResults",
          "athena:StartQueryExecution",
          "athena:StopQueryExecution",
          ...(arns.quickSight
            ? ["athena:BatchGetQueryExecution", "athena:GetQueryResultsStream", "athena:GetWorkGroup"]
            : []),
        ],
        resources: arns.workgroups,
      },
      {
        sid: "Functions",
        actions: ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
        resources: arns.functions.flatMap((arn) => [arn, `${arn}:*`]),
      },
      {
        sid: "Logs",
        actions: [
          "logs:CreateLogStream",
          "logs:DescribeLogGroups",
          "logs:DescribeLogStreams",
          "logs:PutLogEvents",
        ],
        resources: [...arns.logGroups, ...logStreams(arns)],
      },
      {
        sid: "Search",
        actions: ["es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut"],
        resources: arns.domains.map((arn) => `${arn}/*`),
      },
    ],
    any: [
      {
        sid: "Interfaces",
        actions: [
          "ec2:AssignPrivateIpAddresses",
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:UnassignPrivateIpAddresses",
        ],
        reason: "Lambda makes interfaces in the name of the function's role, and asks for all of them",
      },
      {
        sid: "Sessions",
        actions: [
          "ssm:UpdateInstanceInformation",
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
        reason:
          "the agent of Session Manager is not told about a resource; the bastion alone is granted these",
      },
    ],
  };
}
