import {
  type AthenaClient,
  BatchGetQueryExecutionCommand,
  paginateGetQueryResults,
  paginateListQueryExecutions,
  type QueryExecution,
} from "@aws-sdk/client-athena";
import { chunks } from "../../../lib/given";
import type { BatchLayer } from "../../support/batch-layer";

type Row = readonly (string | null)[];

/** A layer's answer to a query text. */
export interface Answer {
  readonly state: string;
  /** Reason of its failure. */
  readonly reason: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly Row[];
}

/** Tolerance for sums of doubles: an engine reads the rows in any order. */
const TOLERANCE = 1e-9;
/** Maximum number of differences shown. */
const SHOWN = 3;

/** The answers to all queries of a layer, by text; a repeated text has its last answer. */
export async function answersOf({ athena, plane }: BatchLayer): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  for (const { name } of plane.workgroups) {
    const ids: string[] = [];
    for await (const page of paginateListQueryExecutions({ client: athena }, { WorkGroup: name })) {
      ids.push(...(page.QueryExecutionIds ?? []));
    }
    // Newest first, as Athena lists them.
    for (const QueryExecutionIds of chunks(ids.reverse(), 50)) {
      const { QueryExecutions = [] } = await athena.send(
        new BatchGetQueryExecutionCommand({ QueryExecutionIds }),
      );
      for (const execution of QueryExecutions) {
        answers.set(execution.Query ?? "", await answerTo(athena, execution));
      }
    }
  }
  return answers;
}

async function answerTo(athena: AthenaClient, { QueryExecutionId, Status }: QueryExecution): Promise<Answer> {
  const state = Status?.State ?? "";
  if (state !== "SUCCEEDED") {
    return { state, reason: Status?.StateChangeReason ?? "", columns: [], rows: [] };
  }
  const rows: Row[] = [];
  let columns: Answer["columns"] = [];
  for await (const { ResultSet } of paginateGetQueryResults({ client: athena }, { QueryExecutionId })) {
    columns = (ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name = "", Type = "" }) => ({
      name: Name,
      type: Type,
    }));
    rows.push(
      ...(ResultSet?.Rows ?? []).map(({ Data = [] }) => Data.map((cell) => cell.VarCharValue ?? null)),
    );
  }
  // The header; a CTAS has none.
  return { state, reason: "", columns, rows: rows.slice(1) };
}

/**
 * The differences between two engines' answers to a text. Rows without an order are compared as a set. For `LIMIT` without
 * an order, only the number of rows is compared.
 */
export function differences(sql: string, left: Answer, right: Answer): string[] {
  if (left.state !== right.state) {
    return [`${left.state} ${left.reason} against ${right.state} ${right.reason}`];
  }
  if (left.reason !== right.reason) return [`${left.reason} against ${right.reason}`];
  const columns = (answer: Answer) => answer.columns.map(({ name, type }) => `${name} ${type}`).join(", ");
  if (columns(left) !== columns(right)) return [`columns ${columns(left)} against ${columns(right)}`];
  if (left.rows.length !== right.rows.length)
    return [`${left.rows.length} rows against ${right.rows.length}`];
  if (isAnyRows(sql)) return [];
  const [these, those] = isOrdered(sql) ? [left.rows, right.rows] : [sorted(left), sorted(right)];
  const found = these.flatMap((row, at) => {
    const other = those[at] ?? [];
    return left.columns.flatMap(({ name, type }, column) => {
      const [a = null, b = null] = [row[column], other[column]];
      return same(a, b, type)
        ? []
        : [`row ${at}, ${name}: ${JSON.stringify(a)} against ${JSON.stringify(b)}`];
    });
  });
  const rest = found.length - SHOWN;
  return rest > 0 ? [...found.slice(0, SHOWN), `and ${rest} more`] : found;
}

function isAnyRows(sql: string): boolean {
  return /\bLIMIT \d+\s*$/.test(sql) && !/\bORDER BY\b/.test(sql);
}

function isOrdered(sql: string): boolean {
  return /\bORDER BY [^()]*$/.test(sql);
}

/** Sorted by all exact columns. */
function sorted({ columns, rows }: Answer): Row[] {
  const key = (row: Row): string => JSON.stringify(row.filter((_, at) => columns[at]?.type !== "double"));
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function same(left: string | null, right: string | null, type: string): boolean {
  if (left === right) return true;
  if (type !== "double" || left === null || right === null) return false;
  const [a, b] = [Number(left), Number(right)];
  return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}
