import { indexMapping } from "../contract/index-mapping";
import type { Json, JsonObject } from "../lib/json";
import { COLORS, DEFAULT_COLOR } from "./colors";
import { columnOf, exactPath, type PanelContract } from "./fields";
import { COLUMNS, placed } from "./layout";
import { CURRENCIES } from "./money";
import {
  distinctScript,
  otherwiseQuery,
  PRECISION_THRESHOLD,
  productScript,
  SHARD_SIZE,
  searchQuery,
  smokeQuery,
} from "./search";
import {
  type Control,
  type ControlsPanel,
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
import { visualizationParams } from "./visualization-params";

/**
 * The panels as saved objects of OpenSearch Dashboards 2.x: an index pattern, a visualization or a saved search for
 * each panel, and a dashboard of them. The contents of `visState` follow the sources of its plugins `vis_type_vislib`
 * (types and their `params`) and `data` (`common/search/aggs`: aggregations and their `params`).
 */

/** A saved object as it is imported. */
export interface SavedObject {
  readonly type: "index-pattern" | "visualization" | "search" | "dashboard";
  readonly id: string;
  readonly attributes: JsonObject;
  readonly references: readonly Reference[];
  readonly migrationVersion: Readonly<Record<string, string>>;
}

/** A reference of a saved object to another, by name. */
interface Reference {
  readonly name: string;
  readonly type: SavedObject["type"];
  readonly id: string;
}

/** First part of the ids, so that nobody else's objects are overwritten. Permanent, like the ids. */
const PREFIX = "retail-bi";
export const INDEX_PATTERN_ID = `${PREFIX}-transactions`;
export const DASHBOARD_ID = `${PREFIX}-dashboard`;

/** A value of an advanced setting of Dashboards. */
export type SettingValue = string | number;

/** Advanced settings that the figures need: without the time zone a day would begin at the reader's midnight. */
export const REQUIRED_SETTINGS: Readonly<Record<string, SettingValue>> = { "dateFormat:tz": "Etc/UTC" };

/** Time range that people see first; Dashboards' own is the last fifteen minutes. */
const TIME_RANGE = { from: "now-90d", to: "now" } as const;

/**
 * Advanced settings of first contact: Dashboards opens with the dashboard, Discover with its index pattern (a reader may not
 * choose one) and with its time range, and money has its symbol. An operator may choose others.
 */
export function initialSettings(panels: readonly Panel[]): Readonly<Record<string, SettingValue>> {
  const currency = unitsOf(panels).flatMap((unit) => ("currency" in unit ? [unit.currency] : []))[0];
  return {
    defaultIndex: INDEX_PATTERN_ID,
    defaultRoute: `/app/dashboards#/view/${DASHBOARD_ID}`,
    "timepicker:timeDefaults": JSON.stringify(TIME_RANGE),
    ...(currency && { "format:number:defaultLocale": CURRENCIES[currency].numeralLocale }),
  };
}

function unitsOf(panels: readonly Panel[]): Unit[] {
  const ofLines = panels.flatMap((panel) =>
    panel.chart === "table" ? Object.values(panel.units ?? {}) : [],
  );
  return [...measuresOf(panels), ...ofLines.map((unit) => ({ unit }))].flatMap(({ unit }) => unit ?? []);
}

/** Migration versions of the objects: the newest that 2.x knows, so that it does not migrate them. */
const FORMS: Readonly<Record<SavedObject["type"], string>> = {
  "index-pattern": "7.6.0",
  visualization: "7.10.0",
  search: "7.9.3",
  dashboard: "7.9.3",
};

/** Columns of a dashboard's grid. */
const GRID_COLUMNS = 48;
/** Rows of the grid, of some 20 pixels each, that a panel takes. */
const HEIGHTS: Readonly<Record<Panel["chart"], number>> = {
  text: 7,
  controls: 7,
  headline: 7,
  bars: 13,
  line: 13,
  "horizontal-bars": 15,
  shares: 12,
  table: 18,
};
/** Panels that say by themselves what they are. */
const WITHOUT_TITLE: ReadonlySet<Panel["chart"]> = new Set(["text", "controls", "headline"]);

/**
 * Milliseconds between two refreshes of an open dashboard. Each asks all panels, from each open tab; a minute is what an index
 * of seconds-old lines and a person who looks at it have in common.
 */
const REFRESH_MS = 60_000;

/** What people look at in OpenSearch Dashboards. */
export interface DashboardOptions {
  /** First part of the indices' names, such as `retail`. */
  readonly indexName: string;
  /** Title of the dashboard. */
  readonly title: string;
}

/** All objects to import; each after those that it refers to. */
export function savedObjects(
  contract: PanelContract,
  panels: readonly Panel[],
  { indexName, title }: DashboardOptions,
): SavedObject[] {
  const shown = panels.map((panel) => savedPanel(contract, panel));
  return [indexPattern(contract, indexName, panels), ...shown, dashboard(title, panels, shown)];
}

function savedPanel(contract: PanelContract, panel: Panel): SavedObject {
  switch (panel.chart) {
    case "table":
      return savedSearch(contract, panel);
    case "text":
      return markdown(panel);
    case "controls":
      return controls(contract, panel);
    default:
      return visualization(contract, panel);
  }
}

function savedObject(
  type: SavedObject["type"],
  id: string,
  attributes: JsonObject,
  references: readonly Reference[],
): SavedObject {
  return { type, id, attributes, references, migrationVersion: { [type]: FORMS[type] } };
}

function indexPattern(contract: PanelContract, indexName: string, panels: readonly Panel[]): SavedObject {
  return savedObject(
    "index-pattern",
    INDEX_PATTERN_ID,
    {
      title: `${indexName}*`,
      timeFieldName: contract.eventTime,
      fields: JSON.stringify([
        ...META_FIELDS,
        ...mappedFields(contract),
        ...computed(panels).map((measure) => scriptedField(contract, measure)),
      ]),
      fieldFormatMap: JSON.stringify(fieldFormats(contract, panels)),
    },
    [],
  );
}

/** How Dashboards writes the numbers of fields that are money or have digits behind the point. */
function fieldFormats(contract: PanelContract, panels: readonly Panel[]): JsonObject {
  const ofLines = panels.flatMap((panel) =>
    panel.chart === "table"
      ? Object.entries(panel.units ?? {}).map(([field, unit]) => [
          field,
          unit && lineFormat(contract, field, unit),
        ])
      : [],
  );
  const ofMeasures = measuresOf(panels).flatMap((measure) => {
    const name = isDistinct(measure) ? undefined : summedField(measure);
    return name === undefined ? [] : [[name, measureFormat(measure)]];
  });
  const patterns: [string, string | undefined][] = Object.entries(
    Object.fromEntries([...ofMeasures, ...ofLines]),
  );
  return Object.fromEntries(
    patterns.flatMap(([name, pattern]) =>
      pattern === undefined ? [] : [[name, { id: "number", params: { pattern } }]],
    ),
  );
}

/** The format of a sum; nothing where Dashboards' own will do. A number of a unit always has all of its digits. */
function measureFormat({ digits = 0, unit }: Measure): string | undefined {
  const decimals = "0".repeat(digits);
  // The symbol is that of the locale, and stands behind the sign.
  if (unit && "currency" in unit) return digits === 0 ? "$0,0" : `$0,0.${decimals}`;
  return digits === 0 ? undefined : `0,0.${unit ? decimals : `[${decimals}]`}`;
}

/** The format of a field of lines, which are not rounded: money has the digits of its currency, and more where the field has. */
function lineFormat(contract: PanelContract, field: string, unit: Unit): string | undefined {
  if (!("currency" in unit)) return undefined;
  const column = columnOf(contract, field);
  const { digits } = CURRENCIES[unit.currency];
  const scale = column.kind === "decimal" ? column.scale : column.kind === "double" ? MOST_DIGITS : 0;
  const more = scale > digits ? `[${"0".repeat(scale - digits)}]` : "";
  const decimals = "0".repeat(digits) + more;
  return decimals === "" ? "$0,0" : `$0,0.${decimals}`;
}

/** Digits of a double that are shown at most. */
const MOST_DIGITS = 6;

function measuresOf(panels: readonly Panel[]): Measure[] {
  return panels.flatMap((panel) => ("measures" in panel ? panel.measures : []));
}

/** Fields that every document has, as Dashboards lists them itself. */
const META_FIELDS: readonly JsonObject[] = [
  patternField("_id", "string", ["_id"], { aggregatable: true, docValues: false }),
  patternField("_index", "string", ["_index"], { aggregatable: true, docValues: false }),
  { ...patternField("_score", "number", [], { aggregatable: false, docValues: false }), searchable: false },
  {
    ...patternField("_source", "_source", ["_source"], { aggregatable: false, docValues: false }),
    searchable: false,
  },
];

/** Dashboards' type for each type of the index. */
const PATTERN_TYPES: Readonly<Record<string, string>> = {
  keyword: "string",
  text: "string",
  integer: "number",
  long: "number",
  double: "number",
  scaled_float: "number",
  boolean: "boolean",
  date: "date",
};

/**
 * The fields of the index, from its mapping. Dashboards would read them by itself, but only after the first document.
 */
function mappedFields({ columns }: PanelContract): JsonObject[] {
  const { properties } = indexMapping(columns);
  return Object.entries(properties).flatMap(([name, { type, fields, index }]) => {
    const below = typeof fields === "object" && fields !== null ? Object.keys(fields) : [];
    return [
      mappedField(name, String(type), index !== false),
      ...below.map((key) => ({
        ...mappedField(`${name}.${key}`, "keyword", true),
        subType: { multi: { parent: name } },
      })),
    ];
  });
}

function mappedField(name: string, type: string, isIndexed: boolean): JsonObject {
  const patternType = PATTERN_TYPES[type];
  if (patternType === undefined)
    throw new Error(`Dashboards' type for ${name}, a ${type}, is not known here`);
  const exact = isIndexed && type !== "text";
  const field = patternField(name, patternType, [type], { aggregatable: exact, docValues: exact });
  return { ...field, searchable: isIndexed };
}

function patternField(
  name: string,
  type: string,
  esTypes: readonly string[],
  { aggregatable, docValues }: { readonly aggregatable: boolean; readonly docValues: boolean },
): JsonObject {
  return {
    name,
    type,
    esTypes,
    count: 0,
    scripted: false,
    searchable: true,
    aggregatable,
    readFromDocValues: docValues,
  };
}

/**
 * Measures over values that no field has: Dashboards sums fields only, so a product is a field that a script computes, and so
 * are the values that a count of different ones counts.
 */
function computed(panels: readonly Panel[]): Measure[] {
  const measures = measuresOf(panels).filter((one) => isDistinct(one) || one.factors.length > 1);
  return [...new Map(measures.map((measure) => [measure.title, measure])).values()];
}

/** The field that a sum is of; undefined for a count of lines. */
function summedField({ title, factors: [only, ...others] }: Sum): string | undefined {
  return only === undefined || others.length === 0 ? only : title;
}

function scriptedField(contract: PanelContract, measure: Measure): JsonObject {
  const of = isDistinct(measure)
    ? { type: "string", script: distinctScript(contract, measure.distinct) }
    : { type: "number", script: productScript(contract, measure.factors) };
  return {
    name: measure.title,
    ...of,
    count: 0,
    scripted: true,
    lang: "painless",
    searchable: true,
    aggregatable: true,
    readFromDocValues: false,
  };
}

const PATTERN_REFERENCE: Reference = {
  name: "kibanaSavedObjectMeta.searchSourceJSON.index",
  type: "index-pattern",
  id: INDEX_PATTERN_ID,
};

function searchSource(more: JsonObject): JsonObject {
  const source = { query: { query: "", language: "kuery" }, ...more, indexRefName: PATTERN_REFERENCE.name };
  return { searchSourceJSON: JSON.stringify(source) };
}

function visualization(
  contract: PanelContract,
  panel: FiguresPanel | SharesPanel | HeadlinePanel,
): SavedObject {
  const filters = filtersOf(contract, panel);
  const { measures } = panel;
  const metrics = measures.map((measure, at) => metric(measure, String(at + 1)));
  const bucketId = String(measures.length + 1);
  const buckets =
    panel.chart === "headline"
      ? []
      : [{ ...bucket(contract, panel, bucketId), schema: panel.chart === "shares" ? "bucket" : "segment" }];
  return visualizationObject(
    panel,
    { ...visualizationParams(panel), aggs: [...metrics, ...buckets] },
    searchSource({ filter: filters.map(({ filter }) => filter) }),
    [PATTERN_REFERENCE, ...filters.map(({ reference }) => reference)],
  );
}

function visualizationObject(
  panel: Exclude<Panel, LinesPanel>,
  visState: JsonObject,
  kibanaSavedObjectMeta: JsonObject,
  references: readonly Reference[],
): SavedObject {
  const { id, title, description = "" } = panel;
  return savedObject(
    "visualization",
    `${PREFIX}-${id}`,
    {
      title,
      description,
      version: 1,
      uiStateJSON: JSON.stringify(uiState(panel)),
      visState: JSON.stringify({ title, ...visState }),
      kibanaSavedObjectMeta,
    },
    references,
  );
}

/** The colour of a chart: without it, Dashboards takes the first of its palette in every panel. */
function uiState(panel: Panel): JsonObject {
  if (panel.chart !== "bars" && panel.chart !== "horizontal-bars" && panel.chart !== "line") return {};
  const [{ title, color = DEFAULT_COLOR }] = panel.measures;
  return { vis: { colors: { [title]: COLORS[color] } } };
}

/** A search source without an index pattern: the panel asks nothing. */
const NO_SEARCH: JsonObject = {
  searchSourceJSON: JSON.stringify({ query: { query: "", language: "kuery" }, filter: [] }),
};

function markdown(panel: TextPanel): SavedObject {
  const text = `### ${panel.title}\n\n${panel.text}`;
  const params = { fontSize: 12, openLinksInNewTab: false, markdown: text };
  return visualizationObject(panel, { type: "markdown", params, aggs: [] }, NO_SEARCH, []);
}

/** Values that a control lists before somebody types. */
const CONTROL_VALUES = 50;

function controls(contract: PanelContract, panel: ControlsPanel): SavedObject {
  const nameOf = (at: number): string => `control_${at}_index_pattern`;
  const control = ({ field, title }: Control, at: number): JsonObject => ({
    id: field,
    indexPatternRefName: nameOf(at),
    fieldName: exactPath(contract, field),
    parent: "",
    label: title,
    type: "list",
    options: { type: "terms", multiselect: true, dynamicOptions: true, size: CONTROL_VALUES, order: "desc" },
  });
  const params = {
    controls: panel.fields.map(control),
    updateFiltersOnChange: true,
    useTimeFilter: true,
    pinFilters: false,
  };
  return visualizationObject(
    panel,
    { type: "input_control_vis", params, aggs: [] },
    NO_SEARCH,
    panel.fields.map((_, at) => ({ ...PATTERN_REFERENCE, name: nameOf(at) })),
  );
}

interface Filter {
  readonly filter: JsonObject;
  readonly reference: Reference;
}

/** Filters for the lines that count, and against those of the smoke test. */
function filtersOf(
  contract: PanelContract,
  { only, except }: Pick<FiguresPanel, "only" | "except"> = {},
): Filter[] {
  const smoke = smokeQuery(contract);
  const wanted = [
    ...(only ? [{ alias: only.fulfilled, negate: false, query: searchQuery(contract, only.condition) }] : []),
    ...(except
      ? [{ alias: except.fulfilled, negate: true, query: searchQuery(contract, except.condition) }]
      : []),
    ...(smoke ? [{ alias: "Smoke test", negate: true, query: smoke }] : []),
  ];
  return wanted.map(({ alias, negate, query }, at) => {
    const name = `kibanaSavedObjectMeta.searchSourceJSON.filter[${at}].meta.index`;
    const meta = {
      alias,
      disabled: false,
      negate,
      type: "custom",
      key: "query",
      value: JSON.stringify(query),
      indexRefName: name,
    };
    return {
      filter: { meta, query, $state: { store: "appState" } },
      reference: { name, type: "index-pattern", id: INDEX_PATTERN_ID },
    };
  });
}

function metric(measure: Measure, id: string): JsonObject {
  const { title } = measure;
  const common = { id, enabled: true, schema: "metric" };
  if (isDistinct(measure)) {
    const json = JSON.stringify({ precision_threshold: PRECISION_THRESHOLD });
    return { ...common, type: "cardinality", params: { field: title, json, customLabel: title } };
  }
  const field = summedField(measure);
  if (field === undefined) return { ...common, type: "count", params: { customLabel: title } };
  return { ...common, type: "sum", params: { field, customLabel: title } };
}

/** Of a share table, the values that it does not list are one more row, so that the percentages are of the whole. */
function bucket(
  contract: PanelContract,
  { chart, dimension }: FiguresPanel | SharesPanel,
  id: string,
): JsonObject {
  const common = { id, enabled: true };
  switch (dimension.kind) {
    case "time":
      return {
        ...common,
        type: "date_histogram",
        params: {
          field: dimension.field,
          useNormalizedOpenSearchInterval: true,
          scaleMetricValues: false,
          // Of the time range, so that a year is not 365 bars.
          interval: { hour: "h", day: "auto", month: "M" }[dimension.interval],
          drop_partials: false,
          min_doc_count: 1,
          extended_bounds: {},
        },
      };
    case "values":
      return {
        ...common,
        type: "terms",
        params: {
          field: exactPath(contract, dimension.field),
          orderBy: "1",
          order: "desc",
          size: dimension.limit,
          otherBucket: chart === "shares",
          otherBucketLabel: "Other",
          missingBucket: false,
          missingBucketLabel: "Missing",
          // Settings without a field in the form; Dashboards merges them into the aggregation.
          json: JSON.stringify({ shard_size: SHARD_SIZE, missing: "" }),
          customLabel: dimension.field,
        },
      };
    case "classes": {
      const { condition, fulfilled, otherwise } = dimension.classification;
      return {
        ...common,
        type: "filters",
        // Dashboards passes a query that is an object to the engine unchanged, in any language.
        params: {
          filters: [
            { input: { query: searchQuery(contract, condition), language: "lucene" }, label: fulfilled },
            { input: { query: otherwiseQuery(contract, condition), language: "lucene" }, label: otherwise },
          ],
        },
      };
    }
  }
}

function savedSearch(
  contract: PanelContract,
  { id, title, description = "", fields, newestBy }: LinesPanel,
): SavedObject {
  const filters = filtersOf(contract);
  return savedObject(
    "search",
    `${PREFIX}-${id}`,
    {
      title,
      description,
      version: 1,
      hits: 0,
      // Dashboards shows the time field before the columns by itself.
      columns: fields.filter((field) => field !== contract.eventTime),
      sort: [
        [newestBy, "desc"],
        [exactPath(contract, "record_id"), "desc"],
      ],
      kibanaSavedObjectMeta: searchSource({
        filter: filters.map(({ filter }) => filter),
        highlightAll: true,
        version: true,
      }),
    },
    [PATTERN_REFERENCE, ...filters.map(({ reference }) => reference)],
  );
}

function dashboard(title: string, panels: readonly Panel[], shown: readonly SavedObject[]): SavedObject {
  const name = (at: number): string => `panel_${at}`;
  const places = placed(panels);
  const heightOf = (row: number): number =>
    Math.max(...places.filter((place) => place.row === row).map(({ panel }) => HEIGHTS[panel.chart]));
  const top = (row: number): number =>
    Array.from({ length: row }, (_, before) => heightOf(before)).reduce((sum, height) => sum + height, 0);
  const unit = GRID_COLUMNS / COLUMNS;
  const shownPanels = places.map(({ panel: { id, chart }, row, left, columns }, at): Json => {
    const gridData = { x: left * unit, y: top(row), w: columns * unit, h: heightOf(row), i: id };
    return {
      version: FORMS.dashboard,
      gridData,
      panelIndex: id,
      embeddableConfig: WITHOUT_TITLE.has(chart) ? { hidePanelTitles: true } : {},
      panelRefName: name(at),
    };
  });
  return savedObject(
    "dashboard",
    DASHBOARD_ID,
    {
      title,
      description: "",
      version: 1,
      hits: 0,
      panelsJSON: JSON.stringify(shownPanels),
      optionsJSON: JSON.stringify({ hidePanelTitles: false, useMargins: true }),
      timeRestore: true,
      timeFrom: TIME_RANGE.from,
      timeTo: TIME_RANGE.to,
      refreshInterval: { pause: false, value: REFRESH_MS },
      kibanaSavedObjectMeta: NO_SEARCH,
    },
    shown.map(({ type, id }, at) => ({ name: name(at), type, id })),
  );
}
