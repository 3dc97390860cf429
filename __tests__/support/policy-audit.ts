import type { Explanation } from "../../modules/security/explanations";
import {
  type Block,
  type Json,
  type JsonObject,
  object,
  reference,
  statementsOf,
  Template,
} from "./template";

const SETTING = "a setting of another resource, which is listed itself";
const NETWORK = "addresses and rules; what passes is encrypted by those who speak";
const CONTROL = "says who may or when, holds no data";
const FIGURES = "figures about the system, of which CloudWatch lets no key be chosen";
const CATALOG =
  "names and types of columns, no rows; a key for the catalog is a setting of the whole account";

/**
 * Path of the setting that names the encryption key of each type's data, or the reason why it has none. A type that
 * is missing here is a finding: whoever adds one decides.
 */
const AT_REST: Readonly<Record<string, { readonly key: string } | { readonly none: string }>> = {
  aws_athena_named_query: { none: "the text of a query, no rows" },
  aws_athena_workgroup: {
    key: "configuration.result_configuration.encryption_configuration.kms_key_arn",
  },
  aws_budgets_budget: { none: "figures of the bill" },
  aws_cloudwatch_composite_alarm: { none: FIGURES },
  aws_cloudwatch_dashboard: { none: FIGURES },
  aws_cloudwatch_event_rule: { none: CONTROL },
  aws_cloudwatch_event_target: { none: CONTROL },
  aws_cloudwatch_log_group: { key: "kms_key_id" },
  aws_cloudwatch_log_metric_filter: { none: FIGURES },
  aws_cloudwatch_log_resource_policy: { none: CONTROL },
  aws_cloudwatch_log_stream: { none: "encrypted with its group" },
  aws_cloudwatch_metric_alarm: { none: FIGURES },
  aws_default_security_group: { none: NETWORK },
  aws_eip: { none: NETWORK },
  aws_flow_log: { none: "written into a log group, which is listed itself" },
  aws_glue_catalog_database: { none: CATALOG },
  aws_glue_catalog_table: { none: CATALOG },
  aws_iam_instance_profile: { none: CONTROL },
  aws_iam_policy: { none: CONTROL },
  aws_iam_role: { none: CONTROL },
  aws_iam_role_policy: { none: CONTROL },
  aws_iam_role_policy_attachment: { none: CONTROL },
  aws_instance: { key: "root_block_device.kms_key_id" },
  aws_internet_gateway: { none: NETWORK },
  aws_kinesis_firehose_delivery_stream: { key: "extended_s3_configuration.kms_key_arn" },
  aws_kinesis_stream: { key: "kms_key_id" },
  aws_kms_alias: { none: "a name of the key" },
  aws_kms_key: { none: "the key itself" },
  aws_lambda_event_source_mapping: {
    none: "which records are read next; a key here would be for filter patterns, and it has none",
  },
  aws_lambda_function: { key: "kms_key_arn" },
  aws_lambda_function_event_invoke_config: { none: SETTING },
  aws_lambda_invocation: { none: "names of roles and shards; no data, no secret" },
  aws_lambda_permission: { none: CONTROL },
  aws_nat_gateway: { none: NETWORK },
  aws_opensearch_domain: { key: "encrypt_at_rest.kms_key_id" },
  aws_opensearch_domain_saml_options: { none: "what the identity provider publishes about itself" },
  aws_quicksight_analysis: { none: "what is drawn and how, no rows" },
  aws_quicksight_dashboard: { none: "what is drawn and how, no rows" },
  aws_quicksight_data_set: { none: "asks the tables directly; nothing is imported" },
  aws_quicksight_data_source: { none: "the name of a workgroup; no credentials" },
  aws_route: { none: NETWORK },
  aws_route_table: { none: NETWORK },
  aws_route_table_association: { none: NETWORK },
  aws_s3_bucket: { none: "its encryption is a resource of its own, one for each bucket" },
  aws_s3_bucket_lifecycle_configuration: { none: SETTING },
  aws_s3_bucket_logging: { none: SETTING },
  aws_s3_bucket_notification: { none: SETTING },
  aws_s3_bucket_ownership_controls: { none: SETTING },
  aws_s3_bucket_policy: { none: SETTING },
  aws_s3_bucket_public_access_block: { none: SETTING },
  aws_s3_bucket_server_side_encryption_configuration: {
    key: "rule.0.apply_server_side_encryption_by_default.kms_master_key_id",
  },
  aws_s3_bucket_versioning: { none: SETTING },
  aws_security_group: { none: NETWORK },
  aws_sns_topic: { key: "kms_master_key_id" },
  aws_sns_topic_policy: { none: CONTROL },
  aws_sns_topic_subscription: { none: CONTROL },
  aws_subnet: { none: NETWORK },
  aws_vpc: { none: NETWORK },
  aws_vpc_endpoint: { none: NETWORK },
  aws_vpc_security_group_egress_rule: { none: NETWORK },
  aws_vpc_security_group_ingress_rule: { none: NETWORK },
};

/** Result of an audit. */
export interface Audit {
  /** Violations without a written reason. */
  readonly findings: readonly string[];
  /** Violations with a written reason: `where: reason`. */
  readonly exceptions: readonly string[];
  /** Types with no data to encrypt, with the reason: `type: reason`. */
  readonly keyless: readonly string[];
}

/**
 * Walks a synthesized stack. It knows nothing of the constructs except the reasons that they recorded.
 * @param tags that every taggable resource must have.
 */
