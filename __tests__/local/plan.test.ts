// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references look like that
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isJsonObject, type Json, type JsonObject, leaves } from "../../lib/json";
import type { DataPlane } from "../../local/plan/data-plane";
import { readDataPlane } from "../../local/plan/read-data-plane";
import { countNotHonoured, summarizeNotHonoured } from "../../local/plan/summary";
import { TerraformError } from "../../local/plan/terraform-error";
import { FIXTURE, writeStack } from "./plan-fixture";

const folder = mkdtempSync(join(tmpdir(), "terraform-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(document: JsonObject, computed = { searchEndpoint: "http://127.0.0.1:9200" }): DataPlane {
  writeStack(folder, document);
  return readDataPlane(folder, computed);
}

/** The fixture with members merged in; null takes one away, lists are replaced. */
function fixture(change: JsonObject = {}): JsonObject {
  return merged(FIXTURE, change);
}

function merged(base: JsonObject, change: JsonObject): JsonObject {
  const result: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    const current = result[key];
    result[key] = isJsonObject(value) && isJsonObject(current) ? merged(current, value) : value;
  }
  return result;
}

/** The fixture with one resource's properties changed. */
function changed(address: string, properties: JsonObject): JsonObject {
  const [type = "", name = ""] = address.split(".");
  return fixture({ resource: { [type]: { [name]: properties } } });
}

test("leaves: comments and nulls are none, empty lists are", () => {
  const document = { "//": { metadata: 1 }, a: null, b: [{ c: 1 }, [], {}], d: false };
  expect([...leaves(document)].map(({ path, value }) => [path, value])).toEqual([
    ["b[0].c", 1],
    ["b[1]", []],
    ["b[2]", {}],
    ["d", false],
  ]);
});

