import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TerraformStack } from "cdktf";
import { retailTransaction } from "../../contract/retail-transaction";
import type { EnvironmentSettings } from "../../environments/environment";
import { mergeSmallFiles } from "../../lambdas/merge-small-files/core";
import { METRICS as MERGE } from "../../lambdas/merge-small-files/metrics";
import { createLogger, METRIC_DIMENSION } from "../../lambdas/shared/log";
import { upsertToEs } from "../../lambdas/upsert-to-es/core";
import { METRICS as UPSERT } from "../../lambdas/upsert-to-es/metrics";
import { validateRecords } from "../../lambdas/validate-records/core";
import { METRICS as VALIDATE } from "../../lambdas/validate-records/metrics";
import { MetricTotals } from "../../local/services/lambda/functions/metrics";
import { DataLake } from "../../modules/batch/data-lake";
import { namesOf } from "../../modules/naming";
import { Alarm, type AlarmProps, type AlarmSpec, alarmId, RUNBOOK } from "../../modules/operations/alarm";
import { AlarmTopic, type AlarmTopicProps } from "../../modules/operations/alarm-topic";
import { Budget, type BudgetProps } from "../../modules/operations/budget";
import { Dashboard, type DashboardProps } from "../../modules/operations/dashboard";
import {
  FailedRecordEvents,
  type FailedRecordEventsProps,
} from "../../modules/operations/failed-record-events";
import { ruleMetrics } from "../../modules/operations/metric";
import { EncryptionKey } from "../../modules/security/encryption-key";
import { RetailBiStack } from "../../stacks/retail-bi-stack";
import { AWS_METRICS } from "../support/aws-metrics";
import { environment, LOCATION } from "../support/environments";
import { CONFIG, FakeWarehouse } from "../support/fake-warehouse";
import { goodLine, kinesisEvent } from "../support/kinesis-event";
import { INDEXING } from "../support/retail";
import {
  type Block,
  type Json,
  type JsonObject,
  object,
  propertiesThatMoveNothing,
  reference,
  Template,
} from "../support/template";
import { testApp } from "../support/test-app";

const NAMESPACE = "RetailBI";
const ACCOUNT = LOCATION.accountId;

function stack(settings: Partial<EnvironmentSettings> = {}): Template {
  return Template.ofStack(new RetailBiStack(testApp(), "test", environment(settings)));
}

const SINGLE = stack({ speed: { volumeGiB: 40 } });
const STANDBY = stack({
  physicalNames: "prefixed",
  stream: { retentionHours: 48 },
  network: { zones: ["a", "b", "c"] },
  speed: {
    instanceType: "m6g.large.search",
    availability: { kind: "standby", nodesPerZone: 2, masterInstanceType: "m6g.large.search" },
  },
});
const WITH_BASTION = stack({ bastion: { enabled: true } });
const BATCH_ONLY = stack({ speed: { enabled: false } });

/** An alarm of the JSON, with the metrics that it watches, be it one or a formula's. */
interface Watched {
  readonly name: string;
  readonly block: Block;
  readonly metrics: readonly { name: string; namespace: string; dimensions: JsonObject }[];
}

function text(value: Json | undefined): string {
  if (typeof value !== "string") throw new Error(`${JSON.stringify(value)} is no text`);
  return value;
}

function list(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw new Error(`${JSON.stringify(value)} is no list`);
  return value;
}

function alarmsOf(template: Template): Watched[] {
  return template.resources("aws_cloudwatch_metric_alarm").map((block) => {
    const queries = block.properties["metric_query"];
    const metrics =
      queries === undefined
        ? [block.properties]
        : list(queries).flatMap((query) => {
            const metric = object(query)["metric"];
            return metric === undefined ? [] : [object(metric)];
          });
    return {
      name: text(block.properties["alarm_name"]).replace(/^(test-)?retail-bi-/, ""),
      block,
      metrics: metrics.map((metric) => ({
        name: text(metric["metric_name"]),
        namespace: text(metric["namespace"]),
        dimensions: object(metric["dimensions"] ?? null),
      })),
    };
  });
}

function alarm(template: Template, name: string): JsonObject {
  const found = alarmsOf(template).find((one) => one.name === name);
  if (!found) throw new Error(`no alarm ${name}`);
  return found.block.properties;
}

/** What each dimension must refer to. */
const REFERS_TO: Readonly<Record<string, readonly [type: string, attribute: string]>> = {
  StreamName: ["aws_kinesis_stream", "name"],
  DeliveryStreamName: ["aws_kinesis_firehose_delivery_stream", "name"],
  FunctionName: ["aws_lambda_function", "function_name"],
  DomainName: ["aws_opensearch_domain", "domain_name"],
  RuleName: ["aws_cloudwatch_event_rule", "name"],
};

