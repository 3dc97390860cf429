import type { Field, NumberField, TextField, TimeField } from "./fields";

/**
 * The panels' definition. From a panel derive its query of the index (`search.ts`), its query of the tables
 * (`athena.ts`), its saved object in OpenSearch Dashboards and its visual in QuickSight; all compute the same rows.
 */

/** Unit of a number: lines and units are whole numbers, pounds are rounded to the cent. */
export type Unit = "lines" | "units" | "pounds";

/** A number that is computed over lines. */
export interface Measure {
  /** Names the column of the rows. */
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  /** Factors of the summed product; without any, each line counts as one. */
  readonly factors: readonly NumberField[];
}

/** A condition on a line. */
export type Condition =
  | { readonly kind: "begins"; readonly field: TextField; readonly prefix: string }
  /** Null, absent and empty are the same. */
  | { readonly kind: "blank"; readonly field: TextField };

/** Puts each line into one of two classes. */
export interface Classification {
  readonly id: string;
  readonly title: string;
  readonly condition: Condition;
  /** Class of the lines that fulfil the condition. */
  readonly fulfilled: string;
  /** Class of all others. */
  readonly otherwise: string;
}

/** Dimension by which lines are grouped. */
export type Dimension =
  /** By intervals of UTC, in their order; those without lines are left out. */
  | { readonly kind: "time"; readonly field: TimeField; readonly interval: "day" | "month" }
  /** By value, the largest first measure first; no value and the empty text are one group. */
  | { readonly kind: "values"; readonly field: TextField; readonly limit: number }
  /** By class, in the order `fulfilled`, `otherwise`; a class without lines is left out. */
  | { readonly kind: "classes"; readonly classification: Classification };

/** A layer that answers panels: `speed` has lines of seconds ago, `batch` has merged lines. */
export type Layer = "speed" | "batch";

interface PanelBase {
  /** Permanent: it names the saved object, the visual and the page's element. Lower-case letters and dashes. */
  readonly id: string;
  readonly title: string;
  /** The layer that answers when both could. */
  readonly layer: Layer;
}

/** Numbers over groups of lines. */
export interface FiguresPanel extends PanelBase {
  readonly chart: "bars" | "horizontal-bars" | "line";
  readonly measures: readonly [Measure, ...Measure[]];
  readonly dimension: Dimension;
  /** Only lines of the class `fulfilled` count. @default all lines */
  readonly only?: Classification;
}

/** The newest lines themselves. */
export interface LinesPanel extends PanelBase {
  readonly chart: "table";
  readonly fields: readonly [Field, ...Field[]];
  /** Newest first by this field; lines of the same time by `record_id`, the later in the stream first. */
  readonly newestBy: TimeField;
  /** 1 to 1000. */
  readonly limit: number;
}

export type Panel = FiguresPanel | LinesPanel;
