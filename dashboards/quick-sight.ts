import { tableColumn } from "../contract/glue-columns";
import type { Json, JsonObject } from "../lib/json";
import { sqlName } from "./athena";
import { COLORS, DEFAULT_COLOR } from "./colors";
import { columnOf, type PanelContract } from "./fields";
import { COLUMNS, type Place, placed } from "./layout";
import { plainText } from "./markdown";
import { CURRENCIES } from "./money";
import { SHARE_COLUMN } from "./rows";
import { type ColumnValue, smokeValues } from "./smoke";
import {
  type Classification,
  type Condition,
  type Control,
  type ControlsPanel,
  type Dimension,
  type FiguresPanel,
  type HeadlinePanel,
  isDistinct,
  type LinesPanel,
  type Measure,
  type Panel,
  type SharesPanel,
  type Sum,
  type TextPanel,
  type Unit,
} from "./spec";

/** Name of the data set in the definition: the table that has each line once. */
const DATA_SET = "lines";
const SHEET = "panels";

/** Cells of the sheet's grid in a row. */
const GRID_COLUMNS = 36;
/** Cells of the grid from top to bottom that a panel takes. Controls stand above the sheet. */
const ROW_SPANS: Readonly<Record<SheetPanel["chart"], number>> = {
  text: 4,
  headline: 5,
  bars: 12,
  line: 12,
  "horizontal-bars": 14,
  shares: 12,
  table: 14,
};
/** Cells of the bar of controls that one takes. */
const CONTROL_CELLS = { column: 2, row: 1 } as const;

/** A panel with a place on the sheet. */
type SheetPanel = Exclude<Panel, ControlsPanel>;
/** A panel that is drawn as one visual or several. */
type VisualPanel = Exclude<SheetPanel, TextPanel>;
type GroupedPanel = FiguresPanel | SharesPanel;

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
  panels: readonly Panel[],
  { dataSetArn, title }: QuickSightOptions,
): JsonObject {
  const onSheet = panels.filter((panel) => panel.chart !== "controls");
  const texts = onSheet.filter((panel) => panel.chart === "text");
  const visuals = onSheet.filter((panel) => panel.chart !== "text");
  const controls = panels.filter((panel) => panel.chart === "controls");
  const filters = [
    ...visuals.flatMap(filterGroups),
    ...smokeFilterGroups(contract),
    ...controls.flatMap((panel) => panel.fields.map((one) => controlFilterGroup(contract, panel, one))),
  ];
  return {
    data_set_identifiers_declarations: [{ data_set_arn: dataSetArn, identifier: DATA_SET }],
    calculated_fields: calculatedFields(contract, panels),
    ...(filters.length > 0 && { filter_groups: filters }),
    sheets: [
      {
        sheet_id: SHEET,
        name: title,
        ...(controls.length > 0 && {
          filter_controls: controls.flatMap((panel) => panel.fields.map((one) => dropdown(panel, one))),
          sheet_control_layouts: [controlLayout(controls)],
        }),
        ...(texts.length > 0 && { text_boxes: texts.map(textBox) }),
        visuals: visuals.flatMap((panel) => visualsOf(contract, panel)),
        layouts: [{ configuration: [{ grid_layout: [{ elements: layout(onSheet) }] }] }],
      },
    ],
  };
}

/** A panel is one element; a headline has one for each of its figures, side by side. */
function layout(panels: readonly SheetPanel[]): JsonObject[] {
  const places = placed(panels);
  const heightOf = (row: number): number =>
    Math.max(...places.filter((place) => place.row === row).map(({ panel }) => ROW_SPANS[panel.chart]));
  const top = (row: number): number =>
    Array.from({ length: row }, (_, before) => heightOf(before)).reduce((sum, height) => sum + height, 0);
  return places.flatMap((place) => elementsOf(place, top(place.row), heightOf(place.row)));
}

function elementsOf({ panel, left, columns }: Place<SheetPanel>, top: number, height: number): JsonObject[] {
  const unit = GRID_COLUMNS / COLUMNS;
  const ids = panel.chart === "headline" ? panel.measures.map((one) => figureId(panel, one)) : [panel.id];
  const edge = (at: number): number => Math.round(left * unit + (columns * unit * at) / ids.length);
  return ids.map((element_id, at) => ({
    element_id,
    element_type: panel.chart === "text" ? "TEXT_BOX" : "VISUAL",
    column_index: String(edge(at)),
    column_span: edge(at + 1) - edge(at),
    row_index: String(top),
    row_span: height,
  }));
}

