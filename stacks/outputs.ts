import { type TerraformElement, TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { IngestBatch } from "../modules/batch/ingest-batch";
import type { Operations } from "../modules/operations/operations";
import type { SpeedLayer } from "../modules/speed/speed-layer";

/** An output of a stack or a module: its name, a description, and its value. */
export type OutputText = readonly [name: string, description: string, value: string];

/** Outputs of the ingest and the batch layer. */
export function batchOutputs(batch: IngestBatch): readonly OutputText[] {
  const { key, stream, lake, deliveryStream, catalog, workgroup, validateRecords, mergeSmallFiles } = batch;
  return [
    ["data_stream_name", "Kinesis stream that takes transactions", stream.streamName],
    ["data_stream_arn", "ARN of that stream, to allow a producer to write", stream.arn],
    ["delivery_stream_name", "Firehose stream that fills the lake", deliveryStream.resource.name],
    ["lake_bucket", "Bucket of the lake", lake.bucketName],
    ["raw_location", "Location of the raw lines", lake.location("raw")],
    ["quarantine_location", "Location of refused lines", lake.location("quarantine")],
    [
      "delivery_error_location",
      "Records that Firehose failed to deliver; normally empty",
      lake.location("errors"),
    ],
    ["database", "Glue database of the tables", catalog.database.name],
    ["workgroup", "Athena workgroup for analysts", workgroup.resource.name],
    [
      "validate_records_function",
      "Function that judges lines",
      validateRecords.function.resource.functionName,
    ],
    [
      "merge_small_files_function",
      "Function that merges; invoke it to merge at once",
      mergeSmallFiles.function.resource.functionName,
    ],
    ["key_arn", "Key that encrypts everything here", key.arn],
  ];
}

/** Outputs of the speed layer. */
export function speedOutputs(speed: SpeedLayer): readonly OutputText[] {
  const { domain, upsertToEs, searchSetup, network, lake, bastion } = speed;
  return [
    ["search_domain", "OpenSearch domain of the speed layer", domain.resource.domainName],
    ["search_endpoint", "Host of the domain, inside the network", domain.endpoint],
    ["upsert_to_es_function", "Function that indexes", upsertToEs.function.resource.functionName],
    ["search_setup_function", "Function that sets the domain up", searchSetup.function.resource.functionName],
    ["given_up_location", "Batches that indexing discarded; normally empty", lake.location("onFailure")],
    ["network_id", "Network of the domain", network.vpcId],
    ["search_client_group_id", "Security group that reaches the domain", domain.clients.id],
    ...(bastion
      ? [["bastion_instance_id", "Instance that sessions go through", bastion.resource.id] as const]
      : []),
  ];
}

/** Outputs of the operations. */
export function operationsOutputs({ topic, dashboard }: Operations): readonly OutputText[] {
  return [
    ["alarm_topic_arn", "Topic of alarms and budget, to subscribe to", topic.arn],
    ["dashboard", "CloudWatch dashboard of everything", dashboard.resource.dashboardName],
  ];
}

/** Adds outputs to a stack. */
export function addOutputs(stack: Construct, outputs: readonly OutputText[]): void {
  for (const [name, description, value] of outputs) {
    const output: TerraformElement = new TerraformOutput(stack, `Output-${name}`, { value, description });
    output.overrideLogicalId(name);
  }
}
