import { type TerraformStack, TerraformVariable } from "cdktf";
import { retailTransaction } from "../../contract/retail-transaction";
import { DataLake, type ILake } from "../../modules/batch/data-lake";
import { DeliveryStream } from "../../modules/batch/delivery-stream";
import { ValidateRecords } from "../../modules/batch/validate-records";
import { functionRole } from "../../modules/functions/node-function";
import { EventStream, type IEventStream } from "../../modules/ingest/event-stream";
import { Bastion } from "../../modules/network/bastion";
import { type AdoptedNetworkProps, type INetwork, Vpc } from "../../modules/network/vpc";
import { AlarmTopic } from "../../modules/operations/alarm-topic";
import { AdoptedRole } from "../../modules/security/adopted-role";
import { EncryptionKey, type IEncryptionKey } from "../../modules/security/encryption-key";
import type { Statement } from "../../modules/security/policy";
import { type SearchAvailability, SearchDomain } from "../../modules/speed/search-domain";
import { SearchSetup } from "../../modules/speed/search-setup";
import { UpsertToEs } from "../../modules/speed/upsert-to-es";
import { LOCATION } from "../support/environments";
import { object, reference, Template } from "../support/template";

const ACCOUNT = LOCATION.accountId;
const KEY_ARN = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const STREAM_ARN = `arn:aws:kinesis:eu-west-1:${ACCOUNT}:stream/theirs`;
const ROOT = [{ type: "AWS", identifiers: [`arn:aws:iam::${ACCOUNT}:root`] }];

const NETWORK: AdoptedNetworkProps = {
  vpcId: "vpc-1",
  privateSubnetIds: ["subnet-1", "subnet-2", "subnet-3"],
  location: LOCATION,
};

const SINGLE: SearchAvailability = { kind: "single-node" };
const STANDBY: SearchAvailability = {
  kind: "standby",
  nodesPerZone: 1,
  masterInstanceType: "m6g.large.search",
};

interface Theirs {
  readonly key: IEncryptionKey;
  readonly stream: IEventStream;
  readonly lake: ILake;
  readonly network: INetwork;
}

function adopted(stack: TerraformStack, network: AdoptedNetworkProps = NETWORK): Theirs {
  const key = EncryptionKey.fromArn(stack, "Key", { arn: KEY_ARN, location: LOCATION });
  return {
    key,
    stream: EventStream.fromArn(stack, "Stream", { arn: STREAM_ARN, key }),
    lake: DataLake.fromBucket(stack, "Lake", {
      contract: retailTransaction,
      bucketName: "theirs",
      key,
      accountId: ACCOUNT,
      rawRetentionDays: 30,
    }),
    network: Vpc.fromIds(stack, "Network", network),
  };
}

function addDomain(stack: TerraformStack, { key, network }: Theirs, availability: SearchAvailability) {
  const master = functionRole(stack, "Master", "setup");
  const domain = new SearchDomain(stack, "Domain", {
    name: "domain",
    logPolicyName: "domain",
    location: LOCATION,
    vpc: network,
    settings: { instanceType: "m6g.large.search", volumeGiB: 10, availability },
    master,
    key,
    logRetentionDays: 7,
    protected: false,
  });
  return { master, domain };
}

/** Both layers on what another team owns. */
function addLayers(stack: TerraformStack, theirs: Theirs): void {
  const { key, stream, lake, network } = theirs;
  const defaults = { contract: retailTransaction, location: LOCATION, key, logRetentionDays: 7 };
  const validate = new ValidateRecords(stack, "Validate", { ...defaults, name: "validate", lake });
  new DeliveryStream(stack, "Delivery", {
    contract: retailTransaction,
    name: "delivery",
    roleName: "delivery",
    logGroupName: "/delivery",
    source: stream,
    lake,
    transformation: validate.function,
    key,
    accountId: ACCOUNT,
    logRetentionDays: 7,
    bufferMiB: 64,
    gzip: true,
    protected: false,
  });
  const { master, domain } = addDomain(stack, theirs, SINGLE);
  const setup = new SearchSetup(stack, "Setup", {
    ...defaults,
    name: "setup",
    vpc: network,
    domain,
    role: master,
    shards: 1,
    retentionDays: 90,
    writers: [],
    readerRoleArns: [],
    readerGroups: [],
  });
  new UpsertToEs(stack, "Upsert", {
    ...defaults,
    name: "upsert",
    source: stream,
    lake,
    vpc: network,
    domain,
    role: functionRole(stack, "UpsertRole", "upsert"),
    setup,
    parallelizationFactor: 1,
    maximumRecordAgeHours: 23,
  });
}

