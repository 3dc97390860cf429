import { bigint, boolean, type Column, decimal, double, integer, text, timestamp } from "../contract/column";
import { type Contract, defineContract } from "../contract/define";
import { glueColumns } from "../contract/glue-columns";
import { retailTransaction } from "../contract/retail-transaction";
import { contractVariable } from "../contract/variable";
import { defaultQueries } from "../modules/batch/saved-queries";
import { MODULE_NAMES, type ModuleName, moduleNamed, NAME_FORMS } from "./module-names";
import { type OptionRun, optionRuns } from "./module-option-tests";
import { snakeCase } from "./module-stack";
import { NUMBERS } from "./module-variables";

/** A contract with every kind of column, and with values of a smoke test of every type. */
const EVERY_KIND = defineContract({
  name: "every_kind",
  eventTime: "Seen_At",
  smoke: {
    label: "it's",
    words: "",
    count: 0,
    big: 7,
    ratio: 0.5,
    amount: 1.25,
    isOpen: true,
    read_on: "2026-01-31 12:00:00",
  },
  columns: {
    label: text({ comment: 'A "label"' }),
    words: text().optional().search("words"),
    count: integer(),
    big: bigint().optional(),
    ratio: double(),
    amount: decimal(18, 0),
    isOpen: boolean(),
    Seen_At: timestamp({ format: "iso" }),
    read_on: timestamp().optional(),
  },
});

/** Provider whose answers are made up, so that tests need no account. */
const MOCK = `mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}
`;

/** An existing network, and a new one with as many zones as a domain with standby needs. */
const EXISTING = { vpc_id: "vpc-0123456789abcdef0", private_subnet_ids: ["subnet-0123456789abcdef0"] };
const THREE_ZONES = { vpc_id: null, private_subnet_ids: null, zones: ["a", "b", "c"] };

/** Variables that a module needs beside those of the contract. */
const NEEDED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  speed: {
    stream: { arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/readings", retention_hours: 24 },
    lake: {
      bucket_name: "readings-lake",
      key_arn: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    },
  },
};

/** A value that a variable refuses, and what the message says is allowed. */
export interface Refusal {
  readonly name: string;
  readonly value: unknown;
  /** Other variables that the rule needs. */
  readonly with?: Readonly<Record<string, unknown>>;
  /** The message without the variable's name. */
  readonly allowed: string;
}

/** Refusals of a variable: the message, and values that it is for. */
function refused(name: string, allowed: string, ...values: readonly unknown[]): Refusal[] {
  return values.map((value) => ({ name, value, allowed }));
}

/** The same where other variables have these values. */
function refusedWith(
  others: Readonly<Record<string, unknown>>,
  name: string,
  allowed: string,
  ...values: readonly unknown[]
): Refusal[] {
  return values.map((value) => ({ name, value, with: others, allowed }));
}

const NAME_RULE = "lower-case letters, digits and underscores are allowed, a letter first, at most 255";
const PREFIX_RULE =
  "2 to 20 lower-case letters and digits are allowed, a letter first; without it, name without underscores must be so";
const OWN_COLUMNS = "record_id, arrived_at, extra, year, month, day, hour";
const COLUMN_NAME = "each name has letters, digits and underscores, a letter first, at most 255";
const COLUMN_KIND = "each kind is one of text, integer, bigint, double, boolean, timestamp, decimal";
const DIGITS = "a decimal has a precision from 1 to 18, and a scale from 0 to its precision";
const SEARCH = "search is exact or words, and only of a text";
const FORMAT = "format is seconds or iso, and only of a timestamp";
const TABLE_NAMES = `${NAME_RULE}; tmp_ may not begin a name, because a merge deletes such tables`;
const INDEX_RULE =
  "lower-case letters, digits, underscores and dashes are allowed, a letter or digit first, at most 247";
const FOLDER_RULE =
  "letters, digits, underscores and dashes with a slash behind them are allowed, and none of json-data/, merge-state/, tmp/, quarantine/, error-json/, aws/lambda/, athena-results/";
