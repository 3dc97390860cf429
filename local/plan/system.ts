import { contractOf, type StackContract } from "./contract";
import { readJson } from "./functions";
import type { Properties } from "./properties";
import { type Computed, Stack } from "./stack";
import type { StackSource } from "./stack-source";
import { TerraformError } from "./terraform-error";

/** What an operator needs of a stack that is deployed, whatever else is in it. */
export interface System extends StackContract {
  readonly stream: {
    readonly name: string;
    /** Absent for a stream of another owner, who alone knows it. */
    readonly retentionHours?: number;
  };
  /** The bucket that has the zones of the lake. */
  readonly lakeBucket: string;
  /** Absent without a batch layer. */
  readonly analysts?: { readonly workgroup: string; readonly database: string };
  /** Absent without a speed layer. */
  readonly speed?: { readonly domain: string; readonly functionName: string; readonly saml: boolean };
  /** What the deploy gives to the functions of the contract when it invokes them, as SearchSetup. */
  readonly setUpInputs?: readonly unknown[];
  /** `Name` of the instance that sessions go through; absent where there is none. */
  readonly bastion?: string;
}

/** The variables of functions that tell a system's contract and names. Others may hold what only AWS knows. */
const TOLD = ["CONTRACT", "OLD_TABLE_NAME", "NEW_TABLE_NAME", "QUARANTINE_LOCATION", "ES_INDEX"];
const STREAM_ARN = /^arn:aws:kinesis:[\w-]+:\d{12}:stream\/(?<name>[\w.-]+)$/;
const LOCATION = /^s3:\/\/(?<bucket>[^/]+)\//;

/** Region and account that a stack itself names. */
export function namedLocation({ directory, variables }: StackSource): Stack["named"] {
  return new Stack(directory, {}, variables).named;
}

/**
 * Reads from a stack what an operator needs. Unlike the local run's reader it takes no notice of other resources.
 * @param computed account and region, where the stack does not name them
 * @throws TerraformError naming the address when the stack is none of these constructs, or has two systems
 */
export function readSystem({ directory, variables }: StackSource, computed: Computed): System {
  const stack = new Stack(directory, computed, variables);
  const functions = stack.all("aws_lambda_function").map(readFunction);
  const tables = stack.all("aws_glue_catalog_table").map((table) => ({
    name: table.string("name"),
    location: table.block("storage_descriptor")?.optionalString("location") ?? "",
  }));
  const contract = contractOf({ functions, tables });
  const told = functions.filter(({ environment }) => environment["CONTRACT"] !== undefined);
  const mapping = stack
    .all("aws_lambda_event_source_mapping")
    .map((one) => ({ one, target: one.string("function_name") }))
    .map(({ one, target }) => ({ one, to: told.find(({ name }) => name === named(target)) }))
    .find(({ to }) => to !== undefined);
  const quarantine = told.map(({ environment }) => environment["QUARANTINE_LOCATION"]).find(Boolean) ?? "";
  const lakeBucket = LOCATION.exec(quarantine)?.groups?.["bucket"];
  if (lakeBucket === undefined) {
    throw new TerraformError("aws_lambda_function", "no function has the variable QUARANTINE_LOCATION");
  }
  const analysts = contract.tables && readAnalysts(stack);
  const speed = mapping?.to && contract.index !== undefined && readSpeed(stack, mapping.to.name);
  const [bastion] = stack.all("aws_instance").flatMap((instance) => instance.map("tags")["Name"] ?? []);
  return {
    ...contract,
    stream: readStream(stack, mapping?.one ?? sourceOfDelivery(stack)),
    lakeBucket,
    ...(analysts && { analysts }),
    ...(speed && { speed }),
    setUpInputs: stack
      .all("aws_lambda_invocation")
      .filter((one) => told.some(({ name }) => name === named(one.string("function_name"))))
      .map((one) => readJson(one, "input")),
    ...(bastion !== undefined && { bastion }),
  };
}

function readFunction(lambda: Properties) {
  const variables = lambda.block("environment")?.block("variables");
  const environment = Object.fromEntries(
    TOLD.flatMap((name) => {
      const value = variables?.optionalString(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  return { address: lambda.address, name: lambda.string("function_name"), environment };
}

/** The name in a function's name or ARN, with or without a qualifier. */
function named(target: string): string {
  return target.replace(/^arn:aws:lambda:[\w-]+:\d{12}:function:/, "").replace(/:.*$/, "");
}

function sourceOfDelivery(stack: Stack): Properties {
  const [delivery] = stack.all("aws_kinesis_firehose_delivery_stream");
  const source = delivery?.block("kinesis_source_configuration");
  if (source) return source;
  throw new TerraformError("aws_lambda_event_source_mapping", "the stack reads no stream");
}

function readStream(stack: Stack, reader: Properties): System["stream"] {
  const property = reader.has("event_source_arn") ? "event_source_arn" : "kinesis_stream_arn";
  const arn = reader.string(property);
  const name = STREAM_ARN.exec(arn)?.groups?.["name"];
  if (name === undefined) return reader.refuse(property, "is not the ARN of a stream", arn);
  const own = stack.all("aws_kinesis_stream").find((stream) => stream.string("name") === name);
  return { name, ...(own && { retentionHours: own.integer("retention_period", 24, 24) }) };
}

/** The workgroup that enforces its settings is the analysts'; a merge has to choose where its results go. */
function readAnalysts(stack: Stack): System["analysts"] {
  const workgroup = stack.all("aws_athena_workgroup").find((one) => {
    return one.block("configuration")?.flag("enforce_workgroup_configuration", true) ?? true;
  });
  const [database] = stack.all("aws_glue_catalog_database");
  if (workgroup === undefined || database === undefined) {
    throw new TerraformError(
      "aws_athena_workgroup",
      "there is no database, or no workgroup that enforces its settings",
    );
  }
  return { workgroup: workgroup.string("name"), database: database.string("name") };
}

function readSpeed(stack: Stack, functionName: string): System["speed"] {
  const [domain] = stack.all("aws_opensearch_domain");
  if (domain === undefined) throw new TerraformError("aws_opensearch_domain", "there is no search domain");
  const saml = stack.all("aws_opensearch_domain_saml_options").length > 0;
  return { domain: domain.string("domain_name"), functionName, saml };
}
