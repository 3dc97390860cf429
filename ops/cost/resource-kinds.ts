/** How the model treats a type of resource. */
export type Treatment =
  | { readonly kind: "priced" }
  /** It has no price of its own. */
  | { readonly kind: "free"; readonly why: string }
  /** AWS bills for it, and the model leaves it out. */
  | { readonly kind: "not priced"; readonly why: string };

const PRICED: readonly string[] = [
  "aws_kinesis_stream",
  "aws_kinesis_firehose_delivery_stream",
  "aws_lambda_function",
  "aws_lambda_event_source_mapping",
  "aws_cloudwatch_event_rule",
  "aws_cloudwatch_event_target",
  "aws_s3_bucket",
  "aws_s3_bucket_lifecycle_configuration",
  "aws_s3_bucket_logging",
  "aws_s3_bucket_notification",
  "aws_s3_bucket_server_side_encryption_configuration",
  "aws_glue_catalog_table",
  "aws_athena_workgroup",
  "aws_opensearch_domain",
  "aws_nat_gateway",
  "aws_eip",
  "aws_vpc_endpoint",
  "aws_flow_log",
  "aws_instance",
  "aws_cloudwatch_log_group",
  "aws_cloudwatch_metric_alarm",
  "aws_cloudwatch_dashboard",
  "aws_budgets_budget",
  "aws_kms_key",
];

const NETWORK = "a network, its routes and its rules have no price";
const SETTING = "a setting of another resource";
const FREE: readonly (readonly [types: RegExp, why: string])[] = [
  [/^aws_iam_\w+$/, "IAM has no price"],
  [/^aws_(lambda_permission|lambda_function_event_invoke_config)$/, SETTING],
  [/^aws_lambda_invocation$/, "a deploy's own calls are a few"],
  [/^aws_s3_bucket_(ownership_controls|policy|public_access_block|versioning)$/, SETTING],
  [/^aws_glue_catalog_database$/, "a database is one object of the catalog"],
  [/^aws_athena_named_query$/, "a saved query costs when it is run"],
  [/^aws_opensearch_domain_(saml_options|policy)$/, SETTING],
  [/^aws_(vpc|subnet|route|route_table|route_table_association|internet_gateway)$/, NETWORK],
  [/^aws_(security_group|default_security_group|vpc_security_group_(in|e)gress_rule)$/, NETWORK],
  [/^aws_cloudwatch_log_(resource_policy|stream)$/, SETTING],
  [/^aws_sns_topic(_policy|_subscription)?$/, "a topic costs by notification, of which there are few"],
  [/^aws_kms_alias$/, SETTING],
];

const NOT_PRICED: readonly (readonly [types: RegExp, why: string])[] = [
  [
    /^aws_quicksight_\w+$/,
    "QuickSight bills the account for each of its users, authors and readers, whatever they see",
  ],
];

/** How the model treats a type of resource. A type that it does not know is not priced. */
export function treatmentOf(type: string): Treatment {
  if (PRICED.includes(type)) return { kind: "priced" };
  const free = FREE.find(([types]) => types.test(type));
  if (free) return { kind: "free", why: free[1] };
  const why = NOT_PRICED.find(([types]) => types.test(type))?.[1];
  return { kind: "not priced", why: why ?? "the model does not know this type" };
}
