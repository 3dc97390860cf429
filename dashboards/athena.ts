import { quotedColumn } from "../contract/glue-columns";
import { columnOf, isExact, type PanelContract } from "./fields";
import { cell, type PanelColumn, panelColumns, type Row, SHARE_COLUMN, share } from "./rows";
import { smokeSql } from "./smoke";
import {
  type Condition,
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

/** A panel as Athena SQL over a table that has each line once. @param table its name, without the database */
export function panelSql(contract: PanelContract, panel: DataPanel, table: string): string {
  return panel.chart === "table" ? linesSql(contract, panel, table) : figuresSql(contract, panel, table);
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
function sqlCondition({ field, ...condition }: Condition): string {
  const column = quotedColumn(field);
  switch (condition.kind) {
    case "begins":
      return `${column} LIKE '${likePattern(condition.prefix)}'`;
    case "one-of":
      return `${column} IN (${condition.values.map(literal).join(", ")})`;
    case "blank":
      return `coalesce(${column}, '') = ''`;
  }
}

/** `WHERE` with the conditions, and without the lines of the smoke test; empty where every line counts. */
function where(contract: PanelContract, conditions: readonly string[]): string[] {
  const smoke = smokeSql(contract);
  const all = [...conditions, ...(smoke === undefined ? [] : [smoke])];
  return all.length === 0 ? [] : [`WHERE ${all.join(" AND ")}`];
}

function figuresSql(
  contract: PanelContract,
  panel: FiguresPanel | SharesPanel | HeadlinePanel,
  table: string,
): string {
  const { measures, only, except } = panel;
  const [first] = measures;
  const from = [
    `FROM ${quoted(table)}`,
    ...where(contract, [
      ...(only ? [sqlCondition(only.condition)] : []),
      // NULL is of no class, so it counts.
      ...(except ? [`NOT coalesce(${sqlCondition(except.condition)}, false)`] : []),
    ]),
  ];
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

function linesSql(contract: PanelContract, { fields, newestBy, limit }: LinesPanel, table: string): string {
  return [
    `SELECT ${fields.map(quotedColumn).join(", ")}`,
    `FROM ${quoted(table)}`,
    ...where(contract, []),
    `ORDER BY ${quotedColumn(newestBy)} DESC, ${quotedColumn("record_id")} DESC`,
    `LIMIT ${limit}`,
  ].join("\n");
}

function dimensionId(dimension: Dimension): { readonly id: string } {
  return dimension.kind === "classes" ? dimension.classification : { id: dimension.field };
}

function grouped(contract: PanelContract, dimension: Dimension): string {
  switch (dimension.kind) {
    case "time":
      return `CAST(date_trunc('${dimension.interval}', ${quotedColumn(dimension.field)}) AS date)`;
    case "values":
      return columnOf(contract, dimension.field).required
        ? quotedColumn(dimension.field)
        : `coalesce(${quotedColumn(dimension.field)}, '')`;
    case "classes": {
      const { condition, fulfilled, otherwise } = dimension.classification;
      return `CASE WHEN ${sqlCondition(condition)} THEN ${literal(fulfilled)} ELSE ${literal(otherwise)} END`;
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

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** @throws RangeError for a prefix with a wildcard of LIKE in it, which would need an escape that nothing uses yet */
function likePattern(prefix: string): string {
  if (/[%_]/.test(prefix)) throw new RangeError(`the prefix "${prefix}" holds a wildcard of LIKE`);
  return `${prefix.replaceAll("'", "''")}%`;
}
