/**
 * Resource types that hold data or a stream position, and the data lost with each. In a protected environment exactly
 * these refuse to be destroyed, and the plan summary lists their removals and replacements first.
 */
export const STATEFUL: Readonly<Record<string, string>> = {
  aws_glue_catalog_database: "the tables in it",
  aws_glue_catalog_table: "its partitions: queries no longer find the merged lines",
  aws_kinesis_firehose_delivery_stream: "its position in the stream: it continues with new records only",
  aws_kinesis_stream: "every record that a layer has not read yet",
  aws_kms_key: "everything that it encrypted, once its deletion window ends",
  aws_opensearch_domain: "every index, and its snapshots",
  aws_s3_bucket: "every object in it, old versions included",
};

/**
 * The property that allows Terraform to remove a resource with its data. Terraform uses the value in the state, which only
 * a deploy changes, not the value in the code.
 */
export const REMOVABLE: Readonly<Record<string, string>> = {
  aws_athena_workgroup: "force_destroy",
  aws_kinesis_stream: "enforce_consumer_deletion",
  aws_s3_bucket: "force_destroy",
};