/** The resource that a dimension refers to. @throws Error when the stack has none such. */
function resourceOf(template: Template, dimension: string, value: Json | undefined): Block {
  const [type, attribute] = REFERS_TO[dimension] ?? [];
  if (type === undefined || attribute === undefined) throw new Error(`dimension ${dimension} is not known`);
  const found = template.resources(type).find((block) => reference(block, attribute) === value);
  if (!found) throw new Error(`${dimension} is ${JSON.stringify(value)}, no ${attribute} of a ${type}`);
  return found;
}

/** By folder: the names under which a function really reports, read from what its core writes. */
const emitted = new Map<string, ReadonlySet<string>>();

/** Runs a core that logs for a function, and takes note of its metrics as CloudWatch would. */
async function listen(folder: string, run: (write: (line: string) => void) => Promise<unknown>) {
  const totals = new MetricTotals();
  const directives: Json[] = [];
  await run((line) => {
    totals.add(folder, line);
    const { _aws: aws } = object(JSON.parse(line));
    if (aws !== undefined) directives.push(...list(object(aws)["CloudWatchMetrics"]));
  });
  for (const directive of directives) {
    expect(object(directive)).toMatchObject({ Namespace: NAMESPACE, Dimensions: [[METRIC_DIMENSION]] });
  }
  const names = totals.all().map(({ name }) => name);
  emitted.set(folder, new Set([...(emitted.get(folder) ?? []), ...names]));
}

beforeAll(async () => {
  await listen("validate-records", (write) =>
    validateRecords(
      {
        invocationId: "i",
        deliveryStreamArn: "d",
        region: LOCATION.region,
        records: [
          {
            recordId: "r",
            approximateArrivalTimestamp: 1_795_489_200_123,
            data: Buffer.from(`${goodLine()}\nbroken`).toString("base64"),
            kinesisRecordMetadata: {
              shardId: "shardId-000000000001",
              partitionKey: "p",
              approximateArrivalTimestamp: 1_795_489_200_123,
              sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
              subsequenceNumber: "",
            },
          },
        ],
      },
      { ...INDEXING, quarantinePrefix: "quarantine/" },
      { put: async () => {}, log: createLogger("f", write) },
    ),
  );
  await listen("upsert-to-es", (write) =>
    upsertToEs(
      kinesisEvent([goodLine()]),
      { ...INDEXING, quarantinePrefix: "quarantine/" },
      {
        search: async () => ({ status: 403, body: { error: { type: "security_exception" } } }),
        put: async () => {},
        log: createLogger("f", write),
        timeLeftMs: () => 300_000,
      },
    ),
  );
  const warehouse = new FakeWarehouse(Date.UTC(2026, 10, 24, 12, 10));
  await listen("merge-small-files", async (write) => {
    await mergeSmallFiles(CONFIG, warehouse.ports(), 300_000);
    for (const line of warehouse.logged) write(JSON.stringify(line));
  });
  const busy = new FakeWarehouse(Date.UTC(2026, 10, 24, 12, 10));
  const during: Promise<unknown>[] = [];
  busy.afterCall = () => {
    busy.afterCall = () => {};
    during.push(mergeSmallFiles(CONFIG, busy.ports(), 300_000));
  };
  await listen("merge-small-files", async (write) => {
    await mergeSmallFiles(CONFIG, busy.ports(), 300_000);
    await Promise.all(during);
    for (const line of busy.logged) write(JSON.stringify(line));
  });
});

describe("what the functions report", () => {
  test.each([
    ["validate-records", VALIDATE],
    ["upsert-to-es", UPSERT],
    ["merge-small-files", MERGE],
  ])("%s: exactly the names that its metrics.ts has", (folder, names) => {
    expect([...(emitted.get(folder) ?? [])].sort()).toEqual(Object.values(names).sort());
  });
});

