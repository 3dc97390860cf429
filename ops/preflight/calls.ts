/** A call that preflight may make. */
interface PreflightCall {
  /** IAM action that the caller needs; absent where none is needed. */
  readonly permission?: string;
  /** What the call is for. */
  readonly purpose: string;
}

const call = (permission: string, purpose: string): PreflightCall => ({ permission, purpose });

/**
 * Every AWS call of preflight, as `client:operation`. A client refuses any other, so the table is complete, and
 * docs/operations.md lists the same.
 */
export const CALLS: Readonly<Record<string, PreflightCall>> = {
  "STS:GetCallerIdentity": { purpose: "who the caller is" },
  "IAM:GetRole": call("iam:GetRole", "the caller's role with its path; names of roles; service-linked role"),
  "IAM:SimulatePrincipalPolicy": call("iam:SimulatePrincipalPolicy", "what the caller's policies allow"),
  "IAM:GetAccountSummary": call(
    "iam:GetAccountSummary",
    "number and quota of roles, policies and instance profiles",
  ),
  "IAM:GetPolicy": call("iam:GetPolicy", "names of managed policies"),
  "IAM:GetInstanceProfile": call("iam:GetInstanceProfile", "names of instance profiles"),
  "IAM:ListOpenIDConnectProviders": call("iam:ListOpenIDConnectProviders", "GitHub's identity provider"),
  "ServiceQuotas:GetServiceQuota": call("servicequotas:GetServiceQuota", "quotas of this account"),
  "ServiceQuotas:GetAWSDefaultServiceQuota": call(
    "servicequotas:GetAWSDefaultServiceQuota",
    "the default, where the account has no quota of its own",
  ),
  "EC2:DescribeRegions": call("ec2:DescribeRegions", "whether the region is enabled"),
  "EC2:DescribeVpcs": call("ec2:DescribeVpcs", "number of VPCs"),
  "EC2:DescribeAddresses": call("ec2:DescribeAddresses", "number of Elastic IP addresses"),
  "EC2:DescribeNatGateways": call("ec2:DescribeNatGateways", "number of NAT gateways"),
  "EC2:DescribeInternetGateways": call("ec2:DescribeInternetGateways", "number of internet gateways"),
  "EC2:DescribeVpcEndpoints": call("ec2:DescribeVpcEndpoints", "number of VPC endpoints"),
  "EC2:DescribeSecurityGroups": call("ec2:DescribeSecurityGroups", "number of security groups"),
  "S3:ListBuckets": call("s3:ListAllMyBuckets", "number and names of the account's buckets"),
  "S3:HeadBucket": call("s3:ListBucket", "state bucket; names of buckets"),
  "S3:HeadObject": call("s3:GetObject", "whether there is a state"),
  "S3:GetObject": call("s3:GetObject", "the state: what the environment owns (with kms:Decrypt on its key)"),
  "S3:GetBucketVersioning": call("s3:GetBucketVersioning", "whether the state bucket keeps old versions"),
  "Kinesis:DescribeLimits": call(
    "kinesis:DescribeLimits",
    "number and quota of shards and on-demand streams",
  ),
  "Kinesis:DescribeStreamSummary": call("kinesis:DescribeStreamSummary", "names of streams"),
  "Firehose:ListDeliveryStreams": call(
    "firehose:ListDeliveryStreams",
    "number and names of delivery streams",
  ),
  "Lambda:GetAccountSettings": call("lambda:GetAccountSettings", "concurrent executions"),
  "Lambda:GetFunctionConfiguration": call("lambda:GetFunctionConfiguration", "names of functions"),
  "OpenSearch:ListDomainNames": call("es:ListDomainNames", "number and names of domains"),
  "CloudWatch:DescribeAlarms": call("cloudwatch:DescribeAlarms", "number and names of alarms"),
  "CloudWatch:ListDashboards": call("cloudwatch:ListDashboards", "names of dashboards"),
  "CloudWatchLogs:DescribeLogGroups": call("logs:DescribeLogGroups", "names of log groups"),
  "CloudWatchLogs:DescribeResourcePolicies": call(
    "logs:DescribeResourcePolicies",
    "number and names of log resource policies",
  ),
  "EventBridge:ListRules": call("events:ListRules", "number and names of rules"),
  "KMS:ListKeys": call("kms:ListKeys", "number of keys"),
  "KMS:ListAliases": call("kms:ListAliases", "names of key aliases"),
  "Glue:GetDatabases": call("glue:GetDatabases", "number and names of databases"),
  "Athena:ListWorkGroups": call("athena:ListWorkGroups", "number and names of workgroups"),
  "SNS:ListTopics": call("sns:ListTopics", "number and names of topics"),
  "SNS:ListSubscriptionsByTopic": call("sns:ListSubscriptionsByTopic", "confirmed subscribers of the alarms"),
  "Budgets:DescribeBudget": call("budgets:ViewBudget", "names of budgets"),
};
