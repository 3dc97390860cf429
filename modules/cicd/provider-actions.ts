/** IAM actions of the AWS provider on resources of one type. */
export interface ProviderActions {
  /** To refresh a resource; every plan needs them. */
  readonly read: string;
  /** To create one. */
  readonly create: string;
  /** Further actions, to change one that exists. */
  readonly update?: string;
  readonly remove?: string;
}

/** What EC2 lists for every resource of a network. */
const TAGS = "CreateTags";

/**
 * The IAM actions of the AWS provider, by type of resource: each text is `service: Action Action`, further services may
 * follow. They were taken from the provider's own log (`TF_LOG_PROVIDER=DEBUG`) while it planned, applied, changed and
 * destroyed prod against an emulated account, and for options that prod does not use from its sources; names are those of
 * https://docs.aws.amazon.com/service-authorization/latest/reference/.
 */
export const PROVIDER_ACTIONS: Readonly<Record<string, ProviderActions>> = {
  aws_athena_named_query: {
    read: "athena: GetNamedQuery",
    create: "athena: CreateNamedQuery",
    update: "athena: UpdateNamedQuery",
    remove: "athena: DeleteNamedQuery",
  },
  aws_athena_workgroup: {
    read: "athena: GetWorkGroup ListTagsForResource",
    create: "athena: CreateWorkGroup TagResource",
    update: "athena: UntagResource UpdateWorkGroup",
    remove: "athena: DeleteWorkGroup",
  },
  aws_budgets_budget: {
    read: "budgets: ListTagsForResource ViewBudget",
    create: "budgets: ModifyBudget TagResource",
    update: "budgets: UntagResource",
  },
  aws_cloudwatch_dashboard: {
    read: "cloudwatch: GetDashboard",
    create: "cloudwatch: PutDashboard",
    remove: "cloudwatch: DeleteDashboards",
  },
  aws_cloudwatch_event_rule: {
    read: "events: DescribeRule ListTagsForResource",
    create: "events: PutRule TagResource",
    update: "events: DisableRule EnableRule UntagResource",
    remove: "events: DeleteRule",
  },
  aws_cloudwatch_event_target: {
    read: "events: ListTargetsByRule",
    create: "events: PutTargets",
    remove: "events: RemoveTargets",
  },
  aws_cloudwatch_log_group: {
    read: "logs: DescribeLogGroups ListTagsForResource",
    create: "logs: AssociateKmsKey CreateLogGroup PutRetentionPolicy TagResource",
    update: "logs: UntagResource",
    remove: "logs: DeleteLogGroup",
  },
  aws_cloudwatch_log_resource_policy: {
    read: "logs: DescribeResourcePolicies",
    create: "logs: PutResourcePolicy",
    remove: "logs: DeleteResourcePolicy",
  },
  aws_cloudwatch_log_stream: {
    read: "logs: DescribeLogStreams",
    create: "logs: CreateLogStream",
    remove: "logs: DeleteLogStream",
  },
  aws_cloudwatch_metric_alarm: {
    read: "cloudwatch: DescribeAlarms ListTagsForResource",
    create: "cloudwatch: PutMetricAlarm TagResource",
    update: "cloudwatch: UntagResource",
    remove: "cloudwatch: DeleteAlarms",
  },
  aws_default_security_group: {
    read: "ec2: DescribeSecurityGroups",
    create: `ec2: ${TAGS} RevokeSecurityGroupEgress RevokeSecurityGroupIngress`,
  },
  aws_eip: {
    read: "ec2: DescribeAddresses DescribeAddressesAttribute",
    create: `ec2: AllocateAddress ${TAGS}`,
    remove: "ec2: ReleaseAddress",
  },
  aws_flow_log: {
    read: "ec2: DescribeFlowLogs",
    create: `ec2: CreateFlowLogs ${TAGS}`,
    remove: "ec2: DeleteFlowLogs",
  },
  aws_glue_catalog_database: {
    read: "glue: GetDatabase GetTags",
    create: "glue: CreateDatabase TagResource",
    update: "glue: UntagResource UpdateDatabase",
    remove: "glue: DeleteDatabase",
  },
  aws_glue_catalog_table: {
    read: "glue: GetPartitionIndexes GetTable",
    create: "glue: CreateTable",
    update: "glue: UpdateTable",
    remove: "glue: DeleteTable",
  },
  aws_iam_instance_profile: {
    read: "iam: GetInstanceProfile",
    create: "iam: AddRoleToInstanceProfile CreateInstanceProfile TagInstanceProfile",
    update: "iam: RemoveRoleFromInstanceProfile UntagInstanceProfile",
    remove: "iam: DeleteInstanceProfile",
  },
  aws_iam_openid_connect_provider: {
    read: "iam: GetOpenIDConnectProvider",
    create: "iam: CreateOpenIDConnectProvider TagOpenIDConnectProvider",
    update: "iam: UpdateOpenIDConnectProviderThumbprint",
    remove: "iam: DeleteOpenIDConnectProvider",
  },
  aws_iam_policy: {
    read: "iam: GetPolicy GetPolicyVersion",
    create: "iam: CreatePolicy TagPolicy",
    update: "iam: CreatePolicyVersion DeletePolicyVersion ListPolicyVersions UntagPolicy",
    remove: "iam: DeletePolicy",
  },
  aws_iam_role: {
    read: "iam: GetRole ListAttachedRolePolicies ListRolePolicies",
    create: "iam: CreateRole TagRole",
    update:
      "iam: PutRolePermissionsBoundary UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
    remove: "iam: DeleteRole ListInstanceProfilesForRole",
  },
  aws_iam_role_policy: {
    read: "iam: GetRolePolicy",
    create: "iam: PutRolePolicy",
    remove: "iam: DeleteRolePolicy",
  },
  aws_iam_role_policy_attachment: {
    read: "iam: ListAttachedRolePolicies",
    create: "iam: AttachRolePolicy",
    remove: "iam: DetachRolePolicy",
  },
  aws_iam_service_linked_role: {
    read: "iam: GetRole",
    create: "iam: CreateServiceLinkedRole",
    remove: "iam: DeleteServiceLinkedRole",
  },
  aws_instance: {
    read: `ec2: DescribeImages DescribeInstanceAttribute DescribeInstanceCreditSpecifications DescribeInstanceTypes
      DescribeInstances DescribeTags DescribeVolumes`,
    create: `ec2: ${TAGS} RunInstances`,
    update: "ec2: ModifyInstanceAttribute StartInstances StopInstances",
    remove: "ec2: TerminateInstances",
  },
  aws_internet_gateway: {
    read: "ec2: DescribeInternetGateways",
    create: `ec2: AttachInternetGateway CreateInternetGateway ${TAGS}`,
    remove: "ec2: DeleteInternetGateway DetachInternetGateway",
  },
  aws_kinesis_firehose_delivery_stream: {
    read: "firehose: DescribeDeliveryStream ListTagsForDeliveryStream",
    create: "firehose: CreateDeliveryStream TagDeliveryStream",
    update: "firehose: UntagDeliveryStream UpdateDestination",
    remove: "firehose: DeleteDeliveryStream",
  },
  aws_kinesis_stream: {
    read: "kinesis: DescribeLimits DescribeStream DescribeStreamSummary ListTagsForStream",
    create: `kinesis: AddTagsToStream CreateStream DecreaseStreamRetentionPeriod IncreaseStreamRetentionPeriod
      StartStreamEncryption`,
    update: "kinesis: RemoveTagsFromStream UpdateShardCount UpdateStreamMode",
    remove: "kinesis: DeleteStream",
  },
  aws_kms_alias: {
    read: "kms: ListAliases",
    create: "kms: CreateAlias",
    remove: "kms: DeleteAlias",
  },
  aws_kms_key: {
    read: "kms: DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
    create: "kms: CreateGrant CreateKey EnableKeyRotation Encrypt GenerateDataKey TagResource",
    update: "kms: PutKeyPolicy UpdateKeyDescription",
    remove: "kms: ScheduleKeyDeletion",
  },
  aws_lambda_event_source_mapping: {
    read: "lambda: GetEventSourceMapping ListTags",
    create: "lambda: CreateEventSourceMapping TagResource",
    update: "lambda: UntagResource UpdateEventSourceMapping",
    remove: "lambda: DeleteEventSourceMapping",
  },
  aws_lambda_function: {
    read: "lambda: GetFunction GetFunctionCodeSigningConfig GetFunctionConfiguration ListTags ListVersionsByFunction",
    create: "lambda: CreateFunction TagResource",
    update: "lambda: UntagResource UpdateFunctionCode UpdateFunctionConfiguration",
    remove: "lambda: DeleteFunction",
  },
  aws_lambda_function_event_invoke_config: {
    read: "lambda: GetFunctionEventInvokeConfig",
    create: "lambda: PutFunctionEventInvokeConfig",
    update: "lambda: UpdateFunctionEventInvokeConfig",
    remove: "lambda: DeleteFunctionEventInvokeConfig",
  },
  aws_lambda_invocation: { read: "", create: "lambda: InvokeFunction" },
  aws_lambda_permission: {
    read: "lambda: GetPolicy",
    create: "lambda: AddPermission",
    remove: "lambda: RemovePermission",
  },
  aws_nat_gateway: {
    read: "ec2: DescribeNatGateways",
    create: `ec2: CreateNatGateway ${TAGS}`,
    remove: "ec2: DeleteNatGateway",
  },
  aws_opensearch_domain: {
    read: `es: DescribeDomain DescribeDomainChangeProgress DescribeDomainConfig GetCompatibleVersions ListTags
      ec2: DescribeSecurityGroups DescribeSubnets DescribeVpcs`,
    create: "es: AddTags CreateDomain",
    update: "es: RemoveTags UpdateDomainConfig UpgradeDomain",
    remove: "es: DeleteDomain",
  },
  aws_opensearch_domain_saml_options: {
    read: "es: DescribeDomain DescribeDomainConfig",
    create: "es: UpdateDomainConfig",
  },
  aws_route: {
    read: "ec2: DescribeRouteTables",
    create: "ec2: CreateRoute",
    remove: "ec2: DeleteRoute",
  },
  aws_route_table: {
    read: "ec2: DescribeRouteTables",
    create: `ec2: CreateRouteTable ${TAGS}`,
    remove: "ec2: DeleteRouteTable DisassociateRouteTable",
  },
  aws_route_table_association: {
    read: "ec2: DescribeRouteTables",
    create: "ec2: AssociateRouteTable",
    remove: "ec2: DisassociateRouteTable",
  },
  aws_s3_bucket: {
    read: `s3: GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging
      GetBucketObjectLockConfiguration GetBucketPolicy GetBucketRequestPayment GetBucketTagging GetBucketVersioning
      GetBucketWebsite GetEncryptionConfiguration GetLifecycleConfiguration GetReplicationConfiguration ListBucket`,
    create: "s3: CreateBucket PutBucketTagging",
    remove: "s3: DeleteBucket DeleteObject DeleteObjectVersion ListBucketVersions",
  },
  aws_s3_bucket_lifecycle_configuration: {
    read: "s3: GetLifecycleConfiguration",
    create: "s3: PutLifecycleConfiguration",
  },
  aws_s3_bucket_logging: { read: "s3: GetBucketLogging", create: "s3: PutBucketLogging" },
  aws_s3_bucket_notification: { read: "s3: GetBucketNotification", create: "s3: PutBucketNotification" },
  aws_s3_bucket_ownership_controls: {
    read: "s3: GetBucketOwnershipControls",
    create: "s3: PutBucketOwnershipControls",
  },
  aws_s3_bucket_policy: {
    read: "s3: GetBucketPolicy",
    create: "s3: PutBucketPolicy",
    remove: "s3: DeleteBucketPolicy",
  },
  aws_s3_bucket_public_access_block: {
    read: "s3: GetBucketPublicAccessBlock",
    create: "s3: PutBucketPublicAccessBlock",
  },
  aws_s3_bucket_server_side_encryption_configuration: {
    read: "s3: GetEncryptionConfiguration",
    create: "s3: PutEncryptionConfiguration",
  },
  aws_s3_bucket_versioning: { read: "s3: GetBucketVersioning", create: "s3: PutBucketVersioning" },
  aws_security_group: {
    read: "ec2: DescribeSecurityGroups",
    create: `ec2: CreateSecurityGroup ${TAGS} RevokeSecurityGroupEgress`,
    remove: "ec2: DeleteSecurityGroup",
  },
  aws_sns_topic: {
    read: "sns: GetTopicAttributes ListTagsForResource",
    create: "sns: CreateTopic SetTopicAttributes TagResource",
    update: "sns: UntagResource",
    remove: "sns: DeleteTopic",
  },
  aws_sns_topic_policy: { read: "sns: GetTopicAttributes", create: "sns: SetTopicAttributes" },
  aws_sns_topic_subscription: {
    read: "sns: GetSubscriptionAttributes",
    create: "sns: Subscribe",
    update: "sns: SetSubscriptionAttributes",
    remove: "sns: Unsubscribe",
  },
  aws_subnet: {
    read: "ec2: DescribeSubnets",
    create: `ec2: CreateSubnet ${TAGS}`,
    update: "ec2: ModifySubnetAttribute",
    remove: "ec2: DeleteSubnet",
  },
  aws_vpc: {
    read: "ec2: DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups DescribeVpcAttribute DescribeVpcs",
    create: `ec2: CreateVpc ${TAGS} ModifyVpcAttribute`,
    remove: "ec2: DeleteVpc",
  },
  aws_vpc_endpoint: {
    read: "ec2: DescribePrefixLists DescribeVpcEndpoints",
    create: `ec2: ${TAGS} CreateVpcEndpoint`,
    update: "ec2: ModifyVpcEndpoint",
    remove: "ec2: DeleteVpcEndpoints",
  },
  aws_vpc_security_group_egress_rule: {
    read: "ec2: DescribeSecurityGroupRules",
    create: `ec2: AuthorizeSecurityGroupEgress ${TAGS}`,
    update: "ec2: ModifySecurityGroupRules",
    remove: "ec2: RevokeSecurityGroupEgress",
  },
  aws_vpc_security_group_ingress_rule: {
    read: "ec2: DescribeSecurityGroupRules",
    create: `ec2: AuthorizeSecurityGroupIngress ${TAGS}`,
    update: "ec2: ModifySecurityGroupRules",
    remove: "ec2: RevokeSecurityGroupIngress",
  },
};

