import type { CatalogTable, TableFormat } from "./model";

interface Serialization {
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly library: string;
}

/** Serialization settings of each format in a table's StorageDescriptor. */
export const SERIALIZATIONS: Readonly<Record<TableFormat, Serialization>> = {
  json: {
    inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
    outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    library: "org.openx.data.jsonserde.JsonSerDe",
  },
  parquet: {
    inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    library: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
  },
};

/** File formats by the SerDe that reads them. */
const FORMATS: Readonly<Record<string, TableFormat>> = {
  "org.openx.data.jsonserde.JsonSerDe": "json",
  "org.apache.hive.hcatalog.data.JsonSerDe": "json",
  "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "parquet",
};

/** The format that a SerDe reads; undefined when the local run has no reader for it. */
export function tableFormat(library: string): TableFormat | undefined {
  return Object.hasOwn(FORMATS, library) ? FORMATS[library] : undefined;
}

/** A table's parameters, as Glue has them. */
export function tableParameters({ format, parameters }: CatalogTable): Readonly<Record<string, string>> {
  return { EXTERNAL: "TRUE", classification: format, ...parameters };
}
