import type { Json, JsonObject } from "../lib/json";
import { sqlName } from "./athena";
import { columnOf, type Field, tableColumn } from "./fields";
import type { Classification, Condition, Dimension, FiguresPanel, LinesPanel, Measure, Panel } from "./spec";

/** Name of the data set in the definition: the table that has each line once. */
const DATA_SET = "transactions";
const SHEET = "retail";

/** Cells of the sheet's grid in a row, and the size of a visual: two in a row. */
const GRID = { columns: 36, columnSpan: 18, rowSpan: 12 } as const;

/**
 * The panels as the definition of a QuickSight analysis or dashboard, in the names of Terraform's `definition` block:
 * https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AnalysisDefinition.html
 * @param dataSetArn of the data set over the table that has each line once
 */
export function quickSightDefinition(panels: readonly Panel[], dataSetArn: string): JsonObject {
  const filters = panels.flatMap(filterGroups);
  return {
    data_set_identifiers_declarations: [{ data_set_arn: dataSetArn, identifier: DATA_SET }],
    calculated_fields: calculatedFields(panels),
    ...(filters.length > 0 && { filter_groups: filters }),
    sheets: [
      {
        sheet_id: SHEET,
        name: "Retail transactions",
        visuals: panels.map(visual),
        layouts: [{ configuration: [{ grid_layout: [{ elements: panels.map(place) }] }] }],
      },
    ],
  };
}

function place({ id, chart }: Panel, at: number, panels: readonly Panel[]): JsonObject {
  const isWide = chart === "table" && at === panels.length - 1;
  const inARow = GRID.columns / GRID.columnSpan;
  return {
    element_id: id,
    element_type: "VISUAL",
    column_index: String((at % inARow) * GRID.columnSpan),
    column_span: isWide ? GRID.columns : GRID.columnSpan,
    row_index: String(Math.floor(at / inARow) * GRID.rowSpan),
    row_span: GRID.rowSpan,
  };
}

/**
 * Calculated fields for values without a column in the tables: products, classes, and texts whose null becomes the
 * empty text.
 */
function calculatedFields(panels: readonly Panel[]): JsonObject[] {
  const expressions = new Map<string, string>();
  const classify = ({ title, condition, fulfilled, otherwise }: Classification): void => {
    const classes = `${literal(fulfilled)}, ${literal(otherwise)}`;
    expressions.set(title, `ifelse(${conditionExpression(condition)}, ${classes})`);
  };
  for (const panel of panels) {
    if (panel.chart === "table") continue;
    for (const { title, factors } of panel.measures) {
      if (factors.length > 1) expressions.set(title, factors.map(reference).join(" * "));
    }
    if (panel.only) classify(panel.only);
    const { dimension } = panel;
    if (dimension.kind === "classes") classify(dimension.classification);
    if (dimension.kind === "values" && !columnOf(dimension.field).required) {
      expressions.set(valueName(dimension.field), `coalesce(${reference(dimension.field)}, '')`);
    }
  }
  return [...expressions].map(([name, expression]) => ({ data_set_identifier: DATA_SET, name, expression }));
}

function conditionExpression({ field, ...condition }: Condition): string {
  const column = reference(field);
  return condition.kind === "begins"
    ? `startsWith(${column}, ${literal(condition.prefix)})`
    : `isNull(${column}) OR ${column} = ''`;
}

function reference(field: Field): string {
  return `{${tableColumn(field)}}`;
}

/** @throws RangeError for a text with a quote, which no panel has */
function literal(text: string): string {
  if (text.includes("'"))
    throw new RangeError(`${text} holds a quote, which would end the text in QuickSight`);
  return `'${text}'`;
}

/** The column of a dimension by value. */
function valueName(field: Field): string {
  return columnOf(field).required ? tableColumn(field) : `${field} or none`;
}

function column(name: string): JsonObject[] {
  return [{ data_set_identifier: DATA_SET, column_name: name }];
}

/** An id within the definition. */
function fieldId(panel: { readonly id: string }, name: string): string {
  return `${panel.id}.${sqlName({ id: name })}`;
}

function visual(panel: Panel): JsonObject {
  const common = {
    visual_id: panel.id,
    title: [{ visibility: "VISIBLE", format_text: [{ plain_text: panel.title }] }],
  };
  switch (panel.chart) {
    case "table":
      return { table_visual: [{ ...common, chart_configuration: [lines(panel)] }] };
    case "line":
      return { line_chart_visual: [{ ...common, chart_configuration: [line(panel)] }] };
    default: {
      const orientation = panel.chart === "bars" ? "VERTICAL" : "HORIZONTAL";
      return { bar_chart_visual: [{ ...common, chart_configuration: [bars(panel, orientation)] }] };
    }
  }
}

function wells(panel: FiguresPanel): JsonObject {
  return {
    category: [dimensionField(panel)],
    values: panel.measures.map((measure) => measureField(panel, measure)),
  };
}

function bars(panel: FiguresPanel, orientation: string): JsonObject {
  return {
    orientation,
    bars_arrangement: "CLUSTERED",
    field_wells: [{ bar_chart_aggregated_field_wells: [wells(panel)] }],
    sort_configuration: [sorting(panel, "category_items_limit")],
  };
}

function line(panel: FiguresPanel): JsonObject {
  return {
    type: "LINE",
    field_wells: [{ line_chart_aggregated_field_wells: [wells(panel)] }],
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

function dimensionField(panel: FiguresPanel): JsonObject {
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
      return { categorical_dimension_field: [{ field_id, column: column(valueName(dimension.field)) }] };
    case "classes":
      return { categorical_dimension_field: [{ field_id, column: column(dimension.classification.title) }] };
  }
}

function measureField(panel: FiguresPanel, { id, title, factors }: Measure): JsonObject {
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

function filterGroups(panel: Panel): JsonObject[] {
  if (panel.chart === "table" || panel.only === undefined) return [];
  const { id, only } = panel;
  const configuration = [
    { filter_list_configuration: [{ match_operator: "CONTAINS", category_values: [only.fulfilled] }] },
  ];
  const scope = { sheet_id: SHEET, scope: "SELECTED_VISUALS", visual_ids: [id] };
  return [
    {
      filter_group_id: `only-${id}`,
      cross_dataset: "SINGLE_DATASET",
      status: "ENABLED",
      filters: [{ category_filter: [{ filter_id: only.id, column: column(only.title), configuration }] }],
      scope_configuration: [{ selected_sheets: [{ sheet_visual_scoping_configurations: [scope] }] }],
    },
  ];
}
