import type { ColumnTypes, TypedContract } from "../contract/define";
import type { FieldNames, FieldNamesOf } from "./fields";

/**
 * The panels' definition. From a panel derive its query of the index (`search.ts`), its query of the tables
 * (`athena.ts`), its saved object in OpenSearch Dashboards and its visual in QuickSight; all compute the same rows.
 */

/** Unit of a number. */
export interface Unit {
  /** Such as `kWh` or `£`. Measures of one unit share an axis. */
  readonly text: string;
  /** @default "after" */
  readonly position?: "before" | "after";
}

/** A number that is computed over lines. */
export interface Measure<N extends FieldNames = FieldNames> {
  /** Names the column of the rows: lower-case letters, digits and dashes. */
  readonly id: string;
  /** What people read. */
  readonly title: string;
  /** @default a plain number */
  readonly unit?: Unit;
  /** Digits behind the point to which the number is rounded, 0 to 18; whole numbers have none. @default 0 */
  readonly digits?: number;
  /** Factors of the summed product; without any, each line counts as one. A line without a value adds nothing. */
  readonly factors: readonly N["number"][];
}

/** A condition on a line. */
export type Condition<N extends FieldNames = FieldNames> =
  | { readonly kind: "begins"; readonly field: N["text"]; readonly prefix: string }
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

/** Dimension by which lines are grouped. */
export type Dimension<N extends FieldNames = FieldNames> =
  /** By intervals of UTC, in their order; those without lines are left out. */
  | { readonly kind: "time"; readonly field: N["time"]; readonly interval: Interval }
  /** By value, the largest first measure first; no value and the empty text are one group. 1 to 1000 values. */
  | { readonly kind: "values"; readonly field: N["text"]; readonly limit: number }
  /** By class, in the order `fulfilled`, `otherwise`; a class without lines is left out. */
  | { readonly kind: "classes"; readonly classification: Classification<N> };

/** A layer that answers panels: `speed` has lines of seconds ago, `batch` has merged lines. */
export type Layer = "speed" | "batch";

interface PanelBase {
  /** Permanent: it names the saved object, the visual and the page's element. Lower-case letters, digits and dashes. */
  readonly id: string;
  /** What people read. */
  readonly title: string;
  /** The layer that answers when both could. */
  readonly layer: Layer;
}

/** Numbers over groups of lines. */
export interface FiguresPanel<N extends FieldNames = FieldNames> extends PanelBase {
  /** How the numbers are drawn. */
  readonly chart: "bars" | "horizontal-bars" | "line";
  /** The numbers of each group, at least one. */
  readonly measures: readonly [Measure<N>, ...Measure<N>[]];
  /** What the lines are grouped by. */
  readonly dimension: Dimension<N>;
  /** Only lines of the class `fulfilled` count. @default all lines */
  readonly only?: Classification<N>;
}

/** The newest lines themselves. At most one panel of a layer, because one search lists lines for one panel. */
export interface LinesPanel<N extends FieldNames = FieldNames> extends PanelBase {
  /** How the lines are shown. */
  readonly chart: "table";
  /** The columns that are shown, in this order. */
  readonly fields: readonly [N["any"], ...N["any"][]];
  /** Newest first by this field; lines of the same time by `record_id`, the later in the stream first. */
  readonly newestBy: N["time"];
  /** 1 to 1000. */
  readonly limit: number;
}

/** A chart, or a table of the newest lines. */
export type Panel<N extends FieldNames = FieldNames> = FiguresPanel<N> | LinesPanel<N>;

/** A panel over the fields of one contract: `PanelOf<typeof meterReadings>`. */
export type PanelOf<T extends TypedContract<ColumnTypes>> = Panel<FieldNamesOf<T>>;
