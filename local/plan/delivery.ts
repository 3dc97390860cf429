import type { DeliveryStreamModel } from "./data-plane";
import type { KnownTargets } from "./known-targets";
import type { Properties } from "./properties";
import type { Stack } from "./stack";

const PERMISSIONS = "permissions are not enforced here";
const ENCRYPTION = "nothing is encrypted here";

/** `aws_kinesis_firehose_delivery_stream` from a stream to S3. */
export function readDeliveryStreams(stack: Stack, targets: KnownTargets): DeliveryStreamModel[] {
  return stack.all("aws_kinesis_firehose_delivery_stream").map((delivery) => {
    delivery.oneOf("destination", ["extended_s3"]);
    delivery.notHonoured("server_side_encryption", ENCRYPTION);
    const name = delivery.string("name");
    const source = delivery.block("kinesis_source_configuration");
    const s3 = delivery.block("extended_s3_configuration");
    if (source === undefined) return delivery.refuse("kinesis_source_configuration", "is required here");
    if (s3 === undefined) return delivery.refuse("extended_s3_configuration", "is required");
    source.notHonoured("role_arn", PERMISSIONS);
    return {
      address: delivery.address,
      name,
      arn: `arn:aws:firehose:${stack.region}:${stack.accountId}:deliverystream/${name}`,
      streamArn: targets.stream(source, "kinesis_stream_arn"),
      ...readDestination(s3, targets),
    };
  });
}

type Destination = Omit<DeliveryStreamModel, "address" | "name" | "arn" | "streamArn">;

function readDestination(s3: Properties, targets: KnownTargets): Destination {
  s3.notHonoured("role_arn", PERMISSIONS);
  s3.notHonoured("kms_key_arn", ENCRYPTION);
  s3.notHonoured("cloudwatch_logging_options", "no CloudWatch here");
  s3.oneOf("s3_backup_mode", ["Disabled"], "Disabled");
  s3.oneOf("custom_time_zone", ["UTC"], "UTC");
  for (const block of ["dynamic_partitioning_configuration", "data_format_conversion_configuration"]) {
    if (s3.block(block)?.flag("enabled", true) === true) s3.refuse(block, "is not supported here");
  }
  const transformation = readTransformation(s3, targets);
  return {
    bucket: targets.bucket(s3, "bucket_arn"),
    prefix: s3.optionalString("prefix") ?? "",
    errorPrefix: s3.optionalString("error_output_prefix") ?? "",
    bufferMiB: s3.integer("buffering_size", 5, 1),
    bufferSeconds: s3.integer("buffering_interval", 300, 0),
    compression: s3.oneOf("compression_format", ["UNCOMPRESSED", "GZIP"], "UNCOMPRESSED"),
    ...(transformation === undefined ? {} : { transformation }),
  };
}

type Transformation = NonNullable<DeliveryStreamModel["transformation"]>;

/** The one Lambda processor of a delivery stream, parsed from its list of parameter names and values. */
function readTransformation(s3: Properties, targets: KnownTargets): Transformation | undefined {
  const processing = s3.block("processing_configuration");
  if (processing === undefined || !processing.flag("enabled", false)) {
    processing?.notHonoured("processors", "processing is not enabled");
    return undefined;
  }
  const processor = processing.block("processors");
  if (processor === undefined) return processing.refuse("processors", "must hold a processor");
  processor.oneOf("type", ["Lambda"]);
  let functionArn: string | undefined;
  let bufferMiB = 1;
  let bufferSeconds = 60;
  let retries = 3;
  for (const parameter of processor.blocks("parameters")) {
    if (!parameter.has("parameter_value")) parameter.refuse("parameter_value", "is required");
    switch (parameter.oneOf("parameter_name", PARAMETERS)) {
      case "LambdaArn":
        functionArn = targets.function(parameter, "parameter_value");
        break;
      case "BufferSizeInMBs":
        bufferMiB = parameter.number("parameter_value", bufferMiB);
        break;
      case "BufferIntervalInSeconds":
        bufferSeconds = parameter.integer("parameter_value", bufferSeconds, 0);
        break;
      case "NumberOfRetries":
        retries = parameter.integer("parameter_value", retries, 0);
        break;
      case "RoleArn":
        parameter.notHonoured("parameter_value", PERMISSIONS);
        break;
    }
  }
  if (functionArn === undefined) return processor.refuse("parameters", "must hold a LambdaArn");
  return { functionArn, bufferMiB, bufferSeconds, retries };
}

const PARAMETERS = [
  "LambdaArn",
  "BufferSizeInMBs",
  "BufferIntervalInSeconds",
  "NumberOfRetries",
  "RoleArn",
] as const;
