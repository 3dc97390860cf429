import type { Location } from "../../modules/location";

/** How preflight names a resource of one type. */
interface ResourceType {
  /** Property with the physical name; absent for what AWS names. */
  readonly name?: string;
  /** ARNs that its actions are checked on; `{name}` is the physical name or, before it is known, `*`. */
  readonly arns: readonly string[];
}

/** A setting of another resource: the property that names it, and that resource's type. */
interface SettingType {
  readonly of: readonly [property: string, type: string];
}

const regional = (service: string, ...resources: readonly string[]): readonly string[] =>
  resources.map((resource) => `arn:aws:${service}:{region}:{account}:${resource}`);
const global = (service: string, ...resources: readonly string[]): readonly string[] =>
  resources.map((resource) => `arn:aws:${service}::{account}:${resource}`);
/** What EC2 names itself. */
const network = (...kinds: readonly string[]): ResourceType => ({
  arns: regional("ec2", ...kinds.map((kind) => `${kind}/*`)),
});
const setting = (property: string, type: string): SettingType => ({ of: [property, type] });
const ofBucket = setting("bucket", "aws_s3_bucket");
const ofFunction = setting("function_name", "aws_lambda_function");

/**
 * ARNs by type, of https://docs.aws.amazon.com/service-authorization/latest/reference/. Where an action checks several
 * resources, as those of EC2 and Glue do, all are named.
 */
const TYPES: Readonly<Record<string, ResourceType | SettingType>> = {
  aws_athena_named_query: setting("workgroup", "aws_athena_workgroup"),
  aws_athena_workgroup: { name: "name", arns: regional("athena", "workgroup/{name}") },
  aws_budgets_budget: { name: "name", arns: global("budgets", "budget/{name}") },
  aws_cloudwatch_dashboard: { name: "dashboard_name", arns: global("cloudwatch", "dashboard/{name}") },
  aws_cloudwatch_event_rule: { name: "name", arns: regional("events", "rule/{name}") },
  aws_cloudwatch_event_target: setting("rule", "aws_cloudwatch_event_rule"),
  aws_cloudwatch_log_group: {
    name: "name",
    arns: regional("logs", "log-group:{name}", "log-group:{name}:*"),
  },
  aws_cloudwatch_log_resource_policy: { name: "policy_name", arns: [] },
  aws_cloudwatch_log_stream: setting("log_group_name", "aws_cloudwatch_log_group"),
  aws_cloudwatch_metric_alarm: { name: "alarm_name", arns: regional("cloudwatch", "alarm:{name}") },
  aws_default_security_group: network("security-group"),
  aws_eip: network("elastic-ip"),
  aws_flow_log: network("vpc-flow-log", "vpc"),
  aws_glue_catalog_database: { name: "name", arns: regional("glue", "catalog", "database/{name}") },
  aws_glue_catalog_table: setting("database_name", "aws_glue_catalog_database"),
  aws_iam_instance_profile: { name: "name", arns: global("iam", "instance-profile/{name}") },
  aws_iam_openid_connect_provider: { arns: global("iam", "oidc-provider/*") },
  aws_iam_policy: { name: "name", arns: global("iam", "policy/{name}") },
  aws_iam_role: { name: "name", arns: global("iam", "role/{name}") },
  aws_iam_role_policy: setting("role", "aws_iam_role"),
  aws_iam_role_policy_attachment: setting("role", "aws_iam_role"),
  aws_iam_service_linked_role: {
    arns: global("iam", "role/aws-service-role/opensearchservice.amazonaws.com/*"),
  },
  aws_instance: network("instance", "network-interface", "security-group", "subnet", "volume"),
  aws_internet_gateway: network("internet-gateway", "vpc"),
  aws_kinesis_firehose_delivery_stream: { name: "name", arns: regional("firehose", "deliverystream/{name}") },
  aws_kinesis_stream: { name: "name", arns: regional("kinesis", "stream/{name}") },
  aws_kms_alias: { name: "name", arns: regional("kms", "{name}", "key/*") },
  aws_kms_key: { arns: regional("kms", "key/*") },
  aws_lambda_event_source_mapping: { arns: regional("lambda", "event-source-mapping:*") },
  aws_lambda_function: { name: "function_name", arns: regional("lambda", "function:{name}") },
  aws_lambda_function_event_invoke_config: ofFunction,
  aws_lambda_invocation: ofFunction,
  aws_lambda_permission: ofFunction,
  aws_nat_gateway: network("elastic-ip", "natgateway", "subnet"),
  aws_opensearch_domain: { name: "domain_name", arns: regional("es", "domain/{name}") },
  aws_opensearch_domain_saml_options: setting("domain_name", "aws_opensearch_domain"),
  aws_route: network("route-table"),
  aws_route_table: network("route-table", "vpc"),
  aws_route_table_association: network("route-table", "subnet"),
  aws_s3_bucket: { name: "bucket", arns: ["arn:aws:s3:::{name}"] },
  aws_s3_bucket_lifecycle_configuration: ofBucket,
  aws_s3_bucket_logging: ofBucket,
  aws_s3_bucket_notification: ofBucket,
  aws_s3_bucket_ownership_controls: ofBucket,
  aws_s3_bucket_policy: ofBucket,
  aws_s3_bucket_public_access_block: ofBucket,
  aws_s3_bucket_server_side_encryption_configuration: ofBucket,
  aws_s3_bucket_versioning: ofBucket,
  aws_security_group: network("security-group", "vpc"),
  aws_sns_topic: { name: "name", arns: regional("sns", "{name}") },
  aws_sns_topic_policy: setting("arn", "aws_sns_topic"),
  aws_sns_topic_subscription: setting("topic_arn", "aws_sns_topic"),
  // Those of AWS, which have no account.
  aws_ssm_parameter: { name: "name", arns: ["arn:aws:ssm:{region}::parameter{name}"] },
  aws_subnet: network("subnet", "vpc"),
  aws_vpc: network("vpc"),
  aws_vpc_endpoint: network("route-table", "security-group", "subnet", "vpc", "vpc-endpoint"),
  aws_vpc_security_group_egress_rule: network("security-group", "security-group-rule"),
  aws_vpc_security_group_ingress_rule: network("security-group", "security-group-rule"),
};

/** The property with a resource's physical name. */
export function nameProperty(type: string): string | undefined {
  const known = TYPES[type];
  return known && "arns" in known ? known.name : undefined;
}

/** The resource that a resource is a setting of: the property that names it, and its type. */
export function settingOf(type: string): SettingType["of"] | undefined {
  const known = TYPES[type];
  return known && "of" in known ? known.of : undefined;
}

/** ARNs of a resource; undefined for a type that is not known here. @param name undefined before it is known */
export function arnsOf(
  type: string,
  name: string | undefined,
  { region, accountId }: Location,
): readonly string[] | undefined {
  const known = TYPES[type];
  if (known === undefined || "of" in known) return undefined;
  return known.arns.map((arn) =>
    arn
      .replace("{region}", region)
      .replace("{account}", accountId)
      .replace("{name}", () => name ?? "*"),
  );
}
