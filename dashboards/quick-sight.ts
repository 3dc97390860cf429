import { tableColumn } from "../contract/glue-columns";
import type { Json, JsonObject } from "../lib/json";
import { sqlName } from "./athena";
import { columnOf, type PanelContract } from "./fields";
import { type ColumnValue, smokeValues } from "./smoke";
import {
  type Classification,
  type Condition,
  type Dimension,
  type FiguresPanel,
  isDistinct,
  type LinesPanel,
  type Measure,
  type Panel,
} from "./spec";

/** Name of the data set in the definition: the table that has each line once. */
const DATA_SET = "lines";
const SHEET = "panels";

/** Cells of the sheet's grid in a row, and the size of a visual: two in a row. */
const GRID = { columns: 36, columnSpan: 18, rowSpan: 12 } as const;

/** Calculated field that tells the lines of the smoke test from all others, and its values. */
const SMOKE = { field: "Kind of line", test: "Smoke test", other: "Line" } as const;

/** What people look at in QuickSight. */
export interface QuickSightOptions {
  /** ARN of the data set over the table that has each line once. */
  readonly dataSetArn: string;
  /** Name of the sheet. */
  readonly title: string;
}

/**
 * The panels as the definition of a QuickSight analysis or dashboard, in the names of Terraform's `definition` block:
 * https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AnalysisDefinition.html
 */
export function quickSightDefinition(
  contract: PanelContract,
  all: readonly Panel[],
  { dataSetArn, title }: QuickSightOptions,
): JsonObject {
  const panels = all.filter((panel) => isSupported(panel));
  const filters = [...panels.flatMap(filterGroups), ...smokeFilterGroups(contract)];
  return {
    data_set_identifiers_declarations: [{ data_set_arn: dataSetArn, identifier: DATA_SET }],
    calculated_fields: calculatedFields(contract, panels),
    ...(filters.length > 0 && { filter_groups: filters }),
    sheets: [
      {
        sheet_id: SHEET,
        name: title,
        visuals: panels.map((panel) => visual(contract, panel)),
        layouts: [{ configuration: [{ grid_layout: [{ elements: panels.map(place) }] }] }],
      },
    ],
  };
}

type Supported = FiguresPanel | LinesPanel;
function isSupported(panel: Panel): panel is Supported {
  return ["bars", "horizontal-bars", "line", "table"].includes(panel.chart);
}

function place({ id, chart }: Supported, at: number, panels: readonly Supported[]): JsonObject {
  const isWide = chart === "table" && at === panels.length - 1;
  const inARow = GRID.columns / GRID.columnSpan;
  const row = isWide ? Math.ceil(at / inARow) : Math.floor(at / inARow);
  return {
    element_id: id,
    element_type: "VISUAL",
    column_index: String(isWide ? 0 : (at % inARow) * GRID.columnSpan),
    column_span: isWide ? GRID.columns : GRID.columnSpan,
    row_index: String(row * GRID.rowSpan),
    row_span: GRID.rowSpan,
  };
}

/**
 * Calculated fields for values without a column in the tables: products, classes, and texts whose null becomes the
 * empty text.
 */
function calculatedFields(contract: PanelContract, panels: readonly Supported[]): JsonObject[] {
  const expressions = new Map<string, string>();
  const classify = ({ title, condition, fulfilled, otherwise }: Classification): void => {
    const classes = `${literal(fulfilled)}, ${literal(otherwise)}`;
    expressions.set(title, `ifelse(${conditionExpression(condition)}, ${classes})`);
  };
  for (const panel of panels) {
    if (panel.chart === "table") continue;
    for (const one of panel.measures) {
      if (isDistinct(one)) continue;
      const { title, factors } = one;
      if (factors.length > 1) expressions.set(title, factors.map(reference).join(" * "));
    }
    if (panel.only) classify(panel.only);
    const { dimension } = panel;
    if (dimension.kind === "classes") classify(dimension.classification);
    if (dimension.kind === "values" && !columnOf(contract, dimension.field).required) {
      expressions.set(valueName(contract, dimension.field), `coalesce(${reference(dimension.field)}, '')`);
    }
  }
  const smoke = smokeValues(contract);
  if (smoke.length > 0) {
    const test = smoke.map(smokeCondition).join(" AND ");
    expressions.set(SMOKE.field, `ifelse(${test}, ${literal(SMOKE.test)}, ${literal(SMOKE.other)})`);
  }
  return [...expressions].map(([name, expression]) => ({ data_set_identifier: DATA_SET, name, expression }));
}

