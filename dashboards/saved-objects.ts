import { indexMapping } from "../contract/index-mapping";
import { retailTransaction } from "../contract/retail-transaction";
import type { Json, JsonObject } from "../lib/json";
import { exactPath, type Field } from "./fields";
import { otherwiseQuery, productScript, SHARD_SIZE, searchQuery } from "./search";
import type { Classification, Dimension, FiguresPanel, LinesPanel, Measure, Panel } from "./spec";
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

/** First part of the ids, so that nobody else's objects are overwritten. */
const PREFIX = "retail-bi";
export const INDEX_PATTERN_ID = `${PREFIX}-transactions`;
export const DASHBOARD_ID = `${PREFIX}-dashboard`;

/** Time field of the panels. */
const TIME_FIELD: Field = "InvoiceDate";

/**
 * Advanced settings. Without the time zone a day would begin at the reader's midnight. Dashboards widens an interval
 * that would need more bars than `histogram:maxBars` (100 by default); a thousand days are then shown as days.
 */
export const ADVANCED_SETTINGS: Readonly<Record<string, string | number>> = {
  "dateFormat:tz": "Etc/UTC",
  "histogram:maxBars": 1000,
};

/** Migration versions of the objects: the newest that 2.x knows, so that it does not migrate them. */
const FORMS: Readonly<Record<SavedObject["type"], string>> = {
  "index-pattern": "7.6.0",
  visualization: "7.10.0",
  search: "7.9.3",
  dashboard: "7.9.3",
};

/** Columns of a dashboard's grid, and the size of a panel: two in a row. */
const PANEL = { width: 24, height: 15, inARow: 2 } as const;

/** All objects to import; each after those that it refers to. @param indexName such as `retail` */
export function savedObjects(panels: readonly Panel[], indexName: string): SavedObject[] {
  const shown = panels.map((panel) => (panel.chart === "table" ? savedSearch(panel) : visualization(panel)));
  return [indexPattern(indexName, panels), ...shown, dashboard(panels, shown)];
}

function savedObject(
  type: SavedObject["type"],
  id: string,
  attributes: JsonObject,
  references: readonly Reference[],
): SavedObject {
  return { type, id, attributes, references, migrationVersion: { [type]: FORMS[type] } };
}

