import type { ColumnTypes, TypedContract } from "../contract/define";
import type { Color } from "./colors";
import type { FieldNames, FieldNamesOf } from "./fields";
import type { Currency } from "./money";

/**
 * The panels' definition. From a panel derive its query of the index (`search.ts`), its query of the tables
 * (`athena.ts`), its saved object in OpenSearch Dashboards and its visual in QuickSight; all compute the same rows.
 */

/** Unit of a number. Money is written with its symbol, behind the sign: `-£12.50`. */
export type Unit = TextUnit | Money;

/** A unit as people write it. */
export interface TextUnit {
  /** Such as `kWh`. */
  readonly text: string;
  /** @default "after" */
  readonly position?: "before" | "after";
}

/** An amount of money. All panels of a list have one currency, because OpenSearch Dashboards writes one symbol. */
export interface Money {
  /** Its code of ISO 4217. */
  readonly currency: Currency;
}

interface MeasureBase {
  /** Names the column of the rows: lower-case letters, digits and dashes. */
  readonly id: string;
  /** What people read. */
  readonly title: string;
  /** @default a plain number */
  readonly unit?: Unit;
  /** Digits behind the point to which the number is rounded, 0 to 18; whole numbers have none. @default 0 */
  readonly digits?: number;
  /** Of its bars or its line. @default "blue" */
  readonly color?: Color;
}

/** A sum over lines. */
export interface Sum<N extends FieldNames = FieldNames> extends MeasureBase {
  /** Factors of the summed product; without any, each line counts as one. A line without a value adds nothing. */
  readonly factors: readonly N["number"][];
}

/**
 * How many different values lines have; no value and the empty text are none. The index counts more than 40,000 of them with an
 * error of some percent (`precision_threshold` of a cardinality aggregation), the tables exactly.
 */
export interface DistinctCount<N extends FieldNames = FieldNames> extends MeasureBase {
  /** The field whose values are counted. */
  readonly distinct: N["text"];
}

/** A number that is computed over lines. */
export type Measure<N extends FieldNames = FieldNames> = Sum<N> | DistinctCount<N>;

/** A condition on a line. */
export type Condition<N extends FieldNames = FieldNames> =
  | { readonly kind: "begins"; readonly field: N["text"]; readonly prefix: string }
  /** One of these values, 1 to 100. */
  | { readonly kind: "one-of"; readonly field: N["text"]; readonly values: readonly [string, ...string[]] }
  /** Null, absent and empty are the same. */
  | { readonly kind: "blank"; readonly field: N["text"] };

/** Puts each line into one of two classes. */
export interface Classification<N extends FieldNames = FieldNames> {
  /** Names the column of the rows: lower-case letters, digits and dashes. */
  readonly id: string;
  /** What people read. */
  readonly title: string;
  /** Which lines are of the class `fulfilled`. */
  readonly condition: Condition<N>;
  /** Class of the lines that fulfil the condition. */
  readonly fulfilled: string;
  /** Class of all others. */
  readonly otherwise: string;
}

/** Interval of UTC. */
export type Interval = "hour" | "day" | "month";

/**
 * By intervals of UTC, in their order; those without lines are left out. Days are what a panel's own query gives; a rendering
 * that knows the time range may widen or narrow them (OpenSearch Dashboards: `auto`). Hours and months stay.
 */
export interface TimeDimension<N extends FieldNames = FieldNames> {
  readonly kind: "time";
  readonly field: N["time"];
  readonly interval: Interval;
}

/** By value, the largest first measure first; no value and the empty text are one group. 1 to 1000 values. */
export interface ValuesDimension<N extends FieldNames = FieldNames> {
  readonly kind: "values";
  readonly field: N["text"];
  readonly limit: number;
}

/** By class, in the order `fulfilled`, `otherwise`; a class without lines is left out. */
export interface ClassesDimension<N extends FieldNames = FieldNames> {
  readonly kind: "classes";
  readonly classification: Classification<N>;
}

/** Dimension by which lines are grouped. */
export type Dimension<N extends FieldNames = FieldNames> =
  | TimeDimension<N>
  | ValuesDimension<N>
  | ClassesDimension<N>;

/** A layer that answers panels: `speed` has lines of seconds ago, `batch` has merged lines. */
export type Layer = "speed" | "batch";

/** Part of the dashboard's width. */
export type Width = "third" | "half" | "two-thirds" | "full";

