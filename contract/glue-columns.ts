import type { Column, Kind } from "./column";
import { PARTITION_COLUMNS, storedColumns } from "./stored-columns";

/** A column in the terms of the Glue catalog. */
export interface GlueColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

/** Columns of the JSON and the Parquet table of a contract, partition columns excluded. */
export function glueColumns(columns: readonly Column[]): GlueColumn[] {
  return storedColumns(columns).map((column) => ({
    name: tableColumn(column.field),
    type: glueType(column),
    comment: column.comment,
  }));
}

/** A field's name in the tables. */
export function tableColumn(field: string): string {
  return field.toLowerCase();
}

/** A field's name in SQL: in quotes, because it may be a word that SQL reserves. */
export function quotedColumn(field: string): string {
  return `"${tableColumn(field)}"`;
}

/** A text as a literal of SQL. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Partition columns: the hour of arrival of a row. */
export function gluePartitionColumns(): GlueColumn[] {
  return PARTITION_COLUMNS.map((name) => ({
    name,
    type: "int",
    comment: `${name[0]?.toUpperCase()}${name.slice(1)} of arrival in the stream, UTC`,
  }));
}

function glueType(column: Kind): string {
  switch (column.kind) {
    case "text":
      return "string";
    case "integer":
      return "int";
    case "decimal":
      return `decimal(${column.precision},${column.scale})`;
    default:
      return column.kind;
  }
}
