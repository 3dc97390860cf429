// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references look like that
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { JsonObject } from "../../lib/json";

const ZIP = "assets/Worker/worker.zip";
const ZIP_BYTES = Buffer.from("the reader does not look inside");

const column = (name: string, type: string): JsonObject => ({ name, type, comment: `The ${name}` });

/**
 * A stack with every resource type that the local run reads, in the shapes that cdktf writes: blocks as an
 * object and as a list of one, references, templates, escaped braces, comments.
 */
export const FIXTURE = {
  "//": { metadata: { stackName: "fixture" } },
  provider: {
    aws: [
      { region: "eu-west-1", allowed_account_ids: ["000000000000"], default_tags: [{ tags: { a: "b" } }] },
      { region: "us-east-1", alias: "global" },
    ],
  },
  terraform: { required_version: ">= 1.11" },
  resource: {
    aws_s3_bucket: {
      Lake: { "//": { metadata: { path: "Lake" } }, bucket: "lake", force_destroy: true, tags: { a: "b" } },
    },
    aws_s3_bucket_versioning: {
      Lake: { bucket: "${aws_s3_bucket.Lake.id}", versioning_configuration: { status: "Enabled" } },
    },
    aws_iam_role: {
      Worker: { name: "Worker", assume_role_policy: "${data.aws_iam_policy_document.x.json}" },
    },
    aws_kms_key: { Key: { description: "all" } },
    aws_kinesis_stream: {
      Stream: {
        name: "retail-trans",
        retention_period: 48,
        stream_mode_details: { stream_mode: "PROVISIONED" },
        shard_count: 2,
        max_record_size_in_kib: 2048,
        tags: { Owner: "lab" },
        encryption_type: "KMS",
        kms_key_id: "${aws_kms_key.Key.arn}",
        lifecycle: { prevent_destroy: true },
      },
      OnDemand: { name: "other", stream_mode_details: [{ stream_mode: "ON_DEMAND" }] },
    },
    aws_lambda_function: {
      Worker: {
        function_name: "Worker",
        filename: ZIP,
        source_code_hash: createHash("sha256").update(ZIP_BYTES).digest("base64"),
        handler: "index.handler",
        runtime: "nodejs22.x",
        memory_size: 256,
        timeout: 60,
        architectures: ["arm64"],
        role: "${aws_iam_role.Worker.arn}",
        environment: {
          variables: {
            ES_HOST: "${aws_opensearch_domain.Search.endpoint}",
            LOCATION: "s3://${aws_s3_bucket.Lake.bucket}/json-data/",
            ESCAPED: "$${not.a.reference} %%{nor this} 100 %",
            ROLE: "${aws_iam_role.Worker.arn}",
            DATABASE: "${aws_glue_catalog_database.Database.name}",
          },
        },
      },
    },
    aws_kinesis_firehose_delivery_stream: {
      Delivery: {
        name: "delivery",
        destination: "extended_s3",
        kinesis_source_configuration: {
          kinesis_stream_arn: "${aws_kinesis_stream.Stream.arn}",
          role_arn: "${aws_iam_role.Worker.arn}",
        },
        extended_s3_configuration: {
          bucket_arn: "${aws_s3_bucket.Lake.arn}",
          role_arn: "${aws_iam_role.Worker.arn}",
          prefix: "json-data/hour=!{timestamp:HH}/",
          error_output_prefix: "error-json/!{firehose:error-output-type}/",
          buffering_size: 2,
          buffering_interval: 90,
          compression_format: "GZIP",
          s3_backup_mode: "Disabled",
          cloudwatch_logging_options: { enabled: true, log_group_name: "logs" },
          processing_configuration: {
            enabled: true,
            processors: [
              {
                type: "Lambda",
                parameters: [
                  {
                    parameter_name: "LambdaArn",
                    parameter_value: "${aws_lambda_function.Worker.arn}:$LATEST",
                  },
                  { parameter_name: "NumberOfRetries", parameter_value: "7" },
                  { parameter_name: "BufferSizeInMBs", parameter_value: "0.5" },
                  { parameter_name: "BufferIntervalInSeconds", parameter_value: "30" },
                  { parameter_name: "RoleArn", parameter_value: "${aws_iam_role.Worker.arn}" },
                ],
              },
            ],
          },
        },
      },
      Plain: {
        name: "plain",
        destination: "extended_s3",
        kinesis_source_configuration: { kinesis_stream_arn: "${aws_kinesis_stream.OnDemand.arn}" },
        extended_s3_configuration: { bucket_arn: "${aws_s3_bucket.Lake.arn}" },
      },
    },
    aws_lambda_event_source_mapping: {
      Mapping: {
        event_source_arn: "${aws_kinesis_stream.Stream.arn}",
        function_name: "${aws_lambda_function.Worker.arn}",
        enabled: true,
        starting_position: "TRIM_HORIZON",
        batch_size: 1000,
        maximum_batching_window_in_seconds: 1,
        parallelization_factor: 2,
        bisect_batch_on_function_error: true,
        maximum_retry_attempts: -1,
        maximum_record_age_in_seconds: 82_800,
        function_response_types: ["ReportBatchItemFailures"],
        destination_config: { on_failure: { destination_arn: "${aws_s3_bucket.Lake.arn}" } },
      },
      Defaults: {
        event_source_arn: "${aws_kinesis_stream.OnDemand.arn}",
        function_name: "${aws_lambda_function.Worker.function_name}",
        starting_position: "LATEST",
      },
    },
    aws_cloudwatch_event_rule: {
      Rule: {
        name: "merge",
        schedule_expression: "rate(5 minutes)",
        state: "ENABLED",
        description: "Merges",
      },
      Left: {
        name: "left",
        description: "Records that were discarded",
        event_pattern: '{"source":["aws.s3"],"detail":{"bucket":{"name":["${aws_s3_bucket.Lake.bucket}"]}}}',
      },
    },
    aws_cloudwatch_event_target: {
      Target: {
        rule: "${aws_cloudwatch_event_rule.Rule.name}",
        arn: "${aws_lambda_function.Worker.arn}",
        input: '{"hours":[1,2]}',
        target_id: "worker",
      },
      Left: { rule: "${aws_cloudwatch_event_rule.Left.name}", arn: "${aws_cloudwatch_log_group.Left.arn}" },
    },
    aws_cloudwatch_log_group: { Left: { name: "/aws/events/left" } },
    aws_s3_bucket_notification: { Events: { bucket: "${aws_s3_bucket.Lake.bucket}", eventbridge: true } },
    aws_lambda_function_event_invoke_config: {
      Config: {
        function_name: "${aws_lambda_function.Worker.function_name}",
        maximum_retry_attempts: 1,
        maximum_event_age_in_seconds: 300,
      },
    },
    aws_lambda_invocation: {
      Setup: {
        function_name: "${aws_lambda_function.Worker.function_name}",
        input: '{"role":"${aws_iam_role.Worker.arn}"}',
        lifecycle_scope: "CREATE_ONLY",
        triggers: { code: "hash" },
      },
    },
    aws_glue_catalog_database: { Database: { name: "mydatabase", description: "All" } },
    aws_glue_catalog_table: {
      Json: {
        name: "retail_trans_json",
        database_name: "${aws_glue_catalog_database.Database.name}",
        table_type: "EXTERNAL_TABLE",
        parameters: { classification: "json", EXTERNAL: "TRUE" },
        partition_keys: [column("year", "int"), column("hour", "int")],
        storage_descriptor: {
          location: "s3://${aws_s3_bucket.Lake.bucket}/json-data/",
          input_format: "org.apache.hadoop.mapred.TextInputFormat",
          output_format: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
          columns: [column("invoice", "string"), column("price", "double")],
          ser_de_info: {
            serialization_library: "org.openx.data.jsonserde.JsonSerDe",
            parameters: { "case.insensitive": "TRUE" },
          },
        },
      },
      Parquet: {
        name: "parquet",
        database_name: "${aws_glue_catalog_database.Database.id}",
        table_type: "EXTERNAL_TABLE",
        storage_descriptor: {
          location: "s3://${aws_s3_bucket.Lake.id}/parquet/",
          input_format: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
          output_format: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
          columns: [column("invoice", "string")],
          ser_de_info: {
            serialization_library: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
          },
        },
      },
    },
    aws_athena_workgroup: {
      People: {
        name: "people",
        state: "ENABLED",
        force_destroy: true,
        configuration: {
          enforce_workgroup_configuration: true,
          publish_cloudwatch_metrics_enabled: true,
          bytes_scanned_cutoff_per_query: 10_000_000,
          result_configuration: {
            output_location: "s3://${aws_s3_bucket.Lake.bucket}/results/",
            encryption_configuration: { encryption_option: "SSE_S3" },
          },
        },
      },
      Bare: { name: "bare" },
    },
    aws_athena_named_query: {
      First: {
        name: "First ten",
        database: "${aws_glue_catalog_database.Database.name}",
        workgroup: "${aws_athena_workgroup.People.id}",
        query: "SELECT * FROM retail_trans_json LIMIT 10",
      },
    },
    aws_opensearch_domain: {
      Search: {
        domain_name: "salesv1",
        engine_version: "OpenSearch_2.19",
        cluster_config: { instance_type: "t3.small.search", instance_count: 1 },
        encrypt_at_rest: { enabled: true },
        advanced_security_options: {
          enabled: true,
          master_user_options: { master_user_arn: "${aws_iam_role.Worker.arn}" },
        },
      },
    },
  },
} satisfies JsonObject;

/** Where a value stands in a document. */
export type Steps = readonly (string | number)[];

/** Writes a document as a stack that can be read. */
export function writeStack(directory: string, document: JsonObject): void {
  mkdirSync(dirname(join(directory, ZIP)), { recursive: true });
  writeFileSync(join(directory, ZIP), ZIP_BYTES);
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify(document));
}
