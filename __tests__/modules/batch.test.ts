import { existsSync, readFileSync } from "node:fs";
import type { TerraformStack } from "cdktf";
import { unzipSync } from "fflate";
import { retailTransaction } from "../../contract/retail-transaction";
import { contractVariable } from "../../contract/variable";
import { ENVIRONMENT as MERGE } from "../../lambdas/merge-small-files/env";
import { readEnvironment } from "../../lambdas/shared/env";
import { ENVIRONMENT as VALIDATE } from "../../lambdas/validate-records/env";
import { Catalog, type CatalogProps } from "../../modules/batch/catalog";
import { DataLake, type DataLakeProps } from "../../modules/batch/data-lake";
import { DeliveryStream, type DeliveryStreamProps } from "../../modules/batch/delivery-stream";
import { MergeSmallFiles, type MergeSmallFilesProps } from "../../modules/batch/merge-small-files";
import { SavedQueries } from "../../modules/batch/saved-queries";
import { smokeFilter } from "../../modules/batch/smoke-filter";
import { ValidateRecords, type ValidateRecordsProps } from "../../modules/batch/validate-records";
import { Workgroup, type WorkgroupProps } from "../../modules/batch/workgroup";
import { ZONES } from "../../modules/batch/zones";
import { bundleFunction } from "../../modules/functions/bundle";
import { NodeFunction, type NodeFunctionProps } from "../../modules/functions/node-function";
import { EventStream, type EventStreamProps } from "../../modules/ingest/event-stream";
import { EncryptionKey } from "../../modules/security/encryption-key";
import { ExecutionRole } from "../../modules/security/execution-role";
import { retailQueries } from "../../presets/retail/saved-queries";
import { LOCATION } from "../support/environments";
import { meterReadings } from "../support/meter-readings";
import { glueColumns } from "../support/retail";
import { object, propertiesThatMoveNothing, reference, Template } from "../support/template";

const OTHER_LOCATION = { accountId: "999999999999", region: "us-east-1" };

/** A key, a stream, a lake and a catalog, by the prefix of their ids. */
function world(stack: TerraformStack, prefix = "") {
  const id = (name: string) => `${prefix}${name}`;
  const key = new EncryptionKey(stack, id("Key"), {
    alias: `alias/${id("key")}`,
    description: "test",
    location: LOCATION,
    services: ["s3", "kinesis", "lambda", "es"],
    deletionDays: 7,
    protected: false,
  });
  const stream = new EventStream(stack, id("Stream"), {
    name: id("stream"),
    capacity: { mode: "on-demand" },
    retentionHours: 24,
    key,
    protected: false,
  });
  const lake = new DataLake(stack, id("Lake"), {
    contract: retailTransaction,
    bucketName: id("lake"),
    accessLogBucketName: id("logs"),
    key,
    accountId: LOCATION.accountId,
    rawRetentionDays: 30,
    noncurrentVersionDays: 7,
    accessLogDays: 14,
    protected: false,
  });
  const catalog = new Catalog(stack, id("Catalog"), {
    contract: retailTransaction,
    databaseName: id("db").toLowerCase(),
    lake,
    location: LOCATION,
    protected: false,
  });
  const workgroup = new Workgroup(stack, id("Workgroup"), {
    name: id("workgroup"),
    description: "test",
    resultsLocation: lake.location("results"),
    key,
    enforced: false,
    disposable: true,
  });
  const functionDefaults = { contract: retailTransaction, location: LOCATION, key, logRetentionDays: 7 };
  return { key, stream, lake, catalog, workgroup, functionDefaults };
}

const role = (stack: TerraformStack, id = "Role"): ExecutionRole =>
  new ExecutionRole(stack, id, { name: id, description: "test", service: "lambda.amazonaws.com" });

