import { TerraformError } from "./terraform-error";

/** A group of resource types that the local run does not support; they neither hold nor move data. */
interface UnsupportedGroup {
  readonly what: string;
  readonly why: string;
  readonly types: RegExp;
}

const UNSUPPORTED_GROUPS: readonly UnsupportedGroup[] = [
  {
    what: "permissions",
    why: "not enforced here: every call is allowed",
    types:
      /^aws_(iam_\w+|lambda_permission|s3_bucket_policy|opensearch_domain_(policy|saml_options)|lakeformation_\w+)$/,
  },
  { what: "keys", why: "nothing is encrypted here", types: /^aws_kms_\w+$/ },
  {
    what: "network",
    why: "not enforced here: everything listens on loopback, and functions reach every host",
    types:
      /^aws_(vpc\w*|subnet|route\w*|internet_gateway|nat_gateway|eip|default_\w+|security_group|network_\w+|flow_log|ec2_\w+)$/,
  },
  { what: "texts of a module", why: "they are in its plan, for a reader", types: /^terraform_data$/ },
  { what: "bastion", why: "nothing needs it here", types: /^aws_(instance|ssm_\w+)$/ },
  {
    what: "bucket settings",
    why: "not applied here: one version of each object, kept until it is deleted",
    types:
      /^aws_s3_(bucket_(versioning|server_side_encryption_configuration|public_access_block|lifecycle_configuration|logging|ownership_controls|acl|metric|object_lock_configuration|intelligent_tiering_configuration)|account_public_access_block)$/,
  },
  {
    what: "operations",
    why: "no alarms, dashboards or budgets here; logs are files",
    types:
      /^aws_(cloudwatch_(log_group|log_stream|log_metric_filter|log_resource_policy|metric_alarm|composite_alarm|dashboard)|cloudwatch_query_definition|sns_topic\w*|budgets_\w+|resourcegroups_group)$/,
  },
  {
    what: "QuickSight",
    why: "no such service here; the local page shows the figures",
    types: /^aws_quicksight_\w+$/,
  },
];

/**
 * A line for each group of unsupported resources in the stack.
 * @param counts number of resources of each type in the stack, without the types that are read
 * @throws TerraformError for a type that the local run does not know: it may be part of the data plane
 */
export function unsupportedResources(counts: ReadonlyMap<string, number>): string[] {
  const groups = new Map<UnsupportedGroup, string[]>();
  for (const [type, count] of counts) {
    const group = UNSUPPORTED_GROUPS.find(({ types }) => types.test(type));
    if (group === undefined) {
      throw new TerraformError(
        type,
        "the local run does not know this resource type, so it cannot tell whether data passes through it; read it in local/plan/, or add it to the groups of unsupported-resources.ts",
      );
    }
    groups.set(group, [...(groups.get(group) ?? []), `${type} ${count}`]);
  }
  return [...groups].map(([{ what, why }, types]) => `${what} (${types.toSorted().join(", ")}): ${why}`);
}
