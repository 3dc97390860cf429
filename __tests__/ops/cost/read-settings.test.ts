import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import { defineEnvironment } from "../../../environments/environment";
import { isJsonObject, type JsonObject, objectOf } from "../../../lib/json";
import { EventStream } from "../../../modules/ingest/event-stream";
import { Vpc } from "../../../modules/network/vpc";
import { SpeedLayer } from "../../../modules/speed/speed-layer";
import { CPU_MICROS } from "../../../ops/cost/assumptions";
import { billOf } from "../../../ops/cost/cost";
import { Prices } from "../../../ops/cost/prices";
import { readSettings } from "../../../ops/cost/read-settings";
import { treatmentOf } from "../../../ops/cost/resource-kinds";
import { addStacks } from "../../../stacks/add-stacks";
import { BASTION_USD_PER_MONTH } from "../../../stacks/open-dashboards";
import { writeStack } from "../../local/plan-fixture";
import { settingsOf } from "../../support/cost-pages";
import { EVERY_OPTION, LOCATION } from "../../support/environments";
import { meterReadings } from "../../support/meter-readings";
import { synthesized } from "../../support/synthesized";
import { testApp } from "../../support/test-app";

const PRICES = Prices.ofRepository();
const IDLE = { eventsPerSecond: 0, bytes: 187, pack: 1, months: 1 };