describe("the event stream", () => {
  const props = (stack: TerraformStack): EventStreamProps => ({
    name: "retail-trans",
    capacity: { mode: "on-demand" },
    retentionHours: 24,
    key: world(stack).key,
    protected: false,
  });

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<EventStreamProps>((stack, pick) => {
      const other = {
        name: "other",
        capacity: { mode: "provisioned", shardCount: 2 },
        retentionHours: 48,
        key: world(stack, "Other").key,
        protected: true,
      } as const;
      new EventStream(stack, "Tested", pick(props(stack), other));
    });
    expect(unmoved).toEqual([]);
  });

  test.each([
    [
      "on demand",
      { mode: "on-demand" },
      { stream_mode_details: { stream_mode: "ON_DEMAND" }, enforce_consumer_deletion: true },
    ],
    [
      "provisioned",
      { mode: "provisioned", shardCount: 3 },
      {
        stream_mode_details: { stream_mode: "PROVISIONED" },
        shard_count: 3,
        enforce_consumer_deletion: true,
      },
    ],
  ] as const)("%s, encrypted with the key", (_, capacity, expected) => {
    const template = Template.of((stack) => {
      new EventStream(stack, "Tested", { ...props(stack), capacity });
    });
    expect(template.only("aws_kinesis_stream", "Tested").properties).toEqual({
      name: "retail-trans",
      retention_period: 24,
      encryption_type: "KMS",
      kms_key_id: reference(template.only("aws_kms_key"), "arn"),
      ...expected,
    });
  });

  test.each([
    [{ retentionHours: 23 }, /^test\/Tested: retentionHours is 23; a whole number from 24 to 8760/],
    [{ capacity: { mode: "provisioned", shardCount: 0 } }, /^test\/Tested: shardCount is 0/],
  ] as const)("refuses %j", (change, message) => {
    Template.of((stack) => {
      expect(() => new EventStream(stack, "Tested", { ...props(stack), ...change })).toThrow(message);
      stack.node.tryRemoveChild("Tested");
    });
  });

  test("a reader may read and decrypt it, no more", () => {
    const template = Template.of((stack) => world(stack).stream.grantRead(role(stack)));
    const arn = reference(template.only("aws_kinesis_stream"), "arn");
    expect(template.grants("Role")).toEqual({
      ReadStream: {
        actions: [
          "kinesis:DescribeStream",
          "kinesis:DescribeStreamSummary",
          "kinesis:GetRecords",
          "kinesis:GetShardIterator",
          "kinesis:ListShards",
        ],
        resources: [arn],
      },
      DecryptStream: {
        actions: ["kms:Decrypt"],
        resources: [reference(template.only("aws_kms_key"), "arn")],
      },
    });
    expect(template.statements("Role_Permissions")[1]?.condition).toContainEqual({
      test: "StringLike",
      variable: "kms:EncryptionContext:aws:kinesis:arn",
      values: [arn],
    });
  });
});

describe("the lake", () => {
  const props = (stack: TerraformStack): DataLakeProps => ({
    contract: retailTransaction,
    bucketName: "lake",
    accessLogBucketName: "logs",
    key: world(stack, "Usual").key,
    accountId: "123456789012",
    rawRetentionDays: 30,
    noncurrentVersionDays: 7,
    accessLogDays: 14,
    protected: false,
  });

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<DataLakeProps>((stack, pick) => {
      const other = {
        contract: meterReadings,
        bucketName: "other",
        accessLogBucketName: "other-logs",
        key: world(stack, "Other").key,
        accountId: "999999999999",
        rawRetentionDays: 31,
        noncurrentVersionDays: 8,
        accessLogDays: 15,
        protected: true,
      };
      const lake = new DataLake(stack, "Tested", pick(props(stack), other));
      lake.grant(role(stack), { read: ["parquet"] });
    });
    expect(unmoved).toEqual([]);
  });

  test("no rule ends what waits for a person, or a live run of a merge", () => {
    const template = Template.of((stack) => new DataLake(stack, "Tested", props(stack)));
    const rules = template.only("aws_s3_bucket_lifecycle_configuration", "Tested_Lake_Lifecycle").properties[
      "rule"
    ];
    const ended = (rules as unknown as { filter: [{ prefix?: string }]; expiration?: [{ days?: number }] }[])
      .filter(({ expiration }) => expiration?.[0].days !== undefined)
      .map(({ filter, expiration }) => [filter[0].prefix, expiration?.[0].days]);
    expect(ended).toEqual([
      [ZONES.raw, 30],
      [ZONES.scratch, 2],
      [ZONES.results, 30],
    ]);
  });

  test("its access log goes to a bucket that S3's delivery may write to for this lake only", () => {
    const template = Template.of((stack) => new DataLake(stack, "Tested", props(stack)));
    const lake = template.only("aws_s3_bucket", "Tested_Lake_Bucket");
    const logs = template.only("aws_s3_bucket", "Tested_AccessLogs");

    expect(template.only("aws_s3_bucket_logging", "Tested_Lake").properties).toMatchObject({
      bucket: reference(lake, "bucket"),
      target_bucket: reference(logs, "bucket"),
      target_prefix: "lake/",
    });
    expect(template.statements("Tested_AccessLogs_Policy")).toContainEqual({
      sid: "AccessLogDelivery",
      effect: "Allow",
      principals: [{ type: "Service", identifiers: ["logging.s3.amazonaws.com"] }],
      actions: ["s3:PutObject"],
      resources: [`${reference(logs, "arn")}/lake/*`],
      condition: [
        { test: "ArnEquals", variable: "aws:SourceArn", values: [reference(lake, "arn")] },
        { test: "StringEquals", variable: "aws:SourceAccount", values: ["123456789012"] },
      ],
    });
  });

  test("a grant allows what it names in the zones it names", () => {
    const template = Template.of((stack) => {
      world(stack).lake.grant(role(stack), {
        list: ["raw"],
        read: ["raw", "parquet"],
        write: ["scratch"],
        delete: ["parquet"],
      });
    });
    const bucket = reference(template.only("aws_s3_bucket", "Lake_Bucket"), "arn");
    expect(template.grants("Role")).toEqual({
      ListLake: { actions: ["s3:ListBucket"], resources: [bucket] },
      LocateLake: {
        actions: ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
        resources: [bucket],
      },
      ReadLake: {
        actions: ["s3:GetObject"],
        resources: [`${bucket}/json-data/*`, `${bucket}/parquet-retail-trans/*`],
      },
      WriteLake: {
        actions: ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
        resources: [`${bucket}/tmp/*`],
      },
      DeleteFromLake: { actions: ["s3:DeleteObject"], resources: [`${bucket}/parquet-retail-trans/*`] },
      UseLakeKey: {
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: [reference(template.only("aws_kms_key"), "arn")],
      },
    });
    const [list] = template.statements("Role_Permissions");
    expect(list?.condition).toEqual([
      { test: "StringLikeIfExists", variable: "s3:prefix", values: ["json-data/*"] },
    ]);
  });

  test("a reader cannot encrypt, and an empty grant is none", () => {
    const template = Template.of((stack) => {
      const { lake } = world(stack);
      lake.grant(role(stack), { read: ["raw"] });
      lake.grant(role(stack, "Nobody"), {});
    });
    expect(Object.keys(template.grants("Role"))).toEqual(["ReadLake", "UseLakeKey"]);
    expect(template.grants("Role")["UseLakeKey"]?.actions).toEqual(["kms:Decrypt"]);
    expect(template.grants("Nobody")).toEqual({});
  });
});

