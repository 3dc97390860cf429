/** Findings that stay, each with its reason. A test fails for a finding that is not here, and for an entry without a finding. */

/** Findings of one check. */
export interface Acceptance {
  readonly check: string;
  /** Ends of construct paths; each of them must have the finding. */
  readonly on: readonly string[];
  /** Matches the finding's detail. @default any */
  readonly detail?: RegExp;
  readonly reason: string;
}

const FUNCTIONS = ["MergeSmallFiles", "SearchSetup", "UpsertToES", "ValidateRecords"].map(
  (name) => `${name}/Function/Function`,
);
const BUCKET_POLICIES = ["AccessLogs", "Lake", "State"].map((name) => `${name}/Policy/Document`);
const NETWORK_ROLES = ["SearchSetupRole", "UpsertToESRole"].map((name) => `${name}/Permissions/Document`);
const TRUSTS = ["Apply", "Plan", "Propose"].map((role) => `Delivery/${role}/Trust`);

const KEY = "in the policy of a key, * is that key";
const INTERFACES =
  "Lambda makes interfaces by the function's role and refuses a role that may do so on named ones only; the code itself is denied it";
const IDS =
  "AWS gives the ids of a network; the condition limits the statement to what carries the stack's tag";
const SINGLE_NODE =
  "dev has one node without replicas, on purpose: it is disposable and costs a tenth of prod";

export const CHECKOV: readonly Acceptance[] = [
  {
    check: "CKV_AWS_18",
    on: ["State/Bucket"],
    reason: "the bucket of the state is made before any bucket that could take its access log",
  },
  {
    check: "CKV_AWS_50",
    on: FUNCTIONS,
    reason:
      "each function is one hop; its metrics and logs tell more, and X-Ray's permissions have no resource",
  },
  {
    check: "CKV_AWS_82",
    on: ["MergeWorkgroup/Workgroup"],
    reason:
      "a merge sets the location of its table; only MergeSmallFiles may use this workgroup, and the lake is encrypted",
  },
  {
    check: "CKV_AWS_88",
    on: ["Bastion/Instance"],
    reason: "Session Manager is reached over the internet; no ingress rule exists",
  },
  { check: "CKV_AWS_109", on: ["Key/Policy/Document"], reason: KEY },
  { check: "CKV_AWS_111", on: ["Key/Policy/Document"], reason: KEY },
  { check: "CKV_AWS_111", on: [...NETWORK_ROLES, "Delivery/Boundary/Document"], reason: INTERFACES },
  {
    check: "CKV_AWS_115",
    on: FUNCTIONS,
    reason:
      "reserved concurrency fails in an account with the small default quota; the shards limit UpsertToES, a lease the merge",
  },
  {
    check: "CKV_AWS_116",
    on: FUNCTIONS,
    reason:
      "no function has asynchronous events to keep: the mapping and Firehose put failed records into the lake, the next run " +
      "repeats a merge, and the set-up answers the deploy",
  },
  {
    check: "CKV_AWS_117",
    on: ["MergeSmallFiles/Function/Function", "ValidateRecords/Function/Function"],
    reason: "they reach AWS APIs only, by TLS and by role; in the network they would need paid endpoints",
  },
  {
    check: "CKV_AWS_126",
    on: ["Bastion/Instance"],
    reason: "nothing watches the bastion; detailed metrics cost money",
  },
  {
    check: "CKV_AWS_135",
    on: ["Bastion/Instance"],
    reason: "t4g.nano is EBS-optimized by default and has no other setting",
  },
  {
    check: "CKV_AWS_144",
    on: ["AccessLogs/Bucket", "Lake/Bucket", "State/Bucket"],
    reason:
      "one region; versions restore what was overwritten, and a copy elsewhere doubles the cost of the lake",
  },
  {
    check: "CKV_AWS_145",
    on: ["AccessLogs/Bucket"],
    reason: "S3 delivers access logs only to a bucket encrypted with S3's own keys",
  },
  {
    check: "CKV_AWS_272",
    on: FUNCTIONS,
    reason: "a signing profile belongs to an account; the hash of each zip is in the plan that is approved",
  },
  {
    check: "CKV_AWS_283",
    on: ["SearchDomain/Access/Document"],
    reason: "who signs in by SAML signs no requests; the network decides who reaches Dashboards",
  },
  { check: "CKV_AWS_318", on: ["SearchDomain/Domain"], reason: SINGLE_NODE },
  {
    check: "CKV_AWS_338",
    on: [
      "DeliveryStream/Logs/LogGroup",
      "FlowLogs/LogGroup",
      "LeftBehind/Log/LogGroup",
      "ApplicationLogs/LogGroup",
      "AuditLogs/LogGroup",
      "IndexSlowLogs/LogGroup",
      "SearchSlowLogs/LogGroup",
      ...["MergeSmallFiles", "SearchSetup", "UpsertToES", "ValidateRecords"].map(
        (name) => `${name}/Function/Logs/LogGroup`,
      ),
    ],
    reason: "dev keeps logs for two weeks, logRetentionDays; prod for a year",
  },
  { check: "CKV_AWS_356", on: ["Key/Policy/Document"], reason: KEY },
  { check: "CKV_AWS_356", on: ["Delivery/Boundary/Document"], reason: INTERFACES },
  {
    check: "CKV_AWS_356",
    on: ["Delivery/Read/Permissions2/Document"],
    reason: "a plan describes the network, whose ids AWS gives; it changes nothing",
  },
  { check: "CKV2_AWS_59", on: ["SearchDomain/Domain"], reason: SINGLE_NODE },
  {
    check: "CKV2_AWS_62",
    on: ["AccessLogs/Bucket", "State/Bucket"],
    reason: "nothing waits for an access log or a state; the lake has its events",
  },
];

