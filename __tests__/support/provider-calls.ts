/**
 * Calls of the AWS provider 5.100.0 while it planned, applied, changed and destroyed prod on the AWS API
 * stand-in, taken from its log (`TF_LOG_PROVIDER=DEBUG`, `rpc.service` and `rpc.method`).
 */
export const PROVIDER_CALLS: Readonly<Record<string, { reads: string; writes: string }>> = {
  athena: {
    reads: "GetNamedQuery GetWorkGroup ListTagsForResource",
    writes: "CreateNamedQuery CreateWorkGroup DeleteWorkGroup",
  },
  cloudwatch: {
    reads: "DescribeAlarms GetDashboard ListTagsForResource",
    writes: "DeleteAlarms DeleteDashboards PutDashboard PutMetricAlarm",
  },
  ec2: {
    reads:
      "DescribeFlowLogs DescribeNetworkAcls DescribePrefixLists DescribeRouteTables DescribeSecurityGroupRules " +
      "DescribeSecurityGroups DescribeSubnets DescribeVpcAttribute DescribeVpcEndpoints DescribeVpcs",
    writes:
      "AssociateRouteTable AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateFlowLogs CreateRouteTable " +
      "CreateSecurityGroup CreateSubnet CreateTags CreateVpc CreateVpcEndpoint DeleteFlowLogs DeleteRouteTable " +
      "DeleteSecurityGroup DeleteSubnet DeleteVpc DeleteVpcEndpoints DisassociateRouteTable ModifyVpcAttribute " +
      "RevokeSecurityGroupEgress RevokeSecurityGroupIngress",
  },
  es: { reads: "DescribeDomain DescribeDomainConfig GetCompatibleVersions ListTags", writes: "" },
  events: {
    reads: "DescribeRule ListTagsForResource ListTargetsByRule",
    writes: "DeleteRule PutRule PutTargets RemoveTargets",
  },
  firehose: {
    reads: "DescribeDeliveryStream ListTagsForDeliveryStream",
    writes: "CreateDeliveryStream DeleteDeliveryStream",
  },
  glue: {
    reads: "GetDatabase GetPartitionIndexes GetTable GetTags",
    writes: "CreateDatabase CreateTable DeleteDatabase DeleteTable",
  },
  iam: {
    reads: "GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies",
    writes: "CreateRole DeleteRole DeleteRolePolicy ListInstanceProfilesForRole PutRolePolicy TagRole",
  },
  kinesis: {
    reads: "DescribeLimits DescribeStreamSummary ListTagsForStream",
    writes:
      "CreateStream DecreaseStreamRetentionPeriod DeleteStream IncreaseStreamRetentionPeriod StartStreamEncryption",
  },
  kms: {
    reads: "DescribeKey GetKeyPolicy GetKeyRotationStatus ListAliases ListResourceTags",
    writes: "CreateAlias CreateKey DeleteAlias EnableKeyRotation ScheduleKeyDeletion",
  },
  lambda: {
    reads:
      "GetEventSourceMapping GetFunction GetFunctionCodeSigningConfig GetFunctionEventInvokeConfig GetPolicy ListTags " +
      "ListVersionsByFunction",
    writes:
      "AddPermission CreateEventSourceMapping CreateFunction DeleteEventSourceMapping DeleteFunction " +
      "DeleteFunctionEventInvokeConfig Invoke PutFunctionEventInvokeConfig RemovePermission",
  },
  logs: {
    reads: "DescribeLogGroups DescribeLogStreams DescribeResourcePolicies ListTagsForResource",
    writes:
      "CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream DeleteResourcePolicy PutResourcePolicy " +
      "PutRetentionPolicy",
  },
  s3: {
    reads:
      "GetBucketAccelerateConfiguration GetBucketAcl GetBucketCors GetBucketEncryption GetBucketLifecycleConfiguration " +
      "GetBucketLogging GetBucketNotificationConfiguration GetBucketOwnershipControls GetBucketPolicy " +
      "GetBucketReplication GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite " +
      "GetObjectLockConfiguration GetPublicAccessBlock HeadBucket",
    writes:
      "CreateBucket DeleteBucket DeleteBucketEncryption DeleteBucketLifecycle DeleteBucketOwnershipControls " +
      "DeleteBucketPolicy DeleteObjects DeletePublicAccessBlock ListObjectVersions PutBucketEncryption " +
      "PutBucketLifecycleConfiguration PutBucketLogging PutBucketNotificationConfiguration " +
      "PutBucketOwnershipControls PutBucketPolicy PutBucketTagging PutBucketVersioning PutPublicAccessBlock",
  },
  sns: {
    reads: "GetTopicAttributes ListTagsForResource",
    writes: "CreateTopic DeleteTopic SetTopicAttributes",
  },
};

/**
 * Calls for options that prod does not use, taken from its sources: QuickSight, a NAT gateway with its address,
 * SAML sign-in, and the image of a bastion.
 */
export const CALLS_OF_OPTIONS: Readonly<Record<string, { reads: string; writes: string }>> = {
  ec2: { reads: "DescribeAddresses DescribeAddressesAttribute DescribeNatGateways", writes: "" },
  es: { reads: "DescribeDomain DescribeDomainConfig", writes: "UpdateDomainConfig" },
  quicksight: {
    reads:
      "DescribeAnalysis DescribeAnalysisDefinition DescribeAnalysisPermissions DescribeDashboard " +
      "DescribeDashboardDefinition DescribeDashboardPermissions DescribeDataSet DescribeDataSetPermissions " +
      "DescribeDataSetRefreshProperties DescribeDataSource DescribeDataSourcePermissions ListTagsForResource",
    writes:
      "CreateAnalysis CreateDashboard CreateDataSet CreateDataSource DeleteAnalysis DeleteDashboard DeleteDataSet " +
      "DeleteDataSource TagResource UntagResource UpdateAnalysis UpdateAnalysisPermissions UpdateDashboard " +
      "UpdateDashboardPermissions UpdateDashboardPublishedVersion UpdateDataSet UpdateDataSetPermissions " +
      "UpdateDataSource UpdateDataSourcePermissions",
  },
  ssm: { reads: "GetParameter", writes: "" },
};

/** Calls whose permission has another name, by https://docs.aws.amazon.com/AmazonS3/latest/API/ */
const NAMED_OTHERWISE: Readonly<Record<string, string>> = {
  "lambda:Invoke": "lambda:InvokeFunction",
  "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
  "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
  "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
  "s3:DeleteObjects": "s3:DeleteObjectVersion",
  "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
  "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
  "s3:GetBucketCors": "s3:GetBucketCORS",
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
  "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
  "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
  "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
  "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
  "s3:HeadBucket": "s3:ListBucket",
  "s3:ListObjectVersions": "s3:ListBucketVersions",
  "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
  "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
  "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
  "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
};

/** The permissions that those calls need. */
export function permissionsNeeded(kind: "reads" | "writes", calls = PROVIDER_CALLS): string[] {
  return Object.entries(calls).flatMap(([service, ofService]) =>
    ofService[kind]
      .split(" ")
      .filter((call) => call !== "")
      .map((call) => NAMED_OTHERWISE[`${service}:${call}`] ?? `${service}:${call}`),
  );
}
