import type { Column } from "../contract/column";
import { formatTimestamp } from "../contract/timestamp";
import type { JsonObject } from "../lib/json";
import { columnOf, exactPath, type PanelContract } from "./fields";
import {
  cell,
  dimensionColumn,
  measureColumn,
  PanelAnswerError,
  panelColumns,
  type Row,
  SHARE_COLUMN,
  share,
} from "./rows";
import { type LineCondition, selectionConditions } from "./scope";
import { type ColumnValue, smokeValues } from "./smoke";
import {
  type Classification,
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

/**
 * Values that each shard returns, so that the largest are found. Monthly indices make many shards, each with only its
 * part of a sum: with the engine's default (25 for ten) a product that sells everywhere a little would be lost. The
 * largest shops of this data have some 5,000 products.
 */
export const SHARD_SIZE = 10_000;

/**
 * Number of different values up to which a cardinality aggregation is nearly exact: the engine's most. Above it, its error is
 * some percent: https://docs.opensearch.org/latest/aggregations/metric/cardinality/
 */
export const PRECISION_THRESHOLD = 40_000;

/** The name of the dimension's aggregation in the query and in the answer; a headline's is all lines. */
const GROUPS = "groups";
/** The name of the aggregation of all lines, of which shares are percentages. */
const WHOLE = "whole";

/** The name of a measure's metric: the id alone might be a member of each bucket, such as `key`. */
function metricName({ id }: Measure): string {
  return `sum-${id}`;
}

/** A panel as the body of a `_search` over the indices. @param conditions which lines count. @default all */
export function panelSearch(
  contract: PanelContract,
  panel: DataPanel,
  conditions: readonly LineCondition[] = [],
): JsonObject {
  return panel.chart === "table"
    ? linesSearch(contract, panel, conditions)
    : figuresSearch(contract, panel, conditions);
}

/**
 * The rows of a panel from the answer to its search.
 * @throws PanelAnswerError when the answer is partial (a shard failed, time ran out) or of another shape
 */
export function rowsFromSearch(contract: PanelContract, panel: DataPanel, answer: unknown): Row[] {
  const fail = (what: string): never => {
    throw new PanelAnswerError(`${panel.id}: ${what} in ${JSON.stringify(answer)?.slice(0, 500)}`);
  };
  if (member(answer, "timed_out") !== false || member(member(answer, "_shards"), "failed") !== 0) {
    fail("no whole answer");
  }
  return panel.chart === "table" ? linesOf(contract, panel, answer, fail) : figuresOf(panel, answer, fail);
}

/** A condition as a query. */
export function searchQuery(contract: PanelContract, condition: LineCondition): JsonObject {
  if (condition.kind === "not") return otherwiseQuery(contract, condition.condition);
  const path = exactPath(contract, condition.field);
  switch (condition.kind) {
    case "begins":
      return { prefix: { [path]: { value: condition.prefix } } };
    case "begins-like":
      return { prefix: { [path]: { value: condition.prefix, case_insensitive: true } } };
    case "one-of":
      return { terms: { [path]: condition.values } };
    case "blank":
      return blankQuery(path);
    case "range": {
      const column = columnOf(contract, condition.field);
      return {
        range: { [path]: { gte: dateOf(column, condition.fromMs), lt: dateOf(column, condition.toMs) } },
      };
    }
    case "equals": {
      const column = columnOf(contract, condition.field);
      const should = condition.values.map((value) => equalsQuery(contract, { column, value }));
      return { bool: { should, minimum_should_match: 1 } };
    }
  }
}

/** A time in the format of its field. */
function dateOf(column: Column, ms: number): string {
  const isInSeconds = column.kind === "timestamp" && column.format === "seconds";
  return formatTimestamp(ms).slice(0, isInSeconds ? -".fff".length : undefined);
}

function equalsQuery(contract: PanelContract, { column, value }: ColumnValue): JsonObject {
  const path = exactPath(contract, column.field);
  if (value !== undefined)
    return { term: { [path]: { value: typeof value === "bigint" ? String(value) : value } } };
  return column.kind === "text" ? blankQuery(path) : { bool: { must_not: [{ exists: { field: path } }] } };
}

function blankQuery(path: string): JsonObject {
  return {
    bool: {
      should: [{ bool: { must_not: [{ exists: { field: path } }] } }, { term: { [path]: { value: "" } } }],
      minimum_should_match: 1,
    },
  };
}

/** A query for the lines of the smoke test; undefined where a contract has none. */
export function smokeQuery(contract: PanelContract): JsonObject | undefined {
  const values = smokeValues(contract);
  if (values.length === 0) return undefined;
  return { bool: { filter: values.map((value) => equalsQuery(contract, value)) } };
}

/** A query for the lines that do not fulfil a condition. */
export function otherwiseQuery(contract: PanelContract, condition: Condition): JsonObject {
  return { bool: { must_not: [searchQuery(contract, condition)] } };
}

/** The product of fields as a script. A line without a value of an optional one adds nothing, as in SQL. */
export function productScript(contract: PanelContract, factors: readonly string[]): string {
  return factors
    .map((field) => {
      const value = `doc['${field}'].value`;
      return columnOf(contract, field).required ? value : `(doc['${field}'].size() == 0 ? 0 : ${value})`;
    })
    .join(" * ");
}

/** The different values of a text as a script: a line without one, or with the empty text, has none. */
export function distinctScript(contract: PanelContract, field: string): string {
  const doc = `doc['${exactPath(contract, field)}']`;
  return `${doc}.size() == 0 || ${doc}.value == '' ? null : ${doc}.value`;
}

function figuresSearch(
  contract: PanelContract,
  panel: FiguresPanel | SharesPanel | HeadlinePanel,
  conditions: readonly LineCondition[],
): JsonObject {
  const { measures } = panel;
  const counted = selected(contract, [...selectionConditions(panel), ...conditions]);
  const group =
    panel.chart === "headline"
      ? { filter: { match_all: {} } }
      : groups(contract, panel.dimension, measures[0]);
  const ofWhole = { filter: { match_all: {} }, aggs: metrics(contract, [measures[0]]) };
  return {
    size: 0,
    track_total_hits: false,
    ...(counted && { query: counted }),
    aggs: {
      [GROUPS]: { ...group, aggs: metrics(contract, measures) },
      ...(panel.chart === "shares" && { [WHOLE]: ofWhole }),
    },
  };
}

/** A query for the lines that count; undefined where all do. */
function selected(contract: PanelContract, conditions: readonly LineCondition[]): JsonObject | undefined {
  const smoke = smokeQuery(contract);
  if (conditions.length === 0 && !smoke) return undefined;
  return {
    bool: {
      ...(conditions.length > 0 && { filter: conditions.map((one) => searchQuery(contract, one)) }),
      ...(smoke && { must_not: [smoke] }),
    },
  };
}

/** The metrics of the measures; the count of lines is in every bucket. */
function metrics(contract: PanelContract, measures: readonly Measure[]): JsonObject {
  return Object.fromEntries(
    measures
      .filter((one) => isDistinct(one) || one.factors.length > 0)
      .map((one) => [metricName(one), metric(contract, one)]),
  );
}

/** The smoke test is excluded by `post_filter`, which leaves the query to whoever asks several panels by one search. */
function linesSearch(
  contract: PanelContract,
  { fields, newestBy, limit }: LinesPanel,
  conditions: readonly LineCondition[],
): JsonObject {
  const smoke = smokeQuery(contract);
  return {
    size: limit,
    track_total_hits: false,
    _source: fields,
    ...(conditions.length > 0 && {
      query: { bool: { filter: conditions.map((one) => searchQuery(contract, one)) } },
    }),
    ...(smoke && { post_filter: { bool: { must_not: [smoke] } } }),
    sort: [{ [newestBy]: "desc" }, { [exactPath(contract, "record_id")]: "desc" }],
  };
}

function groups(contract: PanelContract, dimension: Dimension, first: Measure): JsonObject {
  switch (dimension.kind) {
    case "time": {
      const { field, interval } = dimension;
      const format = interval === "hour" ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd";
      return { date_histogram: { field, calendar_interval: interval, format, min_doc_count: 1 } };
    }
    case "values":
      return {
        terms: {
          field: exactPath(contract, dimension.field),
          size: dimension.limit,
          shard_size: SHARD_SIZE,
          missing: "",
          order: [{ [isCount(first) ? "_count" : metricName(first)]: "desc" }, { _key: "asc" }],
        },
      };
    case "classes":
      return { filters: { filters: classQueries(contract, dimension.classification) } };
  }
}

function classQueries(
  contract: PanelContract,
  { condition, fulfilled, otherwise }: Classification,
): JsonObject {
  return {
    [fulfilled]: searchQuery(contract, condition),
    [otherwise]: otherwiseQuery(contract, condition),
  };
}

function isCount(measure: Measure): boolean {
  return !isDistinct(measure) && measure.factors.length === 0;
}

function metric(contract: PanelContract, measure: Measure): JsonObject {
  if (isDistinct(measure)) {
    const script = { lang: "painless", source: distinctScript(contract, measure.distinct) };
    return { cardinality: { script, precision_threshold: PRECISION_THRESHOLD } };
  }
  const { factors } = measure;
  const [only, ...others] = factors;
  if (only !== undefined && others.length === 0) return { sum: { field: only } };
  return { sum: { script: { lang: "painless", source: productScript(contract, factors) } } };
}

type Fail = (what: string) => never;

function figuresOf(panel: FiguresPanel | SharesPanel | HeadlinePanel, answer: unknown, fail: Fail): Row[] {
  const aggregations = member(answer, "aggregations");
  const measured = (bucket: unknown, of: readonly Measure[]): (readonly [string, string | number])[] =>
    of.map((one) => [one.id, cell(panel, measureColumn(one), figureOf(bucket, one))]);
  const group = member(aggregations, GROUPS);
  if (panel.chart === "headline") {
    return [Object.fromEntries(measured(group ?? fail("no figures"), panel.measures))];
  }
  const dimension = dimensionColumn(panel.dimension);
  const [first, ...others] = panel.measures;
  const whole =
    panel.chart === "shares" && Number(figureOf(member(aggregations, WHOLE) ?? fail("no whole"), first));
  return bucketsOf(panel.dimension, group, fail)
    .filter(({ bucket }) => member(bucket, "doc_count") !== 0)
    .map(({ key, bucket }) =>
      Object.fromEntries([
        [dimension.id, cell(panel, dimension, key)],
        ...measured(bucket, [first]),
        ...(whole === false ? [] : [[SHARE_COLUMN, share(figureOf(bucket, first), whole)] as const]),
        ...measured(bucket, others),
      ]),
    );
}

function figureOf(bucket: unknown, measure: Measure): unknown {
  return isCount(measure)
    ? member(bucket, "doc_count")
    : member(member(bucket, metricName(measure)), "value");
}

interface KeyedBucket {
  readonly key: unknown;
  readonly bucket: unknown;
}

function bucketsOf(dimension: Dimension, aggregation: unknown, fail: Fail): readonly KeyedBucket[] {
  const buckets = member(aggregation, "buckets");
  if (dimension.kind === "classes") {
    const { fulfilled, otherwise } = dimension.classification;
    return [fulfilled, otherwise].map((key) => ({
      key,
      bucket: member(buckets, key) ?? fail(`no bucket ${key}`),
    }));
  }
  if (!Array.isArray(buckets)) return fail("no buckets");
  const key = dimension.kind === "time" ? "key_as_string" : "key";
  return buckets.map((bucket: unknown) => ({ key: member(bucket, key), bucket }));
}

function linesOf(contract: PanelContract, panel: LinesPanel, answer: unknown, fail: Fail): Row[] {
  const hits = member(member(answer, "hits"), "hits");
  if (!Array.isArray(hits)) return fail("no hits");
  const columns = panelColumns(contract, panel);
  return hits.map((hit: unknown) => {
    const line = member(hit, "_source");
    return Object.fromEntries(
      columns.map((column) => [column.id, cell(panel, column, member(line, column.id))]),
    );
  });
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
}