export function audit(
  json: JsonObject,
  explanations: readonly Explanation[],
  tags: Readonly<Record<string, string>>,
): Audit {
  const template = new Template(json);
  const findings: string[] = [];
  const used = new Set<Explanation>();
  const unlessExplained = (
    path: string,
    exception: Explanation["exception"],
    subject: string,
    what: string,
  ) => {
    const reason = explanations.find(
      (one) => one.path === path && one.exception === exception && one.subject === subject,
    );
    if (reason) used.add(reason);
    else findings.push(`${path} ${what}`);
  };

  for (const document of template.data("aws_iam_policy_document")) {
    for (const { sid = "", effect, actions, resources = [], principals = [] } of statementsOf(document)) {
      if (effect === "Deny") continue;
      const where = `${document.path} ${sid}`;
      for (const action of actions) {
        if (action.includes("*")) findings.push(`${where} allows ${action}`);
        // A late invocation would create the group again after a destroy, without key or retention. A role that may also
        // set both creates it intentionally.
        const onPurpose =
          actions.includes("logs:AssociateKmsKey") && actions.includes("logs:PutRetentionPolicy");
        if (action === "logs:CreateLogGroup" && !onPurpose) findings.push(`${where} may make log groups`);
      }
      if (resources.includes("*"))
        unlessExplained(document.path, "any-resource", sid, `${sid} allows any resource`);
      if (principals.some(({ identifiers }) => identifiers.includes("*"))) {
        unlessExplained(document.path, "any-principal", sid, `${sid} allows anyone`);
      }
    }
  }

  const key = reference(template.only("aws_kms_key"), "arn");
  const keyless = new Map<string, string>();
  for (const block of template.resources()) {
    const { type, path, properties } = block;
    const rule = AT_REST[type];
    if (!rule) findings.push(`${path} is a ${type}: say in the audit where it keeps what, and by which key`);
    else if ("none" in rule) keyless.set(type, rule.none);
    else if (at(properties, rule.key) !== key) {
      unlessExplained(path, "own-encryption", "AES256", "is not encrypted with the environment's key");
    }
    findings.push(...faultsOf(block));
    if (isTaggable(type)) {
      const own = object(properties["tags"] ?? {});
      const missing = Object.entries(tags).filter(([name, value]) => own[name] !== value);
      if (missing.length > 0) findings.push(`${path} has no tag ${missing.map(([name]) => name).join(", ")}`);
    }
  }
  const logged = template.resources("aws_s3_bucket_logging").map(({ properties }) => properties["bucket"]);
  const encrypted = template
    .resources("aws_s3_bucket_server_side_encryption_configuration")
    .map(({ properties }) => properties["bucket"]);
  for (const bucket of template.resources("aws_s3_bucket")) {
    const name = reference(bucket, "bucket");
    if (!encrypted.includes(name)) findings.push(`${bucket.path} has no encryption`);
    if (!logged.includes(name)) unlessExplained(bucket.path, "no-access-log", "logging", "logs no access");
  }
  const idle = explanations.filter((one) => !used.has(one));
  for (const { path, exception, subject } of idle) {
    findings.push(`${path} explains ${exception} of ${subject}, which it does not need`);
  }
  return {
    findings,
    exceptions: [...used].map(({ path, subject, reason }) => `${path} ${subject}: ${reason}`).sort(),
    keyless: [...keyless].map(([type, reason]) => `${type}: ${reason}`).sort(),
  };
}

function faultsOf({ type, path, properties }: Block): string[] {
  const faults: string[] = [];
  if (type === "aws_cloudwatch_log_group" && !(Number(properties["retention_in_days"]) > 0)) {
    faults.push(`${path} keeps logs for ever`);
  }
  if (type === "aws_lambda_function" && at(properties, "logging_config.log_group") === undefined) {
    faults.push(`${path} has no log group of its own`);
  }
  const opens = [properties["cidr_ipv4"], properties["cidr_ipv6"]].some((range) =>
    String(range).endsWith("/0"),
  );
  if (type === "aws_vpc_security_group_ingress_rule" && opens) faults.push(`${path} lets everyone in`);
  if (type.endsWith("security_group") && (properties["ingress"] ?? properties["egress"]) !== undefined) {
    faults.push(`${path} has rules of its own, which the audit does not read`);
  }
  for (const [property, value] of Object.entries(properties)) {
    const literal = typeof value === "string" && value.startsWith("{") && /polic(y|ies)/.test(property);
    if (literal) faults.push(`${path} has its ${property} in a text, which the audit does not read`);
  }
  return faults;
}

/** Whether the provider's class for a type accepts tags. */
function isTaggable(type: string): boolean {
  const file = type.replace(/^aws_/, "").replaceAll("_", "-");
  const classes: Record<string, unknown> = require(`@cdktf/provider-aws/lib/${file}`);
  const found = Object.values(classes).find(
    (one): one is { tfResourceType: string; prototype: object } =>
      typeof one === "function" && "tfResourceType" in one && one.tfResourceType === type,
  );
  if (!found) throw new Error(`@cdktf/provider-aws/lib/${file} has no class of ${type}`);
  return "tagsInput" in found.prototype && "tagsAllInput" in found.prototype;
}

/** The value at a path such as `rule.0.name`. */
function at(value: Json, path: string): Json | undefined {
  return path.split(".").reduce<Json | undefined>((inner, step) => {
    if (typeof inner !== "object" || inner === null) return undefined;
    return new Map<string, Json>(Object.entries(inner)).get(step);
  }, value);
}
