import { columnOf, tableColumn } from "./fields";
import { cell, type PanelColumn, panelColumns, type Row } from "./rows";
import type { Condition, Dimension, FiguresPanel, LinesPanel, Measure, Panel } from "./spec";

/** A panel as Athena SQL over a table that has each line once. @param table its name, without the database */
export function panelSql(panel: Panel, table: string): string {
  return panel.chart === "table" ? linesSql(panel, table) : figuresSql(panel, table);
}

/** The rows of a panel from the answer to its SQL. @param answer cells by column name; empty or null for no value */
export function rowsFromSql(panel: Panel, answer: readonly Readonly<Record<string, string | null>>[]): Row[] {
  const columns = panelColumns(panel);
  return answer.map((cells) =>
    Object.fromEntries(columns.map((column) => [column.id, cell(panel, column, cells[sqlName(column)])])),
  );
}

/** A column's name in SQL; for a field, it is the tables' own name. */
export function sqlName({ id }: Pick<PanelColumn, "id">): string {
  return id.toLowerCase().replaceAll("-", "_");
}

/** Whether a line fulfils a condition, as SQL. */
function sqlCondition({ field, ...condition }: Condition): string {
  const column = tableColumn(field);
  if (condition.kind === "begins") return `${column} LIKE '${likePattern(condition.prefix)}'`;
  return `coalesce(${column}, '') = ''`;
}

function figuresSql({ measures, dimension, only }: FiguresPanel, table: string): string {
  const name = sqlName(dimensionId(dimension));
  const [first] = measures;
  return [
    `SELECT ${[`${grouped(dimension)} AS ${name}`, ...measures.map((one) => `${sum(one)} AS ${sqlName(one)}`)].join(", ")}`,
    `FROM "${table}"`,
    ...(only === undefined ? [] : [`WHERE ${sqlCondition(only.condition)}`]),
    "GROUP BY 1",
    ...(dimension.kind === "values"
      ? [`ORDER BY ${sqlName(first)} DESC, 1`, `LIMIT ${dimension.limit}`]
      : [`ORDER BY ${dimension.kind === "classes" ? classOrder(dimension, name) : "1"}`]),
  ].join("\n");
}

function linesSql({ fields, newestBy, limit }: LinesPanel, table: string): string {
  return [
    `SELECT ${fields.map(tableColumn).join(", ")}`,
    `FROM "${table}"`,
    `ORDER BY ${tableColumn(newestBy)} DESC, ${tableColumn("record_id")} DESC`,
    `LIMIT ${limit}`,
  ].join("\n");
}

function dimensionId(dimension: Dimension): { readonly id: string } {
  return dimension.kind === "classes" ? dimension.classification : { id: dimension.field };
}

function grouped(dimension: Dimension): string {
  switch (dimension.kind) {
    case "time":
      return `CAST(date_trunc('${dimension.interval}', ${tableColumn(dimension.field)}) AS date)`;
    case "values":
      return columnOf(dimension.field).required
        ? tableColumn(dimension.field)
        : `coalesce(${tableColumn(dimension.field)}, '')`;
    case "classes": {
      const { condition, fulfilled, otherwise } = dimension.classification;
      return `CASE WHEN ${sqlCondition(condition)} THEN ${literal(fulfilled)} ELSE ${literal(otherwise)} END`;
    }
  }
}

function classOrder({ classification }: Dimension & { readonly kind: "classes" }, name: string): string {
  return classification.fulfilled < classification.otherwise ? name : `${name} DESC`;
}

function sum({ factors, unit }: Measure): string {
  if (factors.length === 0) return "count(*)";
  const total = `sum(${factors.map(tableColumn).join(" * ")})`;
  return unit === "pounds" ? `round(${total}, 2)` : total;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** @throws RangeError for a prefix with a wildcard of LIKE in it, which would need an escape that nothing uses yet */
function likePattern(prefix: string): string {
  if (/[%_]/.test(prefix)) throw new RangeError(`the prefix "${prefix}" holds a wildcard of LIKE`);
  return `${prefix.replaceAll("'", "''")}%`;
}
