import { type CatalogColumn, type CatalogTable, SERIALIZATIONS, tableParameters } from "../../glue/service";
import type { TableName } from "./token-reader";

/** The lines of SHOW CREATE TABLE, as Hive writes them. @param asked the table's name in the statement */
export function showCreateTable(table: CatalogTable, asked: TableName): string[] {
  const { format, columns, partitionKeys, location } = table;
  const { inputFormat, outputFormat, library } = SERIALIZATIONS[format];
  const name = asked.database === undefined ? table.name : `${table.database}.${table.name}`;
  // Hive asks a JSON SerDe for the columns, and it knows no comments.
  const own = columns.map((column) =>
    format === "json" ? { ...column, comment: "from deserializer" } : column,
  );
  const partitioned = partitionKeys.length === 0 ? [] : ["PARTITIONED BY ( ", ...definitions(partitionKeys)];
  const properties = Object.entries(tableParameters(table))
    .filter(([parameter]) => parameter !== "EXTERNAL")
    .map(([parameter, value]) => `  ${text(parameter)}=${text(value)}`);
  return [
    `CREATE EXTERNAL TABLE \`${name}\`(`,
    ...definitions(own),
    ...partitioned,
    "ROW FORMAT SERDE ",
    `  ${text(library)} `,
    "STORED AS INPUTFORMAT ",
    `  ${text(inputFormat)} `,
    "OUTPUTFORMAT ",
    `  ${text(outputFormat)}`,
    "LOCATION",
    `  ${text(location)}`,
    "TBLPROPERTIES (",
    `${properties.join(", \n")})`,
  ].flatMap((line) => line.split("\n"));
}

/** The columns of a list, which ends with its parenthesis. */
function definitions(columns: readonly CatalogColumn[]): string[] {
  return columns.map(({ name, type, comment }, index) => {
    const described = comment === undefined ? "" : ` COMMENT ${text(comment)}`;
    return `  \`${name}\` ${type}${described}${index === columns.length - 1 ? ")" : ", "}`;
  });
}

function text(value: string): string {
  return `'${value.replaceAll("'", "\\'")}'`;
}
