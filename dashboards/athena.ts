import { quotedColumn, textLiteral } from "../contract/glue-columns";
import { formatTimestamp } from "../contract/timestamp";
import { columnOf, isExact, type PanelContract } from "./fields";
import { cell, type PanelColumn, panelColumns, type Row, SHARE_COLUMN, share } from "./rows";
import { type LineCondition, selectionConditions } from "./scope";
import { equalsSql, smokeSql } from "./smoke";
import {
  type DataPanel,
  type Dimension,
  type FiguresPanel,
  type HeadlinePanel,
  isDistinct,
  type LinesPanel,
  type Measure,
  type SharesPanel,
} from "./spec";

/** Name in SQL of the first measure over all lines, of which shares are percentages. */
export const WHOLE = "whole";

/**
 * A panel as Athena SQL over a table that has each line once. @param table its name, without the database
 * @param conditions which lines count. @default all
 */
export function panelSql(
  contract: PanelContract,
  panel: DataPanel,
  table: string,
  conditions: readonly LineCondition[] = [],
): string {
  return panel.chart === "table"
    ? linesSql(contract, panel, table, conditions)
    : figuresSql(contract, panel, table, conditions);
}

/** The number of lines as SQL, in a column `line_count`; those of the smoke test do not count. */
export function countSql(
  contract: PanelContract,
  table: string,
  conditions: readonly LineCondition[],
): string {
  return [`SELECT count(*) AS line_count`, `FROM ${quoted(table)}`, ...where(contract, conditions)].join(
    "\n",
  );
}

/** The first and the last event time as SQL, in columns `first_event` and `last_event`; without lines both are NULL. */
export function eventTimesSql(contract: PanelContract, table: string): string {
  const time = quotedColumn(contract.eventTime);
  return [
    `SELECT min(${time}) AS first_event, max(${time}) AS last_event`,
    `FROM ${quoted(table)}`,
    ...where(contract, []),
  ].join("\n");
}

/** The rows of a panel from the answer to its SQL. @param answer cells by column name; empty or null for no value */
export function rowsFromSql(
  contract: PanelContract,
  panel: DataPanel,
  answer: readonly Readonly<Record<string, string | null>>[],
): Row[] {
  const columns = panelColumns(contract, panel);
  const cellOf = (column: PanelColumn, cells: (typeof answer)[number]): string | number =>
    panel.chart === "shares" && column.id === SHARE_COLUMN
      ? share(cells[sqlName(panel.measures[0])], Number(cells[WHOLE]))
      : cell(panel, column, cells[sqlName(column)]);
  return answer.map((cells) =>
    Object.fromEntries(columns.map((column) => [column.id, cellOf(column, cells)])),
  );
}

/** A column's name in SQL; for a field, it is the tables' own name. */
export function sqlName({ id }: Pick<PanelColumn, "id">): string {
  return id.toLowerCase().replaceAll("-", "_");
}

/** A name may be a reserved word. */
function quoted(name: string): string {
  return `"${name}"`;
}

/** Whether a line fulfils a condition, as SQL. */
function sqlCondition(contract: PanelContract, condition: LineCondition): string {
  if (condition.kind === "not") return `NOT coalesce(${sqlCondition(contract, condition.condition)}, false)`;
  const column = quotedColumn(condition.field);
  switch (condition.kind) {
    case "begins":
      return `${column} LIKE '${likePattern(condition.prefix)}'`;
    case "one-of":
      return `${column} IN (${condition.values.map(textLiteral).join(", ")})`;
    case "blank":
      return `coalesce(${column}, '') = ''`;
    case "range":
      return `${column} >= ${time(condition.fromMs)} AND ${column} < ${time(condition.toMs)}`;
    case "equals": {
      const known = columnOf(contract, condition.field);
      const terms = condition.values.map((value) => equalsSql({ column: known, value }));
      return terms.length === 1 ? terms.join("") : `(${terms.join(" OR ")})`;
    }
    case "begins-like": {
      const { length } = [...condition.prefix];
      return `lower(substr(${column}, 1, ${length})) = lower(${textLiteral(condition.prefix)})`;
    }
  }
}

function time(ms: number): string {
  return `TIMESTAMP '${formatTimestamp(ms)}'`;
}