function conditionExpression({ field, ...condition }: Condition): string {
  const column = reference(field);
  switch (condition.kind) {
    case "begins":
      return `startsWith(${column}, ${literal(condition.prefix)})`;
    case "one-of":
      return `in(${column}, [${condition.values.map(literal).join(", ")}])`;
    case "blank":
      return `isNull(${column}) OR ${column} = ''`;
  }
}

/** Of a line without a value, a comparison is not true: QuickSight takes such a line for one that differs. */
function smokeCondition({ column, value }: ColumnValue): string {
  const name = reference(column.field);
  if (value === undefined)
    return column.kind === "text" ? `(isNull(${name}) OR ${name} = '')` : `isNull(${name})`;
  if (column.kind === "timestamp") {
    const seconds = String(value).replace(/\.000$/, "");
    if (seconds.includes(".")) throw new RangeError(`the smoke test's ${column.field} is no whole second`);
    return `${name} = parseDate(${literal(seconds)}, 'yyyy-MM-dd HH:mm:ss')`;
  }
  return `${name} = ${typeof value === "string" ? literal(value) : String(value)}`;
}

function reference(field: string): string {
  return `{${tableColumn(field)}}`;
}

/** @throws RangeError for a text with a quote, which no panel has */
function literal(text: string): string {
  if (text.includes("'"))
    throw new RangeError(`${text} holds a quote, which would end the text in QuickSight`);
  return `'${text}'`;
}

/** The column of a dimension by value. */
function valueName(contract: PanelContract, field: string): string {
  return columnOf(contract, field).required ? tableColumn(field) : `${field} or none`;
}

function column(name: string): JsonObject[] {
  return [{ data_set_identifier: DATA_SET, column_name: name }];
}

/** An id within the definition. */
function fieldId(panel: { readonly id: string }, name: string): string {
  return `${panel.id}.${sqlName({ id: name })}`;
}

function visual(contract: PanelContract, panel: Supported): JsonObject {
  const common = {
    visual_id: panel.id,
    title: [{ visibility: "VISIBLE", format_text: [{ plain_text: panel.title }] }],
  };
  switch (panel.chart) {
    case "table":
      return { table_visual: [{ ...common, chart_configuration: [lines(panel)] }] };
    case "line":
      return { line_chart_visual: [{ ...common, chart_configuration: [line(contract, panel)] }] };
    default: {
      const orientation = panel.chart === "bars" ? "VERTICAL" : "HORIZONTAL";
      return { bar_chart_visual: [{ ...common, chart_configuration: [bars(contract, panel, orientation)] }] };
    }
  }
}

function wells(contract: PanelContract, panel: FiguresPanel): JsonObject {
  return {
    category: [dimensionField(contract, panel)],
    values: panel.measures.map((measure) => measureField(panel, measure)),
  };
}

function bars(contract: PanelContract, panel: FiguresPanel, orientation: string): JsonObject {
  return {
    orientation,
    bars_arrangement: "CLUSTERED",
    field_wells: [{ bar_chart_aggregated_field_wells: [wells(contract, panel)] }],
    sort_configuration: [sorting(panel, "category_items_limit")],
  };
}

function line(contract: PanelContract, panel: FiguresPanel): JsonObject {
  return {
    type: "LINE",
    field_wells: [{ line_chart_aggregated_field_wells: [wells(contract, panel)] }],
    sort_configuration: [sorting(panel, "category_items_limit_configuration")],
  };
}

