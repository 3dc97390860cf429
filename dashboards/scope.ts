import type { Column } from "../contract/column";
import { HOUR_MS } from "../contract/hours";
import { DAY_MS, parseSeconds } from "../contract/timestamp";
import { type PanelContract, panelFields } from "./fields";
import {
  type Condition,
  type Control,
  type DataPanel,
  type FiguresPanel,
  type HeadlinePanel,
  type Interval,
  isDataPanel,
  type Panel,
  type SharesPanel,
} from "./spec";

/** The lines that panels are asked for: a time range, values of columns, bars of panels. Without any, all lines. */
export interface Scope {
  /** Over the contract's event time. */
  readonly range?: TimeRange;
  /** A line fulfils each of them. */
  readonly filters?: readonly Filter[];
  /** A line belongs to each of these bars. */
  readonly bars?: readonly Bar[];
}

/** Whole seconds, in milliseconds since 1970. */
export interface TimeRange {
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
}

/** A line has one of the values in the column. */
export interface Filter {
  readonly field: string;
  readonly values: readonly ExactValue[];
}

/** A value as the layers store it; undefined is no value, which for a text is the same as an empty one. */
export type ExactValue = string | number | bigint | boolean | undefined;

/** A panel whose rows are groups of lines. */
export type GroupsPanel = FiguresPanel | SharesPanel;

/** One group of a panel's lines. */
export interface Bar {
  readonly panel: GroupsPanel;
  /** The cell of the panel's dimension. */
  readonly value: string;
}

/** A condition on a line, for either engine. */
export type LineCondition =
  | Condition
  | ({ readonly kind: "range"; readonly field: string } & TimeRange)
  | ({ readonly kind: "equals" } & Filter)
  /** A text begins with a prefix, in upper or lower case. */
  | { readonly kind: "begins-like"; readonly field: string; readonly prefix: string }
  /** Also fulfilled by a line without a value. */
  | { readonly kind: "not"; readonly condition: Condition };

/** A scope that cannot be asked for; the message says what is wanted. */
export class ScopeError extends Error {
  override readonly name = "ScopeError";
}

/** Most values of all filters together: each is a term of the query. */
const MOST_VALUES = 100;
/** Longest value of a filter, in UTF-16 units. */
const LONGEST_VALUE = 1_000;
/** Longest ranges that are shown by hour and by day, in days; longer ones are shown by month. */
const MOST_DAYS_BY_HOUR = 2;
const MOST_DAYS_BY_DAY = 100;

const BOUND = "a time such as 2026-11-24 00:00:00 is wanted";

/** The interval by which a range is shown. */
export function intervalOf({ fromMs, toMs }: TimeRange): Interval {
  const days = (toMs - fromMs) / DAY_MS;
  if (days <= MOST_DAYS_BY_HOUR) return "hour";
  return days <= MOST_DAYS_BY_DAY ? "day" : "month";
}

/** The panel as it is shown for a range: days over time are widened or narrowed to the range's interval. */
export function panelInRange<P extends DataPanel>(panel: P, range: TimeRange | undefined): P {
  if (range === undefined || !("dimension" in panel) || panel.dimension.kind !== "time") return panel;
  if (panel.dimension.interval !== "day") return panel;
  return { ...panel, dimension: { ...panel.dimension, interval: intervalOf(range) } };
}

/** The conditions of a panel's own lines. A line without a value is of no class. */
export function selectionConditions({
  only,
  except,
}: Pick<HeadlinePanel, "only" | "except">): LineCondition[] {
  return [
    ...(only ? [only.condition] : []),
    ...(except ? [{ kind: "not", condition: except.condition } as const] : []),
  ];
}

/** The conditions of a scope. @throws ScopeError for a bar that the panel cannot have */
export function scopeConditions({ eventTime }: PanelContract, scope: Scope): LineCondition[] {
  const { range, filters = [], bars = [] } = scope;
  return [
    ...(range === undefined ? [] : [{ kind: "range", field: eventTime, ...range } as const]),
    ...filters.map((filter) => ({ kind: "equals", ...filter }) as const),
    ...bars.flatMap(barConditions),
  ];
}