const KEY = "arn:PARTITION:kms:REGION:ACCOUNT:key/ID";
const SMOKE_KIND = "each value is of its column's kind, or null";
const PANEL =
  "each panel has an id of lower-case letters, digits and dashes, a title of at most 128 characters, a chart (bars, horizontal-bars, line, shares, headline, table, text, controls), a layer (speed or batch) unless it is a text or controls, and if it has them a description of at most 500 characters and a width (third, half, two-thirds, full)";
const TABLE_PANEL =
  "a table has 1 to 100 different fields, newestBy (a timestamp) and a limit of 1 to 1000, and nothing else";
const MEASURES =
  "figures have measures, each with an id, a title and either factors (columns of numbers) or distinct (a text), and nothing else but dimension, only and except";
const ONE_MEASURE = "a chart has one measure; the first of shares is a sum";
const TEXT_PANEL = "a text has 1 to 2000 characters, and nothing else";
const CONTROLS_PANEL = "controls have 1 to 5 different fields (texts), each with a title, and nothing else";
const DIMENSION =
  "each dimension is a time (a timestamp, by day or month; not of shares), values (a text, and a limit of 1 to 1000) or classes; a headline has none";
const ROLE = "arn:PARTITION:iam::ACCOUNT:role/NAME is allowed, and no user";
const SUBNETS = "at least one id of a subnet is needed, such as subnet-0123456789abcdef0";
const INSTANCE = "a type such as t3.small.search is allowed";
const STREAM_ARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/readings";
const KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const READER = "arn:aws:iam::123456789012:role/analysts";

const SEEN_AT = { name: "Seen_At", kind: "timestamp", format: "iso" };
/** Columns that have what the other variables of the tests need, with these. */
const withColumns = (...columns: readonly object[]) => [
  ...EVERY_KIND.columns.filter(({ field }) => field !== "Seen_At").map(columnOf),
  SEEN_AT,
  ...columns,
];
const column = (more: object) => withColumns({ name: "a", kind: "text", ...more });
const TABLE = {
  id: "lines",
  title: "Lines",
  layer: "speed",
  chart: "table",
  fields: ["label"],
  newestBy: "Seen_At",
  limit: 10,
};
const BARS = {
  id: "bars",
  title: "Bars",
  layer: "speed",
  chart: "bars",
  measures: [{ id: "count", title: "Count", factors: ["count"] }],
  dimension: { kind: "time", field: "Seen_At", interval: "month" },
};
const DISTINCT = { id: "labels", title: "Labels", distinct: "label" };
const SHARES = { ...BARS, chart: "shares", dimension: { kind: "values", field: "label", limit: 5 } };
const ABOUT = { id: "about", title: "About", chart: "text", text: "Days are **UTC**." };
const CONTROLS = {
  id: "filters",
  title: "Filters",
  chart: "controls",
  fields: [{ field: "label", title: "Label" }],
};
const SAML = {
  entity_id: "https://idp.example.com/saml",
  metadata_xml:
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com/saml"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></md:EntityDescriptor>',
  reader_groups: ["analysts"],
};
const STANDBY = { nodes_per_zone: 1, master_instance_type: "m6g.large.search" };
const LARGE = { instance_type: "m6g.large.search" };
const ALARM =
  "each endpoint is an address such as sales-data@example.com, or a URL such as https://example.com/alarms";

