import { readDatabases, readNamedQueries, readTables, readWorkgroups } from "./catalog";
import type { DataPlane } from "./data-plane";
import { readDeliveryStreams } from "./delivery";
import { readEventSourceMappings, readFunctions, readInvocations } from "./functions";
import { readBuckets, readStreams } from "./ingest";
import { KnownTargets } from "./known-targets";
import type { PlannedModule } from "./saved-plan";
import { readSchedules } from "./schedules";
import { readSearchDomains } from "./search";
import { type Computed, Stack } from "./stack";
import { withinModule } from "./terraform-error";
import { unsupportedResources } from "./unsupported-resources";
import type { GivenVariables } from "./variables";

/** The supported resource types; other types of a stack must be listed in unsupported-resources.ts. */
export const DATA_PLANE_TYPES: ReadonlySet<string> = new Set([
  "aws_s3_bucket",
  "aws_s3_bucket_notification",
  "aws_kinesis_stream",
  "aws_kinesis_firehose_delivery_stream",
  "aws_lambda_function",
  "aws_lambda_event_source_mapping",
  "aws_lambda_function_event_invoke_config",
  "aws_lambda_invocation",
  "aws_cloudwatch_event_rule",
  "aws_cloudwatch_event_target",
  "aws_glue_catalog_database",
  "aws_glue_catalog_table",
  "aws_athena_workgroup",
  "aws_athena_named_query",
  "aws_opensearch_domain",
]);

/**
 * Reads the data plane from a synthesized stack.
 * @param directory holds `cdk.tf.json` and `assets/`
 * @param computed values that depend on the running engines
 * @param variables values of the stack's variables
 * @param planned the stack's resources, where they come from a plan
 * @throws TerraformError naming the absolute address, the property and the value that the local run does not support
 */
export function readDataPlane(
  directory: string,
  computed: Computed,
  variables: GivenVariables = {},
  planned?: PlannedModule,
): DataPlane {
  return withinModule(planned?.module ?? "", () =>
    readStack(new Stack(directory, computed, variables, planned)),
  );
}

function readStack(stack: Stack): DataPlane {
  const unsupported = unsupportedResources(
    new Map([...stack.counts()].filter(([type]) => !DATA_PLANE_TYPES.has(type))),
  );
  const functions = readFunctions(stack);
  const targets = new KnownTargets({ buckets: readBuckets(stack), streams: readStreams(stack) }, functions);
  const databases = readDatabases(stack);
  const workgroups = readWorkgroups(stack, targets);
  const plane = {
    region: stack.region,
    accountId: stack.accountId,
    functions,
    databases,
    workgroups,
    deliveryStreams: readDeliveryStreams(stack, targets),
    eventSourceMappings: readEventSourceMappings(stack, targets),
    schedules: readSchedules(stack, targets),
    tables: readTables(stack, targets, databases),
    namedQueries: readNamedQueries(stack, databases, workgroups),
    searchDomains: readSearchDomains(stack),
    invocations: readInvocations(stack, targets),
  };
  return {
    ...plane,
    buckets: targets.buckets,
    streams: targets.streams,
    notHonoured: [...targets.adoptions, ...unsupported, ...stack.notHonoured()],
  };
}
