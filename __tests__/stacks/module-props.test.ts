import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { ModuleName } from "../../stacks/module-names";

const ROOT = join(__dirname, "..", "..");

/** What each interface is in a module: the adopted thing. */
const ADOPTED: Readonly<Record<string, string>> = {
  IEncryptionKey: "AdoptedKeyProps",
  IEventStream: "AdoptedStreamProps",
  ILake: "AdoptedBucketProps",
  INetwork: "AdoptedNetworkProps",
};
/** Types whose parts are one variable. */
const WHOLE = new Set(["Panel", "Column"]);

const declared = new Map<string, ts.InterfaceDeclaration | ts.TypeAliasDeclaration>();
for (const folder of ["modules", "contract"]) {
  for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(join(ROOT, folder, file), "utf8");
    ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).forEachChild((node) => {
      if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
        declared.set(node.name.text, node);
      }
    });
  }
}

/** Paths of the leaf properties of a type, such as `operations.alarmAges.consumerHours`. */
function leaves(type: ts.TypeNode | undefined, path: string): string[] {
  if (type === undefined) return [path];
  if (ts.isUnionTypeNode(type)) return [...new Set(type.types.flatMap((one) => leaves(one, path)))];
  if (ts.isIntersectionTypeNode(type)) return type.types.flatMap((one) => leaves(one, path));
  if (ts.isTypeOperatorNode(type)) return leaves(type.type, path);
  if (ts.isArrayTypeNode(type)) return leaves(type.elementType, `${path}[]`);
  if (ts.isTypeLiteralNode(type)) return members(type.members, path);
  if (ts.isExpressionWithTypeArguments(type) || ts.isTypeReferenceNode(type)) {
    const name = (ts.isTypeReferenceNode(type) ? type.typeName : type.expression).getText();
    const [first, second] = type.typeArguments ?? [];
    if (name === "Partial") return leaves(first, path);
    if (name === "Pick" || name === "Omit") {
      const keys: readonly string[] = second?.getText().match(/\w+/g) ?? [];
      const own = (one: string) =>
        keys.includes(one.slice(path === "" ? 0 : path.length + 1).split(/[.[]/)[0] ?? "");
      return leaves(first, path).filter((one) => own(one) === (name === "Pick"));
    }
    return named(ADOPTED[name] ?? name, path);
  }
  return [path];
}

function named(name: string, path: string): string[] {
  const node = WHOLE.has(name) ? undefined : declared.get(name);
  if (node === undefined) return [path];
  if (ts.isTypeAliasDeclaration(node)) return leaves(node.type, path);
  const inherited = (node.heritageClauses ?? []).flatMap(({ types }) =>
    types.flatMap((one) => leaves(one, path)),
  );
  return [...new Set([...inherited, ...members(node.members, path)])];
}

function members(all: ts.NodeArray<ts.TypeElement>, path: string): string[] {
  return all.filter(ts.isPropertySignature).flatMap((member) => {
    const name = member.name.getText();
    return leaves(member.type, path === "" ? name : `${path}.${name}`);
  });
}

/** Why a property is no variable. */
interface LeftOut {
  readonly leftOut: string;
}
type Decision = string | LeftOut;
const leftOut = (reason: string): LeftOut => ({ leftOut: reason });

const CALLER = leftOut("the provider of the caller's root decides it");
const THE_MODULE = leftOut("the module gives it");
const STRUCTURE = leftOut("QuickSight's analysis needs the columns when the module is written");
const OTHER_STACK = leftOut("no construct of a module has it: it is of the state's stack, or of QuickSight");

/** The variable of each property, or why there is none. `*` is for what has no entry of its own below it. */
const COMMON: Readonly<Record<string, Decision>> = {
  "contract.name": "name",
  "contract.tables.raw": "tables",
  "contract.tables.merged": "tables",
  "contract.tables.quarantine": "tables",
  "contract.index": "index",
  "contract.parquetFolder": "parquet_folder",
  "contract.readerRole": "reader_role",
  "contract.eventTime": "event_time",
  "contract.smoke": "smoke",
  "contract.columns[]": "columns",
  prefix: "prefix",
  "names.*": "names",
  "location.*": CALLER,
  keyDeletionDays: "key_deletion_days",
  protected: "force_destroy",
  logRetentionDays: "log_retention_days",
  "key.arn": "key",
  "key.location.*": CALLER,
  "key.services[]": THE_MODULE,
};

const NAMES_OF_OTHERS: Readonly<Record<string, Decision>> = Object.fromEntries(
  [
    "stateKeyAlias",
    "stateBucket",
    "planRole",
    "proposeRole",
    "applyRole",
    "readPolicies",
    "changePolicies",
    "boundary",
    "quickSight",
  ].map((name) => [`names.${name}`, OTHER_STACK]),
);

const BATCH: Readonly<Record<string, Decision>> = {
  "stream.arn": "stream",
  "stream.key.arn": "stream",
  "stream.key.location.*": CALLER,
  "stream.key.services[]": THE_MODULE,
  "stream.retentionHours": "stream_retention_hours",
  "stream.capacity.mode": "shard_count",
  "stream.capacity.shardCount": "shard_count",
  "lake.contract.*": THE_MODULE,
  "lake.bucketName": "lake",
  "lake.key.arn": "lake",
  "lake.key.location.*": CALLER,
  "lake.key.services[]": THE_MODULE,
  "lake.accountId": CALLER,
  "lake.rawRetentionDays": "raw_retention_days",
  "lake.noncurrentVersionDays": "noncurrent_version_days",
  rawRetentionDays: "raw_retention_days",
  bufferMiB: "buffer_mib",
  gzip: "gzip",
  "merge.everyMinutes": "merge_every_minutes",
  "merge.queriesInFlight": "merge_queries_in_flight",
  "merge.scanLimitGiB": "merge_scan_limit_gib",
  "savedQueries[].id": "saved_queries",
  "savedQueries[].name": "saved_queries",
  "savedQueries[].description": "saved_queries",
  "savedQueries[].sql": "saved_queries",
  analystScanLimitGiB: "analyst_scan_limit_gib",
};

const SEARCH: Readonly<Record<string, Decision>> = {
  instanceType: "instance_type",
  volumeGiB: "volume_gib",
  "availability.kind": "standby",
  "availability.nodesPerZone": "standby",
  "availability.masterInstanceType": "standby",
  "saml.entityId": "saml",
  "saml.metadataXml": "saml",
  "saml.readerGroups[]": "saml",
  "saml.adminGroup": "saml",
  "saml.rolesKey": "saml",
  "saml.subjectKey": "saml",
  "saml.sessionMinutes": "saml",
  serviceLinkedRole: "create_service_linked_role",
  "network.vpcId": "vpc_id",
  "network.privateSubnetIds[]": "private_subnet_ids",
  "network.publicSubnetId": "public_subnet_id",
  "network.s3PrefixListId": "s3_prefix_list_id",
  "network.location.*": CALLER,
  "network.cidr": "cidr",
  "network.zones[]": "zones",
  "network.nat": "nat",
  shards: "shards",
  retentionDays: "index_retention_days",
  "readerRoleArns[]": "reader_role_arns",
  "administratorRoleArns[]": "administrator_role_arns",
  parallelizationFactor: "parallelization_factor",
  maximumRecordAgeHours: "maximum_record_age_hours",
  bastion: "bastion",
  bastionPutsRecords: "bastion_puts_records",
};

const SHOWN: Readonly<Record<string, Decision>> = { "panels[]": "panels", title: "title" };

const ONE_STREAM = leftOut(
  "the stream is that of the module batch, or of another team; retail-bi makes one for both layers",
);
const ONE_LAKE = leftOut(
  "the lake is that of the module batch, or of another team; retail-bi makes one for both layers",
);

const SPEED: Readonly<Record<string, Decision>> = {
  "source.arn": "stream",
  "source.key.arn": "stream",
  "source.key.location.*": CALLER,
  "source.key.services[]": THE_MODULE,
  "source.retentionHours": "stream",
  "source.capacity.*": ONE_STREAM,
  "lake.contract.*": THE_MODULE,
  "lake.bucketName": "lake",
  "lake.key.arn": "lake",
  "lake.key.location.*": CALLER,
  "lake.key.services[]": THE_MODULE,
  "lake.accountId": CALLER,
  "lake.rawRetentionDays": ONE_LAKE,
  "lake.noncurrentVersionDays": ONE_LAKE,
};

const OPERATIONS: Readonly<Record<string, Decision>> = {
  "operations.alarmSubscriptions[].protocol": "alarm_subscriptions",
  "operations.alarmSubscriptions[].endpoint": "alarm_subscriptions",
  "operations.alarmAges.consumerHours": "consumer_alarm_hours",
  "operations.alarmAges.deliveryMinutes": "delivery_alarm_minutes",
  "operations.alarmAges.indexingMinutes": "indexing_alarm_minutes",
  "operations.budget.usdPerMonth": "usd_per_month",
  "operations.budget.costOf": "budget_scope",
};

const MODULES: Readonly<
  Record<ModuleName, { readonly props: string; readonly decisions: Readonly<Record<string, Decision>> }>
> = {
  batch: {
    props: "IngestBatchProps",
    decisions: {
      ...COMMON,
      ...NAMES_OF_OTHERS,
      ...BATCH,
      ...namesLeftOut(
        "it is of the other layer",
        ["network", "flowLogGroup", "flowLogRole", "searchDomain", "searchLogPolicy", "searchClients"],
        ["searchDomainGroup", "upsertToEs", "searchSetup", "bastion"],
        OPERATIONS_NAMES(),
      ),
    },
  },
  speed: {
    props: "SpeedLayerProps",
    decisions: {
      ...COMMON,
      ...NAMES_OF_OTHERS,
      ...SEARCH,
      ...SHOWN,
      ...SPEED,
      ...namesLeftOut(
        "it is of the other layer",
        ["stream", "deliveryStream", "deliveryRole", "deliveryLogGroup", "lakeBucket", "accessLogBucket"],
        [
          "database",
          "analystsWorkgroup",
          "mergeWorkgroup",
          "validateRecords",
          "mergeSmallFiles",
          "mergeSchedule",
        ],
        OPERATIONS_NAMES(),
      ),
    },
  },
  "retail-bi": {
    props: "RetailBiProps",
    decisions: {
      ...COMMON,
      ...NAMES_OF_OTHERS,
      ...BATCH,
      ...SHOWN,
      ...Object.fromEntries(Object.entries(SEARCH).map(([path, decision]) => [`speed.${path}`, decision])),
      ...OPERATIONS,
      speed: leftOut("the module batch is the system without it"),
      "quickSight.*": STRUCTURE,
    },
  },
};

function OPERATIONS_NAMES(): readonly string[] {
  return ["alarmTopic", "alarms", "dashboard", "budget", "failedRecordEvents", "failedRecordLogGroup"];
}

function namesLeftOut(
  reason: string,
  ...lists: readonly (readonly string[])[]
): Readonly<Record<string, Decision>> {
  return Object.fromEntries(lists.flat().map((name) => [`names.${name}`, leftOut(reason)]));
}

/** The entry of a path, or of all that is below one of its parents. */
function entryOf(decisions: Readonly<Record<string, Decision>>, path: string): string | undefined {
  const parents = [...path.matchAll(/\./g)].map(({ index }) => `${path.slice(0, index)}.*`).reverse();
  return [path, ...parents].find((one) => one in decisions);
}

/** What an object tells by being given, and an id that is the key of a map. */
const TOLD_BY_ITSELF = new Set(["availability.kind", "speed.availability.kind", "savedQueries[].id"]);

/** `sessionMinutes` of `saml` as `session_minutes`; the key of something adopted as `key_arn`. */
function memberOf(path: string): string {
  if (path.endsWith(".key.arn")) return "key_arn";
  const name = path.split(".").at(-1) ?? "";
  return name
    .replace("[]", "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_")
    .toLowerCase();
}

describe.each(Object.entries(MODULES))("the module %s", (module, { props, decisions }) => {
  const { variable } = JSON.parse(
    readFileSync(join(ROOT, "terraform-modules", module, "main.tf.json"), "utf8"),
  ) as { readonly variable: Readonly<Record<string, { readonly type: string }>> };
  const paths = named(props, "");

  test("has a variable for each property of its construct, or a reason", () => {
    expect(paths.filter((path) => entryOf(decisions, path) === undefined)).toEqual([]);
    const used = new Set(paths.map((path) => entryOf(decisions, path)));
    expect(Object.keys(decisions).filter((path) => !used.has(path))).toEqual([]);
  });

  test("has no variable without a property", () => {
    const decided = Object.values(decisions).filter((one) => typeof one === "string");
    expect([...new Set(decided)].sort()).toEqual(Object.keys(variable).sort());
  });

  test("has the properties as members, where its variable is an object", () => {
    const missing = paths.filter((path) => {
      const decision = decisions[entryOf(decisions, path) ?? ""];
      const type = typeof decision === "string" ? (variable[decision]?.type ?? "") : "";
      return (
        type.includes("object({") && !TOLD_BY_ITSELF.has(path) && !type.includes(` ${memberOf(path)} = `)
      );
    });
    expect(missing.filter((path) => !path.startsWith("contract.columns"))).toEqual([]);
  });
});