describe("both layers on a key, a stream, a bucket and a network of another team", () => {
  const template = Template.of((stack) => addLayers(stack, adopted(stack)));
  const outputs = object(template.json["output"] ?? {});
  const output = (part: string) => {
    const found = Object.entries(outputs).filter(([name]) => name.startsWith(part));
    expect(found).toHaveLength(1);
    return object(found[0]?.[1] ?? null);
  };
  const policyFor = (what: string) => {
    const [document] = template
      .data("aws_iam_policy_document")
      .filter(({ address }) => address.startsWith(`aws_iam_policy_document.${what}_`));
    if (!document) throw new Error(`no policy of ${what}`);
    expect(output(`${what}_PolicyForOwner`)["value"]).toBe(`\${data.${document.address}.json}`);
    return template.statements(document.address);
  };

  test("make none of them, and change nothing of them", () => {
    for (const type of [
      "aws_kms_key",
      "aws_kms_alias",
      "aws_kinesis_stream",
      "aws_vpc",
      "aws_subnet",
      "aws_vpc_endpoint",
    ]) {
      expect(template.resources(type)).toEqual([]);
    }
    expect(template.resources().filter(({ type }) => type.startsWith("aws_s3_"))).toEqual([]);
  });

  test("use them by what was given", () => {
    expect(template.only("aws_kinesis_firehose_delivery_stream").properties).toMatchObject({
      kinesis_source_configuration: { kinesis_stream_arn: STREAM_ARN },
      extended_s3_configuration: { bucket_arn: "arn:aws:s3:::theirs", kms_key_arn: KEY_ARN },
    });
    expect(template.only("aws_lambda_event_source_mapping").properties).toMatchObject({
      event_source_arn: STREAM_ARN,
      destination_config: { on_failure: { destination_arn: "arn:aws:s3:::theirs" } },
    });
    expect(template.only("aws_opensearch_domain").properties).toMatchObject({
      encrypt_at_rest: { kms_key_id: KEY_ARN },
      vpc_options: { subnet_ids: ["subnet-1"] },
    });
    expect(template.only("aws_lambda_function", "Upsert").properties).toMatchObject({
      vpc_config: { subnet_ids: ["subnet-1", "subnet-2", "subnet-3"] },
      environment: { variables: { QUARANTINE_LOCATION: "s3://theirs/quarantine/" } },
    });
    for (const { properties } of template.resources("aws_security_group")) {
      expect(properties["vpc_id"]).toBe("vpc-1");
    }
    const [prefixList] = template.data("aws_prefix_list");
    expect(prefixList?.properties).toEqual({ name: "com.amazonaws.eu-west-1.s3" });
    expect(
      template.only("aws_vpc_security_group_egress_rule", "ClientsToS3").properties["prefix_list_id"],
    ).toBe(`\${data.${prefixList?.address}.id}`);
  });

  test("hand out what the key's owner must allow: the account by service, and every log group", () => {
    const statements = policyFor("Key");
    expect(statements.map(({ sid }) => sid)).toEqual([
      "AccountUsesKeyThroughServices",
      "ServicesKeepUsingKey",
      "CloudWatchEncryptsLogGroups",
    ]);
    const groups = template.resources("aws_cloudwatch_log_group").map(({ properties }) => properties["name"]);
    expect(groups.length).toBeGreaterThan(6);
    const [encrypted] = statements.flatMap(({ sid, condition }) =>
      sid === "CloudWatchEncryptsLogGroups" ? [condition?.[0]?.values] : [],
    );
    expect([...(encrypted ?? [])].sort()).toEqual(
      groups.map((name) => `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:${name}`).sort(),
    );
  });

  test("hand out what the bucket's owner must allow the account: what the roles are granted, and no more", () => {
    const statements = policyFor("Lake");
    for (const { principals } of statements) expect(principals).toEqual(ROOT);
    const pairs = (all: readonly { actions: readonly string[]; resources?: readonly string[] }[]) =>
      [
        ...new Set(
          all.flatMap(({ actions, resources = [] }) =>
            actions.flatMap((action) => resources.map((one) => `${action} ${one}`)),
          ),
        ),
      ]
        .filter((pair) => pair.startsWith("s3:"))
        .sort();
    const granted = ["Delivery_ExecutionRole", "Validate_Function_ExecutionRole", "UpsertRole"].flatMap(
      (role) => template.statements(`${role}_Permissions`),
    );
    expect(pairs(granted).length).toBeGreaterThan(5);
    expect(pairs(statements)).toEqual(pairs(granted));
  });

  test("hand out what the bucket must be set to", () => {
    expect(output("Lake_SettingsForOwner")["value"]).toBe(
      `\${jsonencode({"eventbridge" = true, "expirations" = [{"id" = "raw", "prefix" = "json-data/", "days" = 30}, {"id" = "scratch", "prefix" = "tmp/", "days" = 2}, {"id" = "results", "prefix" = "athena-results/", "days" = 30}]})}`,
    );
  });

  test("hand out what the endpoint of S3 must let through", () => {
    expect(policyFor("Network")).toEqual([
      expect.objectContaining({
        sid: "Quarantine",
        actions: ["s3:PutObject"],
        resources: ["arn:aws:s3:::theirs/quarantine/*"],
        condition: [{ test: "StringEquals", variable: "aws:PrincipalAccount", values: [ACCOUNT] }],
      }),
    ]);
  });
});

