/**
 * The record contract, once. The Glue tables, the index mapping, the QuickSight data set, the judge of a
 * line, the generator's CSV reader and the reconciler's checksum are all derived from `COLUMNS`.
 */

/** Type of a column's values. The judge, the tables and the index each derive their type from it. */
export type ColumnKind = "text" | "integer" | "decimal" | "timestamp";

/** One column of the contract. */
export interface Column {
  /** The key in the JSON line and the field in the index. */
  readonly field: string;
  readonly kind: ColumnKind;
  /** A required text must not be empty; an optional one may be null, absent or empty. */
  readonly required: boolean;
  /** Comment of the column in the catalog, for those who query the table. */
  readonly comment: string;
  /**
   * How the index treats a text: exact values for filters and buckets, words for full-text search, or stored in its
   * document only.
   */
  readonly search?: "exact" | "words" | "none";
}

/** The columns that a producer sends, in table order. */
export const COLUMNS = [
  {
    field: "Invoice",
    kind: "text",
    required: true,
    search: "exact",
    comment: "Invoice number; a leading C marks a cancellation",
  },
  { field: "StockCode", kind: "text", required: true, search: "exact", comment: "Product code" },
  { field: "Description", kind: "text", required: false, search: "words", comment: "Product name" },
  {
    field: "Quantity",
    kind: "integer",
    required: true,
    comment: "Units on this invoice line; negative on a cancellation",
  },
  {
    field: "InvoiceDate",
    kind: "timestamp",
    required: true,
    comment: "When the invoice was made, UTC, to the second",
  },
  { field: "Price", kind: "decimal", required: true, comment: "Price of one unit, pounds sterling" },
  {
    field: "Customer_ID",
    kind: "text",
    required: false,
    search: "exact",
    comment: "Customer number; empty for a guest",
  },
  { field: "Country", kind: "text", required: false, search: "exact", comment: "Country of the customer" },
] as const satisfies readonly Column[];

/** The columns that the pipeline adds: a line's identity and when the stream took it. */
export const IDENTITY_COLUMNS = [
  {
    field: "record_id",
    kind: "text",
    required: true,
    search: "exact",
    comment: "Place of the line in the stream: shard, sequence number, line; unique",
  },
  {
    field: "arrived_at",
    kind: "timestamp",
    required: true,
    comment: "When the stream took the record, UTC, to the millisecond",
  },
] as const satisfies readonly Column[];

/**
 * The column for all unknown columns of a line: the canonical JSON text of an object, `{}` when there are none (see
 * canonical-json.ts). NULL only in rows that were stored before this column existed.
 */
export const EXTRA_COLUMN = {
  field: "extra",
  kind: "text",
  required: false,
  search: "none",
  comment: "Columns outside of the contract, a JSON object; read it by json_extract_scalar(extra, '$.Name')",
} as const satisfies Column;

/**
 * The columns of the JSON and the Parquet table and of the stored line, in their order. A function, because a list
 * that is made of other lists would be in the bundle of every Lambda function.
 */
export function tableColumns(): readonly Column[] {
  return [...COLUMNS, ...IDENTITY_COLUMNS, EXTRA_COLUMN];
}

/** Partition columns of the tables, two digits each in the keys of the lake. */
export const PARTITION_COLUMNS = ["year", "month", "day", "hour"] as const;

/** `InvoiceDate` as producers write it, and `arrived_at` likewise, as date formats of the index. */
const INDEX_DATE_FORMATS: Readonly<Record<string, string>> = {
  arrived_at: "yyyy-MM-dd HH:mm:ss.SSS",
};
const SECONDS_DATE_FORMAT = "yyyy-MM-dd HH:mm:ss";

/**
 * Longest text that goes into an exact-match field, in characters. Lucene refuses a term of more than
 * 32,766 bytes, and a character takes at most four.
 */
const EXACT_MATCH_CHARACTERS = 8191;

const GLUE_TYPES: Readonly<Record<ColumnKind, string>> = {
  text: "string",
  integer: "int",
  decimal: "double",
  timestamp: "timestamp",
};

/** A column in the terms of the Glue catalog. */
export interface GlueColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

/** Columns of the JSON and the Parquet table, partition columns excluded. */
export function glueColumns(columns: readonly Column[] = tableColumns()): GlueColumn[] {
  return columns.map(({ field, kind, comment }) => ({
    name: field.toLowerCase(),
    type: GLUE_TYPES[kind],
    comment,
  }));
}

/** Partition columns: the hour of arrival of a row. */
export function gluePartitionColumns(): GlueColumn[] {
  return PARTITION_COLUMNS.map((name) => ({
    name,
    type: "int",
    comment: `${name[0]?.toUpperCase()}${name.slice(1)} of arrival in the stream, UTC`,
  }));
}

/** A field of the index, in the engine's terms. */
type IndexProperty = Readonly<Record<string, unknown>>;

function indexProperty({ field, kind, search }: Column): IndexProperty {
  switch (kind) {
    case "integer":
      return { type: "integer" };
    case "decimal":
      return { type: "double" };
    case "timestamp":
      return { type: "date", format: INDEX_DATE_FORMATS[field] ?? SECONDS_DATE_FORMAT };
    case "text": {
      // Lucene accepts no term of this length, so the field has neither terms nor doc values.
      if (search === "none") return { type: "keyword", index: false, doc_values: false };
      const exact = { type: "keyword", ignore_above: EXACT_MATCH_CHARACTERS };
      return search === "words" ? { type: "text", fields: { keyword: exact } } : exact;
    }
  }
}

/** The mapping of the index: only the contract's fields are searchable. */
export function indexMapping(columns: readonly Column[] = tableColumns()): {
  readonly dynamic: false;
  readonly properties: Readonly<Record<string, IndexProperty>>;
} {
  return {
    dynamic: false,
    properties: Object.fromEntries(columns.map((column) => [column.field, indexProperty(column)])),
  };
}