function indexPattern(indexName: string, panels: readonly Panel[]): SavedObject {
  const products = productsOf(panels);
  const money = { id: "number", params: { pattern: "0,0.00" } };
  const formats = Object.fromEntries(
    ["Price", ...products.map(({ title }) => title)].map((name) => [name, money]),
  );
  return savedObject(
    "index-pattern",
    INDEX_PATTERN_ID,
    {
      title: `${indexName}*`,
      timeFieldName: TIME_FIELD,
      fields: JSON.stringify([...META_FIELDS, ...mappedFields(), ...products.map(scriptedField)]),
      fieldFormatMap: JSON.stringify(formats),
    },
    [],
  );
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
function mappedFields(): JsonObject[] {
  const { properties } = indexMapping(retailTransaction.columns);
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

/** Measures that sum a product: Dashboards sums fields only, so the product is a field that a script computes. */
function productsOf(panels: readonly Panel[]): Measure[] {
  const measures = panels.flatMap((panel) => (panel.chart === "table" ? [] : panel.measures));
  const products = measures.filter(({ factors }) => factors.length > 1);
  return [...new Map(products.map((measure) => [measure.title, measure])).values()];
}

function scriptedField({ title, factors }: Measure): JsonObject {
  return {
    name: title,
    type: "number",
    count: 0,
    scripted: true,
    script: productScript(factors),
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

function visualization(panel: FiguresPanel): SavedObject {
  const { id, title, only } = panel;
  const filters = only === undefined ? [] : [classFilter(only)];
  const visState = {
    title,
    ...visualizationParams(panel),
    aggs: [
      ...panel.measures.map((measure, at) => metric(measure, String(at + 1))),
      bucket(panel.dimension, String(panel.measures.length + 1)),
    ],
  };
  return savedObject(
    "visualization",
    `${PREFIX}-${id}`,
    {
      title,
      description: "",
      version: 1,
      uiStateJSON: "{}",
      visState: JSON.stringify(visState),
      kibanaSavedObjectMeta: searchSource({ filter: filters.map(({ filter }) => filter) }),
    },
    [PATTERN_REFERENCE, ...filters.map(({ reference }) => reference)],
  );
}

/** A filter for the lines of the class `fulfilled`. A visualization has at most one such filter. */
function classFilter({ condition, fulfilled }: Classification): {
  readonly filter: JsonObject;
  readonly reference: Reference;
} {
  const name = "kibanaSavedObjectMeta.searchSourceJSON.filter[0].meta.index";
  const query = searchQuery(condition);
  const meta = {
    alias: fulfilled,
    disabled: false,
    negate: false,
    type: "custom",
    key: "query",
    value: JSON.stringify(query),
    indexRefName: name,
  };
  return {
    filter: { meta, query, $state: { store: "appState" } },
    reference: { name, type: "index-pattern", id: INDEX_PATTERN_ID },
  };
}

function metric({ title, factors }: Measure, id: string): JsonObject {
  const [only, ...others] = factors;
  const common = { id, enabled: true, schema: "metric" };
  if (only === undefined) return { ...common, type: "count", params: { customLabel: title } };
  const field = others.length === 0 ? only : title;
  return { ...common, type: "sum", params: { field, customLabel: title } };
}

function bucket(dimension: Dimension, id: string): JsonObject {
  const common = { id, enabled: true, schema: "segment" };
  switch (dimension.kind) {
    case "time":
      return {
        ...common,
        type: "date_histogram",
        params: {
          field: dimension.field,
          useNormalizedOpenSearchInterval: true,
          scaleMetricValues: false,
          interval: { day: "d", month: "M" }[dimension.interval],
          drop_partials: false,
          min_doc_count: 1,
          extended_bounds: {},
          customLabel: dimension.field,
        },
      };
    case "values":
      return {
        ...common,
        type: "terms",
        params: {
          field: exactPath(dimension.field),
          orderBy: "1",
          order: "desc",
          size: dimension.limit,
          otherBucket: false,
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
            { input: { query: searchQuery(condition), language: "lucene" }, label: fulfilled },
            { input: { query: otherwiseQuery(condition), language: "lucene" }, label: otherwise },
          ],
        },
      };
    }
  }
}

function savedSearch({ id, title, fields, newestBy }: LinesPanel): SavedObject {
  return savedObject(
    "search",
    `${PREFIX}-${id}`,
    {
      title,
      description: "",
      version: 1,
      hits: 0,
      // Dashboards shows the time field before the columns by itself.
      columns: fields.filter((field) => field !== TIME_FIELD),
      sort: [
        [newestBy, "desc"],
        [exactPath("record_id"), "desc"],
      ],
      kibanaSavedObjectMeta: searchSource({ filter: [], highlightAll: true, version: true }),
    },
    [PATTERN_REFERENCE],
  );
}

function dashboard(panels: readonly Panel[], shown: readonly SavedObject[]): SavedObject {
  const name = (at: number): string => `panel_${at}`;
  const { width, height, inARow } = PANEL;
  const places = panels.map(({ id, chart }, at): Json => {
    const isLast = at === panels.length - 1;
    const w = isLast && chart === "table" ? width * inARow : width;
    const gridData = { x: (at % inARow) * width, y: Math.floor(at / inARow) * height, w, h: height, i: id };
    return {
      version: FORMS.dashboard,
      gridData,
      panelIndex: id,
      embeddableConfig: {},
      panelRefName: name(at),
    };
  });
  return savedObject(
    "dashboard",
    DASHBOARD_ID,
    {
      title: "Retail transactions",
      description: "",
      version: 1,
      hits: 0,
      panelsJSON: JSON.stringify(places),
      optionsJSON: JSON.stringify({ hidePanelTitles: false, useMargins: true }),
      // Otherwise the dashboard would open with the last fifteen minutes.
      timeRestore: true,
      timeFrom: "now-90d",
      timeTo: "now",
      refreshInterval: { pause: false, value: 10_000 },
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({ query: { query: "", language: "kuery" }, filter: [] }),
      },
    },
    shown.map(({ type, id }, at) => ({ name: name(at), type, id })),
  );
}