test("what two share is handed out once, with what both need", () => {
  const template = Template.of((stack) => {
    const { key, network } = adopted(stack);
    for (const name of ["one", "two"]) {
      new AlarmTopic(stack, name, { name, location: LOCATION, alarmPrefix: name, subscriptions: [], key });
      network.allowThroughS3Endpoint({
        sid: "Quarantine",
        actions: ["s3:PutObject"],
        resources: [`arn:aws:s3:::${name}/quarantine/*`],
      });
    }
  });
  const publish = template.statements("Key_Policy").find(({ sid }) => sid === "AlarmsPublish");
  expect(publish?.condition?.[1]?.values).toEqual(
    ["one", "two"].map((name) => `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:${name}-*`),
  );
  expect(template.statements("Network_S3Policy").map(({ sid, resources }) => [sid, resources])).toEqual([
    ["Quarantine", ["arn:aws:s3:::one/quarantine/*", "arn:aws:s3:::two/quarantine/*"]],
  ]);
});

describe("a producer", () => {
  test.each(["its own", "an adopted"])(
    "is granted to write to %s stream, and to encrypt, and no more",
    (whose) => {
      const template = Template.of((stack) => {
        const key = new EncryptionKey(stack, "Key", {
          alias: "alias/key",
          description: "test",
          location: LOCATION,
          services: ["kinesis"],
          deletionDays: 7,
          protected: false,
        });
        const capacity = { mode: "on-demand" } as const;
        const stream =
          whose === "its own"
            ? new EventStream(stack, "Stream", {
                name: "s",
                capacity,
                retentionHours: 24,
                key,
                protected: false,
              })
            : EventStream.fromArn(stack, "Stream", { arn: STREAM_ARN, key });
        stream.grantWrite(new AdoptedRole(stack, "Producer", { roleName: "producer", policyName: "writes" }));
      });
      const key = reference(template.only("aws_kms_key"), "arn");
      const stream = whose === "its own" ? reference(template.only("aws_kinesis_stream"), "arn") : STREAM_ARN;
      expect(template.grants("Producer")).toEqual({
        WriteStream: {
          actions: [
            "kinesis:DescribeStreamSummary",
            "kinesis:ListShards",
            "kinesis:PutRecord",
            "kinesis:PutRecords",
          ],
          resources: [stream],
        },
        EncryptStream: { actions: ["kms:GenerateDataKey"], resources: [key] },
      });
    },
  );

  test("of a stream without a key of its own is granted no key, by anything that takes statements", () => {
    const statements: Statement[] = [];
    Template.of((stack) => {
      const stream = EventStream.fromArn(stack, "Stream", { arn: STREAM_ARN });
      stream.grantWrite({ allow: (statement) => void statements.push(statement) });
      stream.grantRead({ allow: (statement) => void statements.push(statement) });
    });
    expect(statements.map(({ sid }) => sid)).toEqual(["WriteStream", "ReadStream"]);
  });
});