interface PanelBase {
  /** Permanent: it names the saved object, the visual and the page's element. Lower-case letters, digits and dashes. */
  readonly id: string;
  /** What people read. */
  readonly title: string;
  /** What the figures mean, in a sentence or two. @default none */
  readonly description?: string;
  /**
   * Panels fill rows from the left, in their order; the last of a row takes what is left of it.
   * @default full for tables of lines and headlines, a third for a text, two thirds for controls, else half
   */
  readonly width?: Width;
}

interface DataPanelBase extends PanelBase {
  /** The layer that answers when both could. */
  readonly layer: Layer;
}

/** Which lines count. */
interface Selection<N extends FieldNames> {
  /** Only lines of the class `fulfilled` count. @default all lines */
  readonly only?: Classification<N>;
  /** Lines of the class `fulfilled` do not count. @default all lines count */
  readonly except?: Classification<N>;
}

/** One number over groups of lines, as a chart: two on one chart need two axes, which nobody can read. */
export interface FiguresPanel<N extends FieldNames = FieldNames> extends DataPanelBase, Selection<N> {
  /** How the numbers are drawn. */
  readonly chart: "bars" | "horizontal-bars" | "line";
  /** The number of each group. */
  readonly measures: readonly [Measure<N>];
  /** What the lines are grouped by. */
  readonly dimension: Dimension<N>;
}

/**
 * Numbers over groups of lines as a table, with the percentage that each group has of the first measure over all lines, shown or
 * not. Says what bars cannot where one group is hundreds of times another.
 */
export interface SharesPanel<N extends FieldNames = FieldNames> extends DataPanelBase, Selection<N> {
  /** A table of groups. */
  readonly chart: "shares";
  /** The numbers of each group; the first, a sum, is also given as a percentage. */
  readonly measures: readonly [Sum<N>, ...Measure<N>[]];
  /** What the lines are grouped by. */
  readonly dimension: ValuesDimension<N> | ClassesDimension<N>;
}

/** Headline figures: numbers over all lines, one row. */
export interface HeadlinePanel<N extends FieldNames = FieldNames> extends DataPanelBase, Selection<N> {
  /** Figures side by side. */
  readonly chart: "headline";
  /** The figures, in this order. */
  readonly measures: readonly [Measure<N>, ...Measure<N>[]];
}

/** The newest lines themselves. At most one panel of a layer, because one search lists lines for one panel. */
export interface LinesPanel<N extends FieldNames = FieldNames> extends DataPanelBase {
  /** How the lines are shown. */
  readonly chart: "table";
  /** The columns that are shown, in this order. */
  readonly fields: readonly [N["any"], ...N["any"][]];
  /** Units of number fields. Lines are shown as they are, so nothing is rounded. @default plain numbers */
  readonly units?: { readonly [F in N["number"]]?: Unit };
  /** Newest first by this field; lines of the same time by `record_id`, the later in the stream first. */
  readonly newestBy: N["time"];
  /** 1 to 1000. */
  readonly limit: number;
}

/** A text that explains the others. */
export interface TextPanel extends PanelBase {
  /** A paragraph. */
  readonly chart: "text";
  /** Markdown: paragraphs, bold, italics, code and links. QuickSight shows it without the marks. */
  readonly text: string;
}

/** Lists of values by which people filter all panels. */
export interface ControlsPanel<N extends FieldNames = FieldNames> extends PanelBase {
  /** Lists to choose from. */
  readonly chart: "controls";
  /** The fields to filter by, 1 to 5. */
  readonly fields: readonly [Control<N>, ...Control<N>[]];
}

/** A field to filter by. */
export interface Control<N extends FieldNames = FieldNames> {
  /** The field whose values are listed. */
  readonly field: N["text"];
  /** What people read. */
  readonly title: string;
}

/** A panel that has rows. */
export type DataPanel<N extends FieldNames = FieldNames> =
  | FiguresPanel<N>
  | SharesPanel<N>
  | HeadlinePanel<N>
  | LinesPanel<N>;

/** What a dashboard consists of. */
export type Panel<N extends FieldNames = FieldNames> = DataPanel<N> | TextPanel | ControlsPanel<N>;

/** A panel over the fields of one contract: `PanelOf<typeof meterReadings>`. */
export type PanelOf<T extends TypedContract<ColumnTypes>> = Panel<FieldNamesOf<T>>;

/** Whether a panel has rows: a text and controls have none. */
export function isDataPanel<N extends FieldNames>(panel: Panel<N>): panel is DataPanel<N> {
  return panel.chart !== "text" && panel.chart !== "controls";
}

/** Whether a measure counts different values. */
export function isDistinct<N extends FieldNames>(measure: Measure<N>): measure is DistinctCount<N> {
  return "distinct" in measure;
}
