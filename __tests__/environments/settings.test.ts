import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { defineEnvironment, type EnvironmentSettings } from "../../environments/environment";
import type { Location } from "../../modules/location";
import { type Names, namesOf } from "../../modules/naming";
import { EVERY_OPTION, LOCATION } from "../support/environments";
import { METADATA } from "../support/saml";
import { givenPaths, settingPaths } from "../support/setting-paths";
import {
  attributesOf,
  attributesOfFolder,
  blockOf,
  changedAttributes,
  type SynthAttributes,
} from "../support/synth-attributes";
import { synthesized } from "../support/synthesized";
import type { Json } from "../support/template";

/** Parts of settings; `undefined` takes one out. */
type Part<T> = T extends readonly unknown[] | ((...args: never[]) => unknown)
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Part<T[K]> | undefined }
    : T;
type Change = Part<EnvironmentSettings>;

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function changed<T>(settings: T, change: unknown): T {
  if (!isGroup(settings) || !isGroup(change)) return change as T;
  // Another alternative has nothing of the one before.
  if (["kind", "mode"].some((key) => key in change && change[key] !== settings[key])) return change as T;
  const all = [...new Set([...Object.keys(settings), ...Object.keys(change)])].map((key) => [
    key,
    key in change ? changed(settings[key], change[key]) : settings[key],
  ]);
  return Object.fromEntries(all.filter(([, value]) => value !== undefined)) as T;
}

function synthesize(settings: EnvironmentSettings, location: Location = LOCATION): SynthAttributes {
  return attributesOf({ ...defineEnvironment("settings.test.ts", settings), location });
}

/** The attribute is no longer there. */
const GONE = undefined;
/** Some of the attributes change; their new values are listed elsewhere. */
const SOMETHING = Symbol("something");

/** An attribute, or all that a pattern matches, and its value after the change of the setting. */
type Move = readonly [attribute: string | RegExp, value: unknown];

/** A setting, another value of it, and everything that it moves. */
interface Row {
  readonly setting: string;
  readonly to: Change;
  readonly moves: readonly Move[];
}

/** Settings that move different attributes are changed together: a synth takes half a second. */
interface Round {
  readonly from?: Change;
  readonly rows: readonly Row[];
}

const TWO_ENTITIES = `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">
${METADATA.replace(/<\?.*\?>\n/, "")}
${METADATA.replace(/<\?.*\?>\n/, "").replace(/entityID=".*?"/, 'entityID="https://other.example.com"')}
</md:EntitiesDescriptor>`;

const folder = mkdtempSync(join(tmpdir(), "retail-bi-"));
const METADATA_FILE = join(folder, "idp.xml");
writeFileSync(METADATA_FILE, TWO_ENTITIES);
afterAll(() => rmSync(folder, { recursive: true }));

const { principals } = EVERY_OPTION.serving.quickSight;
const [reader, author] = principals;
const quickSightArn = (principal: string, region = "us-east-1") =>
  `arn:aws:quicksight:${region}:${LOCATION.accountId}:${principal}`;
const privateSubnet = (zone: string) => `\${Network/Private-${zone}.id}`;
const privateSubnets = (zones: readonly string[]) => zones.map(privateSubnet);