/** Ids of panels and measures have no underscore. */
function figureId({ id }: HeadlinePanel, measure: Measure): string {
  return `${id}_${measure.id}`;
}

/** The content's markup is QuickSight's own. */
function textBox({ id, title, text }: TextPanel): JsonObject {
  const heading = `<inline font-size="20px">${escaped(title)}</inline>`;
  const lines = plainText(text).split("\n").map(escaped);
  return { sheet_text_box_id: id, content: `<text-box>${[heading, ...lines].join("<br/>")}</text-box>` };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Filter of a control. */
function controlFilterId({ id }: ControlsPanel, { field }: Control): string {
  return `${id}_${tableColumn(field)}`;
}

function controlFilterGroup(contract: PanelContract, panel: ControlsPanel, control: Control): JsonObject {
  const configuration = [
    {
      filter_list_configuration: [{ match_operator: "CONTAINS", select_all_options: "FILTER_ALL_VALUES" }],
    },
  ];
  const id = controlFilterId(panel, control);
  const on = column(valueName(contract, control.field));
  return categoryFilterGroup(`control-${id}`, { filter_id: id, column: on, configuration }, ALL_VISUALS);
}

function dropdown(panel: ControlsPanel, control: Control): JsonObject {
  const id = controlFilterId(panel, control);
  return {
    dropdown: [
      {
        filter_control_id: `${id}_control`,
        source_filter_id: id,
        title: control.title,
        type: "MULTI_SELECT",
      },
    ],
  };
}

function controlLayout(panels: readonly ControlsPanel[]): JsonObject {
  const ids = panels.flatMap((panel) => panel.fields.map((one) => controlFilterId(panel, one)));
  const elements = ids.map((id, at) => ({
    element_id: `${id}_control`,
    element_type: "FILTER_CONTROL",
    column_index: String(at * CONTROL_CELLS.column),
    column_span: CONTROL_CELLS.column,
    row_span: CONTROL_CELLS.row,
  }));
  return { configuration: [{ grid_layout: [{ elements }] }] };
}

/**
 * Calculated fields for values without a column in the tables: products, percentages, different values, classes, and texts
 * whose null becomes the empty text.
 */
function calculatedFields(contract: PanelContract, panels: readonly Panel[]): JsonObject[] {
  const expressions = new Map<string, string>();
  const classify = ({ title, condition, fulfilled, otherwise }: Classification): void => {
    const classes = `${literal(fulfilled)}, ${literal(otherwise)}`;
    expressions.set(title, `ifelse(${conditionExpression(condition)}, ${classes})`);
  };
  const nullAsEmpty = (field: string): void => {
    if (columnOf(contract, field).required) return;
    expressions.set(valueName(contract, field), `coalesce(${reference(field)}, '')`);
  };
  for (const panel of panels) {
    if (panel.chart === "controls") for (const { field } of panel.fields) nullAsEmpty(field);
    if (!("measures" in panel)) continue;
    for (const one of panel.measures) {
      if (isDistinct(one)) expressions.set(one.title, `nullIf(${reference(one.distinct)}, '')`);
      else if (one.factors.length > 1) expressions.set(one.title, one.factors.map(reference).join(" * "));
    }
    if (panel.only) classify(panel.only);
    if (panel.except) classify(panel.except);
    if (panel.chart === "headline") continue;
    // Over the lines that the filters leave, all groups together.
    if (panel.chart === "shares") {
      expressions.set(shareName(panel), `percentOfTotal(${aggregated(panel.measures[0])}, [])`);
    }
    const { dimension } = panel;
    if (dimension.kind === "classes") classify(dimension.classification);
    if (dimension.kind === "values") nullAsEmpty(dimension.field);
  }
  const smoke = smokeValues(contract);
  if (smoke.length > 0) {
    const test = smoke.map(smokeCondition).join(" AND ");
    expressions.set(SMOKE.field, `ifelse(${test}, ${literal(SMOKE.test)}, ${literal(SMOKE.other)})`);
  }
  return [...expressions].map(([name, expression]) => ({ data_set_identifier: DATA_SET, name, expression }));
}

function shareName({ measures: [{ title }] }: SharesPanel): string {
  return `Share of ${title}`;
}

function aggregated(sum: Sum): string {
  const name = summedColumn(sum);
  return name === undefined ? `count(${reference("record_id")})` : `sum({${name}})`;
}

/** The column or calculated field that a sum is of; undefined for a count of lines. */
function summedColumn({ title, factors: [only, ...others] }: Sum): string | undefined {
  if (only === undefined) return undefined;
  return others.length > 0 ? title : tableColumn(only);
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

function visualsOf(contract: PanelContract, panel: VisualPanel): JsonObject[] {
  if (panel.chart === "headline") return panel.measures.map((one) => figure(panel, one));
  const { id, title, description } = panel;
  const common = {
    visual_id: id,
    title: shownText(title),
    ...(description !== undefined && { subtitle: shownText(description) }),
  };
  switch (panel.chart) {
    case "table":
      return [{ table_visual: [{ ...common, chart_configuration: [lines(contract, panel)] }] }];
    case "shares":
      return [{ table_visual: [{ ...common, chart_configuration: [shares(contract, panel)] }] }];
    case "line":
      return [{ line_chart_visual: [{ ...common, chart_configuration: [line(contract, panel)] }] }];
    default: {
      const orientation = panel.chart === "bars" ? "VERTICAL" : "HORIZONTAL";
      return [
        { bar_chart_visual: [{ ...common, chart_configuration: [bars(contract, panel, orientation)] }] },
      ];
    }
  }
}

function shownText(text: string): JsonObject[] {
  return [{ visibility: "VISIBLE", format_text: [{ plain_text: text }] }];
}

/** A figure of a headline: a visual of its own, because one shows one number. */
function figure(panel: HeadlinePanel, measure: Measure): JsonObject {
  return {
    kpi_visual: [
      {
        visual_id: figureId(panel, measure),
        title: shownText(measure.title),
        chart_configuration: [{ field_wells: [{ values: [measureField(panel, measure)] }] }],
      },
    ],
  };
}

/** The values of a share table are all of them, the largest first: QuickSight has no limit of a table's rows. */
function shares(contract: PanelContract, panel: SharesPanel): JsonObject {
  const { dimension, measures } = panel;
  const [first, ...others] = measures;
  const values = [
    measureField(panel, first),
    shareField(panel),
    ...others.map((one) => measureField(panel, one)),
  ];
  const labels = [
    { field_id: fieldId(panel, dimensionName(dimension)), custom_label: dimensionTitle(dimension) },
    ...measures.map(({ id, title }) => ({ field_id: fieldId(panel, id), custom_label: title })),
  ];
  const isByValue = dimension.kind === "values";
  const by = fieldId(panel, isByValue ? first.id : dimensionName(dimension));
  return {
    field_wells: [
      { table_aggregated_field_wells: [{ group_by: [dimensionField(contract, panel)], values }] },
    ],
    field_options: [{ selected_field_options: labels }],
    sort_configuration: [
      { row_sort: [{ field_sort: [{ field_id: by, direction: isByValue ? "DESC" : "ASC" }] }] },
    ],
  };
}

/** The calculated field is aggregated already. */
function shareField(panel: SharesPanel): JsonObject {
  const format = { percentage_display_format_configuration: [{ ...decimalPlaces(1) }] };
  return {
    numerical_measure_field: [
      {
        field_id: fieldId(panel, SHARE_COLUMN),
        column: column(shareName(panel)),
        format_configuration: [{ numeric_format_configuration: [format] }],
      },
    ],
  };
}

function wells(contract: PanelContract, panel: FiguresPanel): JsonObject {
  return {
    category: [dimensionField(contract, panel)],
    values: panel.measures.map((measure) => measureField(panel, measure)),
  };
}

/** The colour of the one series, which needs no legend. */
function series({ measures: [{ color = DEFAULT_COLOR }] }: FiguresPanel): JsonObject {
  return {
    visual_palette: [{ chart_color: COLORS[color] }],
    legend: [{ visibility: "HIDDEN" }],
  };
}

function bars(contract: PanelContract, panel: FiguresPanel, orientation: string): JsonObject {
  return {
    orientation,
    bars_arrangement: "CLUSTERED",
    field_wells: [{ bar_chart_aggregated_field_wells: [wells(contract, panel)] }],
    sort_configuration: [sorting(panel, "category_items_limit")],
    ...series(panel),
    ...(orientation === "HORIZONTAL" && { data_labels: [{ visibility: "VISIBLE" }] }),
  };
}

function line(contract: PanelContract, panel: FiguresPanel): JsonObject {
  return {
    type: "LINE",
    field_wells: [{ line_chart_aggregated_field_wells: [wells(contract, panel)] }],
    sort_configuration: [sorting(panel, "category_items_limit_configuration")],
    ...series(panel),
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

function dimensionTitle(dimension: Dimension): string {
  return dimension.kind === "classes" ? dimension.classification.title : dimension.field;
}

function dimensionField(contract: PanelContract, panel: GroupedPanel): JsonObject {
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

function measureField(panel: GroupedPanel | HeadlinePanel, measure: Measure): JsonObject {
  const field_id = fieldId(panel, measure.id);
  if (isDistinct(measure)) {
    const counted = column(measure.title);
    return {
      categorical_measure_field: [{ field_id, column: counted, aggregation_function: "DISTINCT_COUNT" }],
    };
  }
  const name = summedColumn(measure);
  if (name === undefined) {
    const counted = column(tableColumn("record_id"));
    return { categorical_measure_field: [{ field_id, column: counted, aggregation_function: "COUNT" }] };
  }
  const { unit, digits = 0 } = measure;
  return {
    numerical_measure_field: [
      {
        field_id,
        column: column(name),
        aggregation_function: [{ simple_numerical_aggregation: "SUM" }],
        format_configuration: [{ numeric_format_configuration: [numberFormat(unit, digits)] }],
      },
    ],
  };
}

/** @param digits behind the point; undefined for as many as there are */
function numberFormat(unit: Unit | undefined, digits: number | undefined): JsonObject {
  const places = digits === undefined ? {} : decimalPlaces(digits);
  if (unit && "currency" in unit) {
    return { currency_display_format_configuration: [{ symbol: unit.currency, ...places }] };
  }
  const affix = unit && (unit.position === "before" ? { prefix: unit.text } : { suffix: ` ${unit.text}` });
  return { number_display_format_configuration: [{ ...affix, ...places }] };
}

function decimalPlaces(decimal_places: number): JsonObject {
  return { decimal_places_configuration: [{ decimal_places }] };
}

/** Every line, in pages; lines of the same time are in no order, because `record_id` is not shown. */
function lines(contract: PanelContract, panel: LinesPanel): JsonObject {
  const values = panel.fields.map((field): Json => {
    const unit = panel.units?.[field];
    return {
      field_id: fieldId(panel, field),
      column: column(tableColumn(field)),
      ...(unit && { format_configuration: [lineFormat(contract, field, unit)] }),
    };
  });
  const newest = { field_id: fieldId(panel, panel.newestBy), direction: "DESC" };
  return {
    field_wells: [{ table_unaggregated_field_wells: [{ values }] }],
    sort_configuration: [{ row_sort: [{ field_sort: [newest] }] }],
  };
}

/** Lines are not rounded: money has all digits that its column may have, at least those of its currency. */
function lineFormat(contract: PanelContract, field: string, unit: Unit): JsonObject {
  const { kind, ...column } = columnOf(contract, field);
  const scale = "scale" in column ? column.scale : kind === "double" ? undefined : 0;
  const least = "currency" in unit ? CURRENCIES[unit.currency].digits : 0;
  const digits = scale === undefined ? undefined : Math.max(scale, least);
  return { number_format_configuration: [{ numeric_format_configuration: [numberFormat(unit, digits)] }] };
}

function filterGroups(panel: VisualPanel): JsonObject[] {
  if (panel.chart === "table") return [];
  const { id, only, except } = panel;
  const visual_ids = panel.chart === "headline" ? panel.measures.map((one) => figureId(panel, one)) : [id];
  const scope = { sheet_id: SHEET, scope: "SELECTED_VISUALS", visual_ids };
  // Ids of filters are unique within the definition.
  const group = (which: string, { id: of, title }: Classification, kept: string): JsonObject =>
    filterGroup(`${which}-${id}`, `${of}_${which}-${id}`, title, kept, scope);
  return [
    ...(only ? [group("only", only, only.fulfilled)] : []),
    ...(except ? [group("except", except, except.otherwise)] : []),
  ];
}

const ALL_VISUALS: JsonObject = { sheet_id: SHEET, scope: "ALL_VISUALS" };

function smokeFilterGroups(contract: PanelContract): JsonObject[] {
  if (smokeValues(contract).length === 0) return [];
  return [filterGroup("no-smoke-test", "kind-of-line", SMOKE.field, SMOKE.other, ALL_VISUALS)];
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
  return categoryFilterGroup(id, { filter_id: filterId, column: column(field), configuration }, scope);
}

function categoryFilterGroup(id: string, filter: JsonObject, scope: JsonObject): JsonObject {
  return {
    filter_group_id: id,
    cross_dataset: "SINGLE_DATASET",
    status: "ENABLED",
    filters: [{ category_filter: [filter] }],
    scope_configuration: [{ selected_sheets: [{ sheet_visual_scoping_configurations: [scope] }] }],
  };
}
