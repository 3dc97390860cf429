import { MODULE_NAMES, type ModuleName } from "./module-names";
import { snakeCase } from "./module-stack";

/** A run of `terraform test`: variables, and conditions in HCL that the plan then meets. */
export interface OptionRun {
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly conditions: readonly string[];
}

const ACCOUNT = "123456789012";
const STREAM_ARN = `arn:aws:kinesis:eu-west-1:${ACCOUNT}:stream/team-stream`;
const keyArn = (id: string) => `arn:aws:kms:eu-west-1:${ACCOUNT}:key/${id}`;
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const ENTITY = "https://idp.example.com/saml";

const none = (...addresses: readonly string[]) => addresses.map((address) => `length(${address}) == 0`);
const one = (...addresses: readonly string[]) => addresses.map((address) => `length(${address}) == 1`);

const NETWORK = ["aws_vpc.network_vpc", "aws_subnet.network_private_a", "aws_vpc_endpoint.network_s3"];
const INTERNET = [
  "aws_internet_gateway.network_internet_access_gateway",
  "aws_subnet.network_internet_access_public",
];
const BASTION = ["aws_instance.bastion_instance", "aws_security_group.bastion_group"];
const NAT = ["aws_nat_gateway.network_internet_access_nat"];
const ON_REQUEST = [
  "aws_opensearch_domain_saml_options.search_domain_saml",
  "aws_iam_service_linked_role.search_domain_service_linked_role",
  "aws_subnet.network_private_c",
];
const MADE = ["aws_kinesis_stream.event_stream", "aws_kms_key.key", "aws_s3_bucket.data_lake_bucket"];
const DOMAIN = "aws_opensearch_domain.search_domain";
const ACCESS = "data.aws_iam_policy_document.search_domain_access_document.statement[*].sid";
const DASHBOARDS = "jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input)";
const FIREHOSE = "aws_kinesis_firehose_delivery_stream.delivery_stream";
const YELLOW = "aws_cloudwatch_metric_alarm.operations_search_yellow_alarm";

/** What the variables of a module decide beside those of the contract: each changes the plan. */
export function optionRuns(module: ModuleName): readonly OptionRun[] {
  const isBatch = module !== "speed";
  const isSpeed = module !== "batch";
  return [
    ...(isBatch ? [BATCH_DEFAULTS, BATCH_SETTINGS, ADOPTED] : []),
    ...(isSpeed ? [SPEED_DEFAULTS, EVERYTHING, EXISTING_NETWORK] : []),
    ...(module === "retail-bi" ? [OPERATIONS_DEFAULTS, OPERATIONS] : []),
    namesRun(module),
  ];
}

const BATCH_DEFAULTS: OptionRun = {
  name: "batch_defaults",
  variables: {},
  conditions: [
    ...one(...MADE),
    'aws_kinesis_stream.event_stream[0].stream_mode_details[0].stream_mode == "ON_DEMAND"',
    `${FIREHOSE}.extended_s3_configuration[0].compression_format == "GZIP"`,
  ],
};

const BATCH_SETTINGS: OptionRun = {
  name: "batch_settings",
  variables: { shard_count: 3, gzip: false },
  conditions: [
    'aws_kinesis_stream.event_stream[0].stream_mode_details[0].stream_mode == "PROVISIONED"',
    "aws_kinesis_stream.event_stream[0].shard_count == 3",
    `${FIREHOSE}.extended_s3_configuration[0].compression_format == "UNCOMPRESSED"`,
  ],
};