/** Values that the variables refuse, beside whole numbers out of range. */
const REFUSED: readonly Refusal[] = [
  ...refused(
    "name",
    NAME_RULE,
    "",
    "1st",
    "Readings",
    "with-dash",
    "with space",
    "schlüssel",
    " readings",
    "x".repeat(256),
  ),
  ...refused(
    "prefix",
    PREFIX_RULE,
    "",
    "x",
    "with-dash",
    "with_underscore",
    "Upper",
    "ümlaut",
    "1st",
    "x".repeat(21),
    " ",
  ),
  ...refused(
    "event_time",
    "the name of a required timestamp among columns is allowed",
    "none_of_the_columns",
    "label",
    "read_on",
    "seen_at",
    "",
  ),
  ...refused("columns", "at least one column is needed", []),
  ...refused(
    "columns",
    COLUMN_NAME,
    ...["1st", "with space", "with-dash", "straße", "", " ", "a.b", "_a", null, "x".repeat(256)].map((name) =>
      column({ name }),
    ),
  ),
  ...refused(
    "columns",
    `none of the pipeline's own columns may be named: ${OWN_COLUMNS}`,
    ...["record_id", "Record_ID", "extra", "Hour", "YEAR"].map((name) => column({ name })),
  ),
  ...refused(
    "columns",
    "names must differ by more than their case",
    withColumns({ name: "a", kind: "text" }, { name: "A", kind: "text" }),
    column({ name: "label" }),
  ),
  ...refused("columns", COLUMN_KIND, ...["float", "", "Text", "string"].map((kind) => column({ kind }))),
  ...refused(
    "columns",
    DIGITS,
    ...[
      {},
      { precision: 0, scale: 0 },
      { precision: 19, scale: 0 },
      { precision: 4, scale: 5 },
      { precision: 4, scale: -1 },
      { precision: 4.5, scale: 0 },
      { precision: 4, scale: 0.5 },
      { precision: 4 },
    ].map((digits) => column({ kind: "decimal", ...digits })),
  ),
  ...refused(
    "columns",
    "only a decimal has precision and scale",
    column({ precision: 4 }),
    column({ kind: "integer", scale: 0 }),
  ),
  ...refused(
    "columns",
    FORMAT,
    column({ kind: "timestamp", format: "millis" }),
    column({ kind: "timestamp", format: "" }),
    column({ format: "iso" }),
  ),
  ...refused("columns", SEARCH, column({ kind: "integer", search: "words" }), column({ search: "none" })),
  ...refused("columns", "each comment has at most 255 characters", column({ comment: "x".repeat(256) })),
  ...refused(
    "columns",
    "the index takes 1000 fields, and a text searched by words takes two",
    withColumns(
      ...Array.from({ length: 496 }, (_, at) => ({ name: `w${at}`, kind: "text", search: "words" })),
    ),
  ),
  ...refused(
    "tables",
    TABLE_NAMES,
    { raw: "tmp_raw" },
    { raw: "Upper" },
    { merged: "" },
    { quarantine: "ä" },
  ),
  ...refused(
    "tables",
    "three different names are needed",
    { raw: "one", merged: "one" },
    { merged: "every_kind_json" },
  ),
  ...refused("index", INDEX_RULE, "Upper", "", "-dash", "with space", "größe", "x".repeat(248)),
  ...refused("parquet_folder", FOLDER_RULE, "no-slash", "json-data/", "tmp/", "aws/", "a/b/", "/", "", " /"),
  ...refused("reader_role", NAME_RULE, "Reader", "", "1st", "x".repeat(256)),
  ...refused("reader_role", "firehose_role is the role of the writers", "firehose_role"),
  ...refused("smoke", "each key is the name of one of columns", { Label: "x" }),
  ...refused(
    "smoke",
    SMOKE_KIND,
    { label: 5 },
    { label: ["x"] },
    { count: "5" },
    { count: 1.5 },
    { count: 2_147_483_648 },
    { big: "seven" },
    { ratio: "0.5" },
    { amount: true },
    { isOpen: "true" },
    { read_on: "yesterday" },
    { read_on: "2026-02-30 00:00:00" },
  ),
  ...refused("smoke", "none is of a timestamp of the format iso", { Seen_At: null }),
  ...refused(
    "key",
    `arn is that of a key, not of an alias: ${KEY}`,
    { arn: "arn:aws:kms:eu-west-1:123456789012:alias/key" },
    { arn: "" },
    { arn: null },
    { arn: "1234abcd-12ab-34cd-56ef-1234567890ab" },
  ),
  ...refused(
    "stream",
    "arn is arn:PARTITION:kinesis:REGION:ACCOUNT:stream/NAME",
    { arn: "readings", retention_hours: 48 },
    { arn: null, retention_hours: 48 },
    { arn: `${STREAM_ARN}/consumer/x:1`, retention_hours: 48 },
  ),
  ...refused(
    "stream",
    "retention_hours is a whole number from 24 to 8760",
    { arn: STREAM_ARN, retention_hours: 24.5 },
    { arn: STREAM_ARN, retention_hours: 8761 },
  ),
  ...refused("stream", `key_arn is ${KEY}`, { arn: STREAM_ARN, retention_hours: 48, key_arn: "alias/x" }),
  ...refused(
    "lake",
    "bucket_name is the name of a bucket",
    { bucket_name: "Upper", key_arn: KEY_ARN },
    { bucket_name: null, key_arn: KEY_ARN },
    { bucket_name: "arn:aws:s3:::lake", key_arn: KEY_ARN },
  ),
  ...refused("lake", `key_arn is ${KEY}`, { bucket_name: "readings-lake", key_arn: "key" }),
  ...refused("shard_count", "a whole number from 1 to 500 is allowed", 0, 501, 1.5),
  ...refused(
    "log_retention_days",
    "one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 is allowed",
    2,
    0,
    1.5,
    3654,
  ),
  ...refused("raw_retention_days", "a day more than the hours of the stream and two is needed", 2),
  ...refusedWith(
    { stream_retention_hours: 168 },
    "raw_retention_days",
    "a day more than the hours of the stream and two is needed",
    8,
  ),
  ...refused(
    "saved_queries",
    "each has a name of 1 to 128 characters, a description of at most 1,024, and SQL",
    { one: { name: "", description: "", sql: "VALUES 1" } },
    { one: { name: "one", description: "", sql: " " } },
    { one: { name: "x".repeat(129), description: "", sql: "VALUES 1" } },
    { one: { name: null, description: "", sql: "VALUES 1" } },
  ),
  ...NAME_FORMS.flatMap(({ key, allowed }) =>
    ["", " ", "größe", "a\nb", "x".repeat(513)].flatMap((name) =>
      refused("names", `${key}: ${allowed}`, { [key]: name }),
    ),
  ),
  ...refused(
    "names",
    "search_domain: 3 to 28 lower-case letters, digits and dashes are allowed, a letter first",
    { search_domain: "x".repeat(29) },
    { search_domain: "1st" },
    { search_domain: "Upper" },
  ),
  // Roles and rules of 64 characters have these names with something behind them.
  ...refused("names", "upsert_to_es: at most 54 letters, digits, underscores and dashes are allowed", {
    upsert_to_es: "x".repeat(55),
  }),
  ...refused(
    "names",
    "failed_record_events: at most 55 letters, digits, dots, underscores and dashes are allowed",
    { failed_record_events: "x".repeat(56) },
  ),
  ...refused("panels", "a list of 1 to 30 panels is allowed", [], {}, "bars"),
  ...refused(
    "panels",
    PANEL,
    [{ ...TABLE, id: "Lines" }],
    [{ ...TABLE, title: " " }],
    [{ ...TABLE, layer: "both" }],
    [{ ...BARS, title: "x".repeat(129) }],
    [{ ...BARS, width: "quarter" }],
    [{ ...BARS, description: "" }],
  ),
  ...refused("panels", PANEL, [{ ...BARS, chart: "pie" }]),
  ...refused("panels", "each id occurs once", [TABLE, { ...BARS, id: "lines" }]),
  ...refused(
    "panels",
    TABLE_PANEL,
    [{ ...TABLE, fields: [] }],
    [{ ...TABLE, fields: ["none"] }],
    [{ ...TABLE, fields: ["label", "label"] }],
    [{ ...TABLE, newestBy: "label" }],
    [{ ...TABLE, limit: 0 }],
    [{ ...TABLE, measures: [] }],
  ),
  ...refused("panels", "one table of the speed layer is allowed; one search lists lines for one panel", [
    TABLE,
    { ...TABLE, id: "more" },
  ]),
  ...refused(
    "panels",
    MEASURES,
    [{ ...BARS, measures: [] }],
    [{ ...BARS, measures: [{ id: "words", title: "Words", factors: ["words"] }] }],
    [{ ...BARS, measures: [{ id: "count", title: "", factors: [] }] }],
    [{ ...BARS, limit: 1 }],
    [{ ...BARS, measures: [{ ...DISTINCT, distinct: "count" }] }],
    [{ ...BARS, measures: [{ ...DISTINCT, factors: [] }] }],
  ),
  ...refused(
    "panels",
    ONE_MEASURE,
    [{ ...BARS, measures: [...BARS.measures, DISTINCT] }],
    [{ ...SHARES, measures: [DISTINCT] }],
  ),
  ...refused("panels", TEXT_PANEL, [{ ...ABOUT, text: " " }], [{ ...ABOUT, layer: "speed" }]),
  ...refused(
    "panels",
    CONTROLS_PANEL,
    [{ ...CONTROLS, fields: [] }],
    [{ ...CONTROLS, fields: [{ field: "count", title: "Count" }] }],
    [{ ...CONTROLS, fields: [...CONTROLS.fields, ...CONTROLS.fields] }],
  ),
  ...refused(
    "panels",
    DIMENSION,
    [{ ...BARS, dimension: { kind: "time", field: "label", interval: "day" } }],
    [{ ...BARS, dimension: { kind: "time", field: "Seen_At", interval: "week" } }],
    [{ ...BARS, dimension: { kind: "values", field: "count", limit: 5 } }],
    [{ ...BARS, dimension: { kind: "other" } }],
    [{ ...SHARES, dimension: BARS.dimension }],
    [{ ...BARS, chart: "headline" }],
  ),
  ...refused("title", "a text that is not blank is allowed", " ", ""),
  ...refused("instance_type", INSTANCE, "m6g.large", "t3.small.elasticsearch", "", "6g.large.search"),
  ...refusedWith(
    { standby: STANDBY, ...THREE_ZONES },
    "instance_type",
    "a domain with standby does not support burstable types",
    "t3.small.search",
  ),
  ...refusedWith(
    { ...LARGE, ...THREE_ZONES },
    "standby",
    "nodes_per_zone is a whole number from 1 to 100",
    { ...STANDBY, nodes_per_zone: 0 },
    { ...STANDBY, nodes_per_zone: 1.5 },
    { ...STANDBY, nodes_per_zone: 101 },
  ),
  ...refusedWith(
    { ...LARGE, ...THREE_ZONES },
    "standby",
    "master_instance_type is a type such as m6g.large.search",
    { ...STANDBY, master_instance_type: "m6g.large" },
    { ...STANDBY, master_instance_type: null },
  ),
  ...refusedWith(
    { ...LARGE, vpc_id: null, private_subnet_ids: null },
    "standby",
    "three zones, or three of private_subnet_ids, are needed",
    STANDBY,
  ),
  ...refused("maximum_record_age_hours", "fewer hours than the stream keeps a record are allowed", 48),
  ...refused("consumer_alarm_hours", "fewer hours than the stream keeps a record are allowed", 48),
  ...refused(
    "reader_role_arns",
    ROLE,
    ["arn:aws:iam::123456789012:user/analyst"],
    ["analysts"],
    [""],
    ["arn:aws:sts::123456789012:assumed-role/analysts/session"],
  ),
  ...refused("reader_role_arns", "each role occurs once", [READER, READER]),
  ...refused("administrator_role_arns", ROLE, ["*"]),
  ...refused("administrator_role_arns", "each role occurs once", [READER, READER]),
  ...refused("saml", "entity_id has 8 to 512 characters", {
    ...SAML,
    entity_id: "short",
    metadata_xml: SAML.metadata_xml.replace("https://idp.example.com/saml", "short"),
  }),
  ...refused("saml", "metadata_xml is the XML of an identity provider, at most 1048576 characters", {
    ...SAML,
    metadata_xml: SAML.metadata_xml.replace("IDPSSO", "SPSSO"),
  }),
  ...refused("saml", "entity_id is an entityID of metadata_xml", {
    ...SAML,
    entity_id: "https://other.example.com",
  }),
  ...refused("saml", "reader_groups or admin_group is needed; nobody could use Dashboards", {
    ...SAML,
    reader_groups: [],
  }),
  ...refused(
    "saml",
    "each group has 1 to 256 characters, and is no IAM role; those are reader_role_arns",
    { ...SAML, reader_groups: [" "] },
    { ...SAML, reader_groups: [READER] },
    { ...SAML, admin_group: "x".repeat(257) },
  ),
  ...refused(
    "saml",
    "roles_key and subject_key are names of attributes",
    { ...SAML, roles_key: " " },
    { ...SAML, subject_key: "" },
  ),
  ...refused(
    "saml",
    "session_minutes is a whole number from 1 to 1440",
    { ...SAML, session_minutes: 0 },
    { ...SAML, session_minutes: 1441 },
  ),
  ...refusedWith(
    { vpc_id: null, private_subnet_ids: null },
    "cidr",
    "a private block of sixteen bits is allowed, such as 10.20.0.0/16",
    "10.20.0.0/20",
    "10.20.1.0/16",
    "8.8.0.0/16",
    "10.300.0.0/16",
    "172.32.0.0/16",
    "",
  ),
  ...refused(
    "zones",
    "two or three different letters a to f are allowed",
    ["a"],
    ["a", "a"],
    ["a", "z"],
    ["a", "b", "c", "d"],
    ["eu-west-1a", "eu-west-1b"],
  ),
  ...refusedWith(
    EXISTING,
    "nat",
    "only without private_subnet_ids; an existing network has what it has",
    true,
  ),
  ...refusedWith(
    EXISTING,
    "vpc_id",
    "the id of a network is allowed, such as vpc-0123456789abcdef0",
    "network",
    "",
  ),
  ...refusedWith(EXISTING, "vpc_id", "it is given together with private_subnet_ids, or neither is", null),
  ...refusedWith(EXISTING, "private_subnet_ids", SUBNETS, [], ["subnet"]),
  ...refusedWith(EXISTING, "private_subnet_ids", "each subnet occurs once", [
    "subnet-0123456789abcdef0",
    "subnet-0123456789abcdef0",
  ]),
  ...refusedWith(
    EXISTING,
    "public_subnet_id",
    "the id of a subnet is allowed, such as subnet-0123456789abcdef0",
    "public",
  ),
  ...refusedWith(
    { vpc_id: null, private_subnet_ids: null },
    "public_subnet_id",
    "only with vpc_id and private_subnet_ids; the module's own network gets a public subnet where it needs one",
    "subnet-0123456789abcdef0",
  ),
  ...refused(
    "s3_prefix_list_id",
    "the id of a prefix list is allowed, such as pl-0123456789abcdef0",
    "com.amazonaws.eu-west-1.s3",
  ),
  ...refusedWith(EXISTING, "bastion", "an existing network needs public_subnet_id", true),
  ...refused("bastion_puts_records", "only with bastion", true),
  ...refused("budget_scope", "account or environment is allowed", "all", ""),
  ...refused("alarm_subscriptions", "each protocol is email or https", {
    one: { protocol: "sms", endpoint: "a@example.com" },
  }),
  ...refused(
    "alarm_subscriptions",
    ALARM,
    { one: { protocol: "email", endpoint: "someone" } },
    { one: { protocol: "email", endpoint: "some one@example.com" } },
    { one: { protocol: "https", endpoint: "http://example.com/alarms" } },
    { one: { protocol: "https", endpoint: null } },
  ),
  ...refused("alarm_subscriptions", "each endpoint occurs once", {
    one: { protocol: "email", endpoint: "a@example.com" },
    other: { protocol: "email", endpoint: "a@example.com" },
  }),
];