describe.each([
  ["with one node", SINGLE, 43],
  ["with standby", STANDBY, 45],
  ["without a speed layer", BATCH_ONLY, 20],
])("the alarms of an environment %s", (_, template, count) => {
  const FOLDERS: Readonly<Record<string, string>> = {
    ValidateRecords: "validate-records",
    MergeSmallFiles: "merge-small-files",
    UpsertToES: "upsert-to-es",
    SearchSetup: "search-setup",
  };
  const folderOf = (block: Block) =>
    FOLDERS[text(block.properties["function_name"]).replace("test-", "")] ?? "";
  const all = alarmsOf(template);

  test("are all there, each by a name of its own", () => {
    expect(all.map(({ name }) => name)).toHaveLength(count);
    expect(new Set(all.map(({ name }) => name)).size).toBe(count);
  });

  test.each(all.map((one) => [one.name, one] as const))(
    "%s watches what exists and is emitted",
    (name, one) => {
      expect(one.metrics.length).toBeGreaterThan(0);
      for (const metric of one.metrics) {
        const { ClientId, ...dimensions } = metric.dimensions;
        const resources = Object.entries(dimensions).map(([dimension, value]) =>
          resourceOf(template, dimension, value),
        );
        const [resource] = resources;
        if (!resource) throw new Error(`${name} has no dimension`);
        if (metric.namespace === NAMESPACE) {
          expect(Object.keys(metric.dimensions)).toEqual([METRIC_DIMENSION]);
          expect([...(emitted.get(folderOf(resource)) ?? [])]).toContain(metric.name);
        } else {
          const aws = AWS_METRICS[metric.namespace];
          expect(aws?.names).toContain(metric.name);
          expect(Object.keys(metric.dimensions).sort()).toEqual(aws?.dimensions);
          if (metric.namespace === "AWS/ES") expect(ClientId).toBe(ACCOUNT);
        }
        // An alarm whose name speaks of a function is about that function.
        if (resource.type === "aws_lambda_function") expect(name.startsWith(folderOf(resource))).toBe(true);
      }
    },
  );

  test.each(all.map((one) => [one.name, one.block] as const))(
    "%s tells people, and where to read on",
    (name, block) => {
      const topic = reference(template.only("aws_sns_topic"), "arn");
      expect(block.properties).toMatchObject({ alarm_actions: [topic], ok_actions: [topic] });
      expect(block.properties["alarm_description"]).toMatch(
        new RegExp(
          `^[A-Z].+\\. Missing data: (notBreaching|breaching|ignore), because .+\\. ${RUNBOOK}#${name}$`,
        ),
      );
      const { evaluation_periods: of, datapoints_to_alarm: bad } = block.properties;
      expect(Number(bad)).toBeLessThanOrEqual(Number(of));
    },
  );
});

/** For each alarm: a value that is fine, a value that is wrong, and how missing data are treated. */
const JUDGEMENTS: readonly [name: string, fine: number, wrong: number, missing: string][] = [
  ["stream-iterator-age", 5.9 * 3_600_000, 6.1 * 3_600_000, "ignore"],
  ["stream-write-throttled", 0, 1, "notBreaching"],
  ["stream-read-throttled", 0, 1, "notBreaching"],
  ["delivery-freshness", 120, 901, "ignore"],
  ["delivery-behind", 120_000, 901_000, "ignore"],
  ["delivery-stopped", 0, 1, "ignore"],
  ["delivery-errors", 0, 1, "notBreaching"],
  ["validate-records-errors", 0, 1, "notBreaching"],
  ["validate-records-duration", 239_000, 241_000, "notBreaching"],
  ["validate-records-throttles", 0, 1, "notBreaching"],
  ["validate-records-quarantine-rate", 1, 1.1, "notBreaching"],
  ["merge-small-files-errors", 0, 1, "notBreaching"],
  ["merge-small-files-duration", 239_000, 241_000, "notBreaching"],
  ["merge-small-files-throttles", 0, 1, "notBreaching"],
  ["merge-small-files-silent", 1, 0, "breaching"],
  ["merge-small-files-staleness", 400, 2761, "ignore"],
  ["merge-small-files-refused", 0, 1, "ignore"],
  ["merge-small-files-failed-steps", 0, 1, "ignore"],
  ["merge-small-files-unsettled", 0, 1, "ignore"],
  ["merge-small-files-differences", 0, 1, "notBreaching"],
  ["upsert-to-es-errors", 0, 1, "notBreaching"],
  ["upsert-to-es-duration", 239_000, 241_000, "notBreaching"],
  ["upsert-to-es-throttles", 0, 1, "notBreaching"],
  ["upsert-to-es-iterator-age", 5000, 301_000, "ignore"],
  ["upsert-to-es-stopped", 0, 1, "ignore"],
  ["upsert-to-es-given-up", 0, 1, "notBreaching"],
  ["upsert-to-es-given-up-lost", 0, 1, "notBreaching"],
  ["upsert-to-es-refused", 0, 1, "notBreaching"],
  ["upsert-to-es-quarantine-rate", 1, 1.1, "notBreaching"],
  ["search-setup-errors", 0, 1, "notBreaching"],
  ["search-setup-duration", 239_000, 241_000, "notBreaching"],
  ["search-setup-throttles", 0, 1, "notBreaching"],
  ["search-red", 0, 1, "ignore"],
  ["search-nodes", 1, 0, "breaching"],
  ["search-storage", 10_241, 10_240, "ignore"],
  ["search-writes-blocked", 0, 1, "ignore"],
  ["search-memory", 94, 95, "ignore"],
  ["search-cpu", 79, 80, "ignore"],
  ["search-writes-rejected", 0, 1, "ignore"],
  ["search-writes-queued", 99, 100, "ignore"],
  ["search-snapshot", 0, 1, "ignore"],
  ["search-key-error", 0, 1, "notBreaching"],
  ["search-key-inaccessible", 0, 1, "notBreaching"],
];

const COMPARE: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

