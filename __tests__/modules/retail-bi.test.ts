import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Aspects, TerraformStack } from "cdktf";
import { timestamp } from "../../contract/column";
import { type Contract, defineContract } from "../../contract/define";
import { retailTransaction } from "../../contract/retail-transaction";
import {
  EncryptionKey,
  EventStream,
  Guardrails,
  IngestBatch,
  Operations,
  RetailBi,
  type RetailBiProps,
  SpeedLayer,
  type SystemProps,
  Vpc,
} from "../../modules";
import { DEFAULTS } from "../../modules/defaults";
import { RetailBiStack } from "../../stacks/retail-bi-stack";
import { environment, LOCATION } from "../support/environments";
import { meterReadings } from "../support/meter-readings";
import { type Block, reference, Template } from "../support/template";
import { testApp } from "../support/test-app";

const KEY_ARN = `arn:aws:kms:eu-west-1:${LOCATION.accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

/** A stack of another team's app, under the guardrails. */
function synthesized(build: (stack: TerraformStack) => void): Template {
  const stack = new TerraformStack(testApp(), "theirs");
  new AwsProvider(stack, "Aws", { region: "eu-west-1" });
  const guardrails = new Guardrails();
  Aspects.of(stack).add(guardrails);
  stack.node.addValidation({ validate: () => guardrails.findings });
  build(stack);
  return Template.ofStack(stack);
}

/** What names a resource in AWS, by the attributes that are there; a reference names something else. */
const NAMES = [
  "alarm_name",
  "bucket",
  "dashboard_name",
  "data_set_id",
  "data_source_id",
  "domain_name",
  "function_name",
  "name",
  "policy_name",
] as const;

/** In what a name is unique, where that is not the account. */
const SCOPES: Readonly<Record<string, string>> = {
  aws_athena_named_query: "workgroup",
  aws_cloudwatch_log_stream: "log_group_name",
  aws_glue_catalog_table: "database_name",
  aws_iam_role_policy: "role",
  aws_security_group: "vpc_id",
};

function physicalNames({ type, properties }: Block): string[] {
  const scope = SCOPES[type];
  return NAMES.flatMap((attribute) => {
    const name = properties[attribute];
    return typeof name !== "string" || /^\$\{aws_[^}]+\}$/.test(name)
      ? []
      : [`${type} ${attribute} ${name} in ${scope === undefined ? "the account" : properties[scope]}`];
  });
}

const namesIn = (template: Template) => template.resources().flatMap(physicalNames);
const twice = (all: readonly string[]) => all.filter((one, index) => all.indexOf(one) !== index);
const full = (contract: Contract): RetailBiProps => ({
  contract,
  quickSight: { principals: [{ kind: "group", name: "analysts", access: "author" }] },
  speed: { bastion: true },
});

describe("everything, by a contract alone", () => {
  const template = synthesized((stack) => new RetailBi(stack, "Meters", { contract: meterReadings }));

  test("has both layers and their operations, protected", () => {
    for (const type of [
      "aws_kinesis_stream",
      "aws_kinesis_firehose_delivery_stream",
      "aws_opensearch_domain",
    ]) {
      expect(template.only(type).properties["lifecycle"]).toEqual({ prevent_destroy: true });
    }
    expect(template.resources("aws_lambda_function")).toHaveLength(4);
    expect(template.resources("aws_cloudwatch_metric_alarm").length).toBeGreaterThan(20);
    expect(template.resources("aws_iam_service_linked_role")).toEqual([]);
    expect(template.resources("aws_instance")).toEqual([]);
  });

  test("finds account and region by data sources", () => {
    const [account] = template.data("aws_caller_identity");
    const [region] = template.data("aws_region");
    expect(template.only("aws_s3_bucket", "Lake_Bucket").properties["bucket"]).toBe(
      `retail-bi-meterreadings-lake-\${data.${account?.address}.account_id}`,
    );
    expect(template.only("aws_vpc_endpoint").properties["service_name"]).toBe(
      `com.amazonaws.\${data.${region?.address}.id}.s3`,
    );
    expect(template.data("aws_region")).toHaveLength(1);
  });

  test("names everything by it", () => {
    const unnamed = namesIn(template).filter(
      (name) => !name.includes("meterreadings") && name.endsWith("in the account"),
    );
    expect(namesIn(template).length).toBeGreaterThan(60);
    expect(unnamed).toEqual([]);
  });
});

describe("two side by side in one stack", () => {
  const one = synthesized((stack) => new RetailBi(stack, "One", full(retailTransaction)));
  const both = synthesized((stack) => {
    new RetailBi(stack, "One", full(retailTransaction));
    new RetailBi(stack, "Two", full(meterReadings));
  });

  test("share no physical name", () => {
    expect(namesIn(both)).toHaveLength(2 * namesIn(one).length);
    expect(twice(namesIn(both))).toEqual([]);
  });

  test("share no address, nor does the second move one of the first", () => {
    const addresses = (template: Template) => template.resources().map(({ address }) => address);
    expect(addresses(both)).toHaveLength(2 * addresses(one).length);
    expect(addresses(both)).toEqual(expect.arrayContaining(addresses(one)));
  });

  test("share a key, a stream and a network of somebody else", () => {
    const template = synthesized((stack) => {
      const key = EncryptionKey.fromArn(stack, "Key", { arn: KEY_ARN, location: LOCATION });
      const stream = EventStream.fromArn(stack, "Stream", {
        arn: `arn:aws:kinesis:eu-west-1:${LOCATION.accountId}:stream/theirs`,
        key,
      });
      const network = Vpc.fromIds(stack, "Network", {
        vpcId: "vpc-1",
        privateSubnetIds: ["subnet-1"],
        publicSubnetId: "subnet-2",
        location: LOCATION,
      });
      for (const prefix of ["one", "two"]) {
        const common = { ...full(meterReadings), prefix };
        new RetailBi(stack, prefix, { ...common, key, stream, speed: { network, bastion: true } });
      }
    });
    expect(template.resources("aws_vpc")).toEqual([]);
    expect(template.resources("aws_kms_key")).toEqual([]);
    expect(twice(namesIn(template))).toEqual([]);
    const buckets = template
      .resources("aws_s3_bucket")
      .filter(({ address }) => /DataLake_Bucket/.test(address));
    const [quarantine, ...more] = template.statements("Network_S3Policy");
    expect(more).toEqual([]);
    expect(buckets).toHaveLength(2);
    expect(quarantine?.resources).toEqual(buckets.map((one) => `${reference(one, "arn")}/quarantine/*`));
    // How long an adopted stream keeps records is asked of it.
    const [stream] = template.data("aws_kinesis_stream");
    const alarms = template
      .resources("aws_cloudwatch_metric_alarm")
      .filter(({ address }) => address.includes("StreamIteratorAge"));
    expect(alarms).toHaveLength(2);
    for (const { properties } of alarms) {
      expect(properties["alarm_description"]).toContain(
        `when it lags by \${data.${stream?.address}.retention_period}, records expire`,
      );
    }
  });
});

test("without a speed layer there is nothing of it, and no alarm about it", () => {
  const template = synthesized(
    (stack) => new RetailBi(stack, "Sales", { contract: retailTransaction, prefix: "sales", speed: false }),
  );
  for (const type of ["aws_vpc", "aws_opensearch_domain", "aws_lambda_event_source_mapping"]) {
    expect(template.resources(type)).toEqual([]);
  }
  expect(namesIn(template).filter((name) => /UpsertToES|search/i.test(name))).toEqual([]);
});

describe.each([RetailBi, IngestBatch, SpeedLayer])("%p", (Layer) => {
  const build = (props: SystemProps) => () =>
    synthesized((stack) => new Layer(stack, "Meters", { protected: false, ...props }));

  test("needs only a contract", () => {
    const template = synthesized((stack) => new Layer(stack, "Meters", { contract: meterReadings }));
    expect(twice(namesIn(template))).toEqual([]);
    for (const type of ["aws_kms_key", "aws_kinesis_stream", "aws_s3_bucket_notification"]) {
      expect(template.resources(type)).toHaveLength(1);
    }
  });

  test.each(["a", "Sales", "my-sales", "a".repeat(21)])("refuses the prefix %p", (prefix) => {
    expect(build({ contract: meterReadings, prefix })).toThrow(
      `theirs/Meters: prefix is "${prefix}"; 2 to 20 lower-case letters and digits are allowed, a letter first`,
    );
  });

  test.each(["m", "readings_of_all_the_meters"])("refuses the name %p of a contract as a prefix", (name) => {
    const contract = defineContract({ name, eventTime: "at", columns: { at: timestamp() } });
    expect(build({ contract })).toThrow(
      `theirs/Meters: prefix is not set, and the contract's name "${name}" gives "${name.replaceAll("_", "")}"; 2 to 20`,
    );
    expect(build({ contract, prefix: "meters" })).not.toThrow();
  });
});

describe("operations of one layer", () => {
  const alarms = (template: Template) =>
    template
      .resources("aws_cloudwatch_metric_alarm")
      .map(({ properties }) => String(properties["alarm_name"]).replace("meterreadings-retail-bi-", ""));
  const both = synthesized((stack) => new RetailBi(stack, "Meters", { contract: meterReadings }));
  const ofLayer = (layer: "batch" | "speed") =>
    synthesized((stack) => {
      const contract = meterReadings;
      const { lake, monitored } =
        layer === "batch"
          ? new IngestBatch(stack, "Meters", { contract })
          : new SpeedLayer(stack, "Meters", { contract });
      new Operations(stack, "Operations", { contract, lake, [layer]: monitored });
    });

  test("are the alarms of both, which have only those of the stream in common", () => {
    const [batch, speed] = [alarms(ofLayer("batch")), alarms(ofLayer("speed"))];
    expect([...new Set([...batch, ...speed])].sort()).toEqual(alarms(both).sort());
    expect(batch).toEqual(expect.arrayContaining(["delivery-stopped", "merge-small-files-silent"]));
    expect(speed).toEqual(expect.arrayContaining(["upsert-to-es-stopped", "search-red"]));
    expect(batch.filter((name) => speed.includes(name))).toEqual([
      "stream-iterator-age",
      "stream-read-throttled",
      "stream-write-throttled",
    ]);
  });

  test("use the key of the lake, as a speed layer does", () => {
    const contract = meterReadings;
    const template = synthesized((stack) => {
      const { lake, stream, monitored } = new IngestBatch(stack, "Meters", { contract });
      const speed = new SpeedLayer(stack, "Search", { contract, lake, source: stream });
      new Operations(stack, "Operations", { contract, lake, batch: monitored, speed: speed.monitored });
    });
    const key = reference(template.only("aws_kms_key"), "arn");
    expect(template.only("aws_opensearch_domain").properties["encrypt_at_rest"]).toMatchObject({
      kms_key_id: key,
    });
    expect(template.only("aws_sns_topic").properties["kms_master_key_id"]).toBe(key);
    expect(twice(namesIn(template))).toEqual([]);
  });

  test("of none, or of two that read two streams, are refused", () => {
    const contract = meterReadings;
    synthesized((stack) => {
      const { lake, monitored: batch } = new IngestBatch(stack, "Batch", { contract });
      const { monitored: speed } = new SpeedLayer(stack, "Speed", { contract, prefix: "other" });
      expect(() => new Operations(stack, "None", { contract, lake })).toThrow(
        "theirs/None: neither batch nor speed is set; at least one is",
      );
      // What was removed owns no names.
      stack.node.tryRemoveChild("None");
      expect(() => new Operations(stack, "Two", { contract, lake, batch, speed })).toThrow(
        "theirs/Two: batch and speed read two streams",
      );
      stack.node.tryRemoveChild("Two");
    });
  });
});

test("an environment's stack leaves the layers out of its addresses, and of its assets", () => {
  const template = Template.ofStack(new RetailBiStack(testApp(), "test", environment({})));
  const addresses = template.resources().map(({ address }) => address);
  expect(addresses.filter((address) => /\.(Default|IngestBatch|SpeedLayer|RetailBi)_/.test(address))).toEqual(
    [],
  );
  const files = template.resources("aws_lambda_function").map(({ properties }) => properties["filename"]);
  expect(files).toHaveLength(4);
  for (const file of files)
    expect(file).toMatch(/^assets\/(ValidateRecords|MergeSmallFiles|UpsertToES|SearchSetup)_Function_Code_/);
});

describe("the documentation of a property agrees with its default:", () => {
  const source = ["retail-bi.ts", "batch/ingest-batch.ts", "speed/speed-layer.ts", "system.ts"]
    .map((file) => readFileSync(join(__dirname, "../../modules", file), "utf8"))
    .join("\n");
  const used = [...source.matchAll(/(\w+) (?:=|\?\?) DEFAULTS\.(\w+)/g)].map(
    ([, property = "", name = ""]) => ({
      property,
      value: [DEFAULTS[name as keyof typeof DEFAULTS]].flat().join(" and "),
    }),
  );

  test("there are such properties", () => {
    expect(used.length).toBeGreaterThan(15);
  });

  test.each(used.filter(({ property }) => property !== "usdPerMonth"))(
    "$property is $value",
    ({ property, value }) => {
      const docs = [...source.matchAll(RegExp(`@default ([^*]+?) \\*/\\s+readonly ${property}\\?`, "g"))];
      expect(docs.length).toBeGreaterThan(0);
      for (const [, documented] of docs) expect(documented).toBe(value);
    },
  );
});