/** Every refusal of a module's variables, with whole numbers beyond the ends of their ranges. */
export function refusalsOf(module: ModuleName, variables: readonly string[]): readonly Refusal[] {
  const numbers = Object.entries(NUMBERS).flatMap(([name, { min, max }]) =>
    refused(name, `a whole number from ${min} to ${max} is allowed`, min - 1, max + 1, min + 0.5),
  );
  const names = MODULE_NAMES[module].map(snakeCase);
  return [...numbers, ...REFUSED].filter(
    ({ name, value, with: others = {} }) =>
      [name, ...Object.keys(others)].every((one) => variables.includes(one)) &&
      (name !== "names" || Object.keys(value as object).every((key) => names.includes(key))),
  );
}

/** What the refusals of a module change: variables that are valid. */
export function validVariables(module: ModuleName): Readonly<Record<string, unknown>> {
  return { ...variablesOf(EVERY_KIND), ...NEEDED[module] };
}

/** The file of tests of a module, with what TypeScript derives from two contracts, and a refusal of each variable. */
export function moduleTests(name: string, variables: readonly string[]): Readonly<Record<string, string>> {
  const module = moduleNamed(name);
  return {
    "contract.tftest.hcl": `${MOCK}${[retailTransaction, EVERY_KIND]
      .map((contract) => contractRun(module, contract, variables))
      .join("")}`,
    "options.tftest.hcl": `${MOCK}\n${block("variables", validVariables(module))}${optionRuns(module)
      .map(optionRun)
      .join("")}`,
    "refusals.tftest.hcl": `${MOCK}\n${block("variables", { ...variablesOf(EVERY_KIND), ...NEEDED[module] })}${refusals(module, variables).join("")}`,
  };
}