describe("the judgement of an alarm", () => {
  const goesOff = (properties: JsonObject, value: number): boolean => {
    const compare = COMPARE[text(properties["comparison_operator"])];
    if (!compare) throw new Error(`no comparison ${properties["comparison_operator"]}`);
    return compare(value, Number(properties["threshold"]));
  };

  test("one node, which is yellow for ever, has no alarm for it; several have", () => {
    const names = (template: Template) => alarmsOf(template).map(({ name }) => name);
    const [single, standby] = [names(SINGLE), names(STANDBY)];
    expect(standby.filter((name) => !single.includes(name))).toEqual(["search-master", "search-yellow"]);
    expect(single.filter((name) => !standby.includes(name))).toEqual([]);
  });

  test("is written down here for every alarm", () => {
    expect(JUDGEMENTS.map(([name]) => name).sort()).toEqual(
      alarmsOf(SINGLE)
        .map(({ name }) => name)
        .sort(),
    );
  });

  test.each(JUDGEMENTS)("%s: %d is fine, %d is wrong, no data is %s", (name, fine, wrong, missing) => {
    const properties = alarm(SINGLE, name);
    expect([goesOff(properties, fine), goesOff(properties, wrong)]).toEqual([false, true]);
    expect(properties["treat_missing_data"]).toBe(missing);
  });

  test("an age does not follow the stream's retention, but its setting", () => {
    const ages = (template: Template) =>
      ["stream-iterator-age", "delivery-freshness", "delivery-behind", "upsert-to-es-iterator-age"].map(
        (name) => alarm(template, name)["threshold"],
      );
    expect(ages(STANDBY)).toEqual(ages(SINGLE));
    expect(ages(SINGLE)).toEqual([6 * 3_600_000, 900, 900_000, 300_000]);
    expect(text(alarm(STANDBY, "stream-iterator-age")["alarm_description"])).toMatch(
      /lags by more than 6 hours; when it lags by 48, records expire unread/,
    );
  });

  test("follows the domain's nodes and its volume", () => {
    expect(alarm(STANDBY, "search-nodes")["threshold"]).toBe(2 * 3 + 3);
    expect(alarm(STANDBY, "search-storage")["threshold"]).toBe(2560);
    expect([0, 1].map((value) => goesOff(alarm(STANDBY, "search-yellow"), value))).toEqual([false, true]);
    expect(goesOff(alarm(STANDBY, "search-master"), 1)).toBe(false);
    expect(goesOff(alarm(STANDBY, "search-master"), 0)).toBe(true);
  });

  test.each<[string, string, readonly string[]]>([
    ["delivery-stopped", "IF(FILL(sent, 0) > 0 AND FILL(read, 0) < 1, 1, 0)", ["read", "sent"]],
    ["upsert-to-es-stopped", "IF(FILL(sent, 0) > 0 AND FILL(read, 0) < 1, 1, 0)", ["read", "sent"]],
    ["validate-records-quarantine-rate", "100 * quarantined / (quarantined + good)", ["good", "quarantined"]],
    ["upsert-to-es-quarantine-rate", "100 * quarantined / (quarantined + good)", ["good", "quarantined"]],
    ["search-writes-rejected", "DIFF(rejected)", ["rejected"]],
  ])("%s is a formula over metrics of one period, and only its result counts", (name, formula, inputs) => {
    const queries = list(alarm(SINGLE, name)["metric_query"]).map((query) => object(query));
    const metrics = queries.filter((query) => query["metric"] !== undefined);
    const results = queries.filter((query) => query["return_data"] === true);

    expect(results.map((query) => query["expression"])).toEqual([formula]);
    expect(metrics.map((query) => text(query["id"])).sort()).toEqual(inputs);
    expect(queries).toHaveLength(inputs.length + 1);
    for (const id of inputs) expect(formula).toContain(id);
    expect(new Set(metrics.map((query) => object(query["metric"] ?? null)["period"])).size).toBe(1);
  });

  test("other alarms are about one metric", () => {
    const formulas = alarmsOf(SINGLE).filter(({ block }) => block.properties["metric_query"] !== undefined);
    expect(formulas).toHaveLength(5);
  });
});

