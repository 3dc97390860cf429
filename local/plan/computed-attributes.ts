/** Inputs of the attributes that AWS computes. */
interface ComputedFrom {
  readonly region: string;
  readonly accountId: string;
  /** A property of the same resource, resolved. */
  property(name: string): string;
  /** The address of a running engine. */
  endpoint(name: "searchEndpoint"): string;
}

/** Computes one attribute. */
type Compute = (from: ComputedFrom) => string;

const property =
  (name: string): Compute =>
  (from) =>
    from.property(name);

/** `arn:aws:<service>:<region>:<account>:<kind><name>` */
const arn =
  (service: string, kind: string, name: string): Compute =>
  (from) =>
    `arn:aws:${service}:${from.region}:${from.accountId}:${kind}${from.property(name)}`;

/** IAM is global: no region in its ARNs. */
const roleArn: Compute = (from) => `arn:aws:iam::${from.accountId}:role/${from.property("name")}`;

const streamArn = arn("kinesis", "stream/", "name");
const deliveryStreamArn = arn("firehose", "deliverystream/", "name");
const domainArn = arn("es", "domain/", "domain_name");

/** Attributes that are not properties in the Terraform JSON, by resource type. */
export const COMPUTED_ATTRIBUTES: Readonly<Record<string, Readonly<Record<string, Compute>>>> = {
  aws_s3_bucket: {
    arn: (from) => `arn:aws:s3:::${from.property("bucket")}`,
    id: property("bucket"),
  },
  aws_kinesis_stream: { arn: streamArn, id: streamArn },
  aws_kinesis_firehose_delivery_stream: { arn: deliveryStreamArn, id: deliveryStreamArn },
  aws_lambda_function: {
    arn: arn("lambda", "function:", "function_name"),
    id: property("function_name"),
  },
  aws_cloudwatch_event_rule: { arn: arn("events", "rule/", "name"), id: property("name") },
  aws_glue_catalog_database: { arn: arn("glue", "database/", "name"), id: property("name") },
  aws_glue_catalog_table: {
    arn: (from) =>
      `arn:aws:glue:${from.region}:${from.accountId}:table/${from.property("database_name")}/${from.property("name")}`,
  },
  aws_athena_workgroup: { arn: arn("athena", "workgroup/", "name"), id: property("name") },
  aws_opensearch_domain: {
    arn: domainArn,
    id: domainArn,
    endpoint: (from) => from.endpoint("searchEndpoint"),
  },
  aws_iam_role: { arn: roleArn, id: property("name") },
  aws_cloudwatch_log_group: { arn: arn("logs", "log-group:", "name"), id: property("name") },
};