/** @param limit name of the limit of categories, which differs by visual */
function sorting(panel: FiguresPanel, limit: string): JsonObject {
  const { dimension, measures } = panel;
  const isByValue = dimension.kind === "values";
  const by = isByValue ? measures[0].id : dimensionName(dimension);
  const direction = isByValue ? "DESC" : "ASC";
  return {
    category_sort: [{ field_sort: [{ field_id: fieldId(panel, by), direction }] }],
    ...(isByValue && { [limit]: [{ items_limit: dimension.limit, other_categories: "EXCLUDE" }] }),
  };
}

function dimensionName(dimension: Dimension): string {
  return dimension.kind === "classes" ? dimension.classification.id : dimension.field;
}

function dimensionField(contract: PanelContract, panel: FiguresPanel): JsonObject {
  const { dimension } = panel;
  const field_id = fieldId(panel, dimensionName(dimension));
  switch (dimension.kind) {
    case "time": {
      const date_granularity = dimension.interval.toUpperCase();
      return {
        date_dimension_field: [{ field_id, column: column(tableColumn(dimension.field)), date_granularity }],
      };
    }
    case "values":
      return {
        categorical_dimension_field: [{ field_id, column: column(valueName(contract, dimension.field)) }],
      };
    case "classes":
      return { categorical_dimension_field: [{ field_id, column: column(dimension.classification.title) }] };
  }
}

function measureField(panel: FiguresPanel, measure: Measure): JsonObject {
  if (isDistinct(measure)) throw new RangeError("not yet");
  const { id, title, factors } = measure;
  const field_id = fieldId(panel, id);
  const [only, ...others] = factors;
  if (only === undefined) {
    const counted = column(tableColumn("record_id"));
    return { categorical_measure_field: [{ field_id, column: counted, aggregation_function: "COUNT" }] };
  }
  return {
    numerical_measure_field: [
      {
        field_id,
        column: column(others.length === 0 ? tableColumn(only) : title),
        aggregation_function: [{ simple_numerical_aggregation: "SUM" }],
      },
    ],
  };
}

/** Every line, in pages; lines of the same time are in no order, because `record_id` is not shown. */
function lines(panel: LinesPanel): JsonObject {
  const values = panel.fields.map(
    (field): Json => ({
      field_id: fieldId(panel, field),
      column: column(tableColumn(field)),
    }),
  );
  const newest = { field_id: fieldId(panel, panel.newestBy), direction: "DESC" };
  return {
    field_wells: [{ table_unaggregated_field_wells: [{ values }] }],
    sort_configuration: [{ row_sort: [{ field_sort: [newest] }] }],
  };
}

function filterGroups(panel: Supported): JsonObject[] {
  if (panel.chart === "table" || panel.only === undefined) return [];
  const { id, only } = panel;
  const scope = { sheet_id: SHEET, scope: "SELECTED_VISUALS", visual_ids: [id] };
  return [filterGroup(`only-${id}`, only.id, only.title, only.fulfilled, scope)];
}

function smokeFilterGroups(contract: PanelContract): JsonObject[] {
  if (smokeValues(contract).length === 0) return [];
  const scope = { sheet_id: SHEET, scope: "ALL_VISUALS" };
  return [filterGroup("no-smoke-test", "kind-of-line", SMOKE.field, SMOKE.other, scope)];
}

/** Keeps the lines with one value of a calculated field. */
function filterGroup(
  id: string,
  filterId: string,
  field: string,
  value: string,
  scope: JsonObject,
): JsonObject {
  const configuration = [
    { filter_list_configuration: [{ match_operator: "CONTAINS", category_values: [value] }] },
  ];
  return {
    filter_group_id: id,
    cross_dataset: "SINGLE_DATASET",
    status: "ENABLED",
    filters: [{ category_filter: [{ filter_id: filterId, column: column(field), configuration }] }],
    scope_configuration: [{ selected_sheets: [{ sheet_visual_scoping_configurations: [scope] }] }],
  };
}
