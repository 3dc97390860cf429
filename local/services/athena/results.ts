import type { ColumnInfo, GetQueryResultsOutput, Row } from "@aws-sdk/client-athena";
import { invalidRequest } from "../protocol/errors";
import type { Input } from "../protocol/input";
import type { Operation } from "../protocol/json-protocol";
import { type ObjectFiles, parseS3Url } from "../s3/service";
import type { Cell, ResultColumn } from "./engine";
import type { Executions, QueryExecution } from "./executions";
import { type CsvPage, readCsvPage } from "./result-file";

/** Maximum rows in a page, header included (API reference). */
const MAX_ROWS = 1000;

/**
 * GetQueryResults. Reads a SELECT's rows from its result object; if that was deleted, they are gone.
 * The token of the next page is its position, a byte of the file or a row.
 */
export function getQueryResults(executions: Executions, objects: ObjectFiles): Operation<Input> {
  return async (input): Promise<GetQueryResultsOutput> => {
    const execution = executions.get(input.text("QueryExecutionId"));
    const { answer, state } = execution;
    if (!answer) {
      const ended = state !== "QUEUED" && state !== "RUNNING";
      throw invalidRequest(
        ended
          ? `Query did not finish successfully. Final query state: ${state}`
          : `Query has not yet finished. Current state: ${state}`,
      );
    }
    const limit = input.optionalInteger("MaxResults", 1, MAX_ROWS) ?? MAX_ROWS;
    const token = input.optionalText("NextToken") ?? "0";
    if (!/^\d+$/.test(token)) throw invalidRequest(`NextToken ${token} is not valid`);
    const { rows, next } = answer.rows
      ? pageOf(answer.rows, Number(token), limit)
      : await readCsvPage(storedPath(execution, objects), Number(token), limit);
    return {
      ...(answer.updateCount !== undefined && { UpdateCount: answer.updateCount }),
      ResultSet: {
        Rows: rows.map(describeRow),
        ResultSetMetadata: { ColumnInfo: answer.columns.map(describeColumn) },
      },
      ...(next !== undefined && { NextToken: String(next) }),
    };
  };
}

function pageOf(rows: readonly (readonly Cell[])[], start: number, limit: number): CsvPage {
  const end = start + limit;
  return { rows: rows.slice(start, end), ...(end < rows.length && { next: end }) };
}

function storedPath({ outputLocation }: QueryExecution, objects: ObjectFiles): string {
  const place = parseS3Url(outputLocation);
  const file = place && objects.list(place.bucket, place.key).find(({ key }) => key === place.key);
  if (!file) throw invalidRequest(`Could not find results: ${outputLocation} does not exist`);
  return file.path;
}

function describeRow(cells: readonly Cell[]): Row {
  return { Data: cells.map((cell) => (cell === null ? {} : { VarCharValue: cell })) };
}

function describeColumn({ name, type, precision, scale }: ResultColumn): ColumnInfo {
  return {
    CatalogName: "hive",
    SchemaName: "",
    TableName: "",
    Name: name,
    Label: name,
    Type: type,
    Precision: precision,
    Scale: scale,
    Nullable: "UNKNOWN",
    CaseSensitive: type === "varchar" || type === "string",
  };
}