describe("a function", () => {
  const props = (stack: TerraformStack): NodeFunctionProps<typeof VALIDATE> => ({
    ...world(stack, "Usual").functionDefaults,
    name: "Judge",
    description: "judges",
    folder: "validate-records",
    environment: { QUARANTINE_LOCATION: "s3://bucket/quarantine/", CONTRACT: "at,at:s!" },
    timeoutSeconds: 60,
    memoryMiB: 256,
  });
  const build = (stack: TerraformStack, change: Partial<NodeFunctionProps<typeof VALIDATE>> = {}) =>
    new NodeFunction<typeof VALIDATE>(stack, "Tested", { ...props(stack), ...change });

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<NodeFunctionProps<typeof VALIDATE>>((stack, pick) => {
      const other = {
        location: OTHER_LOCATION,
        key: world(stack, "Other").key,
        logRetentionDays: 90,
        name: "Other",
        description: "other",
        folder: "merge-small-files",
        environment: { QUARANTINE_LOCATION: "s3://other/quarantine/", CONTRACT: "at,at:s!,b:t" },
        timeoutSeconds: 61,
        memoryMiB: 512,
        role: role(stack),
        network: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
      };
      new NodeFunction<typeof VALIDATE>(stack, "Tested", pick(props(stack), other));
    });
    expect(unmoved).toEqual([]);
  });

  test("runs its bundle on arm64, logs to its own group, its environment encrypted", () => {
    const template = Template.of((stack) => build(stack));
    const key = reference(template.only("aws_kms_key"), "arn");
    const logGroup = template.only("aws_cloudwatch_log_group", "Tested");
    const bundle = bundleFunction("validate-records");

    expect(template.only("aws_lambda_function").properties).toEqual({
      function_name: "Judge",
      description: "judges",
      role: reference(template.only("aws_iam_role", "Tested"), "arn"),
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
      filename: expect.stringMatching(
        new RegExp(`^assets/Tested_Code_[0-9A-F]{8}/${bundle.hashHex}/validate-records\\.zip$`),
      ),
      source_code_hash: bundle.hashBase64,
      timeout: 60,
      memory_size: 256,
      environment: { variables: { QUARANTINE_LOCATION: "s3://bucket/quarantine/", CONTRACT: "at,at:s!" } },
      kms_key_arn: key,
      logging_config: { log_format: "JSON", log_group: reference(logGroup, "name") },
      depends_on: [template.only("aws_iam_role_policy", "Tested").address],
    });
    expect(logGroup.properties).toMatchObject({ name: "/aws/lambda/Judge", retention_in_days: 7 });
    expect(template.grants("Tested_ExecutionRole")).toEqual({
      WriteLogs: {
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [`${reference(logGroup, "arn")}:*`],
      },
      DecryptOwnEnvironment: { actions: ["kms:Decrypt"], resources: [key] },
    });
  });

  test("in a network it has interfaces, which its own code cannot touch", () => {
    const template = Template.of((stack) =>
      build(stack, { network: { subnetIds: ["subnet-1", "subnet-2"], securityGroupIds: ["sg-1"] } }),
    );
    expect(template.only("aws_lambda_function").properties).toMatchObject({
      vpc_config: { subnet_ids: ["subnet-1", "subnet-2"], security_group_ids: ["sg-1"] },
      replace_security_groups_on_destroy: true,
    });
    const statements = new Map(
      template.statements("Tested_ExecutionRole_Permissions").map((s) => [s.sid, s]),
    );
    expect(statements.get("CodeHasNone")).toEqual({
      sid: "CodeHasNone",
      effect: "Deny",
      actions: statements.get("LambdaHasInterfaces")?.actions,
      resources: ["*"],
      condition: [
        {
          test: "ArnEquals",
          variable: "lambda:SourceFunctionArn",
          values: ["arn:aws:lambda:eu-west-1:123456789012:function:Judge"],
        },
      ],
    });
  });

  test.each([
    [{ timeoutSeconds: 901 }, /^test\/Tested: timeoutSeconds is 901; a whole number from 1 to 900/],
    [{ memoryMiB: 127 }, /^test\/Tested: memoryMiB is 127; a whole number from 128 to 10240/],
  ])("refuses %j", (change, message) => {
    Template.of((stack) => {
      expect(() => build(stack, change)).toThrow(message);
      stack.node.tryRemoveChild("Tested");
    });
  });

  test("a missing and an extra variable fail the type check", () => {
    type Environment = NodeFunctionProps<typeof VALIDATE>["environment"];
    // @ts-expect-error QUARANTINE_LOCATION is missing
    const missing: Environment = {};
    const extra: Environment = {
      QUARANTINE_LOCATION: "s3://bucket/quarantine/",
      CONTRACT: "at,at:s!",
      // @ts-expect-error QUARANTINE is not a variable of the function
      QUARANTINE: "x",
    };
    expect(() => readEnvironment(VALIDATE, missing)).toThrow(
      "QUARANTINE_LOCATION is not set; CONTRACT is not set",
    );
    expect(readEnvironment(VALIDATE, extra).QUARANTINE_LOCATION.bucket).toBe("bucket");
  });

  test("its bundle is readable, dated and permitted as everywhere, made once, and has the S3 client in another file", () => {
    const bundle = bundleFunction("validate-records");
    const zip = readFileSync(bundle.path);
    const files = unzipSync(zip);

    expect(Object.keys(files)).toEqual(["index.js", "s3-client.js"]);
    const [code, client] = Object.values(files).map((bytes) => Buffer.from(bytes).toString());
    expect(code).toContain("QUARANTINE_LOCATION");
    // What the code's own file holds is parsed at every cold start.
    expect(code).not.toContain("x-amz-checksum");
    expect(client).toContain("x-amz-checksum");
    expect(bundleFunction("validate-records")).toBe(bundle);
    // The central directory: version made by (its upper byte is Unix), date and time, external attributes.
    const directory = zip.lastIndexOf(Buffer.from("PK\u0001\u0002"));
    expect(zip.readUInt8(directory + 5)).toBe(3);
    expect(zip.readUInt32LE(directory + 12)).toBe(0x00_21_00_00);
    expect(zip.readUInt32LE(directory + 38) >>> 16).toBe(0o100644);
  });

  test("one that does not build says why", () => {
    expect(() => bundleFunction("absent")).toThrow(/lambdas\/absent\/handler\.ts/);
    expect(existsSync("lambdas/absent")).toBe(false);
  });
});

