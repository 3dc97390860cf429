import type { Column } from "../../contract/column";
import { EARLIEST_DATE } from "../../contract/column-value";
import { quotedColumn, tableColumn, textLiteral } from "../../contract/glue-columns";
import { isRecordId } from "../../contract/record-id";
import { formatTimestamp, parseIso, parseSeconds, parseTimestamp } from "../../contract/timestamp";
import { UsageError } from "../../lib/exit";
import { OperatorError } from "../../lib/operator-error";
import type { DataSources } from "../reconcile/reconcile";
import { searchAnswer } from "../reconcile/search-answer";

/** A line that a column's value finds. */
export interface FoundLine {
  readonly recordId: string;
  readonly arrivedAt: string;
}

/** A column and the value that is looked for. */
export interface ColumnValue {
  readonly column: Column;
  readonly value: string;
}

/** @throws UsageError for a text that is neither a record_id nor `Column=value` */
export function checkForm(text: string): void {
  if (!isRecordId(text) && !text.includes("="))
    throw new UsageError(`"${text}" is neither a record_id nor COLUMN=VALUE`);
}

/**
 * Reads `Column=value`; the column in any case.
 * @throws UsageError when the contract has no such column, or the value is not one of its kind
 */
export function parseColumnValue(text: string, columns: readonly Column[]): ColumnValue {
  const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const column = columns.find(({ field }) => tableColumn(field) === tableColumn(name));
  if (column === undefined) {
    const fields = columns.map(({ field }) => field).join(", ");
    throw new UsageError(`${text}: "${name}" is no column of the contract; its columns are ${fields}`);
  }
  return { column, value: checked(column, value) };
}

function checked({ field, kind, ...column }: Column, value: string): string {
  const wrong = (wanted: string): never => {
    throw new UsageError(`${field}=${value}: ${wanted} is wanted`);
  };
  switch (kind) {
    case "text":
      return value;
    case "boolean":
      return /^(true|false)$/.test(value) ? value : wrong("true or false");
    case "integer":
    case "bigint":
      return /^-?\d{1,19}$/.test(value) ? value : wrong("a whole number");
    case "double":
    case "decimal":
      return /^-?\d+(\.\d+)?$/.test(value) ? value : wrong("a number such as 12.5");
    case "timestamp": {
      const isIso = "format" in column && column.format === "iso";
      const ms = isIso ? (parseIso(value) ?? parseTimestamp(value)) : parseSeconds(value);
      if (ms === undefined || Number.isNaN(ms)) return wrong(`a time such as ${EARLIEST_DATE}`);
      return formatTimestamp(ms);
    }
  }
}

/**
 * Lines with a value in a column, the newest first: by the raw table, or in a stack without a batch layer by the index.
 * @throws OperatorError when neither can be asked; what the engine throws
 */
export async function findLines(
  { batch, search }: Pick<DataSources, "batch" | "search">,
  { column, value }: ColumnValue,
  most: number,
): Promise<FoundLine[]> {
  const found: FoundLine[] = [];
  if (batch) {
    const sql = `SELECT record_id, min(arrived_at) AS first_arrival FROM "${batch.tables.json}" WHERE ${quotedColumn(column.field)} = ${literal(column, value)} GROUP BY record_id ORDER BY first_arrival DESC, record_id DESC LIMIT ${most}`;
    await batch.sql.query(sql, ({ record_id = "", first_arrival = "" }) => {
      found.push({ recordId: record_id, arrivedAt: first_arrival });
    });
    return found;
  }
  if (!search)
    throw new OperatorError("the index is not reached, and there is no table: --search-url, or --tunnel");
  const isWords = column.kind === "text" && column.search === "words";
  const field = isWords ? `${column.field}.keyword` : column.field;
  const { client, indexPattern: index } = search;
  const { hits } = await searchAnswer(`search of ${index}`, () =>
    client.search({
      index,
      body: {
        size: most,
        query: { term: { [field]: { value: termOf(column, value) } } },
        sort: [{ arrived_at: { order: "desc" } }, { record_id: { order: "desc" } }],
      },
    }),
  );
  for (const { _id, _source } of hits.hits) {
    const { arrived_at } = _source as { readonly arrived_at: string };
    found.push({ recordId: String(_id), arrivedAt: arrived_at });
  }
  return found;
}

function literal({ kind }: Column, value: string): string {
  if (kind === "text") return textLiteral(value);
  return kind === "timestamp" ? `TIMESTAMP '${value}'` : value;
}

/** A value as the index has it. */
function termOf(column: Column, value: string): string | boolean | number {
  if (column.kind === "boolean") return value === "true";
  if (column.kind === "double") return Number(value);
  if (column.kind === "timestamp" && column.format === "seconds")
    return value.slice(0, "YYYY-MM-DD HH:MM:SS".length);
  return value;
}