describe("reading", () => {
  test("takes every model from its resource, references resolved", () => {
    const arn = (service: string, rest: string): string =>
      `arn:aws:${service}:eu-west-1:000000000000:${rest}`;
    const worker = arn("lambda", "function:Worker");
    const stream = arn("kinesis", "stream/retail-trans");
    const other = arn("kinesis", "stream/other");
    expect(read(FIXTURE)).toEqual({
      region: "eu-west-1",
      accountId: "000000000000",
      buckets: ["lake"],
      streams: [
        {
          address: "aws_kinesis_stream.Stream",
          name: "retail-trans",
          arn: stream,
          mode: "PROVISIONED",
          shardCount: 2,
          retentionHours: 48,
          maxRecordKiB: 2048,
          tags: { Owner: "lab" },
        },
        {
          address: "aws_kinesis_stream.OnDemand",
          name: "other",
          arn: other,
          mode: "ON_DEMAND",
          shardCount: 4,
          retentionHours: 24,
          maxRecordKiB: 1024,
          tags: {},
        },
      ],
      functions: [
        {
          address: "aws_lambda_function.Worker",
          name: "Worker",
          arn: worker,
          archivePath: join(folder, "assets/Worker/worker.zip"),
          handler: "index.handler",
          runtime: "nodejs22.x",
          timeoutSeconds: 60,
          memoryMiB: 256,
          roleArn: "arn:aws:iam::000000000000:role/Worker",
          environment: {
            ES_HOST: "http://127.0.0.1:9200",
            LOCATION: "s3://lake/json-data/",
            ESCAPED: "${not.a.reference} %{nor this} 100 %",
            ROLE: "arn:aws:iam::000000000000:role/Worker",
            DATABASE: "mydatabase",
          },
        },
      ],
      deliveryStreams: [
        {
          address: "aws_kinesis_firehose_delivery_stream.Delivery",
          name: "delivery",
          arn: arn("firehose", "deliverystream/delivery"),
          streamArn: stream,
          bucket: "lake",
          prefix: "json-data/hour=!{timestamp:HH}/",
          errorPrefix: "error-json/!{firehose:error-output-type}/",
          bufferMiB: 2,
          bufferSeconds: 90,
          compression: "GZIP",
          transformation: { functionArn: worker, bufferMiB: 0.5, bufferSeconds: 30, retries: 7 },
        },
        {
          address: "aws_kinesis_firehose_delivery_stream.Plain",
          name: "plain",
          arn: arn("firehose", "deliverystream/plain"),
          streamArn: other,
          bucket: "lake",
          prefix: "",
          errorPrefix: "",
          bufferMiB: 5,
          bufferSeconds: 300,
          compression: "UNCOMPRESSED",
        },
      ],
      eventSourceMappings: [
        {
          address: "aws_lambda_event_source_mapping.Mapping",
          streamArn: stream,
          functionArn: worker,
          enabled: true,
          startingPosition: "TRIM_HORIZON",
          batchSize: 1000,
          windowSeconds: 1,
          parallelizationFactor: 2,
          bisectOnError: true,
          maximumRetries: -1,
          maximumRecordAgeSeconds: 82_800,
          reportsItemFailures: true,
          dependsOn: [],
          onFailureBucket: "lake",
        },
        {
          address: "aws_lambda_event_source_mapping.Defaults",
          streamArn: other,
          functionArn: worker,
          enabled: true,
          startingPosition: "LATEST",
          batchSize: 100,
          windowSeconds: 0,
          parallelizationFactor: 1,
          bisectOnError: false,
          maximumRetries: -1,
          maximumRecordAgeSeconds: -1,
          reportsItemFailures: false,
          dependsOn: [],
        },
      ],
      schedules: [
        {
          address: "aws_cloudwatch_event_rule.Rule",
          name: "merge",
          everySeconds: 300,
          enabled: true,
          functionArn: worker,
          input: { hours: [1, 2] },
          maximumRetries: 1,
          maximumEventAgeSeconds: 300,
        },
      ],
      databases: ["mydatabase"],
      tables: [
        {
          address: "aws_glue_catalog_table.Json",
          database: "mydatabase",
          name: "retail_trans_json",
          columns: [
            { name: "invoice", type: "string", comment: "The invoice" },
            { name: "price", type: "double", comment: "The price" },
          ],
          partitionKeys: [
            { name: "year", type: "int", comment: "The year" },
            { name: "hour", type: "int", comment: "The hour" },
          ],
          location: "s3://lake/json-data/",
          format: "json",
        },
        {
          address: "aws_glue_catalog_table.Parquet",
          database: "mydatabase",
          name: "parquet",
          columns: [{ name: "invoice", type: "string", comment: "The invoice" }],
          partitionKeys: [],
          location: "s3://lake/parquet/",
          format: "parquet",
        },
      ],
      workgroups: [
        {
          address: "aws_athena_workgroup.People",
          name: "people",
          enforced: true,
          outputLocation: "s3://lake/results/",
          bytesScannedCutoff: 10_000_000,
        },
        { address: "aws_athena_workgroup.Bare", name: "bare", enforced: true },
      ],
      namedQueries: [
        {
          address: "aws_athena_named_query.First",
          name: "First ten",
          database: "mydatabase",
          workgroup: "people",
          sql: "SELECT * FROM retail_trans_json LIMIT 10",
        },
      ],
      searchDomains: [
        {
          address: "aws_opensearch_domain.Search",
          name: "salesv1",
          masterRoleArn: "arn:aws:iam::000000000000:role/Worker",
        },
      ],
      invocations: [
        {
          address: "aws_lambda_invocation.Setup",
          functionArn: worker,
          input: { role: "arn:aws:iam::000000000000:role/Worker" },
          dependsOn: [],
        },
      ],
      notHonoured: expect.arrayContaining([
        "keys (aws_kms_key 1): nothing is encrypted here",
        "aws_kinesis_stream.Stream.kms_key_id: nothing is encrypted here",
        "aws_opensearch_domain.Search.cluster_config: one engine on this machine",
      ]),
    });
  });

  test("invocations come after those that they depend on, and a mapping knows what it depends on", () => {
    const { function_name, input } = FIXTURE.resource.aws_lambda_invocation.Setup;
    const one = (...depends_on: string[]) => ({ function_name, input, depends_on });
    const { Mapping, ...mappings } = FIXTURE.resource.aws_lambda_event_source_mapping;
    const { eventSourceMappings, invocations } = read({
      ...FIXTURE,
      resource: {
        ...FIXTURE.resource,
        aws_lambda_event_source_mapping: {
          Mapping: { ...Mapping, depends_on: ["aws_lambda_invocation.Setup"] },
          ...mappings,
        },
        aws_lambda_invocation: {
          A: one("aws_lambda_invocation.B", "aws_lambda_function.Worker"),
          B: one("aws_lambda_invocation.Setup"),
          Setup: one(),
        },
      },
    });
    expect(invocations.map(({ address }) => address)).toEqual(
      ["Setup", "B", "A"].map((name) => `aws_lambda_invocation.${name}`),
    );
    expect(eventSourceMappings.map(({ dependsOn }) => dependsOn)).toEqual([
      ["aws_lambda_invocation.Setup"],
      [],
    ]);
  });

  test("a block may be an object or a list of one, a number its text, a null nothing", () => {
    const delivery = FIXTURE.resource.aws_kinesis_firehose_delivery_stream.Delivery;
    const { extended_s3_configuration: s3 } = delivery;
    const document = changed("aws_kinesis_firehose_delivery_stream.Delivery", {
      kinesis_source_configuration: [delivery.kinesis_source_configuration],
      extended_s3_configuration: [
        {
          ...s3,
          buffering_size: "2",
          processing_configuration: [s3.processing_configuration],
          file_extension: null,
        },
      ],
      server_side_encryption: null,
    });
    const inLists = read(document);
    expect(inLists.deliveryStreams).toEqual(read(FIXTURE).deliveryStreams);
  });

  test.each([
    ["rate(1 minute)", 60],
    ["rate(1 hour)", 3600],
    ["rate(2 days)", 172_800],
  ])("%s is every %i s", (schedule_expression, seconds) => {
    const { schedules } = read(changed("aws_cloudwatch_event_rule.Rule", { schedule_expression }));
    expect(schedules[0]?.everySeconds).toBe(seconds);
  });

  test("a function without settings of its own has Lambda's for asynchronous events", () => {
    const { schedules } = read(fixture({ resource: { aws_lambda_function_event_invoke_config: null } }));
    expect(schedules[0]).toMatchObject({ maximumRetries: 2, maximumEventAgeSeconds: 21_600 });
  });

  test("a processing configuration that is not enabled transforms nothing, and its processors are listed", () => {
    const address = "aws_kinesis_firehose_delivery_stream.Delivery";
    const plane = read(
      changed(address, { extended_s3_configuration: { processing_configuration: { enabled: false } } }),
    );
    expect(plane.deliveryStreams[0]?.transformation).toBeUndefined();
    expect(plane.notHonoured).toContain(
      `${address}.extended_s3_configuration.processing_configuration.processors: processing is not enabled`,
    );
  });

  test("the settings of a function that nothing invokes asynchronously are listed", () => {
    const plane = read(
      fixture({ resource: { aws_cloudwatch_event_rule: null, aws_cloudwatch_event_target: null } }),
    );
    expect(plane.schedules).toEqual([]);
    expect(plane.notHonoured).toContain(
      "aws_lambda_function_event_invoke_config.Config.maximum_retry_attempts: nothing invokes this function asynchronously here",
    );
  });
});