describe("ValidateRecords", () => {
  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<ValidateRecordsProps>((stack, pick) => {
      const usual = world(stack, "Usual");
      const { key, lake } = world(stack, "Other");
      const other = {
        contract: meterReadings,
        location: OTHER_LOCATION,
        key,
        logRetentionDays: 90,
        name: "Other",
        lake,
      };
      new ValidateRecords(
        stack,
        "Tested",
        pick({ ...usual.functionDefaults, name: "ValidateRecords", lake: usual.lake }, other),
      );
    });
    expect(unmoved).toEqual([]);
  });

  test("may write quarantine and nothing else; its environment parses", () => {
    const template = Template.of((stack) => {
      const { functionDefaults, lake } = world(stack);
      new ValidateRecords(stack, "Tested", { ...functionDefaults, name: "ValidateRecords", lake });
    });
    const bucket = template.only("aws_s3_bucket", "Lake_Bucket");
    expect(template.grants("Tested_Function_ExecutionRole")).toEqual({
      WriteLogs: expect.anything(),
      DecryptOwnEnvironment: expect.anything(),
      WriteLake: {
        actions: ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
        resources: [`${reference(bucket, "arn")}/quarantine/*`],
      },
      UseLakeKey: { actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: expect.anything() },
    });
    expect(template.only("aws_lambda_function").properties["environment"]).toEqual({
      variables: {
        QUARANTINE_LOCATION: `s3://${reference(bucket, "bucket")}/quarantine/`,
        CONTRACT: contractVariable(retailTransaction),
      },
    });
  });
});