describe("the runbook", () => {
  const RUNBOOK_TEXT = readFileSync(join(__dirname, "..", "..", RUNBOOK), "utf8");
  const sections = new Map(
    RUNBOOK_TEXT.split(/^### /m)
      .slice(1)
      .map((section): [string, string] => {
        const [heading = "", ...rest] = section.split("\n");
        return [heading.trim(), rest.join("\n").split(/^## /m)[0] ?? ""];
      }),
  );
  const names = alarmsOf(STANDBY).map(({ name }) => name);

  test("has a heading for each alarm, and none for an alarm that there is not", () => {
    const headings = [...sections.keys()].filter((heading) => /^[a-z0-9-]+$/.test(heading));
    expect(headings.sort()).toEqual(names.sort());
  });

  test.each(names)("says of %s what it means, and what to do with which commands", (name) => {
    const section = sections.get(name) ?? "";
    expect(section).toMatch(/^\*\*Means\*\* \w/m);
    expect(section).toMatch(/^\*\*Do\*\* \w/m);
    expect(section).toMatch(/^```sh\n[\s\S]+?\n```$/m);
  });

  const commands = [...RUNBOOK_TEXT.matchAll(/^```sh\n([\s\S]+?)\n```$/gm)].map(([, block = ""]) => block);

  test("has commands that a shell can read", () => {
    expect(commands.length).toBeGreaterThan(names.length);
    const { status, stderr } = spawnSync("bash", ["-n"], { input: commands.join("\n"), encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });

  test("names outputs, log groups and resources that the stack has", () => {
    const script = commands.join("\n");
    const used = (pattern: RegExp) => [
      ...new Set([...script.matchAll(pattern)].map(([, name = ""]) => name)),
    ];
    const physical = Object.values(namesOf(environment({ physicalNames: "prefixed" })));
    const logGroups = STANDBY.resources("aws_cloudwatch_log_group").map(
      ({ properties }) => properties["name"],
    );

    const outputs = used(/\$\(out (\w+)\)/g);
    expect(outputs.length).toBeGreaterThan(5);
    expect(Object.keys(object(WITH_BASTION.json["output"] ?? null))).toEqual(expect.arrayContaining(outputs));

    const groups = used(/ (\/aws\/\S+)/g).map((group) => group.replace(/^(.*)\$\{N\}/, "$1test-"));
    expect(groups.length).toBeGreaterThan(5);
    expect(logGroups).toEqual(expect.arrayContaining(groups));

    const resources = used(/(?<=[ =])(\$\{N\}[\w-]+)/g).map((name) =>
      name.replace(/^(.*)\$\{N\}/, "$1test-"),
    );
    const alarms = alarmsOf(STANDBY).map(({ block }) => block.properties["alarm_name"]);
    expect(resources.length).toBeGreaterThan(5);
    expect([...physical, ...alarms]).toEqual(expect.arrayContaining(resources));
  });
});

/** A key in an empty stack. */
const key = (scope: TerraformStack, id = "Key"): EncryptionKey =>
  new EncryptionKey(scope, id, {
    alias: `alias/${id}`,
    description: "test",
    location: LOCATION,
    services: ["s3", "sns"],
    deletionDays: 7,
    protected: false,
  });

const topicProps = (encryptionKey: EncryptionKey): AlarmTopicProps => ({
  name: "alarms",
  location: LOCATION,
  alarmPrefix: "retail-bi",
  subscriptions: [{ protocol: "email", endpoint: "a@example.com" }],
  key: encryptionKey,
});

describe("how many are told", () => {
  const subscribers = (settings: EnvironmentSettings["operations"]) =>
    object(
      object(
        stack({ speed: { enabled: false }, ...(settings && { operations: settings }) }).json["output"] ??
          null,
      )["alarm_subscribers"] ?? null,
    )["value"];

  test("is an output, which says so when it is nobody", () => {
    expect(subscribers(undefined)).toMatch(/^nobody: set operations\.alarmSubscriptions/);
    expect(
      subscribers({
        alarmSubscriptions: [
          { protocol: "email", endpoint: "a@example.com" },
          { protocol: "https", endpoint: "https://example.com/a" },
        ],
      }),
    ).toBe("2");
  });
});

describe("the topic", () => {
  const template = Template.of((scope) => new AlarmTopic(scope, "Topic", topicProps(key(scope))));
  const topic = template.only("aws_sns_topic");
  const sources: readonly [sid: string, service: string, source: string][] = [
    [
      "AlarmsPublish",
      "cloudwatch.amazonaws.com",
      `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:retail-bi-*`,
    ],
    ["BudgetsPublish", "budgets.amazonaws.com", `arn:aws:budgets::${ACCOUNT}:*`],
  ];
  const conditionOn = (source: string) => [
    { test: "StringEquals", variable: "aws:SourceAccount", values: [ACCOUNT] },
    { test: "ArnLike", variable: "aws:SourceArn", values: [source] },
  ];

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<AlarmTopicProps>((scope, pick) => {
      const other = {
        name: "other",
        location: { accountId: "999999999999", region: "us-east-1" },
        alarmPrefix: "other",
        subscriptions: [],
        key: key(scope, "OtherKey"),
      };
      new AlarmTopic(scope, "Topic", pick(topicProps(key(scope)), other));
    });
    expect(unmoved).toEqual([]);
  });

  test("is encrypted with the environment's key and told to its subscribers", () => {
    expect(topic.properties).toEqual({
      name: "alarms",
      kms_master_key_id: reference(template.only("aws_kms_key"), "arn"),
    });
    expect(template.resources("aws_sns_topic_subscription").map(({ properties }) => properties)).toEqual([
      { topic_arn: reference(topic, "arn"), protocol: "email", endpoint: "a@example.com" },
    ]);
    expect(template.only("aws_sns_topic_policy").properties["arn"]).toBe(reference(topic, "arn"));
  });

  test.each(sources)(
    "%s: the service may publish, for its own source in this account only",
    (sid, service, source) => {
      expect(template.statements("Topic_Access").find((statement) => statement.sid === sid)).toEqual({
        sid,
        effect: "Allow",
        principals: [{ type: "Service", identifiers: [service] }],
        actions: ["sns:Publish"],
        resources: [reference(topic, "arn")],
        condition: conditionOn(source),
      });
    },
  );

  test.each(sources)("%s: the service may use the key under the same conditions", (sid, service, source) => {
    expect(template.statements("Key_Policy").find((statement) => statement.sid === sid)).toEqual({
      sid,
      effect: "Allow",
      principals: [{ type: "Service", identifiers: [service] }],
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: ["*"],
      condition: conditionOn(source),
    });
  });

  test("nobody else may publish, and nobody without TLS", () => {
    expect(template.statements("Topic_Access").map(({ sid, effect }) => `${effect} ${sid}`)).toEqual([
      "Allow AlarmsPublish",
      "Allow BudgetsPublish",
      "Deny DenyWithoutTls",
    ]);
  });
});

describe("an alarm", () => {
  const SPEC: AlarmSpec = {
    name: "left-over",
    description: "Something was left.",
    metric: ruleMetrics("rule")("MatchedEvents", "Sum"),
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    datapointsToAlarm: 1,
    evaluationPeriods: 3,
    treatMissingData: "notBreaching",
    missingDataReason: "it happens seldom",
  };
  const build = (scope: TerraformStack, change: Partial<AlarmSpec>): Alarm =>
    new Alarm(scope, "Alarm", {
      spec: { ...SPEC, ...change },
      prefix: "p",
      topic: new AlarmTopic(scope, "Topic", topicProps(key(scope))),
    });

  test("every property, and every part of what it is made from, moves the output", () => {
    const unmoved = propertiesThatMoveNothing<AlarmSpec>((scope, pick) => {
      const other: Required<AlarmSpec> = {
        name: "other",
        description: "Something else.",
        metric: ruleMetrics("rule")("MatchedEvents", "Sum", 60),
        comparisonOperator: "LessThanThreshold",
        threshold: 1,
        datapointsToAlarm: 2,
        evaluationPeriods: 2,
        treatMissingData: "breaching",
        missingDataReason: "it happens often",
      };
      build(scope, pick(SPEC, other));
    });
    expect(unmoved).toEqual([]);
    const unmovedProps = propertiesThatMoveNothing<AlarmProps>((scope, pick) => {
      const topic = new AlarmTopic(scope, "Topic", topicProps(key(scope)));
      const otherTopic = new AlarmTopic(scope, "OtherTopic", topicProps(key(scope, "OtherKey")));
      const props = { spec: SPEC, prefix: "p", topic };
      const other = { spec: { ...SPEC, name: "other" }, prefix: "q", topic: otherTopic };
      new Alarm(scope, "Alarm", pick(props, other));
    });
    expect(unmovedProps).toEqual([]);
  });

  test("has an id made from its name", () => {
    expect(alarmId({ ...SPEC, name: "upsert-to-es-2nd" })).toBe("UpsertToEs2nd");
  });

  test("more datapoints than periods are refused", () => {
    Template.of((scope) => {
      expect(() => build(scope, { datapointsToAlarm: 3, evaluationPeriods: 2 })).toThrow(
        "test/Alarm: datapointsToAlarm is 3; a whole number from 1 to 2 is allowed",
      );
    });
  });

  test("a description that CloudWatch would refuse is refused", () => {
    Template.of((scope) => {
      expect(() => build(scope, { description: "x".repeat(1000) })).toThrow(
        /^test\/Alarm: length of the description is \d+; a whole number from 1 to 1024/,
      );
    });
  });
});

describe("what was left behind", () => {
  const lake = (scope: TerraformStack, encryptionKey: EncryptionKey, id = "Lake"): DataLake =>
    new DataLake(scope, id, {
      contract: retailTransaction,
      bucketName: id,
      accessLogBucketName: `${id}-logs`,
      key: encryptionKey,
      accountId: ACCOUNT,
      rawRetentionDays: 30,
      noncurrentVersionDays: 7,
      accessLogDays: 14,
      protected: false,
    });
  const props = (encryptionKey: EncryptionKey, dataLake: DataLake): FailedRecordEventsProps => ({
    name: "left",
    logGroupName: "/aws/events/left",
    location: LOCATION,
    lake: dataLake,
    zones: ["errors", "onFailure"],
    key: encryptionKey,
    logRetentionDays: 7,
  });
  const build = (
    scope: TerraformStack,
    change: Partial<FailedRecordEventsProps> = {},
  ): FailedRecordEvents => {
    const encryptionKey = key(scope);
    return new FailedRecordEvents(scope, "Left", {
      ...props(encryptionKey, lake(scope, encryptionKey)),
      ...change,
    });
  };

  const lakeOf = (template: Template): Block => {
    const found = template
      .resources("aws_s3_bucket")
      .find(({ properties }) => properties["bucket"] === "Lake");
    if (!found) throw new Error("no lake");
    return found;
  };

  /** Whether an event matches a pattern: equal text, or the prefix that the pattern asks for. */
  const matches = (pattern: Json, event: Json | undefined): boolean => {
    if (Array.isArray(pattern)) {
      return pattern.some((choice: Json) =>
        typeof choice === "string"
          ? choice === event
          : typeof event === "string" && event.startsWith(text(object(choice)["prefix"])),
      );
    }
    return Object.entries(object(pattern)).every(([name, inner]) =>
      matches(inner, object(event ?? null)[name]),
    );
  };

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<FailedRecordEventsProps>((scope, pick) => {
      const encryptionKey = key(scope);
      const otherKey = key(scope, "OtherKey");
      const other = {
        name: "other",
        logGroupName: "/aws/events/other",
        location: { accountId: "999999999999", region: "us-east-1" },
        lake: lake(scope, otherKey, "OtherLake"),
        zones: ["errors"] as const,
        key: otherKey,
        logRetentionDays: 90,
      };
      new FailedRecordEvents(scope, "Left", pick(props(encryptionKey, lake(scope, encryptionKey)), other));
    });
    expect(unmoved).toEqual([]);
  });

  test.each([
    ["error-json/year=2026/month=11/day=24/hour=03/processing-failed/x", ["left-errors"]],
    ["aws/lambda/0d9a/shardId-000000000001/2026/11/24/x", ["left-given-up"]],
    ["json-data/year=2026/month=11/day=24/hour=03/x", []],
    ["quarantine/batch/x.json", []],
    ["aws/other/x", []],
  ])("an object %s is counted by %j", (objectKey, rules) => {
    const template = Template.of((scope) => build(scope));
    const bucket = lakeOf(template);
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    const event = (name: string) => ({
      version: "0",
      "detail-type": "Object Created",
      source: "aws.s3",
      account: ACCOUNT,
      detail: { bucket: { name }, object: { key: objectKey, size: 5 }, reason: "PutObject" },
    });
    const counted = (name: string) =>
      template
        .resources("aws_cloudwatch_event_rule")
        .filter(({ properties }) => matches(JSON.parse(text(properties["event_pattern"])), event(name)))
        .map(({ properties }) => properties["name"]);

    expect(counted(reference(bucket, "bucket"))).toEqual(rules);
    expect(counted("another-bucket")).toEqual([]);
  });

  test("the bucket sends its events, and rules write them to a log group of their own", () => {
    const template = Template.of((scope) => build(scope));
    const log = template.only("aws_cloudwatch_log_group");
    expect(template.only("aws_s3_bucket_notification").properties).toEqual({
      bucket: reference(lakeOf(template), "bucket"),
      eventbridge: true,
    });
    expect(template.resources("aws_cloudwatch_event_target").map(({ properties }) => properties)).toEqual(
      template.resources("aws_cloudwatch_event_rule").map((rule) => ({
        rule: reference(rule, "name"),
        arn: reference(log, "arn"),
      })),
    );
    const principals = [
      { type: "Service", identifiers: ["events.amazonaws.com", "delivery.logs.amazonaws.com"] },
    ];
    const resources = [`${reference(log, "arn")}:*`];
    expect(template.statements("LogDelivery")).toEqual([
      { sid: "MakeStreams", effect: "Allow", principals, actions: ["logs:CreateLogStream"], resources },
      {
        sid: "WriteEvents",
        effect: "Allow",
        principals,
        actions: ["logs:PutLogEvents"],
        resources,
        condition: [
          {
            test: "ArnLike",
            variable: "aws:SourceArn",
            values: [`arn:aws:events:eu-west-1:${ACCOUNT}:rule/left-*`],
          },
        ],
      },
    ]);
  });

  test("a folder that is not watched has no metric", () => {
    Template.of((scope) => {
      expect(() => build(scope, { zones: ["errors"] }).objects("onFailure")).toThrow(
        'test/Left: zone "onFailure" is not monitored; only errors',
      );
    });
  });
});

describe("the budget", () => {
  const props = (scope: TerraformStack): BudgetProps => ({
    name: "budget",
    usdPerMonth: 100,
    costOf: "account",
    environmentName: "dev",
    topic: new AlarmTopic(scope, "Topic", topicProps(key(scope))),
  });

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<Omit<BudgetProps, "environmentName">>((scope, pick) => {
      const other = {
        name: "other",
        usdPerMonth: 1,
        costOf: "environment" as const,
        topic: new AlarmTopic(scope, "OtherTopic", topicProps(key(scope, "OtherKey"))),
      };
      new Budget(scope, "Budget", { ...pick(props(scope), other), environmentName: "dev" });
    });
    expect(unmoved).toEqual([]);
  });

  test("tells the topic at four fifths, when it is used up, and when it will be", () => {
    const template = Template.of((scope) => new Budget(scope, "Budget", props(scope)));
    const { notification, ...rest } = template.only("aws_budgets_budget").properties;
    const told = { comparison_operator: "GREATER_THAN", threshold_type: "PERCENTAGE" };
    const subscriber_sns_topic_arns = [reference(template.only("aws_sns_topic"), "arn")];

    expect(rest).toEqual({
      name: "budget",
      budget_type: "COST",
      time_unit: "MONTHLY",
      limit_amount: "100",
      limit_unit: "USD",
      depends_on: [template.only("aws_sns_topic_policy").address],
    });
    expect(notification).toEqual([
      { ...told, threshold: 80, notification_type: "ACTUAL", subscriber_sns_topic_arns },
      { ...told, threshold: 100, notification_type: "ACTUAL", subscriber_sns_topic_arns },
      { ...told, threshold: 100, notification_type: "FORECASTED", subscriber_sns_topic_arns },
    ]);
  });

  test("can be about what one environment's tag marks", () => {
    const template = stack({
      name: "qa",
      speed: { enabled: false },
      operations: { budget: { usdPerMonth: 7, costOf: "environment" } },
    });
    expect(template.only("aws_budgets_budget").properties).toMatchObject({
      limit_amount: "7",
      cost_filter: [{ name: "TagKeyValue", values: ["user:Environment$qa"] }],
      tags: { Environment: "qa" },
    });
  });
});