describe("a stack of somebody else", () => {
  test("takes account and region from data sources, and values from variables", () => {
    const document = fixture({
      provider: { aws: { region: "${var.region}", allowed_account_ids: null } },
      variable: { region: { type: "string" }, hours: { type: "number", default: 24 } },
      data: { aws_region: { Here: {} }, aws_caller_identity: { Me: {} } },
      resource: {
        aws_kinesis_stream: { Stream: { retention_period: "${var.hours * 2}" } },
        aws_s3_bucket: {
          Lake: { bucket: "lake-${data.aws_region.Here.id}-${data.aws_caller_identity.Me.account_id}" },
        },
      },
    });
    writeStack(folder, document);
    const computed = { searchEndpoint: "http://127.0.0.1:9200" };
    const plane = readDataPlane(folder, computed, { variables: ["region=eu-north-1"] });
    expect(plane).toMatchObject({
      region: "eu-north-1",
      accountId: "000000000000",
      buckets: ["lake-eu-north-1-000000000000"],
    });
    expect(plane.streams[0]).toMatchObject({ retentionHours: 48 });
    expect(() => readDataPlane(folder, computed)).toThrow("var.region: has no value");
  });

  test("adopts a stream and a bucket of another owner, and says so", () => {
    const arn = "arn:aws:kinesis:eu-west-1:000000000000:stream/theirs";
    const document = changed("aws_lambda_event_source_mapping.Mapping", {
      event_source_arn: arn,
      destination_config: { on_failure: { destination_arn: "arn:aws:s3:::their-lake" } },
    });
    const { streams, buckets, notHonoured } = read(document);
    expect(streams.at(-1)).toMatchObject({ name: "theirs", arn, shardCount: 4, retentionHours: 24 });
    expect(buckets).toEqual(["lake", "their-lake"]);
    expect(notHonoured.slice(0, 2)).toEqual([
      "aws_lambda_event_source_mapping.Mapping.event_source_arn: the stream theirs has another owner; here it is new, with 4 shards for 24 hours",
      "aws_lambda_event_source_mapping.Mapping.destination_config.on_failure.destination_arn: the bucket their-lake has another owner; here it is new, and empty",
    ]);
  });
});