/** The conditions of the lines behind a bar. @throws ScopeError for a bar that the panel cannot have */
export function barConditions({ panel, value }: Bar): LineCondition[] {
  return [...selectionConditions(panel), dimensionCondition(panel, value)];
}

function dimensionCondition({ id, dimension }: GroupsPanel, value: string): LineCondition {
  switch (dimension.kind) {
    case "time": {
      const { field, interval } = dimension;
      const range = intervalAt(value, interval);
      if (range === undefined) throw new ScopeError(`${id}: "${value}" is no start of a ${interval}`);
      return { kind: "range", field, ...range };
    }
    case "values":
      return { kind: "equals", field: dimension.field, values: [value === "" ? undefined : value] };
    case "classes": {
      const { condition, fulfilled, otherwise } = dimension.classification;
      if (value === fulfilled) return condition;
      if (value === otherwise) return { kind: "not", condition };
      throw new ScopeError(`${id}: "${value}" is no class; ${fulfilled} and ${otherwise} are`);
    }
  }
}

/** The interval that begins at a cell of a time dimension; undefined where none does. */
export function intervalAt(cell: string, interval: Interval): TimeRange | undefined {
  const fromMs = parseSeconds(cell.length === "YYYY-MM-DD".length ? `${cell} 00:00:00` : cell);
  if (fromMs === undefined || fromMs !== intervalStart(fromMs, interval)) return undefined;
  return { fromMs, toMs: intervalEnd(fromMs, interval) };
}

/** Start of the interval of UTC that a time lies in. */
export function intervalStart(ms: number, interval: Interval): number {
  if (interval === "month") {
    const date = new Date(ms);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  }
  const width = interval === "day" ? DAY_MS : HOUR_MS;
  return Math.floor(ms / width) * width;
}

