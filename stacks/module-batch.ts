import { AthenaNamedQuery } from "@cdktf/provider-aws/lib/athena-named-query";
import type { GlueCatalogTable } from "@cdktf/provider-aws/lib/glue-catalog-table";
import type { KinesisFirehoseDeliveryStream } from "@cdktf/provider-aws/lib/kinesis-firehose-delivery-stream";
import { TerraformIterator, type TerraformVariable } from "cdktf";
import { LEAST_BUFFER_MIB } from "../contract/limits";
import type { IngestBatch } from "../modules/batch/ingest-batch";
import { lookBackHours } from "../modules/batch/look-back";
import type { Location } from "../modules/location";
import type { Names } from "../modules/naming";
import { type OptionalKey, optionalLake, optionalStream } from "./module-adoption";
import type { ModuleContract } from "./module-contract";
import type { ModuleStack } from "./module-stack";
import { addRule, flag, numberVariable, variable } from "./module-variables";

interface Common {
  readonly location: Location;
  readonly names: Names;
  readonly logRetentionDays: number;
}

/** Adds the variables of the ingest and the batch layer. @param common of all layers */
export function batchProps(
  stack: ModuleStack,
  given: ModuleContract,
  key: OptionalKey,
  { location, names, logRetentionDays }: Common,
) {
  const rawRetentionDays = numberVariable(stack, "raw_retention_days");
  addRule(stack, "raw_retention_days", [
    `var.raw_retention_days >= ceil((local.stream_hours + ${lookBackHours(0)}) / 24) + 1`,
    "a day more than the hours of the stream and two is needed",
  ]);
  flag(stack, "gzip", "Whether raw objects are gzip; queries read both kinds, even mixed", true);
  return {
    key,
    stream: optionalStream(stack, location, names.stream),
    lake: optionalLake(stack, given, location, {
      key,
      names,
      rawRetentionDays,
      accessLogDays: logRetentionDays,
    }),
    rawRetentionDays,
    bufferMiB: numberVariable(stack, "buffer_mib"),
    merge: {
      everyMinutes: numberVariable(stack, "merge_every_minutes"),
      queriesInFlight: numberVariable(stack, "merge_queries_in_flight"),
      scanLimitGiB: numberVariable(stack, "merge_scan_limit_gib"),
    },
    analystScanLimitGiB: numberVariable(stack, "analyst_scan_limit_gib"),
  };
}

/** Sets what the constructs compute from the columns of a contract, which only Terraform knows here. */
export function adaptBatch(stack: ModuleStack, given: ModuleContract, batch: IngestBatch): void {
  for (const table of [batch.catalog.raw, batch.catalog.parquet]) setColumns(table, given.columnBlocks);
  batch.mergeSmallFiles.function.resource.addOverride(
    "environment.variables.COLUMN_NAMES",
    given.columnNames,
  );
  setLeastBuffer(batch.deliveryStream.resource);
  batch.deliveryStream.resource.addOverride(
    "extended_s3_configuration.compression_format",
    '${var.gzip ? "GZIP" : "UNCOMPRESSED"}',
  );
  const queries = batch.node.findChild("SavedQueries");
  for (const id of ["FirstTen", "FirstTenMerged"]) {
    const query = queries.node.findChild(id) as AthenaNamedQuery;
    const filtered = query.queryInput?.replace(/(?= LIMIT 10$)/, given.smokeFilter);
    if (filtered === undefined || filtered === query.queryInput) throw new Error(`${id} has no LIMIT 10`);
    query.query = filtered;
  }
  variable(
    stack,
    "saved_queries",
    "map(object({ name = string, description = string, sql = string }))",
    "Queries for analysts beside those that follow from any contract, by a key that stays",
    [
      [
        'alltrue([for q in values(var.saved_queries) : length(q.name) >= 1 && length(q.name) <= 128 && length(q.description) <= 1024 && trimspace(q.sql) != ""])',
        "each has a name of 1 to 128 characters, a description of at most 1,024, and SQL",
      ],
    ],
    { default: {} },
  );
  const each = TerraformIterator.fromMap((stack.node.findChild("saved_queries") as TerraformVariable).value);
  new AthenaNamedQuery(stack, "SavedQuery", {
    forEach: each,
    name: each.getString("name"),
    description: each.getString("description"),
    query: each.getString("sql"),
    database: batch.catalog.database.name,
    workgroup: batch.workgroup.resource.name,
  });
}

/** A `dynamic` block keeps the order of the columns; an iterator of cdktf would make a set of them. */
function setColumns(table: GlueCatalogTable, dynamic: object): void {
  const { columns: _, ...others } = table.storageDescriptor.internalValue ?? {};
  table.putStorageDescriptor(others);
  table.addOverride("storage_descriptor.dynamic", dynamic);
}

/**
 * The least buffer of the transformation, with which any contract's answer fits: the constructs compute the largest that
 * does. It costs more invocations.
 */
function setLeastBuffer(delivery: KinesisFirehoseDeliveryStream): void {
  const target = delivery.extendedS3Configuration.internalValue;
  const processing = target?.processingConfiguration;
  const [processor] = Array.isArray(processing?.processors) ? processing.processors : [];
  if (!target || !processing || !processor || !Array.isArray(processor.parameters)) {
    throw new Error(`${delivery.node.path} has no transformation`);
  }
  const parameters = [
    ...processor.parameters.filter(({ parameterName }) => parameterName !== "BufferSizeInMBs"),
    { parameterName: "BufferSizeInMBs", parameterValue: String(LEAST_BUFFER_MIB) },
  ];
  delivery.putExtendedS3Configuration({
    ...target,
    processingConfiguration: { ...processing, processors: [{ ...processor, parameters }] },
  });
}