function optionRun({ name, variables, conditions }: OptionRun): string {
  const asserts = conditions.map(
    (condition) =>
      `\n  assert {\n    condition     = ${condition}\n    error_message = ${hcl(`it is not so: ${condition}`)}\n  }\n`,
  );
  const given = Object.keys(variables).length > 0 ? `\n${block("variables", variables, "  ")}` : "";
  return `\nrun "${name}" {\n  command = plan\n${given}${asserts.join("")}}\n`;
}

/** A value as an expression of HCL. */
function hcl(value: unknown): string {
  return JSON.stringify(value).replaceAll(/([$%])\{/g, "$1$1{");
}

function block(header: string, members: Readonly<Record<string, unknown>>, indent = ""): string {
  const lines = Object.entries(members).map(([name, value]) => `${indent}  ${name} = ${hcl(value)}\n`);
  return `${indent}${header} {\n${lines.join("")}${indent}}\n`;
}

function columnOf({ field, ...column }: Column): object {
  const { search, format, ...others } = column as Column & { search?: string; format?: string };
  return {
    name: field,
    ...others,
    ...(search !== undefined && { search }),
    ...(format !== undefined && { format }),
  };
}

function variablesOf(contract: Contract): Readonly<Record<string, unknown>> {
  const { name, eventTime, tables, index, parquetFolder, readerRole, smoke, columns } = contract;
  return {
    name,
    prefix: "test",
    event_time: eventTime,
    columns: columns.map(columnOf),
    tables,
    index,
    parquet_folder: parquetFolder,
    reader_role: readerRole,
    smoke,
  };
}

function contractRun(module: string, contract: Contract, variables: readonly string[]): string {
  const isBatch = variables.includes("saved_queries");
  const isSpeed = variables.includes("panels");
  const text = (value: string) => hcl(value);
  const asserts: [condition: string, message: string][] = [];
  const equal = (expression: string, expected: string, what: string) =>
    asserts.push([`${expression} == ${text(expected)}`, what]);
  const environment = (name: string) => `aws_lambda_function.${name}.environment[0].variables`;
  if (isBatch) {
    equal(`${environment("validate_records_function")}.CONTRACT`, contractVariable(contract), "CONTRACT");
    const columns = glueColumns(contract.columns);
    equal(
      `${environment("merge_small_files_function")}.COLUMN_NAMES`,
      columns.map(({ name }) => name).join(","),
      "COLUMN_NAMES",
    );
    for (const table of ["catalog_raw", "catalog_parquet"]) {
      asserts.push([
        `jsonencode([for c in aws_glue_catalog_table.${table}.storage_descriptor[0].columns : [c.name, c.type, c.comment]]) == jsonencode(${hcl(columns.map(({ name, type, comment }) => [name, type, comment]))})`,
        `columns of ${table}`,
      ]);
    }
    // The order of the conditions of the smoke test is that of the names.
    const sorted = {
      ...contract,
      smoke: Object.fromEntries(Object.entries(contract.smoke).sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    for (const { id, sql } of defaultQueries(sorted)) {
      const address = `saved_queries_${id.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase()}`;
      equal(`aws_athena_named_query.${address}.query`, sql, `query ${id}`);
    }
  }
  if (isSpeed) {
    equal(
      `${environment("upsert_to_es_function")}.CONTRACT`,
      contractVariable(contract),
      "CONTRACT of UpsertToES",
    );
    equal(`${environment("search_setup_function")}.ES_INDEX`, contract.index, "ES_INDEX");
    asserts.push([
      `jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).smoke == ${hcl(contract.smoke)}`,
      "smoke",
    ]);
  }
  const body = asserts.map(
    ([condition, message]) =>
      `  assert {\n    condition     = ${condition}\n    error_message = ${text(`${message} differs from that of TypeScript`)}\n  }\n`,
  );
  const given = block("variables", { ...variablesOf(contract), ...NEEDED[module] }, "  ");
  return `\nrun "${contract.name}" {\n  command = plan\n\n${given}\n${body.join("\n")}}\n`;
}

/** Variables whose rules name others: Terraform does not check them where one of the others is refused. */
const CHECKED_AFTER: Readonly<Record<string, readonly string[]>> = {
  bastion: ["private_subnet_ids", "public_subnet_id"],
  bastion_puts_records: ["bastion"],
  consumer_alarm_hours: ["stream", "stream_retention_hours"],
  event_time: ["columns"],
  index: ["name"],
  instance_type: ["standby"],
  maximum_record_age_hours: ["stream", "stream_retention_hours"],
  nat: ["private_subnet_ids"],
  panels: ["columns"],
  prefix: ["name"],
  public_subnet_id: ["private_subnet_ids"],
  raw_retention_days: ["stream", "stream_retention_hours"],
  smoke: ["columns"],
  standby: ["private_subnet_ids", "zones"],
  tables: ["name"],
  vpc_id: ["private_subnet_ids"],
};

/** A run for each set of refusals that do not touch each other; one value of each rule. */
function refusals(module: ModuleName, variables: readonly string[]): string[] {
  const all = refusalsOf(module, variables);
  const firsts = all.filter((one) => one === all.find((other) => isSameRule(one, other)));
  const rounds: Refusal[][] = [];
  for (const refusal of firsts) {
    const round = rounds.find((one) => one.every((other) => areIndependent(other, refusal)));
    if (round) round.push(refusal);
    else rounds.push([refusal]);
  }
  return [
    ...rounds.map((round, at) => {
      const given = round.map(({ name, value, with: others }) => ({ ...others, [name]: value }));
      const failing = round.map(({ name }) => `var.${name}`);
      return refusalRun(`refusals_${at + 1}`, Object.assign({}, ...given), failing);
    }),
    refusalRun("too_many_columns", { columns: tooManyColumns() }, ["terraform_data.data_plane"]),
  ];
}

/** Columns whose names alone are too long for the variables of a function. */
function tooManyColumns(): readonly object[] {
  return withColumns(
    ...Array.from({ length: 140 }, (_, at) => ({ name: `column_number_${at}_of_many`, kind: "text" })),
  );
}

function refusalRun(
  name: string,
  given: Readonly<Record<string, unknown>>,
  failing: readonly string[],
): string {
  const list = failing.map((address) => `    ${address},\n`).join("");
  return `\nrun "${name}" {\n  command = plan\n\n${block("variables", given, "  ")}\n  expect_failures = [\n${list}  ]\n}\n`;
}

function isSameRule(one: Refusal, other: Refusal): boolean {
  return one.name === other.name && one.allowed === other.allowed;
}

function areIndependent(one: Refusal, other: Refusal): boolean {
  const touched = ({ name, with: others = {} }: Refusal) => [name, ...Object.keys(others)];
  return touched(one).every((left) =>
    touched(other).every(
      (right) => left !== right && !isCheckedAfter(left, right) && !isCheckedAfter(right, left),
    ),
  );
}

/** Directly, or after one that is. */
function isCheckedAfter(one: string, other: string): boolean {
  const earlier = CHECKED_AFTER[one] ?? [];
  return earlier.includes(other) || earlier.some((between) => isCheckedAfter(between, other));
}
