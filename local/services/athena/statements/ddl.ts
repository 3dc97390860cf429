import { type CatalogColumn, type CatalogTable, tableFormat } from "../../glue/service";
import { invalidRequest, notLocal, QueryFailure } from "../../protocol/errors";
import { parseS3Folder } from "../../s3/service";
import type { Token } from "../sql/lexer";
import type { TableName, TokenReader } from "./token-reader";

/** CREATE EXTERNAL TABLE. */
export interface CreateTable {
  readonly kind: "create table";
  readonly table: TableName;
  readonly ifNotExists: boolean;
  readonly definition: Pick<CatalogTable, "columns" | "partitionKeys" | "location" | "format" | "parameters">;
}

/** A partition of ALTER TABLE: its values by key, and its own location if it has one. */
export interface PartitionSpec {
  readonly values: Readonly<Record<string, string>>;
  readonly location?: string;
}

export interface AlterPartitions {
  readonly kind: "add partition" | "drop partition";
  readonly table: TableName;
  /** IF NOT EXISTS or IF EXISTS: partitions that need no change are no error. */
  readonly tolerant: boolean;
  readonly partitions: readonly PartitionSpec[];
}

/** Types of Hive that a column may have; those with parameters and the nested ones by their first word. */
const TYPES = new Set(
  "array bigint binary boolean char date decimal double float int integer map smallint string struct timestamp tinyint varchar".split(
    " ",
  ),
);
const PARQUET_SERDE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
/** Properties of a SerDe that change nothing of what the local engine reads. */
const SERDE_PROPERTIES = new Set([
  "serialization.format",
  "paths",
  "case.insensitive",
  "ignore.malformed.json",
]);

/**
 * Reads CREATE EXTERNAL TABLE after these words.
 * @throws AwsError InvalidRequestException as Athena's parser; QueryFailure for a table that the local SQL cannot read
 */
export function createExternalTable(reader: TokenReader): CreateTable {
  const ifNotExists = reader.takes("IF NOT EXISTS");
  const table = reader.tableName();
  const columns = reader.listed(() => column(reader));
  let partitionKeys: readonly CatalogColumn[] = [];
  let location: string | undefined;
  let serde: string | undefined;
  let parameters: Record<string, string> = {};
  if (reader.takes("COMMENT")) parameters = { comment: reader.string() };
  if (reader.takes("PARTITIONED BY")) partitionKeys = reader.listed(() => column(reader));
  if (reader.takes("CLUSTERED BY")) throw notLocal("CLUSTERED BY of an external table");
  if (reader.takes("ROW FORMAT DELIMITED")) throw notLocal("tables of delimited text");
  if (reader.takes("ROW FORMAT SERDE")) {
    serde = reader.string();
    if (reader.takes("WITH SERDEPROPERTIES")) assertSerdeProperties(reader.properties());
  }
  if (reader.takes("STORED AS INPUTFORMAT")) {
    reader.string();
    reader.expect("OUTPUTFORMAT");
    reader.string();
  } else if (reader.takes("STORED AS PARQUET")) serde ??= PARQUET_SERDE;
  else if (reader.takes("STORED AS")) {
    const format = reader.identifier();
    if (format.toUpperCase() !== "TEXTFILE") throw notLocal(`tables stored as ${format}`);
  }
  if (reader.takes("LOCATION")) location = reader.string();
  if (reader.takes("TBLPROPERTIES")) parameters = { ...parameters, ...reader.properties() };
  reader.ended(undefined);

  if (location === undefined) {
    throw invalidRequest(
      "No location was specified for table. An S3 location must be specified",
      "MALFORMED_QUERY",
    );
  }
  if (!parseS3Folder(location)) throw invalidRequest(`outputLocation is not a valid S3 path: ${location}`);
  if (serde === undefined) throw notLocal("tables of delimited text");
  const format = tableFormat(serde);
  if (!format) throw notLocal(`the SerDe ${serde}`);
  const projected = Object.keys(parameters).find((name) => name.startsWith("projection."));
  if (projected !== undefined)
    throw notLocal(`the table property ${projected}`, "it has no partition projection");
  const definition = { columns, partitionKeys, location, format, parameters };
  return { kind: "create table", table, ifNotExists, definition };
}

/** @throws QueryFailure for a property that changes what is read */
function assertSerdeProperties(properties: Readonly<Record<string, string>>): void {
  const [other] = Object.keys(properties).filter((name) => !SERDE_PROPERTIES.has(name));
  if (other !== undefined) throw notLocal(`the SerDe property ${other}`);
}

function column(reader: TokenReader): CatalogColumn {
  const name = reader.identifier().toLowerCase();
  const type = hiveType(reader);
  return reader.takes("COMMENT") ? { name, type, comment: reader.string() } : { name, type };
}

/** A type up to the comma, parenthesis or COMMENT behind it, such as `decimal(12,4)` or `array<string>`. */
function hiveType(reader: TokenReader): string {
  let depth = 0;
  const isEnd = ({ kind, text }: Token): boolean => {
    if (kind !== "sign") return depth === 0 && text === "COMMENT";
    if (depth === 0 && (text === "," || text === ")")) return true;
    depth += { "(": 1, "<": 1, ")": -1, ">": -1 }[text] ?? 0;
    return false;
  };
  const tokens = reader.until(isEnd);
  const [first] = tokens;
  if (first?.kind !== "word") throw reader.fault("a type");
  const type = tokens.map(({ source }) => source.toLowerCase()).join("");
  if (!TYPES.has(first.source.toLowerCase()) || (tokens.length > 1 && tokens[1]?.kind !== "sign")) {
    throw invalidRequest(`line 1:1: mismatched input '${first.source}' expecting a type`, "MALFORMED_QUERY");
  }
  return type === "integer" ? "int" : type;
}

/** Reads ALTER TABLE after these words. @throws QueryFailure for another change than that of partitions */
export function alterTable(reader: TokenReader): AlterPartitions {
  const table = reader.tableName();
  const adds = reader.takes("ADD");
  if (!adds && !reader.takes("DROP")) throw otherChange();
  const tolerant = reader.takes(adds ? "IF NOT EXISTS" : "IF EXISTS");
  if (!reader.takes("PARTITION")) throw otherChange();
  const partitions: PartitionSpec[] = [];
  do {
    const values = partitionValues(reader);
    partitions.push(adds && reader.takes("LOCATION") ? { values, location: reader.string() } : { values });
  } while (reader.takes(adds ? "PARTITION" : ", PARTITION"));
  return reader.ended({ kind: adds ? "add partition" : "drop partition", table, tolerant, partitions });
}

function otherChange(): QueryFailure {
  return notLocal("this ALTER TABLE", "it adds and drops partitions; tables change in the stack's Terraform");
}

function partitionValues(reader: TokenReader): Record<string, string> {
  return Object.fromEntries(
    reader.listed((): [string, string] => {
      const name = reader.identifier().toLowerCase();
      reader.expect("=");
      return [name, reader.constant()];
    }),
  );
}

/** The partition's values in the order of the keys. @throws QueryFailure for a missing or unknown key */
export function inOrder({ values }: PartitionSpec, keys: readonly CatalogColumn[]): string[] {
  const unknown = Object.keys(values).find((name) => !keys.some((key) => key.name === name));
  const missing = keys.find(({ name }) => values[name] === undefined);
  if (unknown === undefined && missing === undefined) return keys.map(({ name }) => values[name] ?? "");
  const given = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  throw new QueryFailure(
    "FAILED",
    `SemanticException partition spec {${given.join(", ")}} doesn't contain all (${keys.length}) partition columns`,
  );
}