export const PARLIAMENT: readonly Acceptance[] = [
  {
    check: "MISMATCHED_TYPE",
    on: BUCKET_POLICIES,
    detail: /s3:TlsVersion requires a value of type Numeric but given \['1\.2'\]/,
    reason: "Terraform writes every value of a condition as a text, as AWS's own examples do",
  },
  {
    check: "UNKNOWN_CONDITION_FOR_ACTION",
    on: BUCKET_POLICIES,
    detail: /s3:TlsVersion/,
    reason:
      "the statement denies s3:* below TLS 1.2; an action that knows no TLS version is denied without TLS by the other one",
  },
  { check: "RESOURCE_STAR", on: ["Key/Policy/Document"], reason: KEY },
  {
    check: "UNKNOWN_CONDITION_FOR_ACTION",
    on: ["Key/Policy/Document"],
    detail: /kms:EncryptionContext:aws:logs:arn for action kms:DescribeKey/,
    reason:
      "CloudWatch Logs' guide has the encryption context in the statement with Describe; without a match nothing more is allowed",
  },
  {
    check: "MISMATCHED_TYPE",
    on: ["Key/Policy/Document"],
    detail: /ArnEquals requires a value of type Arn but given String/,
    reason:
      "CloudWatch Logs' guide compares the encryption context, which is the ARN of the log group, by ArnEquals",
  },
  { check: "RESOURCE_STAR", on: [...NETWORK_ROLES, "Delivery/Boundary/Document"], reason: INTERFACES },
  {
    check: "UNKNOWN_CONDITION_FOR_ACTION",
    on: NETWORK_ROLES,
    detail: /lambda:SourceFunctionArn for action ec2:/,
    reason:
      "Lambda adds the key to every call of a function's code: it is how its guide denies the code what Lambda itself may",
  },
  {
    check: "UNKNOWN_FEDERATION_SOURCE",
    on: TRUSTS,
    detail: /oidc-provider\/token\.actions\.githubusercontent\.com/,
    reason: "GitHub's identity provider, which the linter does not know",
  },
  {
    check: "UNKNOWN_CONDITION_FOR_ACTION",
    on: TRUSTS,
    detail: /token\.actions\.githubusercontent\.com:(aud|sub) for action sts:AssumeRoleWithWebIdentity/,
    reason: "the keys of GitHub's tokens, which the linter does not know",
  },
  {
    check: "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
    on: ["Delivery/Change/Permissions1/Document"],
    reason:
      "an approved apply decides who may read a bucket, so it could let itself; the approval is the control",
  },
  {
    check: "RESOURCE_MISMATCH",
    on: ["Delivery/Change/Permissions1/Document"],
    detail: /kinesis:Update(ShardCount|StreamMode)/,
    reason:
      "the reference names no resource for them; on every stream the workflow could rescale other teams' streams. If AWS " +
      "refuses the named one, a person deploys a change of the capacity",
  },
  {
    check: "RESOURCE_MISMATCH",
    on: [
      "Delivery/Change/Permissions1/Document",
      "Delivery/Change/Permissions2/Document",
      "Delivery/Read/Permissions1/Document",
      "Delivery/Read/Permissions2/Document",
    ],
    detail: /^\[\{'action': '(athena|es):\w*Tag/,
    reason: "tags of several types of resources, of which the environment has one",
  },
  {
    check: "RESOURCE_MISMATCH",
    on: ["Delivery/Read/Permissions2/Document"],
    detail: /ssm:GetParameter/,
    reason: "a public parameter of AWS has no account in its ARN",
  },
  {
    check: "MISMATCHED_TYPE_BUT_USABLE",
    on: ["Delivery/Change/Permissions2/Document", "Delivery/Change/Permissions3/Document"],
    detail: /StringEquals requires a value of type String but given Arn/,
    reason: "iam:PermissionsBoundary, which IAM's guide compares by StringEquals",
  },
  { check: "RESOURCE_STAR", on: ["Delivery/Change/Permissions3/Document"], reason: IDS },
  {
    check: "UNKNOWN_ACTION",
    on: ["Delivery/Read/Permissions2/Document"],
    detail: /quicksight:Describe(Analysis|Dashboard)Definition/,
    reason:
      "the Service Authorization Reference leaves both out; a guide of AWS grants the dashboard's, and the provider calls both",
  },
  {
    check: "RESOURCE_STAR",
    on: ["Delivery/Read/Permissions2/Document"],
    detail: /ec2:Describe(Instance|Vpc)Attribute/,
    reason: "a plan describes the network, whose ids AWS gives; it changes nothing",
  },
];

/** Types in the stacks for which Checkov has no check: what they hold is read by the project's own audit alone. */
export const UNCHECKED_TYPES: readonly string[] = [
  "aws_athena_named_query",
  "aws_budgets_budget",
  "aws_cloudwatch_dashboard",
  "aws_cloudwatch_event_rule",
  "aws_cloudwatch_event_target",
  "aws_cloudwatch_log_resource_policy",
  "aws_cloudwatch_log_stream",
  "aws_default_security_group",
  "aws_flow_log",
  "aws_glue_catalog_database",
  "aws_glue_catalog_table",
  "aws_iam_instance_profile",
  "aws_internet_gateway",
  "aws_kinesis_firehose_delivery_stream",
  "aws_kms_alias",
  "aws_lambda_event_source_mapping",
  "aws_lambda_function_event_invoke_config",
  "aws_lambda_invocation",
  "aws_nat_gateway",
  "aws_opensearch_domain_saml_options",
  "aws_quicksight_analysis",
  "aws_quicksight_dashboard",
  "aws_quicksight_data_set",
  "aws_quicksight_data_source",
  "aws_route_table_association",
  "aws_s3_bucket_logging",
  "aws_s3_bucket_notification",
  "aws_s3_bucket_server_side_encryption_configuration",
  "aws_s3_bucket_versioning",
  "aws_sns_topic_policy",
  "aws_sns_topic_subscription",
  "aws_vpc_endpoint",
];
