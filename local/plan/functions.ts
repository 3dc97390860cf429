import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Json } from "../../lib/json";
import { messageOf } from "../../lib/message-of";
import type { EventSourceMappingModel, FunctionModel, InvocationModel } from "./data-plane";
import type { KnownTargets } from "./known-targets";
import type { Properties } from "./properties";
import type { Stack } from "./stack";

/** Lambda's name of this process's runtime. */
const RUNTIME = `nodejs${process.versions.node.split(".")[0]}.x`;

/** Variables that Lambda reserves: it refuses a function that sets one. */
const RESERVED_VARIABLE =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_\w+|AWS_(ACCESS_KEY\w*|SECRET_ACCESS_KEY|SESSION_TOKEN)|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;

const FUNCTION_NOT_HONOURED: Readonly<Record<string, string>> = {
  kms_key_arn: "nothing is encrypted here",
  vpc_config: "functions are in no VPC here",
  replace_security_groups_on_destroy: "functions are in no VPC here",
  replacement_security_group_ids: "functions are in no VPC here",
  architectures: "functions run on this machine's architecture",
  ephemeral_storage: "this machine's temporary folder is not limited",
  tracing_config: "no X-Ray here",
  logging_config: "logs are files here",
  dead_letter_config: "failed asynchronous events are reported, not queued",
  reserved_concurrent_executions: "concurrency is bounded by this machine",
  description: "documentation only",
  publish: "only $LATEST runs here",
  skip_destroy: "nothing is destroyed here",
};

/** `aws_lambda_function` with code from a local zip. */
export function readFunctions(stack: Stack): FunctionModel[] {
  return stack.all("aws_lambda_function").map((lambda) => {
    for (const [property, reason] of Object.entries(FUNCTION_NOT_HONOURED))
      lambda.notHonoured(property, reason);
    lambda.oneOf("package_type", ["Zip"], "Zip");
    if (lambda.strings("layers").length > 0) lambda.refuse("layers", "are not supported here");
    const name = lambda.string("function_name");
    return {
      address: lambda.address,
      name,
      roleArn: lambda.string("role"),
      arn: `arn:aws:lambda:${stack.region}:${stack.accountId}:function:${name}`,
      archivePath: readArchivePath(stack, lambda),
      handler: readHandler(lambda),
      runtime: lambda.oneOf("runtime", [RUNTIME]),
      timeoutSeconds: lambda.integer("timeout", 3, 1),
      memoryMiB: lambda.integer("memory_size", 128, 128),
      environment: readVariables(lambda),
    };
  });
}

/** Reads the path of the zip and compares its hash with `source_code_hash`. */
function readArchivePath(stack: Stack, lambda: Properties): string {
  const path = resolve(stack.directory, lambda.string("filename"));
  const expected = lambda.string("source_code_hash");
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return lambda.refuse("filename", `cannot be read (${messageOf(error)}); ${stack.archiveRemedy}`);
  }
  const actual = createHash("sha256").update(bytes).digest("base64");
  if (actual !== expected) {
    lambda.refuse(
      "source_code_hash",
      `is not the hash of ${path}, which is ${actual}; ${stack.archiveRemedy}`,
    );
  }
  return path;
}

function readHandler(lambda: Properties): string {
  const handler = lambda.string("handler");
  return /^[\w./-]+\.\w+$/.test(handler)
    ? handler
    : lambda.refuse("handler", "must have the form file.export");
}

function readVariables(lambda: Properties): Record<string, string> {
  const environment = lambda.block("environment");
  const variables = environment?.map("variables") ?? {};
  for (const name of Object.keys(variables)) {
    if (RESERVED_VARIABLE.test(name)) environment?.refuse("variables", `sets ${name}, which Lambda reserves`);
  }
  return variables;
}

/** `aws_lambda_event_source_mapping` of a stream. */
export function readEventSourceMappings(stack: Stack, targets: KnownTargets): EventSourceMappingModel[] {
  return stack.all("aws_lambda_event_source_mapping").map((mapping) => {
    mapping.notHonoured("kms_key_arn", "nothing is encrypted here");
    mapping.notHonoured("metrics_config", "no CloudWatch here");
    if (mapping.integer("tumbling_window_in_seconds", 0, 0) > 0) {
      mapping.refuse("tumbling_window_in_seconds", "is not supported here");
    }
    if (mapping.blocks("filter_criteria").length > 0)
      mapping.refuse("filter_criteria", "is not supported here");
    const responseTypes = mapping.strings("function_response_types");
    if (responseTypes.some((type) => type !== "ReportBatchItemFailures")) {
      mapping.refuse("function_response_types", "is not supported here; supported: ReportBatchItemFailures");
    }
    const onFailure = mapping.block("destination_config")?.block("on_failure");
    return {
      address: mapping.address,
      streamArn: targets.stream(mapping, "event_source_arn"),
      functionArn: targets.function(mapping, "function_name"),
      enabled: mapping.flag("enabled", true),
      startingPosition: mapping.oneOf("starting_position", ["TRIM_HORIZON", "LATEST"]),
      batchSize: mapping.integer("batch_size", 100, 1),
      windowSeconds: mapping.integer("maximum_batching_window_in_seconds", 0, 0),
      parallelizationFactor: mapping.integer("parallelization_factor", 1, 1),
      bisectOnError: mapping.flag("bisect_batch_on_function_error", false),
      maximumRetries: mapping.integer("maximum_retry_attempts", -1, -1),
      maximumRecordAgeSeconds: mapping.integer("maximum_record_age_in_seconds", -1, -1),
      reportsItemFailures: responseTypes.length > 0,
      dependsOn: mapping.strings("depends_on"),
      ...(onFailure === undefined ? {} : { onFailureBucket: targets.bucket(onFailure, "destination_arn") }),
    };
  });
}

/** `aws_lambda_invocation`; each comes after those that it depends on. */
export function readInvocations(stack: Stack, targets: KnownTargets): InvocationModel[] {
  const invocations = stack.all("aws_lambda_invocation").map((invocation): InvocationModel => {
    for (const property of ["lifecycle_scope", "triggers", "terraform_key"]) {
      invocation.notHonoured(property, "called at every start here");
    }
    invocation.oneOf("qualifier", ["$LATEST"], "$LATEST");
    return {
      address: invocation.address,
      functionArn: targets.function(invocation, "function_name"),
      input: readJson(invocation, "input"),
      dependsOn: invocation.strings("depends_on"),
    };
  });
  // Terraform refuses circles.
  const depth = ({ dependsOn }: InvocationModel): number =>
    1 + Math.max(0, ...invocations.filter(({ address }) => dependsOn.includes(address)).map(depth));
  return invocations.sort((one, other) => depth(one) - depth(other));
}

/** A property that contains JSON as text. */
export function readJson(resource: Properties, property: string): Json {
  const text = resource.string(property);
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (error) {
    return resource.refuse(property, `is not JSON: ${messageOf(error)}`);
  }
}