const ADOPTED: OptionRun = {
  name: "what_exists_is_adopted",
  variables: {
    key: { arn: keyArn("own") },
    stream: { arn: STREAM_ARN, retention_hours: 48, key_arn: keyArn("stream") },
    lake: { bucket_name: "team-lake", key_arn: keyArn("lake") },
  },
  conditions: [
    ...none(...MADE),
    `${FIREHOSE}.kinesis_source_configuration[0].kinesis_stream_arn == "${STREAM_ARN}"`,
    `${FIREHOSE}.extended_s3_configuration[0].bucket_arn == "arn:aws:s3:::team-lake"`,
    `${FIREHOSE}.extended_s3_configuration[0].kms_key_arn == "${keyArn("lake")}"`,
    `aws_lambda_function.validate_records_function.kms_key_arn == "${keyArn("own")}"`,
    `aws_athena_workgroup.people_workgroup.configuration[0].result_configuration[0].encryption_configuration[0].kms_key_arn == "${keyArn("lake")}"`,
    `contains([for s in data.aws_iam_policy_document.delivery_stream_execution_role_permissions_document.statement : s.resources if s.sid == "DecryptStream"][0], "${keyArn("stream")}")`,
    'aws_glue_catalog_table.catalog_raw.storage_descriptor[0].location == "s3://team-lake/json-data/"',
  ],
};

const SPEED_DEFAULTS: OptionRun = {
  name: "speed_defaults",
  variables: {},
  conditions: [
    ...one(...NETWORK),
    ...none(...INTERNET, ...BASTION, ...NAT, ...ON_REQUEST),
    `${DOMAIN}.cluster_config[0].instance_count == 1`,
    `!${DOMAIN}.cluster_config[0].zone_awareness_enabled`,
    'aws_subnet.network_private_b[0].availability_zone == "eu-west-1b"',
    `sort(${ACCESS}) == sort(tolist(["SearchSetup", "UpsertToES"]))`,
    `${DASHBOARDS}.readerRoleArns == [] && ${DASHBOARDS}.administratorRoleArns == [] && ${DASHBOARDS}.readerGroups == []`,
  ],
};

/** A panel of each chart and of each member, over the columns of the other variables. */
const PANELS = [
  { id: "about", title: "About", chart: "text", text: "Days are **UTC**.", width: "half" },
  { id: "filters", title: "Filters", chart: "controls", fields: [{ field: "label", title: "Label" }] },
  {
    ...{ id: "figures", title: "Figures", description: "In all", layer: "speed", chart: "headline" },
    measures: [
      { id: "count", title: "Count", factors: ["count", "ratio"], digits: 2, unit: { currency: "EUR" } },
      { id: "labels", title: "Labels", distinct: "label" },
    ],
  },
  ...["bars", "horizontal-bars", "line"].map((chart) => ({
    ...{ id: `by-${chart}`, title: chart, layer: "batch", chart },
    measures: [{ id: "lines", title: "Lines", color: "pink", factors: [] }],
    dimension: { kind: "time", field: "Seen_At", interval: "month" },
  })),
  {
    ...{ id: "shares", title: "Shares", layer: "speed", chart: "shares" },
    measures: [{ id: "lines", title: "Lines", factors: [] }],
    dimension: { kind: "values", field: "label", limit: 5 },
    except: {
      ...{ id: "kind", title: "Kind", fulfilled: "X", otherwise: "Others" },
      condition: { kind: "one-of", field: "label", values: ["x"] },
    },
  },
  {
    ...{ id: "lines", title: "Lines", layer: "speed", chart: "table" },
    ...{ fields: ["label", "count"], units: { count: { text: "pieces" } }, newestBy: "Seen_At", limit: 10 },
  },
];

