import type { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation";
import { ref, Token } from "cdktf";
import { ROLE_ARN } from "../lib/role-arn";
import { DEFAULTS } from "../modules/defaults";
import type { IAdoptedNetwork } from "../modules/network/vpc";
import type { SearchDomain } from "../modules/speed/search-domain";
import type { SearchSetup } from "../modules/speed/search-setup";
import type { SpeedLayer, SpeedSettings } from "../modules/speed/speed-layer";
import { addPanels } from "./module-panels";
import type { ModuleStack } from "./module-stack";
import {
  addRule,
  flag,
  ifGiven,
  isWhole,
  local,
  localValue,
  numberVariable,
  textOf,
  variable,
} from "./module-variables";

/** As the environments check it. */
const INSTANCE_TYPE = "^[a-z][a-z0-9]*\\\\.[a-z0-9]+\\\\.search$";
const ROLES = ROLE_ARN.source.replaceAll("\\/", "/").replaceAll("\\", "\\\\");
const MOST_NODES = 100;
/** https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_SAMLIdp.html */
const LONGEST_METADATA = 1_048_576;
const LONGEST_GROUP = 256;

/** Adds the variables of the speed layer without its network; the structure is the largest, of which {@link adaptSpeed} leaves out. */
export function speedProps(
  stack: ModuleStack,
  network: IAdoptedNetwork,
): SpeedSettings & { readonly title: string } {
  addPanels(stack);
  addPeople(stack);
  addSaml(stack);
  addBastion(stack);
  const age = numberVariable(stack, "maximum_record_age_hours");
  addRule(stack, "maximum_record_age_hours", [
    "var.maximum_record_age_hours < local.stream_hours",
    "fewer hours than the stream keeps a record are allowed",
  ]);
  flag(
    stack,
    "create_service_linked_role",
    "Whether to create the service-linked role of OpenSearch, which exists once in an account; AWS refuses a second one",
    false,
  );
  return {
    ...sizeProps(stack),
    shards: numberVariable(stack, "shards"),
    retentionDays: numberVariable(stack, "index_retention_days"),
    parallelizationFactor: numberVariable(stack, "parallelization_factor"),
    maximumRecordAgeHours: age,
    title: local(stack, "dashboard_title", "coalesce(var.title, var.name)").asString,
    network,
    readerRoleArns: ["each of var.reader_role_arns"],
    administratorRoleArns: ["each of var.administrator_role_arns"],
    saml: {
      entityId: "${var.saml.entity_id}",
      metadataXml: "${var.saml.metadata_xml}",
      readerGroups: [],
      adminGroup: "${var.saml.admin_group}",
      rolesKey: "${var.saml.roles_key}",
      subjectKey: "${var.saml.subject_key}",
      sessionMinutes: Token.asNumber(ref("var.saml.session_minutes")),
    },
    serviceLinkedRole: "create",
    bastion: true,
    bastionPutsRecords: true,
  };
}

function sizeProps(stack: ModuleStack): Pick<SpeedSettings, "availability" | "instanceType" | "volumeGiB"> {
  const instanceType = variable(
    stack,
    "instance_type",
    "string",
    "Instance type of the search domain's data nodes",
    [
      [`can(regex("${INSTANCE_TYPE}", var.instance_type))`, "a type such as t3.small.search is allowed"],
      [
        'var.standby == null || !can(regex("^t[0-9]", var.instance_type))',
        "a domain with standby does not support burstable types",
      ],
    ],
    { default: DEFAULTS.instanceType },
  ).stringValue;
  variable(
    stack,
    "standby",
    "object({ nodes_per_zone = number, master_instance_type = string })",
    "Data nodes in each of three zones, one of them on standby, and the type of the three dedicated masters, such as m6g.large.search. Without it, the domain is one node without replicas",
    [
      [
        ifGiven("var.standby", isWhole("var.standby.nodes_per_zone", 1, MOST_NODES)),
        `nodes_per_zone is a whole number from 1 to ${MOST_NODES}`,
      ],
      [
        ifGiven("var.standby", `can(regex("${INSTANCE_TYPE}", var.standby.master_instance_type))`),
        "master_instance_type is a type such as m6g.large.search",
      ],
      [
        "var.standby == null || length(var.private_subnet_ids == null ? var.zones : var.private_subnet_ids) >= 3",
        "three zones, or three of private_subnet_ids, are needed",
      ],
    ],
    { default: null },
  );
  return {
    instanceType,
    volumeGiB: numberVariable(stack, "volume_gib"),
    availability: {
      kind: "standby",
      nodesPerZone: Token.asNumber(ref("var.standby.nodes_per_zone")),
      masterInstanceType: "${var.standby.master_instance_type}",
    },
  };
}

/** The variables of those who use the domain by their IAM roles. */
function addPeople(stack: ModuleStack): void {
  for (const [name, description] of [
    [
      "reader_role_arns",
      "ARNs of the analysts' IAM roles, with read access to the indices and Dashboards; they must exist",
    ],
    [
      "administrator_role_arns",
      "ARNs of the IAM roles with all permissions in the domain and Dashboards; they must exist",
    ],
  ] as const) {
    variable(
      stack,
      name,
      "list(string)",
      description,
      [
        [
          `alltrue([for a in var.${name} : can(regex("${ROLES}", a))])`,
          "arn:PARTITION:iam::ACCOUNT:role/NAME is allowed, and no user",
        ],
        [`length(distinct(var.${name})) == length(var.${name})`, "each role occurs once"],
      ],
      { default: [] },
    );
  }
}

function addSaml(stack: ModuleStack): void {
  const group = (value: string) =>
    `trimspace(${value}) != "" && length(${value}) <= ${LONGEST_GROUP} && !can(regex("${ROLES}", ${value}))`;
  const entities =
    'regexall("<(?:[A-Za-z0-9_.-]+:)?EntityDescriptor\\\\s[^>]*?\\\\bentityID\\\\s*=\\\\s*[\\"\']([^\\"\']*)[\\"\']", var.saml.metadata_xml)';
  const rules: readonly (readonly [string, string])[] = [
    [
      "length(var.saml.entity_id) >= 8 && length(var.saml.entity_id) <= 512",
      "entity_id has 8 to 512 characters",
    ],
    [
      `length(var.saml.metadata_xml) <= ${LONGEST_METADATA} && can(regex("<(?:[A-Za-z0-9_.-]+:)?IDPSSODescriptor[\\\\s/>]", var.saml.metadata_xml))`,
      `metadata_xml is the XML of an identity provider, at most ${LONGEST_METADATA} characters`,
    ],
    [
      `contains([for e in flatten(${entities}) : replace(e, "&amp;", "&")], var.saml.entity_id)`,
      "entity_id is an entityID of metadata_xml",
    ],
    [
      "length(var.saml.reader_groups) > 0 || var.saml.admin_group != null",
      "reader_groups or admin_group is needed; nobody could use Dashboards",
    ],
    [
      `alltrue([for g in concat(var.saml.reader_groups, var.saml.admin_group == null ? [] : [var.saml.admin_group]) : ${group("g")}])`,
      `each group has 1 to ${LONGEST_GROUP} characters, and is no IAM role; those are reader_role_arns`,
    ],
    [
      'trimspace(var.saml.roles_key) != "" && (var.saml.subject_key == null ? true : trimspace(var.saml.subject_key) != "")',
      "roles_key and subject_key are names of attributes",
    ],
    [isWhole("var.saml.session_minutes", 1, 1440), "session_minutes is a whole number from 1 to 1440"],
  ];
  variable(
    stack,
    "saml",
    'object({ entity_id = string, metadata_xml = string, reader_groups = optional(list(string), []), admin_group = optional(string), roles_key = optional(string, "roles"), subject_key = optional(string), session_minutes = optional(number, 60) })',
    "The identity provider by which analysts sign in to Dashboards: its entityID and metadata, the groups with read access, the group with all permissions, and the attributes of the assertion that list groups and name the user. Without it, they sign requests by IAM",
    rules.map(([condition, allowed]) => [ifGiven("var.saml", condition), allowed] as const),
    { default: null },
  );
}

function addBastion(stack: ModuleStack): void {
  flag(stack, "bastion", "Whether to create a bastion, for tunnels to the domain", false, [
    [
      "!var.bastion || var.private_subnet_ids == null || var.public_subnet_id != null",
      "an existing network needs public_subnet_id",
    ],
  ]);
  flag(
    stack,
    "bastion_puts_records",
    "Whether a session on the bastion may put records into the stream",
    false,
    [["!var.bastion_puts_records || var.bastion", "only with bastion"]],
  );
}

/** Leaves out what the variables do not ask for, and sets what only Terraform knows. */
export function adaptSpeed(
  stack: ModuleStack,
  { domain, bastion, searchSetup }: SpeedLayer,
  ready: readonly string[],
): void {
  if (bastion === undefined) throw new Error("the module has no bastion");
  const part = (id: string) => domain.node.findChild(id);
  stack.existsIf("var.bastion", bastion, part("FromBastion"));
  bastion.resource.dependsOn = [...(bastion.resource.dependsOn ?? []), ...ready];
  stack.statementIf("WriteStream", "var.bastion_puts_records");
  stack.statementIf("EncryptStream", "var.bastion_puts_records");
  stack.existsIf("var.saml != null", part("Saml"));
  stack.statementIf("Browsers", "var.saml != null");
  stack.existsIf("var.create_service_linked_role", part("ServiceLinkedRole"));
  for (const [sid, roles] of [
    ["People", "var.reader_role_arns"],
    ["Administrators", "var.administrator_role_arns"],
  ] as const) {
    stack.statementIf(sid, `length(${roles}) > 0`, roles);
  }
  adaptSize(domain);
  adaptInputs(stack, domain, searchSetup);
}

/** One node, or with `standby` as many as the constructs give it. */
function adaptSize({ resource, replicas }: SearchDomain): void {
  const { internalValue: given } = resource.clusterConfig;
  const zones = replicas + 1;
  const ifStandby = (value: unknown) => ref(`var.standby == null ? null : ${JSON.stringify(value)}`);
  resource.putClusterConfig({
    ...(given?.instanceType !== undefined && { instanceType: given.instanceType }),
    instanceCount: Token.asNumber(ref(`var.standby == null ? 1 : ${zones} * var.standby.nodes_per_zone`)),
    zoneAwarenessEnabled: ref("var.standby != null"),
    multiAzWithStandbyEnabled: ifStandby(given?.multiAzWithStandbyEnabled),
    dedicatedMasterEnabled: ifStandby(given?.dedicatedMasterEnabled),
    dedicatedMasterType: Token.asString(ref("var.standby == null ? null : var.standby.master_instance_type")),
    dedicatedMasterCount: Token.asNumber(ifStandby(given?.dedicatedMasterCount)),
  });
  resource.addOverride("cluster_config.dynamic.zone_awareness_config", {
    for_each: `\${var.standby == null ? [] : [${zones}]}`,
    content: { availability_zone_count: "${zone_awareness_config.value}" },
  });
  resource.addOverride(
    "vpc_options.subnet_ids",
    `\${slice(local.private_subnet_ids, 0, var.standby == null ? 1 : ${zones})}`,
  );
}

/** Sets the replicas, and adds who and what only Terraform knows to the set-up's inputs. */
function adaptInputs(stack: ModuleStack, { replicas }: SearchDomain, setup: SearchSetup): void {
  const { invocation: indexing, dashboardsInvocation: dashboards } = setup;
  const given = `"replicas" = ${replicas}`;
  const text = textOf(stack, indexing.inputInput);
  if (!text.includes(given)) throw new Error(`${indexing.node.path} has no ${given}`);
  setInput(indexing, text.replace(given, `"replicas" = var.standby == null ? 0 : ${replicas}`));
  localValue(stack, "dashboards_setup", dashboards.inputInput);
  const added = [
    "readerRoleArns = var.reader_role_arns",
    "administratorRoleArns = var.administrator_role_arns",
    "readerGroups = var.saml == null ? [] : var.saml.reader_groups",
    "panels = var.panels",
    "smoke = length(var.smoke) == 0 ? null : var.smoke",
  ];
  const whole = local(
    stack,
    "dashboards_input",
    `jsonencode(merge(jsondecode(local.dashboards_setup), { for k, v in { ${added.join(", ")} } : k => v if v != null }))`,
  );
  setInput(dashboards, whole.asString);
}

function setInput(invocation: LambdaInvocation, input: string): void {
  invocation.input = input;
  invocation.triggers = { ...invocation.triggersInput, input };
}