/** `WHERE` with the conditions, and without the lines of the smoke test; empty where every line counts. */
function where(contract: PanelContract, conditions: readonly LineCondition[]): string[] {
  const smoke = smokeSql(contract);
  const all = [
    ...conditions.map((one) => sqlCondition(contract, one)),
    ...(smoke === undefined ? [] : [smoke]),
  ];
  return all.length === 0 ? [] : [`WHERE ${all.join(" AND ")}`];
}

function figuresSql(
  contract: PanelContract,
  panel: FiguresPanel | SharesPanel | HeadlinePanel,
  table: string,
  conditions: readonly LineCondition[],
): string {
  const { measures } = panel;
  const [first] = measures;
  const from = [`FROM ${quoted(table)}`, ...where(contract, [...selectionConditions(panel), ...conditions])];
  const measured = measures.map((one) => `${metric(contract, one)} AS ${quoted(sqlName(one))}`);
  if (panel.chart === "headline") return [`SELECT ${measured.join(", ")}`, ...from].join("\n");
  const { dimension } = panel;
  const name = quoted(sqlName(dimensionId(dimension)));
  const selected = [
    `${grouped(contract, dimension)} AS ${name}`,
    ...measured,
    // Before LIMIT, so that it counts the groups that are not shown.
    ...(panel.chart === "shares" ? [`sum(${metric(contract, first)}) OVER () AS ${quoted(WHOLE)}`] : []),
  ];
  return [
    `SELECT ${selected.join(", ")}`,
    ...from,
    "GROUP BY 1",
    ...(dimension.kind === "values"
      ? [`ORDER BY ${quoted(sqlName(first))} DESC, 1`, `LIMIT ${dimension.limit}`]
      : [`ORDER BY ${dimension.kind === "classes" ? classOrder(dimension, name) : "1"}`]),
  ].join("\n");
}

function linesSql(
  contract: PanelContract,
  { fields, newestBy, limit }: LinesPanel,
  table: string,
  conditions: readonly LineCondition[],
): string {
  return [
    `SELECT ${fields.map(quotedColumn).join(", ")}`,
    `FROM ${quoted(table)}`,
    ...where(contract, conditions),
    `ORDER BY ${quotedColumn(newestBy)} DESC, ${quotedColumn("record_id")} DESC`,
    `LIMIT ${limit}`,
  ].join("\n");
}

function dimensionId(dimension: Dimension): { readonly id: string } {
  return dimension.kind === "classes" ? dimension.classification : { id: dimension.field };
}

function grouped(contract: PanelContract, dimension: Dimension): string {
  switch (dimension.kind) {
    case "time": {
      const start = `date_trunc('${dimension.interval}', ${quotedColumn(dimension.field)})`;
      return dimension.interval === "hour" ? start : `CAST(${start} AS date)`;
    }
    case "values":
      return columnOf(contract, dimension.field).required
        ? quotedColumn(dimension.field)
        : `coalesce(${quotedColumn(dimension.field)}, '')`;
    case "classes": {
      const { condition, fulfilled, otherwise } = dimension.classification;
      return `CASE WHEN ${sqlCondition(contract, condition)} THEN ${textLiteral(fulfilled)} ELSE ${textLiteral(otherwise)} END`;
    }
  }
}

function classOrder({ classification }: Dimension & { readonly kind: "classes" }, name: string): string {
  return classification.fulfilled < classification.otherwise ? name : `${name} DESC`;
}

function metric(contract: PanelContract, measure: Measure): string {
  if (isDistinct(measure)) return `count(DISTINCT nullif(${quotedColumn(measure.distinct)}, ''))`;
  const { factors, digits = 0 } = measure;
  if (factors.length === 0) return "count(*)";
  const total = `sum(${factors.map(quotedColumn).join(" * ")})`;
  const hasError = factors.some((field) => !isExact(contract, field));
  return `coalesce(${hasError ? `round(${total}, ${digits})` : total}, 0)`;
}

/** @throws RangeError for a prefix with a wildcard of LIKE in it, which would need an escape that nothing uses yet */
function likePattern(prefix: string): string {
  if (/[%_]/.test(prefix)) throw new RangeError(`the prefix "${prefix}" holds a wildcard of LIKE`);
  return `${prefix.replaceAll("'", "''")}%`;
}
