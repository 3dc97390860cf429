import type { Column } from "../contract/column";
import { formatTimestamp } from "../contract/timestamp";
import type { JsonObject } from "../lib/json";
import { columnOf, exactPath, type PanelContract } from "./fields";
import { cell, dimensionColumn, measureColumn, PanelAnswerError, panelColumns, type Row } from "./rows";
import type { LineCondition } from "./scope";
import { type ColumnValue, smokeValues } from "./smoke";
import type { Classification, Condition, Dimension, FiguresPanel, LinesPanel, Measure, Panel } from "./spec";

/**
 * Values that each shard returns, so that the largest are found. Monthly indices make many shards, each with only its
 * part of a sum: with the engine's default (25 for ten) a product that sells everywhere a little would be lost. The
 * largest shops of this data have some 5,000 products.
 */
export const SHARD_SIZE = 10_000;

/** The name of the dimension's aggregation in the query and in the answer. */
const GROUPS = "groups";

/** The name of a measure's sum: the id alone might be a member of each bucket, such as `key`. */
function sumName({ id }: Measure): string {
  return `sum-${id}`;
}

/** A panel as the body of a `_search` over the indices. @param conditions which lines count. @default all */
export function panelSearch(
  contract: PanelContract,
  panel: Panel,
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
export function rowsFromSearch(contract: PanelContract, panel: Panel, answer: unknown): Row[] {
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

function figuresSearch(
  contract: PanelContract,
  { measures, dimension, only }: FiguresPanel,
  conditions: readonly LineCondition[],
): JsonObject {
  const sums = measures
    .filter(({ factors }) => factors.length > 0)
    .map((one) => [sumName(one), sum(contract, one)] as const);
  const smoke = smokeQuery(contract);
  const wanted = [...(only ? [only.condition] : []), ...conditions];
  const counted = {
    ...(wanted.length > 0 && { filter: wanted.map((one) => searchQuery(contract, one)) }),
    ...(smoke && { must_not: [smoke] }),
  };
  return {
    size: 0,
    track_total_hits: false,
    ...((wanted.length > 0 || smoke) && { query: { bool: counted } }),
    aggs: { [GROUPS]: { ...groups(contract, dimension, measures[0]), aggs: Object.fromEntries(sums) } },
  };
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
          order: [{ [first.factors.length === 0 ? "_count" : sumName(first)]: "desc" }, { _key: "asc" }],
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

function sum(contract: PanelContract, { factors }: Measure): JsonObject {
  const [only, ...others] = factors;
  if (only !== undefined && others.length === 0) return { sum: { field: only } };
  return { sum: { script: { lang: "painless", source: productScript(contract, factors) } } };
}

type Fail = (what: string) => never;

function figuresOf(panel: FiguresPanel, answer: unknown, fail: Fail): Row[] {
  const dimension = dimensionColumn(panel.dimension);
  const value = (bucket: unknown, measure: Measure): unknown =>
    measure.factors.length === 0
      ? member(bucket, "doc_count")
      : member(member(bucket, sumName(measure)), "value");
  return bucketsOf(panel.dimension, member(member(answer, "aggregations"), GROUPS), fail)
    .filter(({ bucket }) => member(bucket, "doc_count") !== 0)
    .map(({ key, bucket }) =>
      Object.fromEntries([
        [dimension.id, cell(panel, dimension, key)],
        ...panel.measures.map((one) => [one.id, cell(panel, measureColumn(one), value(bucket, one))]),
      ]),
    );
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
