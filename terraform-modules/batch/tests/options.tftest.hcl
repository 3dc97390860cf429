mock_provider "aws" {
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

variables {
  name = "every_kind"
  prefix = "test"
  event_time = "Seen_At"
  columns = [{"name":"label","required":true,"kind":"text","comment":"A \"label\"","search":"exact"},{"name":"words","required":false,"kind":"text","comment":"","search":"words"},{"name":"count","required":true,"kind":"integer","comment":""},{"name":"big","required":false,"kind":"bigint","comment":""},{"name":"ratio","required":true,"kind":"double","comment":""},{"name":"amount","required":true,"kind":"decimal","precision":18,"scale":0,"comment":""},{"name":"isOpen","required":true,"kind":"boolean","comment":""},{"name":"Seen_At","required":true,"kind":"timestamp","comment":"","format":"iso"},{"name":"read_on","required":false,"kind":"timestamp","comment":"","format":"seconds"}]
  tables = {"raw":"every_kind_json","merged":"every_kind_parquet","quarantine":"every_kind_quarantine"}
  index = "every-kind"
  parquet_folder = "parquet-every_kind/"
  reader_role = "every_kind_reader"
  smoke = {"label":"it's","words":"","count":0,"big":7,"ratio":0.5,"amount":1.25,"isOpen":true,"read_on":"2026-01-31 12:00:00"}
}

run "batch_defaults" {
  command = plan

  assert {
    condition     = length(aws_kinesis_stream.event_stream) == 1
    error_message = "it is not so: length(aws_kinesis_stream.event_stream) == 1"
  }

  assert {
    condition     = length(aws_kms_key.key) == 1
    error_message = "it is not so: length(aws_kms_key.key) == 1"
  }

  assert {
    condition     = length(aws_s3_bucket.data_lake_bucket) == 1
    error_message = "it is not so: length(aws_s3_bucket.data_lake_bucket) == 1"
  }

  assert {
    condition     = aws_kinesis_stream.event_stream[0].stream_mode_details[0].stream_mode == "ON_DEMAND"
    error_message = "it is not so: aws_kinesis_stream.event_stream[0].stream_mode_details[0].stream_mode == \"ON_DEMAND\""
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.delivery_stream.extended_s3_configuration[0].compression_format == "GZIP"
    error_message = "it is not so: aws_kinesis_firehose_delivery_stream.delivery_stream.extended_s3_configuration[0].compression_format == \"GZIP\""
  }
}

run "batch_settings" {
  command = plan

  variables {
    shard_count = 3
    gzip = false
  }

  assert {
    condition     = aws_kinesis_stream.event_stream[0].stream_mode_details[0].stream_mode == "PROVISIONED"
    error_message = "it is not so: aws_kinesis_stream.event_stream[0].stream_mode_details[0].stream_mode == \"PROVISIONED\""
  }

  assert {
    condition     = aws_kinesis_stream.event_stream[0].shard_count == 3
    error_message = "it is not so: aws_kinesis_stream.event_stream[0].shard_count == 3"
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.delivery_stream.extended_s3_configuration[0].compression_format == "UNCOMPRESSED"
    error_message = "it is not so: aws_kinesis_firehose_delivery_stream.delivery_stream.extended_s3_configuration[0].compression_format == \"UNCOMPRESSED\""
  }
}

run "what_exists_is_adopted" {
  command = plan

  variables {
    key = {"arn":"arn:aws:kms:eu-west-1:123456789012:key/own"}
    stream = {"arn":"arn:aws:kinesis:eu-west-1:123456789012:stream/team-stream","retention_hours":48,"key_arn":"arn:aws:kms:eu-west-1:123456789012:key/stream"}
    lake = {"bucket_name":"team-lake","key_arn":"arn:aws:kms:eu-west-1:123456789012:key/lake"}
  }

  assert {
    condition     = length(aws_kinesis_stream.event_stream) == 0
    error_message = "it is not so: length(aws_kinesis_stream.event_stream) == 0"
  }

  assert {
    condition     = length(aws_kms_key.key) == 0
    error_message = "it is not so: length(aws_kms_key.key) == 0"
  }

  assert {
    condition     = length(aws_s3_bucket.data_lake_bucket) == 0
    error_message = "it is not so: length(aws_s3_bucket.data_lake_bucket) == 0"
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.delivery_stream.kinesis_source_configuration[0].kinesis_stream_arn == "arn:aws:kinesis:eu-west-1:123456789012:stream/team-stream"
    error_message = "it is not so: aws_kinesis_firehose_delivery_stream.delivery_stream.kinesis_source_configuration[0].kinesis_stream_arn == \"arn:aws:kinesis:eu-west-1:123456789012:stream/team-stream\""
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.delivery_stream.extended_s3_configuration[0].bucket_arn == "arn:aws:s3:::team-lake"
    error_message = "it is not so: aws_kinesis_firehose_delivery_stream.delivery_stream.extended_s3_configuration[0].bucket_arn == \"arn:aws:s3:::team-lake\""
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.delivery_stream.extended_s3_configuration[0].kms_key_arn == "arn:aws:kms:eu-west-1:123456789012:key/lake"
    error_message = "it is not so: aws_kinesis_firehose_delivery_stream.delivery_stream.extended_s3_configuration[0].kms_key_arn == \"arn:aws:kms:eu-west-1:123456789012:key/lake\""
  }

  assert {
    condition     = aws_lambda_function.validate_records_function.kms_key_arn == "arn:aws:kms:eu-west-1:123456789012:key/own"
    error_message = "it is not so: aws_lambda_function.validate_records_function.kms_key_arn == \"arn:aws:kms:eu-west-1:123456789012:key/own\""
  }

  assert {
    condition     = aws_athena_workgroup.people_workgroup.configuration[0].result_configuration[0].encryption_configuration[0].kms_key_arn == "arn:aws:kms:eu-west-1:123456789012:key/lake"
    error_message = "it is not so: aws_athena_workgroup.people_workgroup.configuration[0].result_configuration[0].encryption_configuration[0].kms_key_arn == \"arn:aws:kms:eu-west-1:123456789012:key/lake\""
  }

  assert {
    condition     = contains([for s in data.aws_iam_policy_document.delivery_stream_execution_role_permissions_document.statement : s.resources if s.sid == "DecryptStream"][0], "arn:aws:kms:eu-west-1:123456789012:key/stream")
    error_message = "it is not so: contains([for s in data.aws_iam_policy_document.delivery_stream_execution_role_permissions_document.statement : s.resources if s.sid == \"DecryptStream\"][0], \"arn:aws:kms:eu-west-1:123456789012:key/stream\")"
  }

  assert {
    condition     = aws_glue_catalog_table.catalog_raw.storage_descriptor[0].location == "s3://team-lake/json-data/"
    error_message = "it is not so: aws_glue_catalog_table.catalog_raw.storage_descriptor[0].location == \"s3://team-lake/json-data/\""
  }
}

run "names" {
  command = plan

  variables {
    names = {"key_alias":"alias/given-key","stream":"given-stream","delivery_stream":"given-delivery-stream","delivery_role":"given-delivery-role","delivery_log_group":"/given/delivery","lake_bucket":"given-lake-bucket","access_log_bucket":"given-access-log-bucket","database":"given_database","analysts_workgroup":"given-analysts-workgroup","merge_workgroup":"given-merge-workgroup","validate_records":"given-validate-records","merge_small_files":"given-merge-small-files","merge_schedule":"given-merge-schedule"}
  }

  assert {
    condition     = aws_kms_alias.key_alias[0].name == "alias/given-key"
    error_message = "it is not so: aws_kms_alias.key_alias[0].name == \"alias/given-key\""
  }

  assert {
    condition     = aws_kinesis_stream.event_stream[0].name == "given-stream"
    error_message = "it is not so: aws_kinesis_stream.event_stream[0].name == \"given-stream\""
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.delivery_stream.name == "given-delivery-stream"
    error_message = "it is not so: aws_kinesis_firehose_delivery_stream.delivery_stream.name == \"given-delivery-stream\""
  }

  assert {
    condition     = aws_iam_role.delivery_stream_execution_role.name == "given-delivery-role"
    error_message = "it is not so: aws_iam_role.delivery_stream_execution_role.name == \"given-delivery-role\""
  }

  assert {
    condition     = aws_cloudwatch_log_group.delivery_stream_logs_log_group.name == "/given/delivery"
    error_message = "it is not so: aws_cloudwatch_log_group.delivery_stream_logs_log_group.name == \"/given/delivery\""
  }

  assert {
    condition     = aws_s3_bucket.data_lake_bucket[0].bucket == "given-lake-bucket"
    error_message = "it is not so: aws_s3_bucket.data_lake_bucket[0].bucket == \"given-lake-bucket\""
  }

  assert {
    condition     = aws_s3_bucket.data_lake_access_logs_bucket[0].bucket == "given-access-log-bucket"
    error_message = "it is not so: aws_s3_bucket.data_lake_access_logs_bucket[0].bucket == \"given-access-log-bucket\""
  }

  assert {
    condition     = aws_glue_catalog_database.catalog_database.name == "given_database"
    error_message = "it is not so: aws_glue_catalog_database.catalog_database.name == \"given_database\""
  }

  assert {
    condition     = aws_athena_workgroup.people_workgroup.name == "given-analysts-workgroup"
    error_message = "it is not so: aws_athena_workgroup.people_workgroup.name == \"given-analysts-workgroup\""
  }

  assert {
    condition     = aws_athena_workgroup.merge_workgroup.name == "given-merge-workgroup"
    error_message = "it is not so: aws_athena_workgroup.merge_workgroup.name == \"given-merge-workgroup\""
  }

  assert {
    condition     = aws_lambda_function.validate_records_function.function_name == "given-validate-records"
    error_message = "it is not so: aws_lambda_function.validate_records_function.function_name == \"given-validate-records\""
  }

  assert {
    condition     = aws_lambda_function.merge_small_files_function.function_name == "given-merge-small-files"
    error_message = "it is not so: aws_lambda_function.merge_small_files_function.function_name == \"given-merge-small-files\""
  }

  assert {
    condition     = aws_cloudwatch_event_rule.merge_small_files_schedule.name == "given-merge-schedule"
    error_message = "it is not so: aws_cloudwatch_event_rule.merge_small_files_schedule.name == \"given-merge-schedule\""
  }
}