const ROUNDS: Readonly<Record<string, Round>> = {
  values: {
    from: { speed: { saml: { metadata: { xml: TWO_ENTITIES } } } },
    rows: [
      {
        setting: "logRetentionDays",
        to: { logRetentionDays: 90 },
        moves: [
          [/ retention_in_days$/, 90],
          ["DataLake/AccessLogs/Lifecycle rule.access-logs.expiration.0.days", 90],
        ],
      },
      {
        setting: "keyDeletionDays",
        to: { keyDeletionDays: 17 },
        moves: [
          ["Key/Key deletion_window_in_days", 17],
          ["state Key/Key deletion_window_in_days", 17],
        ],
      },
      {
        setting: "stream.capacity.shardCount",
        to: { stream: { capacity: { shardCount: 7 } } },
        moves: [["EventStream/Stream shard_count", 7]],
      },
      {
        setting: "stream.retentionHours",
        to: { stream: { retentionHours: 72 } },
        moves: [
          ["EventStream/Stream retention_period", 72],
          ["MergeSmallFiles/Function/Function environment.variables.LOOK_BACK_HOURS", "74"],
          [
            "Operations/StreamIteratorAge/Alarm alarm_description",
            expect.stringContaining("when it lags by 72, records expire"),
          ],
        ],
      },
      {
        setting: "lake.rawRetentionDays",
        to: { lake: { rawRetentionDays: 43 } },
        moves: [
          ["DataLake/Lake/Lifecycle rule.raw.expiration.0.days", 43],
          ["MergeSmallFiles/Function/Function environment.variables.RAW_RETENTION_DAYS", "43"],
        ],
      },
      {
        setting: "lake.compression",
        to: { lake: { compression: "none" } },
        moves: [
          ["DeliveryStream/DeliveryStream extended_s3_configuration.compression_format", "UNCOMPRESSED"],
        ],
      },
      {
        setting: "lake.bufferMiB",
        to: { lake: { bufferMiB: 37 } },
        moves: [["DeliveryStream/DeliveryStream extended_s3_configuration.buffering_size", 37]],
      },
      {
        setting: "merge.everyMinutes",
        to: { merge: { everyMinutes: 17 } },
        moves: [
          ["MergeSmallFiles/Schedule schedule_expression", "rate(17 minutes)"],
          ["MergeSmallFiles/Schedule description", SOMETHING],
          ["MergeSmallFiles/AsynchronousInvocation maximum_event_age_in_seconds", 17 * 60],
          ...["Duration", "Errors", "FailedSteps", "Staleness", "Throttles"].map(
            (alarm): Move => [`Operations/MergeSmallFiles${alarm}/Alarm period`, 17 * 60],
          ),
          ["Operations/MergeSmallFilesSilent/Alarm period", 51 * 60],
          ["Operations/MergeSmallFilesStaleness/Alarm threshold", (20 + 34) * 60],
          ["Operations/MergeSmallFilesSilent/Alarm alarm_description", SOMETHING],
          ["Operations/MergeSmallFilesStaleness/Alarm alarm_description", SOMETHING],
        ],
      },
      {
        setting: "merge.queriesInFlight",
        to: { merge: { queriesInFlight: 3 } },
        moves: [["MergeSmallFiles/Function/Function environment.variables.QUERIES_IN_FLIGHT", "3"]],
      },
      {
        setting: "merge.scanLimitGiB",
        to: { merge: { scanLimitGiB: 29 } },
        moves: [
          ["MergeWorkgroup/Workgroup configuration.bytes_scanned_cutoff_per_query", 29 * 1_073_741_824],
        ],
      },
      {
        setting: "lake.noncurrentVersionDays",
        to: { lake: { noncurrentVersionDays: 19 } },
        moves: ["Lake", "AccessLogs"].map(
          (bucket): Move => [
            `DataLake/${bucket}/Lifecycle rule.old-versions.noncurrent_version_expiration.0.noncurrent_days`,
            19,
          ],
        ),
      },
      {
        setting: "athena.scanLimitGiB",
        to: { athena: { scanLimitGiB: 23 } },
        moves: [
          ["PeopleWorkgroup/Workgroup configuration.bytes_scanned_cutoff_per_query", 23 * 1_073_741_824],
        ],
      },
      {
        setting: "network.cidr",
        to: { network: { cidr: "10.50.0.0/16" } },
        moves: [
          ["Network/Vpc cidr_block", "10.50.0.0/16"],
          ["Network/Private-a cidr_block", "10.50.0.0/20"],
          ["Network/Private-b cidr_block", "10.50.16.0/20"],
          ["Network/Private-c cidr_block", "10.50.32.0/20"],
          ["Network/InternetAccess/Public cidr_block", "10.50.192.0/20"],
        ],
      },
      {
        setting: "speed.instanceType",
        to: { speed: { instanceType: "r6g.large.search" } },
        moves: [["SearchDomain/Domain cluster_config.instance_type", "r6g.large.search"]],
      },
      {
        setting: "speed.volumeGiB",
        to: { speed: { volumeGiB: 29 } },
        moves: [
          ["SearchDomain/Domain ebs_options.volume_size", 29],
          ["Operations/SearchStorage/Alarm threshold", (29 * 1024) / 4],
          ["Operations/SearchStorage/Alarm alarm_description", expect.stringContaining(" of its 29 GiB ")],
        ],
      },
      {
        setting: "speed.availability.nodesPerZone",
        to: { speed: { availability: { nodesPerZone: 2 } } },
        moves: [
          ["SearchDomain/Domain cluster_config.instance_count", 6],
          ["Operations/SearchNodes/Alarm threshold", 9],
          ["Operations/SearchNodes/Alarm alarm_description", expect.stringContaining("Fewer than 9 nodes")],
        ],
      },
      {
        setting: "speed.availability.masterInstanceType",
        to: { speed: { availability: { masterInstanceType: "m6g.2xlarge.search" } } },
        moves: [["SearchDomain/Domain cluster_config.dedicated_master_type", "m6g.2xlarge.search"]],
      },
      {
        setting: "speed.shards",
        to: { speed: { shards: 9 } },
        moves: setUpInput("shards", 9),
      },
      {
        setting: "speed.retentionDays",
        to: { speed: { retentionDays: 103 } },
        moves: setUpInput("retentionDays", 103),
      },
      {
        setting: "speed.readerRoleArns",
        to: { speed: { readerRoleArns: ["arn:aws:iam::123456789012:role/others"] } },
        moves: [
          ...setUpInput("readerRoleArns", ["arn:aws:iam::123456789012:role/others"]),
          [
            "SearchDomain/Access/Document statement.People.principals.0.identifiers",
            ["arn:aws:iam::123456789012:role/others"],
          ],
        ],
      },
      {
        setting: "speed.administratorRoleArns",
        to: { speed: { administratorRoleArns: ["arn:aws:iam::123456789012:role/chiefs"] } },
        moves: [
          ...setUpInput("administratorRoleArns", ["arn:aws:iam::123456789012:role/chiefs"]),
          [
            "SearchDomain/Access/Document statement.Administrators.principals.0.identifiers",
            ["arn:aws:iam::123456789012:role/chiefs"],
          ],
        ],
      },
      {
        setting: "speed.saml.entityId",
        to: { speed: { saml: { entityId: "https://other.example.com" } } },
        moves: [["SearchDomain/Saml saml_options.idp.entity_id", "https://other.example.com"]],
      },
      {
        setting: "speed.saml.metadata.xml",
        to: { speed: { saml: { metadata: { xml: `${TWO_ENTITIES}<!-- new -->` } } } },
        moves: [["SearchDomain/Saml saml_options.idp.metadata_content", `${TWO_ENTITIES}<!-- new -->`]],
      },
      {
        setting: "speed.saml.readerGroups",
        to: { speed: { saml: { readerGroups: ["buyers", "sellers"] } } },
        moves: setUpInput("readerGroups", ["buyers", "sellers"]),
      },
      {
        setting: "speed.saml.adminGroup",
        to: { speed: { saml: { adminGroup: "chiefs" } } },
        moves: [["SearchDomain/Saml saml_options.master_backend_role", "chiefs"]],
      },
      {
        setting: "speed.saml.rolesKey",
        to: { speed: { saml: { rolesKey: "memberOf" } } },
        moves: [["SearchDomain/Saml saml_options.roles_key", "memberOf"]],
      },
      {
        setting: "speed.saml.subjectKey",
        to: { speed: { saml: { subjectKey: "login" } } },
        moves: [["SearchDomain/Saml saml_options.subject_key", "login"]],
      },
      {
        setting: "speed.saml.sessionMinutes",
        to: { speed: { saml: { sessionMinutes: 67 } } },
        moves: [["SearchDomain/Saml saml_options.session_timeout_minutes", 67]],
      },
      {
        setting: "speed.parallelizationFactor",
        to: { speed: { parallelizationFactor: 6 } },
        moves: [["UpsertToES/Mapping parallelization_factor", 6]],
      },
      {
        setting: "serving.quickSight.identityRegion",
        to: { serving: { quickSight: { identityRegion: "us-west-2" } } },
        moves: [
          [
            /^QuickSight\/(DataSource|\w+DataSet|Analysis) permissions?\.0\.principal$/,
            quickSightArn("user/default/analyst", "us-west-2"),
          ],
          ["QuickSight/Dashboard permissions.0.principal", quickSightArn("user/default/chief", "us-west-2")],
          [
            "QuickSight/Dashboard permissions.1.principal",
            quickSightArn("user/default/analyst", "us-west-2"),
          ],
        ],
      },
      {
        setting: "serving.quickSight.serviceRoleName",
        to: { serving: { quickSight: { serviceRoleName: "reads-for-quicksight" } } },
        moves: [
          ["QuickSight/ServiceRole/Policy role", "reads-for-quicksight"],
          ...[
            "Read/Permissions/Document statement.ReadQuickSightRole",
            "Change/Permissions/Document statement.GrantToBoundedQuickSight",
          ].map(
            (statement): Move => [
              `state Delivery/${statement}.resources`,
              [
                "arn:aws:iam::123456789012:role/service-role/reads-for-quicksight",
                "arn:aws:iam::123456789012:role/reads-for-quicksight",
              ],
            ],
          ),
        ],
      },
      {
        setting: "operations.alarmSubscriptions[].endpoint",
        to: { operations: { alarmSubscriptions: [{ protocol: "email", endpoint: "night@example.com" }] } },
        moves: [
          ["Operations/Topic/Subscription-email-on-call@example.com", GONE],
          ["Operations/Topic/Subscription-email-night@example.com endpoint", "night@example.com"],
        ],
      },
      {
        setting: "speed.maximumRecordAgeHours",
        to: { speed: { maximumRecordAgeHours: 17 } },
        moves: [["UpsertToES/Mapping maximum_record_age_in_seconds", 17 * 3600]],
      },
      {
        setting: "operations.alarmAges.deliveryMinutes",
        to: { operations: { alarmAges: { deliveryMinutes: 25 } } },
        moves: [
          ["Operations/DeliveryFreshness/Alarm threshold", 1500],
          ["Operations/DeliveryBehind/Alarm threshold", 1_500_000],
          [
            /^Operations\/Delivery(Freshness|Behind)\/Alarm alarm_description$/,
            expect.stringContaining("more than 25 minutes"),
          ],
        ],
      },
      {
        setting: "operations.alarmAges.indexingMinutes",
        to: { operations: { alarmAges: { indexingMinutes: 9 } } },
        moves: [
          ["Operations/UpsertToEsIteratorAge/Alarm threshold", 540_000],
          [
            "Operations/UpsertToEsIteratorAge/Alarm alarm_description",
            expect.stringContaining("more than 9 minutes"),
          ],
        ],
      },
      {
        setting: "operations.budget.usdPerMonth",
        to: { operations: { budget: { usdPerMonth: 73 } } },
        moves: [["Operations/Budget/Budget limit_amount", "73"]],
      },
      {
        setting: "delivery.repository",
        to: { delivery: { repository: "shop/other" } },
        moves: [
          [
            "state Delivery/Plan/Trust statement.0.condition.token.actions.githubusercontent.com:sub.values",
            ["repo:shop/other:environment:test-plan"],
          ],
          [
            "state Delivery/Propose/Trust statement.0.condition.token.actions.githubusercontent.com:sub.values",
            ["repo:shop/other:environment:test-propose"],
          ],
          [
            "state Delivery/Apply/Trust statement.0.condition.token.actions.githubusercontent.com:sub.values",
            ["repo:shop/other:environment:test"],
          ],
        ],
      },
    ],
  },

  switches: {
    rows: [
      {
        setting: "stream.capacity.mode",
        to: { stream: { capacity: { mode: "on-demand" } } },
        moves: [
          ["EventStream/Stream stream_mode_details.stream_mode", "ON_DEMAND"],
          ["EventStream/Stream shard_count", GONE],
        ],
      },
      {
        setting: "network.zones",
        to: { network: { zones: ["b", "c", "d"] } },
        moves: [
          [/^Network\/Private(Routes)?-a$/, GONE],
          ["Network/Private-b cidr_block", "10.40.0.0/20"],
          ["Network/Private-c cidr_block", "10.40.16.0/20"],
          ["Network/Private-d cidr_block", "10.40.32.0/20"],
          ["Network/Private-d availability_zone", "eu-west-1d"],
          ["Network/PrivateRoutes-d subnet_id", privateSubnet("d")],
          ["Network/InternetAccess/Public availability_zone", "eu-west-1b"],
          [
            /^(SearchSetup|UpsertToES)\/Function\/Function vpc_config\.subnet_ids$/,
            privateSubnets(["b", "c", "d"]),
          ],
          ["SearchDomain/Domain vpc_options.subnet_ids", privateSubnets(["b", "c", "d"])],
        ],
      },
      {
        setting: "network.nat",
        to: { network: { nat: false } },
        moves: [[/^Network\/InternetAccess\/(Nat|NatAddress|PrivateToNat)$/, GONE]],
      },
      {
        setting: "speed.saml.metadata.file",
        to: { speed: { saml: { metadata: { xml: undefined, file: METADATA_FILE } } } },
        moves: [["SearchDomain/Saml saml_options.idp.metadata_content", TWO_ENTITIES]],
      },
      {
        setting: "serving.quickSight.principals[].kind",
        to: { serving: { quickSight: { principals: [{ ...reader, kind: "group" }, author] } } },
        moves: [["QuickSight/Dashboard permissions.0.principal", quickSightArn("group/default/chief")]],
      },
      {
        setting: "operations.alarmSubscriptions[].protocol",
        to: { operations: { alarmSubscriptions: [{ protocol: "https", endpoint: "https://example.com/" }] } },
        moves: [
          ["Operations/Topic/Subscription-email-on-call@example.com", GONE],
          ["Operations/Topic/Subscription-https-https:----example.com-- protocol", "https"],
        ],
      },
      {
        setting: "operations.alarmAges.consumerHours",
        to: { operations: { alarmAges: { consumerHours: 7 } } },
        moves: [
          ["Operations/StreamIteratorAge/Alarm threshold", 7 * 3_600_000],
          [
            "Operations/StreamIteratorAge/Alarm alarm_description",
            expect.stringContaining("lags by more than 7 hours; when it lags by 48, records expire"),
          ],
        ],
      },
      {
        setting: "operations.budget.costOf",
        to: { operations: { budget: { costOf: "account" } } },
        moves: [[/^Operations\/Budget\/Budget cost_filter\./, GONE]],
      },
      {
        setting: "overrides",
        to: { overrides: (stack) => stack.addOverride("terraform.required_version", ">= 99") },
        moves: [[/^(state )?terraform required_version$/, ">= 99"]],
      },
    ],
  },

  parts: {
    rows: [
      {
        setting: "speed.availability.kind",
        to: {
          speed: {
            availability: { kind: "single-node" },
          },
        },
        moves: [
          ["SearchDomain/Domain cluster_config.instance_count", 1],
          ["SearchDomain/Domain cluster_config.zone_awareness_enabled", false],
          [/^SearchDomain\/Domain cluster_config\.(dedicated_master|zone_awareness_config|multi_az)/, GONE],
          ["SearchDomain/Domain vpc_options.subnet_ids", privateSubnets(["a"])],
          ...setUpInput("replicas", 0),
          ["Operations/SearchNodes/Alarm threshold", 1],
          ["Operations/SearchNodes/Alarm alarm_description", expect.stringContaining("Fewer than 1 nodes")],
          [/^Operations\/Search(Master|Yellow)\/Alarm$/, GONE],
          ["Operations/Dashboard/Dashboard dashboard_body.widgets.1.properties.alarms", SOMETHING],
        ],
      },
      {
        setting: "speed.saml",
        to: { speed: { saml: undefined } },
        moves: [
          ["SearchDomain/Saml", GONE],
          [/^SearchDomain\/Access\/Document statement\.Browsers\./, GONE],
          ["output open_dashboards.value", SOMETHING],
          ...setUpInput("readerGroups", []),
        ],
      },
      {
        setting: "bastion.enabled",
        to: { bastion: { enabled: false, putRecords: false } },
        moves: [
          [/^Bastion\//, GONE],
          ["SearchDomain/FromBastion", GONE],
          ["state Delivery/Boundary/Document statement.Stream.actions", SOMETHING],
          [/^output bastion_instance_id\./, GONE],
          [
            /^Key\/Policy\/Document statement\.(AccountUsesKeyThroughServices|ServicesKeepUsingKey)\.condition\.kms:ViaService\.values$/,
            ["s3", "kinesis", "lambda", "es", "sns"].map((service) => `${service}.eu-west-1.amazonaws.com`),
          ],
        ],
      },
      {
        setting: "serving.quickSight.principals[].name",
        to: { serving: { quickSight: { principals: [{ ...reader, name: "Admin/boss" }, author] } } },
        moves: [["QuickSight/Dashboard permissions.0.principal", quickSightArn("user/default/Admin/boss")]],
      },
    ],
  },

  access: {
    rows: [
      {
        setting: "protection",
        to: { protection: "protected" },
        moves: [
          [/ lifecycle\.prevent_destroy$/, true],
          [/Bucket force_destroy$/, GONE],
          ["PeopleWorkgroup/Workgroup force_destroy", false],
          ["MergeWorkgroup/Workgroup force_destroy", false],
          ["EventStream/Stream enforce_consumer_deletion", GONE],
          [/^state Delivery\/Change\/Permissions\/Document statement\.Remove/, GONE],
        ],
      },
      {
        setting: "serving.quickSight.principals[].access",
        to: { serving: { quickSight: { principals: [{ ...reader, access: "author" }, author] } } },
        moves: [
          [
            /^QuickSight\/(DataSource|\w+DataSet|Analysis) permissions?\.0\.principal$/,
            quickSightArn("user/default/chief"),
          ],
          [
            /^QuickSight\/(DataSource|\w+DataSet|Analysis) permissions?\.1\.principal$/,
            quickSightArn("user/default/analyst"),
          ],
          [/^QuickSight\/(DataSource|\w+DataSet|Analysis) permissions?\.1\.actions$/, expect.anything()],
        ],
      },
    ],
  },

  "no QuickSight": {
    rows: [
      {
        setting: "serving.quickSight.enabled",
        to: { serving: { quickSight: { enabled: false } } },
        moves: [
          [/^QuickSight\//, GONE],
          [/^output quicksight_dashboard\./, GONE],
          [
            /^state Delivery\/(Read|Change)\/Permissions\/Document statement\.\w*(QuickSight|DataS|Analys)/,
            GONE,
          ],
          [/^state Delivery\/Boundary\/Document statement\.\w+\.actions$/, SOMETHING],
        ],
      },
    ],
  },

  "a bastion that puts nothing": {
    rows: [
      {
        setting: "bastion.putRecords",
        to: { bastion: { putRecords: false } },
        moves: [
          [/^Bastion\/AgentRole\/Permissions\/Document statement\.(WriteStream|EncryptStream)\./, GONE],
          ["state Delivery/Boundary/Document statement.Stream.actions", SOMETHING],
        ],
      },
    ],
  },

  "no speed layer": {
    from: { bastion: { enabled: false, putRecords: false }, speed: { saml: undefined } },
    rows: [
      {
        setting: "speed.enabled",
        to: { speed: { enabled: false } },
        moves: [
          [/^(Network|SearchDomain|SearchSetup|SearchSetupRole|UpsertToES|UpsertToESRole)\//, GONE],
          [/^Operations\/(Search|UpsertToEs)\w+\/Alarm$/, GONE],
          [/^Operations\/LeftBehind\/GivenUp/, GONE],
          [/^output (search_\w+|upsert_to_es_function|given_up_location|network_id|open_dashboards)\./, GONE],
          ["OpenSearchServiceLinkedRole", GONE],
          [/^Operations\/Dashboard\/Dashboard dashboard_body\./, SOMETHING],
          [/^Key\/Policy\/Document statement\.CloudWatchEncryptsLogGroups\.condition\./, SOMETHING],
        ],
      },
    ],
  },

  "nobody delivers": {
    rows: [
      {
        setting: "delivery",
        to: { delivery: undefined },
        moves: [
          [/ permissions_boundary$/, GONE],
          [/^state Delivery\//, GONE],
          [/^state State\/Lifecycle rule\.plans\./, GONE],
          [/^state output (plan|propose|apply)_role_arn\./, GONE],
        ],
      },
      {
        setting: "serving.quickSight.identityRegion",
        to: { serving: { quickSight: { identityRegion: undefined } } },
        moves: [
          [
            /^QuickSight\/\w+ permissions?\.\d\.principal$/,
            expect.stringContaining(":quicksight:eu-west-1:"),
          ],
        ],
      },
    ],
  },
};

/** Input of one part of the set-up of the domain, which is also what makes it run again. */
function setUpInput(name: string, value: unknown): Move[] {
  const part = /^(reader|administrator)/.test(name) ? "DashboardsInvocation" : "Invocation";
  return ["input", "triggers.input"].map((input) => [`SearchSetup/${part} ${input}.${name}`, value]);
}

/** The attributes that a move is about, those inside of blocks that come or go included. */
function attributesOfMove([attribute]: Move, attributes: Iterable<string>): string[] {
  return typeof attribute === "string" ? [attribute] : [...attributes].filter((each) => attribute.test(each));
}

const ALL = synthesize(EVERY_OPTION);

describe.each(Object.entries(ROUNDS))("settings that move the stacks: %s", (_, { from = {}, rows }) => {
  const settings = changed<EnvironmentSettings>(EVERY_OPTION, from);
  const change = rows.reduce<EnvironmentSettings>((all, { to }) => changed(all, to), settings);
  const before = Object.keys(from).length === 0 ? ALL : synthesize(settings);
  const after = synthesize(change);
  const all = new Set([...before.keys(), ...after.keys()]);
  const moved = new Set(changedAttributes(before, after));
  const hasMoved = (attribute: string) => moved.has(attribute) || moved.has(blockOf(attribute));

  test.each(rows)("$setting", ({ moves }) => {
    for (const move of moves) {
      const [attribute, value] = move;
      const attributes = attributesOfMove(move, all);
      if (value === SOMETHING)
        expect([`${attribute}`, attributes.filter(hasMoved)]).not.toEqual([`${attribute}`, []]);
      else {
        expect([`${attribute}`, attributes.length]).not.toEqual([`${attribute}`, 0]);
        expect(attributes.filter((each) => !hasMoved(each))).toEqual([]);
        const values = attributes.map((each) => [each, after.get(each)]);
        expect(values).toEqual(attributes.map((each) => [each, value]));
      }
    }
  });

  test("nothing else, and no attribute for two of them", () => {
    const movers = (attribute: string) =>
      rows.filter(({ moves }) =>
        moves.some((move) =>
          typeof move[0] === "string"
            ? move[0] === attribute || blockOf(move[0]) === attribute
            : move[0].test(attribute),
        ),
      );
    const unclear = [...moved].map(
      (attribute) => [attribute, movers(attribute).map(({ setting }) => setting)] as const,
    );
    expect(unclear.filter(([, settings]) => settings.length !== 1)).toEqual([]);
  });
});

describe("what an environment is called, and where it is, stands where it is meant and nowhere else:", () => {
  /** The same with one text replaced by another. */
  const replaced = (attributes: SynthAttributes, text: RegExp, other: string): SynthAttributes =>
    new Map(
      [...attributes].map(([attribute, value]) => [
        attribute,
        JSON.parse(JSON.stringify(value).replaceAll(text, other)) as Json,
      ]),
    );

  test.each<[string, Change, Location, RegExp, string]>([
    // Lines of the smoke test are named by the words.
    ["name", { name: "qa7" }, LOCATION, /(?<!smoke[ -])\btest\b/gi, "qa7"],
    // The readers are roles of whatever account their setting says.
    [
      "account",
      {},
      { ...LOCATION, accountId: "210987654321" },
      /123456789012(?!:role\/(?:readers|operators))/g,
      "210987654321",
    ],
    ["region", {}, { ...LOCATION, region: "eu-central-1" }, /eu-west-1/g, "eu-central-1"],
  ])("%s", (_, change, location, text, other) => {
    const renamed = synthesize(changed<EnvironmentSettings>(EVERY_OPTION, change), location);
    const expected = replaced(ALL, text, other);
    expect(changedAttributes(ALL, expected)).not.toEqual([]);
    expect(changedAttributes(expected, renamed)).toEqual([]);
  });

  /** Where each physical name stands. Roles and log groups of functions follow from theirs. */
  const NAMED: Readonly<Record<keyof Names, string>> = {
    keyAlias: "Key/Alias name",
    stateKeyAlias: "state Key/Alias name",
    stateBucket: "state State/Bucket bucket",
    stream: "EventStream/Stream name",
    deliveryStream: "DeliveryStream/DeliveryStream name",
    deliveryLogGroup: "DeliveryStream/Logs/LogGroup name",
    deliveryRole: "DeliveryStream/ExecutionRole/Role name",
    lakeBucket: "DataLake/Lake/Bucket bucket",
    accessLogBucket: "DataLake/AccessLogs/Bucket bucket",
    database: "Catalog/Database name",
    analystsWorkgroup: "PeopleWorkgroup/Workgroup name",
    mergeWorkgroup: "MergeWorkgroup/Workgroup name",
    validateRecords: "ValidateRecords/Function/Function function_name",
    mergeSmallFiles: "MergeSmallFiles/Function/Function function_name",
    mergeSchedule: "MergeSmallFiles/Schedule name",
    network: "Network/Vpc tags.Name",
    flowLogGroup: "Network/FlowLogs/LogGroup name",
    flowLogRole: "Network/FlowLogRole/Role name",
    searchDomain: "SearchDomain/Domain domain_name",
    searchLogPolicy: "SearchDomain/LogPolicy policy_name",
    upsertToEs: "UpsertToES/Function/Function function_name",
    searchSetup: "SearchSetup/Function/Function function_name",
    bastion: "Bastion/Instance tags.Name",
    alarmTopic: "Operations/Topic/Topic name",
    alarms: "Operations/SearchRed/Alarm alarm_name",
    dashboard: "Operations/Dashboard/Dashboard dashboard_name",
    quickSight: "QuickSight/DataSource name",
    budget: "Operations/Budget/Budget name",
    failedRecordEvents: "Operations/LeftBehind/LogPolicy policy_name",
    failedRecordLogGroup: "Operations/LeftBehind/Log/LogGroup name",
    planRole: "state Delivery/Plan/Role name",
    proposeRole: "state Delivery/Propose/Role name",
    applyRole: "state Delivery/Apply/Role name",
    readPolicies: "state Delivery/Read/Policy1 name",
    changePolicies: "state Delivery/Change/Policy1 name",
    boundary: "state Delivery/BoundaryPolicy name",
  };

  /** First parts of names: what follows. */
  const NUMBERED: Readonly<Record<string, string>> = {
    alarms: "test-retail-bi-search-red",
    readPolicies: "test-retail-bi-github-read-1",
    changePolicies: "test-retail-bi-github-change-1",
  };

  test("physicalNames", () => {
    const settings = changed<EnvironmentSettings>(EVERY_OPTION, { physicalNames: "prefixed" });
    const prefixed = synthesize(settings);
    const names = namesOf({ ...defineEnvironment("settings.test.ts", settings), location: LOCATION });
    for (const [key, name] of Object.entries(names)) {
      const attribute = NAMED[key as keyof Names];
      expect([key, attribute, prefixed.get(attribute)]).toEqual([key, attribute, NUMBERED[key] ?? name]);
    }
    // Everything else that moves does it by the prefix alone.
    const prefix = /\btest[-_]/g;
    expect(changedAttributes(replaced(ALL, prefix, ""), replaced(prefixed, prefix, ""))).toEqual([]);
  });
});

describe("the environments of the repository, as main.ts synthesizes them", () => {
  /** By setting: where the value that the file gives stands. */
  type Given = Readonly<Record<string, readonly Move[]>>;

  const DEV: Given = {
    name: [
      ["terraform backend.s3.key", "dev.tfstate"],
      ["state terraform backend.s3.key", "dev-state.tfstate"],
      [/ tags\.Environment$/, "dev"],
    ],
    protection: [
      [/Bucket force_destroy$/, true],
      ["PeopleWorkgroup/Workgroup force_destroy", true],
      ["MergeWorkgroup/Workgroup force_destroy", true],
      ["EventStream/Stream enforce_consumer_deletion", true],
      ["EventStream/Stream lifecycle.prevent_destroy", GONE],
      ["SearchDomain/Domain lifecycle.prevent_destroy", GONE],
    ],
    physicalNames: [
      ["EventStream/Stream name", "retail-trans"],
      ["Catalog/Database name", "mydatabase"],
      ["UpsertToES/Function/Function function_name", "UpsertToES"],
    ],
    logRetentionDays: [
      [/ retention_in_days$/, 14],
      ["DataLake/AccessLogs/Lifecycle rule.access-logs.expiration.0.days", 14],
    ],
    keyDeletionDays: [[/^(state )?Key\/Key deletion_window_in_days$/, 7]],
    "lake.rawRetentionDays": [["DataLake/Lake/Lifecycle rule.raw.expiration.0.days", 30]],
    "lake.bufferMiB": [["DeliveryStream/DeliveryStream extended_s3_configuration.buffering_size", 1]],
    "merge.everyMinutes": [["MergeSmallFiles/Schedule schedule_expression", "rate(5 minutes)"]],
    "lake.noncurrentVersionDays": [
      [/^DataLake\/\w+\/Lifecycle rule\.old-versions\.noncurrent_version_expiration\.0\.noncurrent_days$/, 7],
    ],
    "speed.retentionDays": setUpInput("retentionDays", 90),
    "operations.budget.costOf": [["Operations/Budget/Budget cost_filter.0.values", ["user:Environment$dev"]]],
  };

  const PROD: Given = {
    name: [
      ["terraform backend.s3.key", "prod.tfstate"],
      ["state terraform backend.s3.key", "prod-state.tfstate"],
      [/ tags\.Environment$/, "prod"],
      ["EventStream/Stream name", "prod-retail-trans"],
    ],
    protection: [
      ["PeopleWorkgroup/Workgroup force_destroy", false],
      ["MergeWorkgroup/Workgroup force_destroy", false],
      ["EventStream/Stream lifecycle.prevent_destroy", true],
      ["EventStream/Stream enforce_consumer_deletion", GONE],
      [/^DataLake\/\w+\/Bucket lifecycle\.prevent_destroy$/, true],
      [/^(state )?Key\/Key lifecycle\.prevent_destroy$/, true],
      ["SearchDomain/Domain lifecycle.prevent_destroy", true],
      ["state State/Bucket lifecycle.prevent_destroy", true],
    ],
    logRetentionDays: [
      [/ retention_in_days$/, 365],
      ["DataLake/AccessLogs/Lifecycle rule.access-logs.expiration.0.days", 365],
    ],
    "stream.retentionHours": [
      ["EventStream/Stream retention_period", 168],
      ["MergeSmallFiles/Function/Function environment.variables.LOOK_BACK_HOURS", "170"],
    ],
    "lake.rawRetentionDays": [["DataLake/Lake/Lifecycle rule.raw.expiration.0.days", 730]],
    "athena.scanLimitGiB": [
      ["PeopleWorkgroup/Workgroup configuration.bytes_scanned_cutoff_per_query", 100 * 1_073_741_824],
    ],
    "network.cidr": [
      ["Network/Vpc cidr_block", "10.30.0.0/16"],
      ["Network/Private-c cidr_block", "10.30.32.0/20"],
    ],
    "network.zones": [
      ["Network/Private-a availability_zone", "eu-west-1a"],
      ["Network/Private-b availability_zone", "eu-west-1b"],
      ["Network/Private-c availability_zone", "eu-west-1c"],
      ["SearchDomain/Domain vpc_options.subnet_ids", privateSubnets(["a", "b", "c"])],
    ],
    "speed.instanceType": [["SearchDomain/Domain cluster_config.instance_type", "m6g.large.search"]],
    "speed.volumeGiB": [["SearchDomain/Domain ebs_options.volume_size", 100]],
    "speed.availability.kind": [
      ["SearchDomain/Domain cluster_config.multi_az_with_standby_enabled", true],
      ["SearchDomain/Domain cluster_config.zone_awareness_config.availability_zone_count", 3],
      ...setUpInput("replicas", 2),
    ],
    "speed.availability.nodesPerZone": [["SearchDomain/Domain cluster_config.instance_count", 3]],
    "speed.availability.masterInstanceType": [
      ["SearchDomain/Domain cluster_config.dedicated_master_type", "m6g.large.search"],
    ],
    "speed.retentionDays": setUpInput("retentionDays", 730),
    "speed.parallelizationFactor": [["UpsertToES/Mapping parallelization_factor", 2]],
    "operations.budget.usdPerMonth": [["Operations/Budget/Budget limit_amount", "1500"]],
  };

  describe.each([
    ["dev", DEV],
    ["prod", PROD],
  ] as const)("%s", (name, given) => {
    let attributes: SynthAttributes;
    beforeAll(async () => {
      attributes = attributesOfFolder(dirname(dirname(await synthesized(name))), name);
    });

    test.each(Object.entries(given))("%s", (_setting, moves) => {
      for (const move of moves) {
        const found = attributesOfMove(move, attributes.keys());
        expect([`${move[0]}`, found.length]).not.toEqual([`${move[0]}`, 0]);
        expect(found.map((attribute) => [attribute, attributes.get(attribute)])).toEqual(
          found.map((attribute) => [attribute, move[1]]),
        );
      }
    });

    test("has no setting that is missing here", () => {
      expect(givenPaths(`${name}.ts`).sort()).toEqual(Object.keys(given).sort());
    });
  });
});

test("every setting of an environment is tried", () => {
  const tried = [
    "name",
    "physicalNames",
    ...Object.values(ROUNDS).flatMap(({ rows }) => rows.map(({ setting }) => setting)),
  ];
  const settings = settingPaths();
  expect(settings.filter((setting) => !tried.includes(setting))).toEqual([]);
  const known = (setting: string) =>
    settings.some((each) => each === setting || each.startsWith(`${setting}.`));
  expect(tried.filter((setting) => !known(setting))).toEqual([]);
});