const EVERYTHING: OptionRun = {
  name: "speed_with_everything",
  variables: {
    panels: PANELS,
    instance_type: "m6g.large.search",
    standby: { nodes_per_zone: 2, master_instance_type: "m6g.large.search" },
    zones: ["a", "c", "d"],
    nat: true,
    bastion: true,
    bastion_puts_records: true,
    create_service_linked_role: true,
    reader_role_arns: [roleArn("analysts"), roleArn("auditors")],
    administrator_role_arns: [roleArn("administrators")],
    saml: {
      entity_id: ENTITY,
      metadata_xml: `<EntityDescriptor entityID="${ENTITY}"><IDPSSODescriptor/></EntityDescriptor>`,
      reader_groups: ["analysts"],
      admin_group: "administrators",
    },
  },
  conditions: [
    ...one(...NETWORK, ...INTERNET, ...BASTION, ...NAT, ...ON_REQUEST),
    'aws_subnet.network_private_b[0].availability_zone == "eu-west-1c"',
    'aws_subnet.network_private_c[0].availability_zone == "eu-west-1d"',
    `${DOMAIN}.cluster_config[0].instance_count == 6 && ${DOMAIN}.cluster_config[0].dedicated_master_count == 3`,
    `${DOMAIN}.cluster_config[0].zone_awareness_config[0].availability_zone_count == 3`,
    `${DOMAIN}.cluster_config[0].multi_az_with_standby_enabled`,
    `sort(${ACCESS}) == sort(tolist(["Administrators", "Browsers", "People", "SearchSetup", "UpsertToES"]))`,
    `[for s in data.aws_iam_policy_document.search_domain_access_document.statement : tolist(s.principals)[0].identifiers if s.sid == "People"][0] == toset(["${roleArn("analysts")}", "${roleArn("auditors")}"])`,
    `${DASHBOARDS}.readerRoleArns == ["${roleArn("analysts")}", "${roleArn("auditors")}"]`,
    `${DASHBOARDS}.administratorRoleArns == ["${roleArn("administrators")}"]`,
    `${DASHBOARDS}.readerGroups == ["analysts"]`,
    `${DASHBOARDS}.panels[*].id == ${JSON.stringify(PANELS.map(({ id }) => id))}`,
    'contains(data.aws_iam_policy_document.bastion_agent_role_permissions_document[0].statement[*].sid, "WriteStream")',
    "aws_opensearch_domain_saml_options.search_domain_saml[0].saml_options[0].session_timeout_minutes == 60",
  ],
};

const EXISTING_NETWORK: OptionRun = {
  name: "an_existing_network",
  variables: {
    vpc_id: "vpc-0123456789abcdef0",
    private_subnet_ids: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    public_subnet_id: "subnet-0123456789abcdef2",
    s3_prefix_list_id: "pl-0123456789abcdef0",
    bastion: true,
  },
  conditions: [
    ...none(...NETWORK, ...INTERNET, ...NAT),
    ...one(...BASTION),
    `${DOMAIN}.vpc_options[0].subnet_ids == toset(["subnet-0123456789abcdef0"])`,
    'aws_security_group.search_domain_clients.vpc_id == "vpc-0123456789abcdef0"',
    'aws_instance.bastion_instance[0].subnet_id == "subnet-0123456789abcdef2"',
    'aws_lambda_function.upsert_to_es_function.vpc_config[0].subnet_ids == toset(["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"])',
    'aws_vpc_security_group_egress_rule.search_domain_clients_to_s3.prefix_list_id == "pl-0123456789abcdef0"',
    '!contains(data.aws_iam_policy_document.bastion_agent_role_permissions_document[0].statement[*].sid, "WriteStream")',
  ],
};

const OPERATIONS_DEFAULTS: OptionRun = {
  name: "operations_defaults",
  variables: {},
  conditions: [
    ...none(
      "aws_sns_topic_subscription.alarm_subscription",
      YELLOW,
      "aws_budgets_budget.operations_budget.cost_filter",
    ),
    "aws_cloudwatch_metric_alarm.operations_search_nodes_alarm.threshold == 1",
    'startswith(aws_cloudwatch_metric_alarm.operations_search_nodes_alarm.alarm_description, "Fewer than 1 nodes are up")',
  ],
};

const OPERATIONS: OptionRun = {
  name: "operations_settings",
  variables: {
    instance_type: "m6g.large.search",
    standby: { nodes_per_zone: 2, master_instance_type: "m6g.large.search" },
    zones: ["a", "b", "c"],
    budget_scope: "environment",
    consumer_alarm_hours: 7,
    delivery_alarm_minutes: 8,
    indexing_alarm_minutes: 9,
    alarm_subscriptions: { team: { protocol: "email", endpoint: "sales-data@example.com" } },
  },
  conditions: [
    ...one(YELLOW),
    "aws_cloudwatch_metric_alarm.operations_search_nodes_alarm.threshold == 9",
    'aws_sns_topic_subscription.alarm_subscription["team"].endpoint == "sales-data@example.com"',
    'one(aws_budgets_budget.operations_budget.cost_filter).values == tolist(["user:Environment$test"])',
    "aws_cloudwatch_metric_alarm.operations_stream_iterator_age_alarm.threshold == 7 * 3600000",
    "aws_cloudwatch_metric_alarm.operations_delivery_freshness_alarm.threshold == 8 * 60",
    "aws_cloudwatch_metric_alarm.operations_upsert_to_es_iterator_age_alarm.threshold == 9 * 60000",
  ],
};