describe("the delivery stream", () => {
  const props = (stack: TerraformStack, prefix: string): DeliveryStreamProps => {
    const { functionDefaults, key, lake, stream } = world(stack, prefix);
    const { function: transformation } = new ValidateRecords(stack, `${prefix}ValidateRecords`, {
      ...functionDefaults,
      name: `${prefix}ValidateRecords`,
      lake,
    });
    return {
      contract: retailTransaction,
      name: `${prefix}delivery`,
      roleName: `${prefix}delivery-role`,
      logGroupName: `/${prefix}delivery`,
      source: stream,
      lake,
      transformation,
      key,
      accountId: LOCATION.accountId,
      logRetentionDays: 7,
      bufferMiB: 1,
      gzip: true,
      protected: false,
    };
  };

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<DeliveryStreamProps>((stack, pick) => {
      const other = {
        ...props(stack, "Other"),
        bufferMiB: 64,
        contract: meterReadings,
        gzip: false,
        accountId: "999999999999",
        logRetentionDays: 90,
        protected: true,
      };
      new DeliveryStream(stack, "Tested", pick(props(stack, "Usual"), other));
    });
    expect(unmoved).toEqual([]);
  });

  test("writes the stream to the lake as the lab does, validated, with no setting of the provider's defaults", () => {
    const template = Template.of((stack) => new DeliveryStream(stack, "Tested", props(stack, "")));
    const roleArn = reference(template.only("aws_iam_role", "Tested"), "arn");
    const hour = "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/";
    const [logStream] = template.resources("aws_cloudwatch_log_stream");
    if (!logStream) throw new Error("no log stream");

    expect(template.only("aws_kinesis_firehose_delivery_stream").properties).toEqual({
      name: "delivery",
      destination: "extended_s3",
      kinesis_source_configuration: {
        kinesis_stream_arn: reference(template.only("aws_kinesis_stream"), "arn"),
        role_arn: roleArn,
      },
      extended_s3_configuration: {
        bucket_arn: reference(template.only("aws_s3_bucket", "Lake_Bucket"), "arn"),
        role_arn: roleArn,
        prefix: `json-data/${hour}`,
        error_output_prefix: `error-json/${hour}!{firehose:error-output-type}/`,
        buffering_size: 1,
        buffering_interval: 60,
        compression_format: "GZIP",
        kms_key_arn: reference(template.only("aws_kms_key"), "arn"),
        processing_configuration: {
          enabled: true,
          processors: [
            {
              type: "Lambda",
              parameters: [
                {
                  parameter_name: "LambdaArn",
                  parameter_value: reference(template.only("aws_lambda_function"), "arn"),
                },
                { parameter_name: "NumberOfRetries", parameter_value: "300" },
                // Of the contract: what keeps the answer below 5.5 MB.
                { parameter_name: "BufferSizeInMBs", parameter_value: "0.8" },
              ],
            },
          ],
        },
        cloudwatch_logging_options: {
          enabled: true,
          log_group_name: reference(template.only("aws_cloudwatch_log_group", "Tested"), "name"),
          log_stream_name: reference(logStream, "name"),
        },
      },
      depends_on: [template.only("aws_iam_role_policy", "Tested").address],
    });
  });

  test("may read the stream, write raw lines and errors, invoke the judge and log: that is all", () => {
    const template = Template.of((stack) => new DeliveryStream(stack, "Tested", props(stack, "")));
    const grants = template.grants("Tested_ExecutionRole");
    const bucket = reference(template.only("aws_s3_bucket", "Lake_Bucket"), "arn");

    expect(Object.keys(grants)).toEqual([
      "ReadStream",
      "DecryptStream",
      "ListLake",
      "LocateLake",
      "WriteLake",
      "UseLakeKey",
      "InvokeFunction",
      "WriteLogs",
    ]);
    expect(grants["WriteLake"]?.resources).toEqual([`${bucket}/error-json/*`, `${bucket}/json-data/*`]);
    const judge = reference(template.only("aws_lambda_function"), "arn");
    expect(grants["InvokeFunction"]).toEqual({
      actions: ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
      resources: [judge, `${judge}:*`],
    });
  });
});

