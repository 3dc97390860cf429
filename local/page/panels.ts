import { panelSql, rowsFromSql } from "../../dashboards/athena";
import type { PanelContract } from "../../dashboards/fields";
import type { Row } from "../../dashboards/rows";
import type { LineCondition } from "../../dashboards/scope";
import { panelSearch, rowsFromSearch } from "../../dashboards/search";
import type { DataPanel } from "../../dashboards/spec";
import { isJsonObject, type JsonObject } from "../../lib/json";
import { messageOf } from "../../lib/message-of";
import type { Sql } from "../../ops/reconcile/sql";
import type { PanelRows } from "./state";

/**
 * All panels of the index in the body of one `_search`: the engine answers it from one state of each shard, so that
 * all panels show the same lines.
 * @throws Error for a second panel that lists lines: an answer has one list of hits
 */
export function panelsSearch(contract: PanelContract, panels: readonly DataPanel[]): JsonObject {
  const tables = panels.filter(({ chart }) => chart === "table");
  if (tables.length > 1) {
    throw new Error(`one search lists lines for one panel, not for ${tables.map(({ id }) => id).join(", ")}`);
  }
  const [table] = tables;
  const aggs = panels
    .filter(({ chart }) => chart !== "table")
    .map((panel) => {
      const { query, aggs: figures = {} } = panelSearch(contract, panel);
      return [aggregationOf(panel), { filter: query ?? { match_all: {} }, aggs: figures }] as const;
    });
  return { size: 0, ...(table && panelSearch(contract, table)), aggs: Object.fromEntries(aggs) };
}

/** The rows of the panels from the answer to {@link panelsSearch}. */
export function rowsOfSearch(
  contract: PanelContract,
  panels: readonly DataPanel[],
  answer: JsonObject,
): PanelRows[] {
  const { aggregations, ...rest } = answer;
  return panels.map(({ ...panel }) => {
    const own = isJsonObject(aggregations) ? aggregations[aggregationOf(panel)] : undefined;
    const part = { ...rest, ...(own !== undefined && { aggregations: own }) };
    return rowsOrError(panel.id, () => rowsFromSearch(contract, panel, part));
  });
}

/** The rows of the panels from a table, of the lines that fulfil the conditions; one query at a time, because the engine has other work. */
export async function rowsOfTable(
  contract: PanelContract,
  panels: readonly DataPanel[],
  sql: Sql,
  table: string,
  conditions: readonly LineCondition[],
): Promise<PanelRows[]> {
  const found: PanelRows[] = [];
  for (const panel of panels) {
    try {
      found.push({ id: panel.id, rows: await panelOfTable(contract, panel, sql, table, conditions) });
    } catch (error) {
      found.push({ id: panel.id, rows: [], error: messageOf(error) });
    }
  }
  return found;
}

/** The rows of one panel from a table. @throws what the engine throws, and PanelAnswerError */
export async function panelOfTable(
  contract: PanelContract,
  panel: DataPanel,
  sql: Sql,
  table: string,
  conditions: readonly LineCondition[],
): Promise<Row[]> {
  const answer: Readonly<Record<string, string>>[] = [];
  await sql.query(panelSql(contract, panel, table, conditions), (row) => answer.push(row));
  return rowsFromSql(contract, panel, answer);
}

/** The prefix keeps a panel's aggregation apart from those that are no panel's. */
function aggregationOf({ id }: DataPanel): string {
  return `panel-${id}`;
}

function rowsOrError(id: string, rows: () => readonly Row[]): PanelRows {
  try {
    return { id, rows: rows() };
  } catch (error) {
    return { id, rows: [], error: messageOf(error) };
  }
}