/** IAM actions of the data sources, by type, in the same form; empty where none is needed. */
export const LOOKUP_ACTIONS: Readonly<Record<string, string>> = {
  aws_caller_identity: "",
  aws_iam_policy_document: "",
  aws_iam_role: "iam: GetRole",
  aws_kinesis_stream: "kinesis: DescribeStreamSummary",
  aws_partition: "",
  aws_prefix_list: "ec2: DescribePrefixLists",
  aws_region: "",
  aws_ssm_parameter: "ssm: GetParameter",
};

/** Actions as `service: Action Action` (further services may follow), in the form of policies. */
export function actionsOf(text: string): string[] {
  let service = "";
  return text.split(/\s+/).flatMap((word) => {
    if (!word.endsWith(":")) return word === "" ? [] : [service + word];
    service = word;
    return [];
  });
}

/**
 * Actions that take no resource, so that only a statement about every resource allows them.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
const WITHOUT_RESOURCE: ReadonlySet<string> = new Set(
  actionsOf(
    `kinesis: DescribeLimits kms: CreateKey ListAliases lambda: CreateEventSourceMapping
    logs: DeleteResourcePolicy DescribeLogGroups DescribeResourcePolicies PutResourcePolicy
    sns: GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe`,
  ),
);

/** Whether an action takes no resource; EC2 describes no single one. */
export function takesNoResource(action: string): boolean {
  return WITHOUT_RESOURCE.has(action) || action.startsWith("ec2:Describe");
}