describe("the catalog", () => {
  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<CatalogProps>((stack, pick) => {
      const usual = {
        contract: retailTransaction,
        databaseName: "db",
        lake: world(stack, "Usual").lake,
        location: LOCATION,
        protected: false,
      };
      const other = {
        contract: meterReadings,
        databaseName: "other",
        lake: world(stack, "Other").lake,
        location: OTHER_LOCATION,
        protected: true,
      };
      new Catalog(stack, "Tested", pick(usual, other)).grantMerge(role(stack));
    });
    expect(unmoved).toEqual([]);
  });

  test("has the raw, the Parquet and the quarantine table, columns from the contract", () => {
    const template = Template.of((stack) => world(stack));
    const database = reference(template.only("aws_glue_catalog_database"), "name");
    const bucket = reference(template.only("aws_s3_bucket", "Lake_Bucket"), "bucket");
    const tables = template.resources("aws_glue_catalog_table").map(({ properties }) => {
      const storage = object(properties["storage_descriptor"] ?? {});
      return {
        name: properties["name"],
        database: properties["database_name"],
        location: storage["location"],
        serializer: object(storage["ser_de_info"] ?? {})["serialization_library"],
        columns: storage["columns"],
        partitions: properties["partition_keys"],
      };
    });
    const partitions = ["year", "month", "day", "hour"].map((name) =>
      expect.objectContaining({ name, type: "int", comment: expect.stringContaining("arrival") }),
    );
    const columns = glueColumns();
    expect(columns.every(({ comment }) => comment.length > 0)).toBe(true);
    expect(tables).toEqual([
      {
        name: "ctas_retail_trans_parquet",
        database,
        location: `s3://${bucket}/parquet-retail-trans/`,
        serializer: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        columns,
        partitions,
      },
      {
        name: "retail_trans_quarantine",
        database,
        location: `s3://${bucket}/quarantine/`,
        serializer: "org.openx.data.jsonserde.JsonSerDe",
        columns: ["record_id", "arrived_at", "layer", "reason", "detail", "original"].map((name) =>
          expect.objectContaining({ name, comment: expect.any(String) }),
        ),
        partitions: [],
      },
      {
        name: "retail_trans_json",
        database,
        location: `s3://${bucket}/json-data/`,
        serializer: "org.openx.data.jsonserde.JsonSerDe",
        columns,
        partitions,
      },
    ]);
  });

  test("a merge may read tables, swap partitions of two of them, and make temporary ones", () => {
    const template = Template.of((stack) => world(stack).catalog.grantMerge(role(stack)));
    const own = "arn:aws:glue:eu-west-1:123456789012";
    const database = template.only("aws_glue_catalog_database");
    const table = (part: string) => reference(template.only("aws_glue_catalog_table", part), "arn");
    const temporary = `${own}:table/${reference(database, "name")}/tmp_*`;
    const base = [reference(database, "arn"), `${own}:catalog`];
    const tables = [table("Parquet"), table("Raw")];

    expect(template.grants("Role")).toEqual({
      ReadCatalog: {
        actions: [
          "glue:BatchGetPartition",
          "glue:GetDatabase",
          "glue:GetPartition",
          "glue:GetPartitions",
          "glue:GetTable",
          "glue:GetTables",
        ],
        resources: [...base, ...tables, temporary].sort(),
      },
      SwapPartitions: {
        actions: ["glue:BatchCreatePartition", "glue:CreatePartition", "glue:UpdatePartition"],
        resources: [...base, ...tables].sort(),
      },
      DropExpiredPartitions: {
        actions: ["glue:BatchDeletePartition"],
        resources: [...base, table("Raw")].sort(),
      },
      MakeTemporaryTables: {
        actions: ["glue:CreateTable", "glue:DeleteTable"],
        resources: [...base, temporary].sort(),
      },
      FindDefaultDatabase: {
        actions: ["glue:CreateDatabase", "glue:GetDatabase"],
        resources: [`${own}:catalog`, `${own}:database/default`],
      },
    });
  });
});