describe("the CloudWatch dashboard", () => {
  const widgetsOf = (template: Template): readonly JsonObject[] => {
    const body = JSON.parse(text(template.only("aws_cloudwatch_dashboard").properties["dashboard_body"]));
    return list(body["widgets"]).map((widget) => object(widget));
  };

  test("every property moves the output", () => {
    const props: DashboardProps = { name: "d", region: "eu-west-1", alarms: [], graphs: [] };
    const unmoved = propertiesThatMoveNothing<DashboardProps>((scope, pick) => {
      const spec: AlarmSpec = {
        name: "n",
        description: "S.",
        metric: ruleMetrics("rule")("MatchedEvents", "Sum"),
        comparisonOperator: "GreaterThanThreshold",
        threshold: 0,
        treatMissingData: "notBreaching",
        missingDataReason: "b",
      };
      const topic = new AlarmTopic(scope, "Topic", topicProps(key(scope)));
      const graph = { title: "t", unit: "u", lines: {} };
      const usual = { ...props, graphs: [graph] };
      const other = {
        name: "other",
        region: "us-east-1",
        alarms: [new Alarm(scope, "Alarm", { spec, prefix: "p", topic })],
        graphs: [{ ...graph, lines: { matched: ruleMetrics("rule")("MatchedEvents", "Sum") } }],
      };
      new Dashboard(scope, "Dashboard", pick(usual, other));
    });
    expect(unmoved).toEqual([]);
  });

  test.each([
    ["with a speed layer", STANDBY, 16],
    ["without", BATCH_ONLY, 9],
  ])("%s, shows every alarm, and metrics that exist and are emitted", (_, template, graphs) => {
    const widgets = widgetsOf(template);
    const [alarmWidget] = widgets.filter(({ type }) => type === "alarm");
    const shown = list(object(alarmWidget?.["properties"] ?? null)["alarms"]);
    expect([...shown].sort()).toEqual(
      template
        .resources("aws_cloudwatch_metric_alarm")
        .map((block) => reference(block, "arn"))
        .sort(),
    );

    const lines = widgets
      .filter(({ type }) => type === "metric")
      .flatMap(({ properties }) => list(object(properties ?? null)["metrics"]).map((line) => list(line)));
    expect(widgets.filter(({ type }) => type === "metric")).toHaveLength(graphs);
    for (const line of lines) {
      const [namespace, name, ...rest] = line;
      const dimensions = rest.slice(0, -1);
      for (let at = 0; at < dimensions.length; at += 2) {
        const dimension = text(dimensions[at]);
        if (dimension === "ClientId") expect(dimensions[at + 1]).toBe(ACCOUNT);
        else resourceOf(template, dimension, dimensions[at + 1]);
      }
      const known =
        namespace === NAMESPACE
          ? [...emitted.values()].flatMap((names) => [...names])
          : (AWS_METRICS[text(namespace)]?.names ?? []);
      expect(known).toContain(name);
    }
  });

  test("no widget lies on another, none beyond the edge", () => {
    const taken = new Set<string>();
    for (const widget of widgetsOf(STANDBY)) {
      const [x, y, width, height] = ["x", "y", "width", "height"].map((side) => Number(widget[side]));
      if (x === undefined || y === undefined || width === undefined || height === undefined)
        throw new Error();
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          expect(taken.has(`${column},${row}`)).toBe(false);
          taken.add(`${column},${row}`);
        }
      }
    }
    expect(taken.size).toBeGreaterThan(1000);
  });
});