/** Attributes that are physical names, by the members of the variable `names`. */
const NAMED: Readonly<Record<(typeof MODULE_NAMES)["retail-bi"][number], string>> = {
  keyAlias: "aws_kms_alias.key_alias[0].name",
  stream: "aws_kinesis_stream.event_stream[0].name",
  deliveryStream: `${FIREHOSE}.name`,
  deliveryRole: "aws_iam_role.delivery_stream_execution_role.name",
  deliveryLogGroup: "aws_cloudwatch_log_group.delivery_stream_logs_log_group.name",
  lakeBucket: "aws_s3_bucket.data_lake_bucket[0].bucket",
  accessLogBucket: "aws_s3_bucket.data_lake_access_logs_bucket[0].bucket",
  database: "aws_glue_catalog_database.catalog_database.name",
  analystsWorkgroup: "aws_athena_workgroup.people_workgroup.name",
  mergeWorkgroup: "aws_athena_workgroup.merge_workgroup.name",
  validateRecords: "aws_lambda_function.validate_records_function.function_name",
  mergeSmallFiles: "aws_lambda_function.merge_small_files_function.function_name",
  mergeSchedule: "aws_cloudwatch_event_rule.merge_small_files_schedule.name",
  network: 'aws_vpc.network_vpc[0].tags["Name"]',
  flowLogGroup: "aws_cloudwatch_log_group.network_flow_logs_log_group[0].name",
  flowLogRole: "aws_iam_role.network_flow_log_role[0].name",
  searchDomain: `${DOMAIN}.domain_name`,
  searchLogPolicy: "aws_cloudwatch_log_resource_policy.search_domain_log_policy.policy_name",
  searchClients: "aws_security_group.search_domain_clients.name",
  searchDomainGroup: "aws_security_group.search_domain_group.name",
  upsertToEs: "aws_lambda_function.upsert_to_es_function.function_name",
  searchSetup: "aws_lambda_function.search_setup_function.function_name",
  bastion: "aws_security_group.bastion_group[0].name",
  alarmTopic: "aws_sns_topic.operations_topic.name",
  alarms: 'trimsuffix(aws_cloudwatch_metric_alarm.operations_search_nodes_alarm.alarm_name, "-search-nodes")',
  dashboard: "aws_cloudwatch_dashboard.operations_dashboard.dashboard_name",
  budget: "aws_budgets_budget.operations_budget.name",
  failedRecordEvents: "aws_cloudwatch_log_resource_policy.operations_left_behind_log_policy.policy_name",
  failedRecordLogGroup: "aws_cloudwatch_log_group.operations_left_behind_log_log_group.name",
};

/** Names of a form of their own. */
const SPECIAL: Readonly<Partial<Record<keyof typeof NAMED, string>>> = {
  keyAlias: "alias/given-key",
  database: "given_database",
  deliveryLogGroup: "/given/delivery",
  flowLogGroup: "/given/flow-logs",
  failedRecordLogGroup: "/aws/events/given",
};

function namesRun(module: ModuleName): OptionRun {
  const own: readonly (keyof typeof NAMED)[] = MODULE_NAMES[module];
  const given = own.map((name) => {
    const key = snakeCase(name);
    return { name, key, value: SPECIAL[name] ?? `given-${key.replaceAll("_", "-")}` };
  });
  return {
    name: "names",
    variables: {
      names: Object.fromEntries(given.map(({ key, value }) => [key, value])),
      ...(own.includes("bastion") && { bastion: true }),
    },
    conditions: given.map(({ name, value }) => `${NAMED[name]} == "${value}"`),
  };
}