describe("a workgroup", () => {
  const props = (stack: TerraformStack, prefix = "Usual"): WorkgroupProps => ({
    name: "people",
    description: "for people",
    resultsLocation: "s3://bucket/results/",
    key: world(stack, prefix).key,
    enforced: true,
    disposable: true,
  });

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<WorkgroupProps>((stack, pick) => {
      const other = {
        name: "other",
        description: "other",
        resultsLocation: "s3://other/results/",
        key: world(stack, "Other").key,
        enforced: false,
        scanLimitGiB: 2,
        disposable: false,
      };
      new Workgroup(stack, "Tested", pick(props(stack), other));
    });
    expect(unmoved).toEqual([]);
  });

  test("encrypts results and cuts a query off at the limit, in bytes", () => {
    const template = Template.of(
      (stack) => new Workgroup(stack, "Tested", { ...props(stack), scanLimitGiB: 3 }),
    );
    expect(template.only("aws_athena_workgroup", "Tested").properties).toEqual({
      name: "people",
      description: "for people",
      force_destroy: true,
      configuration: {
        enforce_workgroup_configuration: true,
        publish_cloudwatch_metrics_enabled: true,
        engine_version: { selected_engine_version: "Athena engine version 3" },
        result_configuration: {
          output_location: "s3://bucket/results/",
          encryption_configuration: {
            encryption_option: "SSE_KMS",
            kms_key_arn: reference(template.only("aws_kms_key"), "arn"),
          },
        },
        bytes_scanned_cutoff_per_query: 3 * 1024 ** 3,
      },
    });
  });

  test("refuses a limit of less than a GiB", () => {
    Template.of((stack) => {
      const usual = props(stack);
      expect(() => new Workgroup(stack, "Tested", { ...usual, scanLimitGiB: 0.5 })).toThrow(
        "test/Tested: scanLimitGiB is 0.5; a whole number from 1",
      );
    });
  });

  test("lets a role run and read queries in it alone", () => {
    const template = Template.of((stack) => world(stack).workgroup.grantQuery(role(stack)));
    expect(template.grants("Role")).toEqual({
      RunQueries: {
        actions: ["athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"],
        resources: [reference(template.only("aws_athena_workgroup"), "arn")],
      },
    });
  });

  test("the lab's queries are saved in it, each described", () => {
    const template = Template.of((stack) => {
      const { catalog, workgroup } = world(stack);
      new SavedQueries(stack, "Saved", {
        ...{ contract: retailTransaction, catalog, workgroup, queries: retailQueries },
      });
    });
    const queries = template.resources("aws_athena_named_query").map(({ properties }) => properties);
    for (const query of queries) {
      expect(query).toEqual({
        name: expect.any(String),
        description: expect.stringMatching(/\w/),
        database: reference(template.only("aws_glue_catalog_database"), "name"),
        workgroup: reference(template.only("aws_athena_workgroup"), "name"),
        query: expect.stringMatching(/^SELECT /),
      });
    }
    const written = queries.map(({ query }) => String(query)).join("\n;\n");
    const filter = smokeFilter(retailTransaction);
    expect(filter).toContain("'SMOKE'");
    // Each figure leaves the lines of the smoke test out; beside that they are the lab's.
    expect(written.split(filter)).toHaveLength(6);
    const sql = written.replaceAll(filter, "");
    expect(queries).toHaveLength(8);
    expect(sql).toContain("SELECT * FROM retail_trans_json LIMIT 10");
    expect(sql).toMatch(/FROM retail_trans_json\nGROUP BY country/);
    expect(sql).toMatch(/FROM ctas_retail_trans_parquet\nGROUP BY country/);
    expect(sql).toMatch(/sum\(quantity\) AS quantity, sum\(price\) AS price[^;]*GROUP BY invoicedate/);
    expect(sql).toMatch(/PARTITION BY record_id[^;]*retail_trans_quarantine/);
    expect(sql).toContain('count(DISTINCT "$path")');
  });
});

test("a saved query whose id exists is refused", () => {
  const [first] = retailQueries;
  if (!first) throw new Error("no query");
  Template.of((stack) => {
    const { catalog, workgroup } = world(stack);
    const common = { contract: retailTransaction, catalog, workgroup };
    for (const queries of [[first, first], [{ ...first, id: "Quarantine" }]]) {
      expect(() => new SavedQueries(stack, "Saved", { ...common, queries })).toThrow(
        `There is already a Construct with name '${queries[0]?.id}' in SavedQueries`,
      );
      stack.node.tryRemoveChild("Saved");
    }
  });
});