describe("what cannot run is refused, with address, value and remedy", () => {
  const DELIVERY = "aws_kinesis_firehose_delivery_stream.Delivery";
  const MAPPING = "aws_lambda_event_source_mapping.Mapping";
  const RULE = "aws_cloudwatch_event_rule.Rule";
  const s3 = (properties: JsonObject): JsonObject => ({ extended_s3_configuration: properties });

  test.each<[string, JsonObject, string]>([
    [
      DELIVERY,
      s3({ compression_format: "Snappy" }),
      'extended_s3_configuration.compression_format: "Snappy" is not supported here; supported: UNCOMPRESSED, GZIP',
    ],
    [
      DELIVERY,
      s3({ buffering_size: "much" }),
      'extended_s3_configuration.buffering_size: "much" must be a number',
    ],
    [
      DELIVERY,
      s3({ buffering_size: 1.5 }),
      "extended_s3_configuration.buffering_size: 1.5 must be a whole number, 1 or more",
    ],
    [
      DELIVERY,
      s3({ dynamic_partitioning_configuration: { enabled: true } }),
      "dynamic_partitioning_configuration",
    ],
    [DELIVERY, s3({ custom_time_zone: "Europe/London" }), "supported: UTC"],
    [
      DELIVERY,
      s3({ bucket_arn: "arn:aws:s3:::*" }),
      "is not the ARN of a bucket; buckets of this stack: lake",
    ],
    [
      DELIVERY,
      s3({ processing_configuration: { processors: [{ type: "Decompression" }] } }),
      "supported: Lambda",
    ],
    [
      DELIVERY,
      { destination: "redshift" },
      'destination: "redshift" is not supported here; supported: extended_s3',
    ],
    [DELIVERY, { kinesis_source_configuration: null }, "kinesis_source_configuration: is required here"],
    [
      "aws_kinesis_stream.Stream",
      { shard_count: null },
      "shard_count: is required for a provisioned stream, and allowed only there",
    ],
    [
      "aws_kinesis_stream.OnDemand",
      { shard_count: 1 },
      "shard_count: 1 is required for a provisioned stream",
    ],
    ["aws_kinesis_stream.Stream", { name: 7 }, "name: 7 must be a string"],
    ["aws_kinesis_stream.Stream", { count: 2 }, "count: 2 is not supported by the local run"],
    ["aws_kinesis_stream.Stream", { provider: "aws.global" }, "provider"],
    [
      "aws_lambda_function.Worker",
      { runtime: "python3.13" },
      'runtime: "python3.13" is not supported here; supported: nodejs22.x',
    ],
    ["aws_lambda_function.Worker", { package_type: "Image" }, "supported: Zip"],
    ["aws_lambda_function.Worker", { layers: ["arn"] }, 'layers: ["arn"] are not supported here'],
    [
      "aws_lambda_function.Worker",
      { filename: "assets/none.zip" },
      'filename: "assets/none.zip" cannot be read',
    ],
    [
      "aws_lambda_function.Worker",
      { source_code_hash: "other" },
      'source_code_hash: "other" is not the hash of',
    ],
    ["aws_lambda_function.Worker", { handler: "handler" }, "must have the form file.export"],
    [
      "aws_lambda_function.Worker",
      { environment: { variables: { AWS_REGION: "eu-west-1" } } },
      "sets AWS_REGION, which Lambda reserves",
    ],
    [
      "aws_lambda_function.Worker",
      { environment: { variables: { KEY: "${aws_kms_key.Key.arn}" } } },
      "environment.variables.KEY: ${aws_kms_key.Key.arn} is not an attribute that the local run can compute",
    ],
    [
      "aws_lambda_function.Worker",
      { environment: { variables: { KEY: "${aws_kms_key.Other.arn}" } } },
      "environment.variables.KEY: ${aws_kms_key.Other.arn} names no resource of this stack",
    ],
    [
      "aws_lambda_function.Worker",
      { environment: { variables: { LIST: ["a"] } } },
      'environment.variables.LIST: ["a"] must be a string',
    ],
    [
      MAPPING,
      { event_source_arn: "arn:aws:sqs:queue" },
      "is not the ARN of a stream; streams of this stack: retail-trans, other",
    ],
    [
      MAPPING,
      { function_name: "Nobody" },
      'function_name: "Nobody" is not a function of this stack; its functions: Worker',
    ],
    [MAPPING, { starting_position: "AT_TIMESTAMP" }, "supported: TRIM_HORIZON, LATEST"],
    [MAPPING, { filter_criteria: { filter: [] } }, "filter_criteria"],
    [MAPPING, { tumbling_window_in_seconds: 30 }, "tumbling_window_in_seconds: 30 is not supported here"],
    [MAPPING, { function_response_types: ["Other"] }, "supported: ReportBatchItemFailures"],
    [MAPPING, { enabled: "yes" }, 'enabled: "yes" must be true or false'],
    [MAPPING, { batch_size: 0 }, "batch_size: 0 must be a whole number, 1 or more"],
    [
      MAPPING,
      { destination_config: { on_failure: { destination_arn: "arn:aws:sqs:eu-west-1:000000000000:dead" } } },
      "is not the ARN of a bucket; buckets of this stack: lake",
    ],
    [
      RULE,
      { schedule_expression: "cron(0/5 * * * ? *)" },
      'schedule_expression: "cron(0/5 * * * ? *)" is not supported here; supported: rate(1 minute)',
    ],
    [RULE, { schedule_expression: "rate(5 minute)" }, "supported: rate(1 minute)"],
    [RULE, { schedule_expression: "rate(1 minutes)" }, "supported: rate(1 minute)"],
    [RULE, { event_pattern: "{}" }, 'event_pattern: "{}" is not supported here beside a schedule'],
    [
      "aws_cloudwatch_event_target.Left",
      { arn: "${aws_lambda_function.Worker.arn}" },
      "is not supported here for events; supported: a log group of this stack",
    ],
    [
      "aws_cloudwatch_event_target.Left",
      { rule: "left" },
      "is not a function of this stack; its functions: Worker",
    ],
    [
      "aws_s3_bucket_notification.Events",
      { lambda_function: [{ events: ["s3:ObjectCreated:*"] }] },
      "is not supported here; only eventbridge",
    ],
    [RULE, { state: "PAUSED" }, "supported: ENABLED, DISABLED"],
    ["aws_cloudwatch_event_target.Target", { input: "{" }, 'input: "{" is not JSON'],
    ["aws_cloudwatch_event_target.Target", { input_path: "$.time" }, "give a constant input"],
    ["aws_cloudwatch_event_target.Target", { rule: "other" }, 'rule: "other" is not a rule of this stack'],
    ["aws_glue_catalog_table.Json", { table_type: "VIRTUAL_VIEW" }, "supported: EXTERNAL_TABLE"],
    [
      "aws_glue_catalog_table.Json",
      { parameters: { "projection.enabled": "true" } },
      "no partition projection",
    ],
    [
      "aws_glue_catalog_table.Json",
      { database_name: "other" },
      "is not a database of this stack; its databases: mydatabase",
    ],
    [
      "aws_glue_catalog_table.Json",
      { storage_descriptor: { location: "s3://elsewhere/x" } },
      'storage_descriptor.location: "s3://elsewhere/x" must be s3://bucket/folder/; buckets of this stack: lake',
    ],
    [
      "aws_glue_catalog_table.Json",
      {
        storage_descriptor: { input_format: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat" },
      },
      "supported: org.apache.hadoop.mapred.TextInputFormat",
    ],
    [
      "aws_glue_catalog_table.Json",
      { storage_descriptor: { columns: [{ name: "a", type: "map<int,int>" }] } },
      "storage_descriptor.columns[0].type",
    ],
    ["aws_athena_workgroup.People", { state: "DISABLED" }, "supported: ENABLED"],
    [
      "aws_athena_named_query.First",
      { workgroup: "nobody" },
      'workgroup: "nobody" is not a workgroup of this stack',
    ],
    ["aws_lambda_invocation.Setup", { input: "no" }, "is not JSON"],
  ])("%s %j", (address, properties, message) => {
    const attempt = (): DataPlane => read(changed(address, properties));
    expect(attempt).toThrow(TerraformError);
    expect(attempt).toThrow(address);
    expect(attempt).toThrow(message);
  });

  test("the evaluated value is shown beside the one in the document", () => {
    expect(() => read(changed(MAPPING, { event_source_arn: "${aws_s3_bucket.Lake.arn}" }))).toThrow(
      `${MAPPING}.event_source_arn: "\${aws_s3_bucket.Lake.arn}" = "arn:aws:s3:::lake" is not the ARN of a stream`,
    );
  });

  test("a rule without a target", () => {
    const document = fixture({ resource: { aws_cloudwatch_event_target: null } });
    expect(() => read(document)).toThrow(`${RULE}.name: "merge" has no target in this stack`);
  });

  test("a reference that comes back to itself", () => {
    const document = changed("aws_s3_bucket.Lake", { bucket: "${aws_s3_bucket.Lake.id}" });
    expect(() => read(document)).toThrow(
      "aws_s3_bucket.Lake.bucket: ${aws_s3_bucket.Lake.id} refers to itself",
    );
  });

  test("a block put into text", () => {
    const document = changed("aws_s3_bucket.Lake", {
      bucket: "x-${aws_s3_bucket_versioning.Lake.versioning_configuration}",
    });
    expect(() => read(document)).toThrow("puts a list, an object or no value into text");
  });

  test("an endpoint that no engine has yet", () => {
    expect(() => read(FIXTURE, {} as { searchEndpoint: string })).toThrow(
      "aws_lambda_function.Worker.environment.variables.ES_HOST: ${aws_opensearch_domain.Search.endpoint} needs a running engine's address",
    );
  });

  test.each(["aws_sqs_queue", "aws_kinesis_stream_consumer", "random_id"])(
    "a resource of a type that may carry data: %s",
    (type) => {
      expect(() => read(fixture({ resource: { [type]: { X: {} } } }))).toThrow(
        `${type}: the local run does not know this resource type`,
      );
    },
  );

  test.each<[JsonObject, string]>([
    [{ provider: null }, "provider.aws: the stack has no AWS provider"],
    [{ provider: { aws: [{ alias: "x", region: "eu-west-1" }] } }, "the stack has no AWS provider"],
    [
      { provider: { aws: { region: "eu-west-1", allowed_account_ids: ["1", "2"] } } },
      'provider.aws.allowed_account_ids: ["1","2"] must contain one account',
    ],
    [
      { provider: { aws: { region: "${aws_s3_bucket.Lake.region}", allowed_account_ids: ["0"] } } },
      "provider.aws.region: ${aws_s3_bucket.Lake.region} is not an attribute that the local run can compute",
    ],
    [{ module: { lake: {} } }, "module: the local run does not support modules"],
    [{ resource: [] }, "resource: must be an object"],
  ])("a document with %j", (change, message) => {
    expect(() => read(fixture(change))).toThrow(message);
  });

  test("a folder without a stack says how to get one", () => {
    expect(() => readDataPlane(join(folder, "nowhere"), {})).toThrow("run `npm run synth` first");
    writeFileSync(join(folder, "cdk.tf.json"), "{");
    expect(() => readDataPlane(folder, {})).toThrow(`${join(folder, "cdk.tf.json")}: `);
  });
});

test("the number of what differs is that of the summary's entries", () => {
  const { notHonoured } = read(FIXTURE);
  const entries = summarizeNotHonoured(notHonoured)
    .join("\n")
    // A reason ends its line with a colon, and its wrapped entries follow.
    .split(/^.*:$/m)
    .flatMap((group) => group.replaceAll(/\s+/g, " ").split(/[;,] /))
    .filter((entry) => entry.trim() !== "");
  expect(countNotHonoured(notHonoured)).toBe(entries.length);
  expect(countNotHonoured([...notHonoured, "no reason is given"])).toBe(entries.length + 1);
});

test("the summary says each reason once, and loses no property", () => {
  const { notHonoured } = read(FIXTURE);
  const summary = summarizeNotHonoured([...notHonoured, "no reason is given"]);
  expect(summary).toContain("no reason is given");
  const reasons = summary.filter((line) => line.endsWith(":"));
  expect(new Set(reasons).size).toBe(reasons.length);
  const encrypted = summary.slice(summary.indexOf("nothing is encrypted here:")).slice(0, 4);
  expect(encrypted).toEqual([
    "nothing is encrypted here:",
    "    keys (aws_kms_key 1); aws_kinesis_stream encryption_type, kms_key_id; aws_athena_workgroup",
    "    configuration.result_configuration.encryption_configuration; aws_opensearch_domain",
    "    encrypt_at_rest",
  ]);
  for (const line of notHonoured) {
    const [, property] = /^aws_\w+\.\w+\.(\S+): /.exec(line) ?? [];
    if (property !== undefined) expect(summary.join("\n")).toContain(property);
  }
});