let everyOption: string;
let folder: string;
beforeAll(() => {
  const app = testApp();
  addStacks(app, [{ ...defineEnvironment("read-settings.test.ts", EVERY_OPTION), location: LOCATION }]);
  app.synth();
  everyOption = join(app.outdir, "stacks", "test");
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cost-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const documentOf = (path: string): JsonObject => JSON.parse(readFileSync(join(path, "cdk.tf.json"), "utf8"));
const read = (directory: string) => readSettings("test", [{ directory, variables: {} }], PRICES, {});

function changed(document: JsonObject, type: string, change: (body: JsonObject) => JsonObject): JsonObject {
  const resource = objectOf(document, "resource");
  const bodies = Object.entries(objectOf(resource, type)).map(([id, body]) => [
    id,
    isJsonObject(body) ? change(body) : body,
  ]);
  return { ...document, resource: { ...resource, [type]: Object.fromEntries(bodies) } };
}

test("every setting of dev and prod", async () => {
  const dev = settingsOf("dev", await synthesized("dev"));
  const prod = settingsOf("prod", await synthesized("prod"));
  expect(dev).toEqual({
    name: "dev",
    region: "eu-west-1",
    stream: { mode: "ON_DEMAND", shardCount: 4, retentionHours: 24, maxRecordKiB: 1024, encrypted: true },
    delivery: { bufferMiB: 1, bufferSeconds: 60, gzip: true },
    validate: { memoryMiB: 512, architecture: "arm64", bufferMiB: 0.8, bufferSeconds: 60 },
    merge: {
      memoryMiB: 512,
      architecture: "arm64",
      everyMinutes: 5,
      lookBackHours: 26,
      scanLimitBytes: 100 * 1024 ** 3,
      strategy: "swap",
    },
    upsert: {
      memoryMiB: 512,
      architecture: "arm64",
      batchSize: 1000,
      windowSeconds: 1,
      parallelizationFactor: 1,
      cpuMicrosPerLine: CPU_MICROS.upsert,
    },
    lake: { rawDays: 30, noncurrentDays: 7, objectEvents: true, accessLogDays: 14, encrypted: true },
    search: {
      dataNodes: { type: "t3.small.search", count: 1 },
      volumeGiB: 10,
      volumeType: "gp3",
      copies: 1,
      primaryShards: 1,
      retentionDays: 90,
    },
    network: { natGateways: 0, addresses: 0, endpointZones: 0, flowLogs: true },
    instances: [],
    logDays: 14,
    alarmMetrics: 47,
    customMetrics: { always: 10, withData: 9 },
    dashboards: 1,
    keys: { count: 2, rotated: 2 },
    secrets: 0,
    budgetUsd: 100,
    notPriced: [],
  });
  expect(prod).toMatchObject({
    stream: { retentionHours: 168 },
    delivery: { bufferMiB: 64 },
    merge: { everyMinutes: 13, lookBackHours: 170 },
    upsert: { parallelizationFactor: 2 },
    lake: { rawDays: 730, noncurrentDays: 30, accessLogDays: 365 },
    search: {
      dataNodes: { type: "m6g.large.search", count: 3 },
      masterNodes: { type: "m6g.large.search", count: 3 },
      volumeGiB: 100,
      copies: 3,
      retentionDays: 730,
    },
    alarmMetrics: 49,
    budgetUsd: 1500,
  });
});

test("every option: shards, NAT, bastion, QuickSight", () => {
  const settings = read(everyOption);
  expect(settings).toMatchObject({
    stream: { mode: "PROVISIONED", shardCount: 3, retentionHours: 48 },
    upsert: { parallelizationFactor: 5 },
    lake: { rawDays: 41, noncurrentDays: 12 },
    search: {
      dataNodes: { type: "m6g.large.search", count: 3 },
      masterNodes: { type: "m6g.xlarge.search", count: 3 },
      volumeGiB: 21,
      primaryShards: 4,
      retentionDays: 101,
    },
    network: { natGateways: 1, addresses: 2, endpointZones: 0 },
    instances: [{ type: "t4g.nano", volumeGiB: 8, volumeType: "gp3" }],
    budgetUsd: 71,
  });
  expect(settings.notPriced.map(({ what }) => what)).toEqual([
    "1 aws_quicksight_analysis",
    "1 aws_quicksight_dashboard",
    "2 aws_quicksight_data_set",
    "1 aws_quicksight_data_source",
  ]);
});

test("what a bastion costs is what the output of a stack says", () => {
  const settings = read(everyOption);
  const { addresses } = settings.network;
  const without = { ...settings, instances: [], network: { ...settings.network, addresses: addresses - 1 } };
  const difference =
    billOf(settings, IDLE, PRICES).dollarsPerMonth - billOf(without, IDLE, PRICES).dollarsPerMonth;
  expect(Math.round(difference)).toBe(BASTION_USD_PER_MONTH);
});

test("each type of resource of each environment is priced, free with a reason, or named", async () => {
  const types = new Set<string>();
  for (const name of ["dev", "prod"] as const) {
    const path = await synthesized(name);
    for (const one of [path, `${path}-state`]) {
      for (const type of Object.keys(objectOf(documentOf(one), "resource"))) types.add(type);
    }
  }
  for (const type of Object.keys(objectOf(documentOf(everyOption), "resource"))) types.add(type);
  expect(types.size).toBeGreaterThan(50);
  const named = [...types].map((type) => ({ type, treatment: treatmentOf(type) }));
  for (const { type, treatment } of named) {
    if (treatment.kind !== "priced")
      expect([type, treatment.why]).toEqual([type, expect.stringMatching(/.{10}/)]);
  }
  const unknown = named.filter(
    ({ treatment }) => treatment.kind === "not priced" && /does not know/.test(treatment.why),
  );
  expect(unknown).toEqual([]);
  const notPriced = named.filter(({ treatment }) => treatment.kind === "not priced").map(({ type }) => type);
  expect(notPriced.every((type) => type.startsWith("aws_quicksight_"))).toBe(true);
  expect(treatmentOf("aws_sqs_queue")).toMatchObject({ kind: "not priced" });
});

describe("a stack of another app", () => {
  test("names what the model does not know, what is repeated, and what has no price", () => {
    const document = documentOf(everyOption);
    const other = changed(document, "aws_opensearch_domain", (body) => ({
      ...body,
      cluster_config: {
        ...objectOf(body, "cluster_config"),
        instance_type: "x9.huge.search",
        warm_enabled: true,
      },
    }));
    const resource = {
      ...objectOf(other, "resource"),
      aws_sqs_queue: { One: { name: "one" }, Two: { name: "two" } },
      aws_nat_gateway: { Many: { for_each: ["a", "b"], subnet_id: "subnet" } },
    };
    writeStack(folder, { ...other, resource });
    const settings = read(folder);
    const named = settings.notPriced.map(({ what, why }) => `${what}: ${why}`);
    expect(named).toEqual(
      expect.arrayContaining([
        "2 aws_sqs_queue: the model does not know this type",
        "aws_nat_gateway.Many: its for_each is known to Terraform only",
        expect.stringMatching(
          /^aws_opensearch_domain\.\S+: x9\.huge\.search: the table of prices has no opensearch\.hour/,
        ),
        expect.stringMatching(/^aws_opensearch_domain\.\S+: warm nodes:/),
      ]),
    );
    const items = billOf(settings, IDLE, PRICES).items.map(({ item }) => item);
    expect(items).not.toContain("data nodes x9.huge.search");
    expect(items).toContain("master nodes m6g.xlarge.search");
    expect(settings.network.natGateways).toBe(0);
  });

  test("a region that the stack does not name is that of the process, or said to be unknown", () => {
    writeStack(folder, { ...documentOf(everyOption), provider: { aws: [{}] } });
    const regionWith = (variables: Record<string, string>): string =>
      readSettings("test", [{ directory: folder, variables: {} }], PRICES, variables).region;
    expect(regionWith({ AWS_REGION: "eu-north-1" })).toBe("eu-north-1");
    expect(regionWith({ AWS_DEFAULT_REGION: "eu-south-1" })).toBe("eu-south-1");
    expect(regionWith({})).toBe("a region that it does not name");
  });

  test("a value that only Terraform knows is an error that names it", () => {
    const document = changed(documentOf(everyOption), "aws_kinesis_stream", (body) => ({
      ...body,
      shard_count: `\${data.external.size.result}`,
    }));
    writeStack(folder, document);
    expect(() => read(folder)).toThrow(/aws_kinesis_stream\.\S+\.shard_count/);
  });

  test("the storage of a bucket of another owner is named", () => {
    const document = changed(documentOf(everyOption), "aws_kinesis_firehose_delivery_stream", (body) => ({
      ...body,
      extended_s3_configuration: {
        ...objectOf(body, "extended_s3_configuration"),
        bucket_arn: "arn:aws:s3:::theirs",
      },
    }));
    writeStack(folder, document);
    const settings = read(folder);
    expect(settings).not.toHaveProperty("lake");
    expect(settings.notPriced).toContainEqual({
      what: "storage of the lake",
      why: "its bucket has another owner",
    });
    const items = billOf(settings, { ...IDLE, eventsPerSecond: 100 }, PRICES).items.map(({ item }) => item);
    expect(items).toContain("PUT and LIST");
    expect(items).not.toContain("storage");
  });

  test("two systems are refused", () => {
    const document = documentOf(everyOption);
    const resource = objectOf(document, "resource");
    const [stream = {}] = Object.values(objectOf(resource, "aws_kinesis_stream"));
    writeStack(folder, {
      ...document,
      resource: { ...resource, aws_kinesis_stream: { A: stream, B: { ...(stream as object), name: "b" } } },
    });
    expect(() => read(folder)).toThrow(/aws_kinesis_stream\.B: the stack has two systems/);
  });

  test("the speed layer alone, on a stream that exists", () => {
    const app = testApp();
    const stack = new TerraformStack(app, "payments");
    new AwsProvider(stack, "Aws", { region: LOCATION.region, allowedAccountIds: [LOCATION.accountId] });
    new SpeedLayer(stack, "Search", {
      contract: meterReadings,
      location: LOCATION,
      source: EventStream.fromArn(stack, "Stream", {
        arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/payments",
      }),
      network: Vpc.fromIds(stack, "Network", {
        vpcId: "vpc-0123456789abcdef0",
        privateSubnetIds: ["subnet-0123456789abcdef0"],
        location: LOCATION,
      }),
    });
    app.synth();
    const settings = read(join(app.outdir, "stacks", "payments"));
    expect(settings.notPriced).toEqual([{ what: "the stream", why: "it has another owner" }]);
    expect(settings).not.toHaveProperty("stream");
    expect(settings).not.toHaveProperty("merge");
    expect(settings.search?.dataNodes).toEqual({ type: "t3.small.search", count: 1 });
    const { layers } = billOf(settings, { ...IDLE, eventsPerSecond: 100 }, PRICES);
    expect(layers.stream).toBe(0);
    expect(layers["speed function"]).toBeGreaterThan(1);
  });
});