describe("an adopted network", () => {
  const domainIn = (network: AdoptedNetworkProps, availability: SearchAvailability) =>
    Template.of((stack) => void addDomain(stack, adopted(stack, network), availability)).only(
      "aws_opensearch_domain",
    ).properties["vpc_options"];

  test("gives a domain with standby three subnets, and refuses fewer", () => {
    expect(domainIn(NETWORK, STANDBY)).toMatchObject({ subnet_ids: NETWORK.privateSubnetIds });
    expect(() => domainIn({ ...NETWORK, privateSubnetIds: ["subnet-1", "subnet-2"] }, STANDBY)).toThrow(
      /^test\/Domain: vpc has 2 private subnets; 3 are needed$/,
    );
  });

  test("may have its subnets as a list that is known later", () => {
    const template = Template.of((stack) => {
      const subnets = new TerraformVariable(stack, "subnets", { type: "list(string)" });
      addLayers(stack, adopted(stack, { ...NETWORK, privateSubnetIds: subnets.listValue }));
    });
    expect(template.only("aws_opensearch_domain").properties).toMatchObject({
      vpc_options: { subnet_ids: `\${slice(var.subnets, 0, 1)}` },
    });
    expect(template.only("aws_lambda_function", "Upsert").properties).toMatchObject({
      vpc_config: { subnet_ids: `\${var.subnets}` },
    });
  });

  test("has a bastion in the public subnet that is given, or none", () => {
    const build = (network: AdoptedNetworkProps) =>
      Template.of((stack) => {
        const theirs = adopted(stack, network);
        const { domain } = addDomain(stack, theirs, SINGLE);
        new Bastion(stack, "Bastion", {
          name: "b",
          location: LOCATION,
          vpc: theirs.network,
          domain,
          key: theirs.key,
        });
      });
    expect(
      build({ ...NETWORK, publicSubnetId: "subnet-9" }).only("aws_instance").properties["subnet_id"],
    ).toBe("subnet-9");
    expect(() => build(NETWORK)).toThrow("test/Network: publicSubnetId is not given; a bastion needs one");
  });
});

test.each<[string, (stack: TerraformStack) => unknown, RegExp]>([
  [
    "an alias for a key",
    (stack) =>
      EncryptionKey.fromArn(stack, "Key", {
        arn: `arn:aws:kms:eu-west-1:${ACCOUNT}:alias/k`,
        location: LOCATION,
      }),
    /^test\/Key: arn is ".*alias\/k"; arn:aws:kms:/,
  ],
  [
    "a name for a stream",
    (stack) => EventStream.fromArn(stack, "Stream", { arn: "theirs" }),
    /^test\/Stream: arn is "theirs"; arn:aws:kinesis:/,
  ],
])("refuses %s", (_, build, message) => {
  Template.of((stack) => expect(() => build(stack)).toThrow(message));
});