/** End of the interval of UTC that a time lies in, which is the start of the next one. */
export function intervalEnd(ms: number, interval: Interval): number {
  const start = intervalStart(ms, interval);
  if (interval !== "month") return start + (interval === "day" ? DAY_MS : HOUR_MS);
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/**
 * The columns that can be filtered by: texts that the index has as whole values, whole numbers and booleans. Those of the
 * controls come first, then those that panels are grouped by.
 */
export function filterFields(contract: PanelContract, panels: readonly Panel[]): Control[] {
  const controls = panels.flatMap((panel) => (panel.chart === "controls" ? panel.fields : []));
  const grouped = panels.flatMap((panel) =>
    isDataPanel(panel) && "dimension" in panel && panel.dimension.kind === "values"
      ? [panel.dimension.field]
      : [],
  );
  const fields = [...grouped, ...contract.columns.filter(isFilterable).map(({ field }) => field)];
  const others = fields.filter((field) => !controls.some((one) => one.field === field));
  return [...controls, ...[...new Set(others)].map((field) => ({ field, title: field }))];
}

function isFilterable(column: Column): boolean {
  if (column.kind === "text") return column.search !== "none";
  return column.kind === "boolean" || column.kind === "integer" || column.kind === "bigint";
}

/** A scope as JSON; each member may be left out. */
export interface ScopeRequest {
  /** `YYYY-MM-DD HH:MM:SS`, UTC; with `to`. */
  readonly from?: string;
  /** Excluded. */
  readonly to?: string;
  /** Values by column; the empty text is no value. */
  readonly filters?: Readonly<Record<string, readonly string[]>>;
  /** Bars by the id of their panel. */
  readonly bars?: Readonly<Record<string, string>>;
}

/**
 * Reads a scope that arrives as JSON. @param panels those whose bars may be named
 * @throws ScopeError naming the member that is wrong, and what is wanted
 */
export function readScope(
  contract: PanelContract,
  panels: readonly DataPanel[],
  request: Readonly<Record<keyof ScopeRequest, unknown>>,
): Scope {
  const range = readRange(request.from, request.to);
  const filters = Object.entries(readObject("filters", request.filters)).map(([field, values]) =>
    readFilter(contract, field, values),
  );
  const count = filters.reduce((sum, { values }) => sum + values.length, 0);
  if (count > MOST_VALUES) {
    throw new ScopeError(`the filters have ${count} values; at most ${MOST_VALUES} are possible`);
  }
  const bars = Object.entries(readObject("bars", request.bars)).map(([id, value]) =>
    readBar(panels, range, id, value),
  );
  return { ...(range && { range }), filters, bars };
}

/** Reads a bar of a panel as it is shown for a range. @throws ScopeError for a panel without bars, or one it cannot have */
export function readBar(
  panels: readonly DataPanel[],
  range: TimeRange | undefined,
  id: unknown,
  value: unknown,
): Bar {
  const found = panels.find((one) => one.id === id);
  if (found === undefined) throw new ScopeError(`there is no panel ${shown(id)}`);
  const panel = panelInRange(found, range);
  if (!("dimension" in panel)) throw new ScopeError(`the panel ${panel.id} has no bars`);
  if (typeof value !== "string")
    throw new ScopeError(`${panel.id}: the bar is ${shown(value)}; a text is wanted`);
  dimensionCondition(panel, value);
  return { panel, value };
}

function readRange(from: unknown, to: unknown): TimeRange | undefined {
  if (from === undefined && to === undefined) return undefined;
  const range = { fromMs: readBound("from", from), toMs: readBound("to", to) };
  if (range.fromMs < range.toMs) return range;
  throw new ScopeError(`from is ${shown(from)}, and to is ${shown(to)}: to must be later`);
}

function readBound(name: string, given: unknown): number {
  const ms = typeof given === "string" ? parseSeconds(given) : undefined;
  if (ms === undefined) throw new ScopeError(`${name} is ${shown(given)}; ${BOUND}`);
  return ms;
}

function readObject(name: string, given: unknown): object {
  if (given === undefined) return {};
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given;
  throw new ScopeError(`${name} is ${shown(given)}; an object is wanted`);
}

function readFilter(contract: PanelContract, field: string, given: unknown): Filter {
  const column = filterColumn(contract, field);
  if (!Array.isArray(given) || given.length === 0) {
    throw new ScopeError(`filters.${field} is ${shown(given)}; a list of values is wanted`);
  }
  return { field, values: given.map((value: unknown) => readValue(column, value)) };
}

/** The column of a filter. @throws ScopeError when there is none, or it has no exact values */
export function filterColumn(contract: PanelContract, field: unknown): Column {
  const column = panelFields(contract).find((one) => one.field === field);
  if (column !== undefined && isFilterable(column)) return column;
  const possible = contract.columns.filter(isFilterable).map((one) => one.field);
  throw new ScopeError(`${shown(field)} is no column to filter by; ${possible.join(", ")} are`);
}

function readValue({ field, kind }: Column, given: unknown): ExactValue {
  const wrong = (wanted: string): never => {
    throw new ScopeError(`filters.${field} has ${shown(given)}; ${wanted} is wanted`);
  };
  if (typeof given !== "string") return wrong("a text");
  if (given.length > LONGEST_VALUE) return wrong(`a text of at most ${LONGEST_VALUE} characters`);
  if (given === "") return undefined;
  switch (kind) {
    case "boolean":
      return given === "true" || (given === "false" ? false : wrong("true or false"));
    case "integer":
      return isWholeOf(32, given) ? Number(given) : wrong("a whole number of 32 bits");
    case "bigint":
      return isWholeOf(64, given) ? BigInt(given) : wrong("a whole number of 64 bits");
    default:
      return given;
  }
}

function isWholeOf(bits: number, digits: string): boolean {
  return /^-?\d{1,20}$/.test(digits) && BigInt.asIntN(bits, BigInt(digits)) === BigInt(digits);
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : (JSON.stringify(value)?.slice(0, 100) ?? typeof value);
}
