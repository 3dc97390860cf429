import {
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
} from "@duckdb/node-api";
import { notLocal } from "../../protocol/errors";
import type { ResultColumn } from "../engine";

/** DuckDB's type of a column, by the catalog's type. */
const FROM_CATALOG: Readonly<Record<string, string>> = {
  string: "VARCHAR",
  tinyint: "TINYINT",
  smallint: "SMALLINT",
  int: "INTEGER",
  integer: "INTEGER",
  bigint: "BIGINT",
  float: "FLOAT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
  date: "DATE",
};

/**
 * DuckDB's type for a type of the catalog.
 * @param what the column, for the message @throws QueryFailure when the local SQL has no such type
 */
export function duckType(catalogType: string, what: string): string {
  const type = catalogType.toLowerCase().replaceAll(" ", "");
  const known = FROM_CATALOG[type];
  if (known !== undefined) return known;
  if (/^varchar\(\d+\)$/.test(type)) return "VARCHAR";
  if (/^decimal\(\d+,\d+\)$/.test(type)) return type.toUpperCase();
  throw notLocal(`the type ${catalogType} of ${what}`);
}

interface TypeNames {
  /** Athena's name in a result. */
  readonly athena: string;
  readonly precision: number;
  /** The catalog's name; absent when a CTAS cannot store it. */
  readonly catalog?: string;
}

const UNBOUNDED = 2_147_483_647;
const BIGINT: TypeNames = { athena: "bigint", precision: 19, catalog: "bigint" };
const INTEGER: TypeNames = { athena: "integer", precision: 10, catalog: "int" };
const VARCHAR: TypeNames = { athena: "varchar", precision: UNBOUNDED, catalog: "string" };

/** Type names by DuckDB's type. A sum of whole numbers is HUGEINT in DuckDB and bigint in Athena. */
const NAMES: ReadonlyMap<DuckDBTypeId, TypeNames> = new Map([
  [DuckDBTypeId.BOOLEAN, { athena: "boolean", precision: 0, catalog: "boolean" }],
  [DuckDBTypeId.TINYINT, { athena: "tinyint", precision: 3, catalog: "tinyint" }],
  [DuckDBTypeId.SMALLINT, { athena: "smallint", precision: 5, catalog: "smallint" }],
  [DuckDBTypeId.INTEGER, INTEGER],
  [DuckDBTypeId.INTEGER_LITERAL, INTEGER],
  [DuckDBTypeId.BIGINT, BIGINT],
  [DuckDBTypeId.HUGEINT, BIGINT],
  [DuckDBTypeId.FLOAT, { athena: "float", precision: 17, catalog: "float" }],
  [DuckDBTypeId.DOUBLE, { athena: "double", precision: 17, catalog: "double" }],
  [DuckDBTypeId.VARCHAR, VARCHAR],
  [DuckDBTypeId.STRING_LITERAL, VARCHAR],
  // An untyped NULL.
  [DuckDBTypeId.SQLNULL, { athena: "unknown", precision: 0 }],
  [DuckDBTypeId.DATE, { athena: "date", precision: 0, catalog: "date" }],
  [DuckDBTypeId.TIMESTAMP, { athena: "timestamp", precision: 3, catalog: "timestamp" }],
  [DuckDBTypeId.TIMESTAMP_TZ, { athena: "timestamp with time zone", precision: 3 }],
  [DuckDBTypeId.BLOB, { athena: "varbinary", precision: UNBOUNDED }],
]);

/** Whether the type is the macros' TIMESTAMP WITH TIME ZONE, which keeps its zone. */
export function isZoned(type: DuckDBType): boolean {
  return type instanceof DuckDBStructType && type.entryNames.join() === "instant,wall";
}

/** DuckDB's JSON type is VARCHAR with an alias. */
function isJson({ alias }: DuckDBType): boolean {
  return alias === "JSON";
}

/** A result column in Athena's terms. @throws QueryFailure when Athena has no such type */
export function resultColumn(name: string, type: DuckDBType): ResultColumn {
  if (type instanceof DuckDBDecimalType) {
    return { name, type: "decimal", precision: type.width, scale: type.scale };
  }
  if (type instanceof DuckDBListType) {
    resultColumn(name, type.valueType);
    return { name, type: "array", precision: 0, scale: 0 };
  }
  if (isJson(type)) return { name, type: "json", precision: 0, scale: 0 };
  const names = NAMES.get(isZoned(type) ? DuckDBTypeId.TIMESTAMP_TZ : type.typeId);
  if (!names) throw notLocal(`the type ${type} in an answer (column ${name})`, "CAST it");
  return { name, type: names.athena, precision: names.precision, scale: 0 };
}

/** The catalog's type for a column that a CTAS stores. @throws QueryFailure when Athena cannot store it */
export function catalogType(name: string, type: DuckDBType): string {
  if (type instanceof DuckDBDecimalType) return `decimal(${type.width},${type.scale})`;
  const stored = isJson(type) ? undefined : NAMES.get(type.typeId)?.catalog;
  if (stored === undefined) {
    const spelled = isZoned(type) ? "TIMESTAMP WITH TIME ZONE" : type;
    throw notLocal(`the type ${spelled} in a table (column ${name})`, "CAST it");
  }
  return stored;
}