describe("MergeSmallFiles", () => {
  const props = (stack: TerraformStack, prefix: string): MergeSmallFilesProps => {
    const { functionDefaults, lake, catalog, workgroup } = world(stack, prefix);
    return {
      ...functionDefaults,
      name: "MergeSmallFiles",
      scheduleName: "schedule",
      lake,
      catalog,
      workgroup,
      lookBackHours: 26,
      rawRetentionDays: 30,
      everyMinutes: 12,
      queriesInFlight: 4,
    };
  };

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<MergeSmallFilesProps>((stack, pick) => {
      const other = {
        ...props(stack, "Other"),
        location: OTHER_LOCATION,
        logRetentionDays: 90,
        name: "Other",
        contract: meterReadings,
        scheduleName: "other",
        lookBackHours: 50,
        rawRetentionDays: 90,
        everyMinutes: 5,
        queriesInFlight: 8,
      };
      new MergeSmallFiles(stack, "Tested", pick(props(stack, "Usual"), other));
    });
    expect(unmoved).toEqual([]);
  });

  test("runs on its schedule, by this rule alone, and a failure is not tried again", () => {
    const template = Template.of((stack) => new MergeSmallFiles(stack, "Tested", props(stack, "")));
    const rule = template.only("aws_cloudwatch_event_rule");
    const lambda = template.only("aws_lambda_function");

    expect(rule.properties).toEqual({
      name: "schedule",
      description: "Runs MergeSmallFiles every 12 minutes",
      schedule_expression: "rate(12 minutes)",
      state: "ENABLED",
    });
    expect(template.only("aws_cloudwatch_event_target").properties).toEqual({
      rule: reference(rule, "name"),
      arn: reference(lambda, "arn"),
    });
    expect(template.only("aws_lambda_permission").properties).toEqual({
      statement_id: "Schedule",
      action: "lambda:InvokeFunction",
      function_name: reference(lambda, "function_name"),
      principal: "events.amazonaws.com",
      source_arn: reference(rule, "arn"),
    });
    expect(template.only("aws_lambda_function_event_invoke_config").properties).toEqual({
      function_name: reference(lambda, "function_name"),
      maximum_retry_attempts: 0,
      maximum_event_age_in_seconds: 720,
    });
  });

  test("its environment is what Terraform gives it, and the function accepts it", () => {
    const template = Template.of((stack) => new MergeSmallFiles(stack, "Tested", props(stack, "")));
    const { variables } = object(template.only("aws_lambda_function").properties["environment"] ?? {});
    const applied = Object.fromEntries(
      Object.entries(object(variables ?? {})).map(([name, value]) => [
        name,
        // What the provider answers for the references: names of buckets, databases, tables, workgroups.
        String(value).replace(/\$\{[^}]+\}/g, "name"),
      ]),
    );
    expect(readEnvironment(MERGE, applied)).toMatchObject({
      OLD_TABLE_LOCATION_PREFIX: { bucket: "name", prefix: "json-data/" },
      OUTPUT_PREFIX: { bucket: "name", prefix: "parquet-retail-trans/" },
      STAGING_OUTPUT_PREFIX: { bucket: "name", prefix: "tmp/" },
      COLUMN_NAMES: glueColumns().map(({ name }) => name),
      STATE_PREFIX: { bucket: "name", prefix: "merge-state/" },
      LOOK_BACK_HOURS: 26,
      RAW_RETENTION_DAYS: 30,
      QUERIES_IN_FLIGHT: 4,
    });
    expect(variables).toMatchObject({
      OLD_TABLE_NAME: reference(template.only("aws_glue_catalog_table", "Raw"), "name"),
      NEW_TABLE_NAME: reference(template.only("aws_glue_catalog_table", "Parquet"), "name"),
      WORK_GROUP: reference(template.only("aws_athena_workgroup"), "name"),
    });
  });

  test("may read raw objects but never change them", () => {
    const template = Template.of((stack) => new MergeSmallFiles(stack, "Tested", props(stack, "")));
    const grants = template.grants("Tested_Function_ExecutionRole");
    const bucket = reference(template.only("aws_s3_bucket", "Lake_Bucket"), "arn");
    const merged = ["merge-state", "parquet-retail-trans", "tmp"].map((zone) => `${bucket}/${zone}/*`);

    expect(grants["ReadLake"]?.resources).toEqual([`${bucket}/json-data/*`, ...merged]);
    expect(grants["WriteLake"]?.resources).toEqual(merged);
    expect(grants["DeleteFromLake"]?.resources).toEqual(merged);
    expect(Object.keys(grants)).toEqual([
      "WriteLogs",
      "DecryptOwnEnvironment",
      "ListLake",
      "LocateLake",
      "ReadLake",
      "WriteLake",
      "DeleteFromLake",
      "UseLakeKey",
      "ReadCatalog",
      "SwapPartitions",
      "DropExpiredPartitions",
      "MakeTemporaryTables",
      "FindDefaultDatabase",
      "RunQueries",
    ]);
  });
});
