import { indexMapping } from "../contract/index-mapping";
import type { Json, JsonObject } from "../lib/json";
import { exactPath, type PanelContract } from "./fields";
import { otherwiseQuery, productScript, SHARD_SIZE, searchQuery, smokeQuery } from "./search";
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

/** First part of the ids, so that nobody else's objects are overwritten. Permanent, like the ids. */
const PREFIX = "retail-bi";
export const INDEX_PATTERN_ID = `${PREFIX}-transactions`;
export const DASHBOARD_ID = `${PREFIX}-dashboard`;

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
  const shown = panels.map((panel) =>
    panel.chart === "table" ? savedSearch(contract, panel) : visualization(contract, panel),
  );
  return [indexPattern(contract, indexName, panels), ...shown, dashboard(title, panels, shown)];
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
  const products = productsOf(panels);
  return savedObject(
    "index-pattern",
    INDEX_PATTERN_ID,
    {
      title: `${indexName}*`,
      timeFieldName: contract.eventTime,
      fields: JSON.stringify([
        ...META_FIELDS,
        ...mappedFields(contract),
        ...products.map((product) => scriptedField(contract, product)),
      ]),
      fieldFormatMap: JSON.stringify(fieldFormats(panels, products)),
    },
    [],
  );
}

/** How Dashboards writes the numbers of fields with digits behind the point; those of a unit always have all of them. */
function fieldFormats(panels: readonly Panel[], products: readonly Measure[]): JsonObject {
  const sums = measuresOf(panels).flatMap(({ factors: [only, ...others], ...measure }) =>
    only === undefined || others.length > 0 ? [] : [{ ...measure, name: only }],
  );
  return Object.fromEntries(
    [...sums, ...products.map((product) => ({ ...product, name: product.title }))]
      .filter(({ digits = 0 }) => digits > 0)
      .map(({ name, digits = 0, unit }) => {
        const decimals = "0".repeat(digits);
        return [name, { id: "number", params: { pattern: `0,0.${unit ? decimals : `[${decimals}]`}` } }];
      }),
  );
}

function measuresOf(panels: readonly Panel[]): Measure[] {
  return panels.flatMap((panel) => (panel.chart === "table" ? [] : panel.measures));
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

/** Measures that sum a product: Dashboards sums fields only, so the product is a field that a script computes. */
function productsOf(panels: readonly Panel[]): Measure[] {
  const products = measuresOf(panels).filter(({ factors }) => factors.length > 1);
  return [...new Map(products.map((measure) => [measure.title, measure])).values()];
}

function scriptedField(contract: PanelContract, { title, factors }: Measure): JsonObject {
  return {
    name: title,
    type: "number",
    count: 0,
    scripted: true,
    script: productScript(contract, factors),
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

function visualization(contract: PanelContract, panel: FiguresPanel): SavedObject {
  const { id, title, only } = panel;
  const filters = filtersOf(contract, only);
  const visState = {
    title,
    ...visualizationParams(panel),
    aggs: [
      ...panel.measures.map((measure, at) => metric(measure, String(at + 1))),
      bucket(contract, panel.dimension, String(panel.measures.length + 1)),
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

interface Filter {
  readonly filter: JsonObject;
  readonly reference: Reference;
}

/** Filters for the lines of the class `fulfilled`, and against those of the smoke test. */
function filtersOf(contract: PanelContract, only?: Classification): Filter[] {
  const smoke = smokeQuery(contract);
  const wanted = [
    ...(only ? [{ alias: only.fulfilled, negate: false, query: searchQuery(contract, only.condition) }] : []),
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

function metric({ title, factors }: Measure, id: string): JsonObject {
  const [only, ...others] = factors;
  const common = { id, enabled: true, schema: "metric" };
  if (only === undefined) return { ...common, type: "count", params: { customLabel: title } };
  const field = others.length === 0 ? only : title;
  return { ...common, type: "sum", params: { field, customLabel: title } };
}

function bucket(contract: PanelContract, dimension: Dimension, id: string): JsonObject {
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
          interval: { hour: "h", day: "d", month: "M" }[dimension.interval],
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
          field: exactPath(contract, dimension.field),
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
            { input: { query: searchQuery(contract, condition), language: "lucene" }, label: fulfilled },
            { input: { query: otherwiseQuery(contract, condition), language: "lucene" }, label: otherwise },
          ],
        },
      };
    }
  }
}

function savedSearch(contract: PanelContract, { id, title, fields, newestBy }: LinesPanel): SavedObject {
  const filters = filtersOf(contract);
  return savedObject(
    "search",
    `${PREFIX}-${id}`,
    {
      title,
      description: "",
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
  const { width, height, inARow } = PANEL;
  const places = panels.map(({ id, chart }, at): Json => {
    const isWide = at === panels.length - 1 && chart === "table";
    const row = isWide ? Math.ceil(at / inARow) : Math.floor(at / inARow);
    const x = isWide ? 0 : (at % inARow) * width;
    const gridData = { x, y: row * height, w: isWide ? width * inARow : width, h: height, i: id };
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
      title,
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
