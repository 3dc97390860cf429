import type { ColumnModel, NamedQueryModel, TableModel, WorkgroupModel } from "./data-plane";
import type { KnownTargets } from "./known-targets";
import type { Properties } from "./properties";
import type { Stack } from "./stack";

const DOCUMENTATION = "documentation only";

/** The Hive classes that make a table of each format: SerDe, input and output. */
const FORMATS = {
  json: {
    library: "org.openx.data.jsonserde.JsonSerDe",
    input: "org.apache.hadoop.mapred.TextInputFormat",
    output: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
  },
  parquet: {
    library: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    input: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    output: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
  },
} as const;

/** Column types that the contract uses and the local engine supports. */
const COLUMN_TYPES = ["string", "int", "bigint", "double", "boolean", "date", "timestamp"] as const;
const DECIMAL_TYPE = /^decimal\(\d+,\d+\)$/;

/** Names of the `aws_glue_catalog_database` resources. */
export function readDatabases(stack: Stack): string[] {
  return stack.all("aws_glue_catalog_database").map((database) => {
    database.notHonoured("description", DOCUMENTATION);
    database.notHonoured("create_table_default_permission", "permissions are not enforced here");
    return database.string("name");
  });
}

/** `aws_glue_catalog_table` with its data in a bucket of the stack. */
export function readTables(stack: Stack, targets: KnownTargets, databases: readonly string[]): TableModel[] {
  return stack.all("aws_glue_catalog_table").map((table) => {
    table.notHonoured("owner", DOCUMENTATION);
    table.oneOf("table_type", ["EXTERNAL_TABLE"]);
    readTableParameters(table);
    const storage = table.block("storage_descriptor");
    if (storage === undefined) return table.refuse("storage_descriptor", "is required");
    return {
      address: table.address,
      database: knownDatabase(table, "database_name", databases),
      name: table.string("name"),
      ...(table.has("description") && { description: table.string("description") }),
      columns: storage.blocks("columns").map(readColumn),
      partitionKeys: table.blocks("partition_keys").map(readColumn),
      location: targets.location(storage, "location"),
      format: readFormat(storage),
    };
  });
}

/** Partition projection would change what a query sees; the other parameters are descriptive. */
function readTableParameters(table: Properties): void {
  const parameters = table.block("parameters");
  for (const name of parameters?.names() ?? []) {
    if (name.startsWith("projection."))
      parameters?.refuse(name, "is not supported here: no partition projection");
    parameters?.notHonoured(name, "the local engine reads the table's format from its SerDe");
  }
}

function readColumn(column: Properties): ColumnModel {
  const type = column.string("type");
  return {
    name: column.string("name"),
    type: DECIMAL_TYPE.test(type) ? type : column.oneOf("type", COLUMN_TYPES),
    ...(column.has("comment") && { comment: column.string("comment") }),
  };
}

function readFormat(storage: Properties): TableModel["format"] {
  const serde = storage.block("ser_de_info");
  if (serde === undefined) return storage.refuse("ser_de_info", "is required");
  serde.notHonoured("name", "only a name");
  serde.notHonoured("parameters", "the local engine has its own reader");
  if (storage.flag("compressed", false)) storage.refuse("compressed", "is not supported here");
  const library = serde.oneOf("serialization_library", [FORMATS.json.library, FORMATS.parquet.library]);
  const format = library === FORMATS.json.library ? "json" : "parquet";
  storage.oneOf("input_format", [FORMATS[format].input]);
  storage.oneOf("output_format", [FORMATS[format].output]);
  return format;
}

function knownDatabase(resource: Properties, property: string, databases: readonly string[]): string {
  const name = resource.string(property);
  return databases.includes(name)
    ? name
    : resource.refuse(
        property,
        `is not a database of this stack; its databases: ${databases.join(", ")}`,
        name,
      );
}

/** `aws_athena_workgroup` */
export function readWorkgroups(stack: Stack, targets: KnownTargets): WorkgroupModel[] {
  return stack.all("aws_athena_workgroup").map((workgroup) => {
    workgroup.notHonoured("description", DOCUMENTATION);
    workgroup.notHonoured("force_destroy", "nothing is destroyed here");
    workgroup.oneOf("state", ["ENABLED"], "ENABLED");
    const configuration = workgroup.block("configuration");
    configuration?.notHonoured("publish_cloudwatch_metrics_enabled", "no CloudWatch here");
    configuration?.notHonoured("engine_version", "queries run in the local engine");
    configuration?.notHonoured("requester_pays_enabled", "nothing is billed here");
    const result = configuration?.block("result_configuration");
    result?.notHonoured("encryption_configuration", "nothing is encrypted here");
    result?.notHonoured("expected_bucket_owner", "permissions are not enforced here");
    result?.notHonoured("acl_configuration", "permissions are not enforced here");
    return {
      address: workgroup.address,
      name: workgroup.string("name"),
      enforced: configuration?.flag("enforce_workgroup_configuration", true) ?? true,
      ...(result?.has("output_location")
        ? { outputLocation: targets.location(result, "output_location") }
        : {}),
      ...(configuration?.has("bytes_scanned_cutoff_per_query")
        ? { bytesScannedCutoff: configuration.integer("bytes_scanned_cutoff_per_query", 0, 0) }
        : {}),
    };
  });
}

/** `aws_athena_named_query` */
export function readNamedQueries(
  stack: Stack,
  databases: readonly string[],
  workgroups: readonly WorkgroupModel[],
): NamedQueryModel[] {
  return stack.all("aws_athena_named_query").map((query) => {
    query.notHonoured("description", DOCUMENTATION);
    const workgroup = query.string("workgroup");
    if (!workgroups.some(({ name }) => name === workgroup)) {
      query.refuse("workgroup", "is not a workgroup of this stack", workgroup);
    }
    return {
      address: query.address,
      name: query.string("name"),
      database: knownDatabase(query, "database", databases),
      workgroup,
      sql: query.string("query"),
    };
  });
}
