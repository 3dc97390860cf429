import type { ColumnKind } from "../contract/column";
import { columnOf, type Field } from "./fields";
import type { Dimension, Measure, Panel } from "./spec";

/**
 * A row of a panel, by the ids of its columns, the same from every engine: texts are empty where there is no
 * value, times are `YYYY-MM-DD HH:MM:SS`, days and months the date of their first day, pounds are rounded to the cent.
 */
export type Row = Readonly<Record<string, string | number>>;

/** A column of a panel's rows. */
export interface PanelColumn {
  readonly id: string;
  readonly title: string;
  readonly holds: "text" | "date" | "time" | "number" | "pounds";
}

/** The engine's answer does not fit the panel's query. */
export class PanelAnswerError extends Error {
  override readonly name = "PanelAnswerError";
}

/** The columns of a panel's rows, the dimension first. */
export function panelColumns(panel: Panel): PanelColumn[] {
  if (panel.chart === "table") return panel.fields.map(fieldColumn);
  return [dimensionColumn(panel.dimension), ...panel.measures.map(measureColumn)];
}

const HOLDS: Readonly<Record<ColumnKind, PanelColumn["holds"]>> = {
  text: "text",
  boolean: "text",
  timestamp: "time",
  integer: "number",
  bigint: "number",
  double: "number",
  decimal: "number",
};

function fieldColumn(field: Field): PanelColumn {
  return { id: field, title: field, holds: HOLDS[columnOf(field).kind] };
}

/** The column of the dimension. */
export function dimensionColumn(dimension: Dimension): PanelColumn {
  switch (dimension.kind) {
    case "time":
      return { id: dimension.field, title: dimension.field, holds: "date" };
    case "values":
      return { id: dimension.field, title: dimension.field, holds: "text" };
    case "classes":
      return { id: dimension.classification.id, title: dimension.classification.title, holds: "text" };
  }
}

/** The column of a measure. */
export function measureColumn({ id, title, unit }: Measure): PanelColumn {
  return { id, title, holds: unit === "pounds" ? "pounds" : "number" };
}

/**
 * A cell in the common form. @param value as an engine gives it; null and undefined for no value
 * @throws PanelAnswerError when it is not what the column holds
 */
export function cell(panel: Panel, { id, holds }: PanelColumn, value: unknown): string | number {
  if (holds === "number" || holds === "pounds") {
    const number = typeof value === "string" && value !== "" ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) {
      return holds === "pounds" ? toTheCent(number) : number;
    }
  } else if (value === null || value === undefined) {
    if (holds === "text") return "";
  } else if (typeof value === "string") {
    if (holds === "text") return value;
    const length = holds === "date" ? "YYYY-MM-DD".length : "YYYY-MM-DD HH:MM:SS".length;
    if (/^\d{4}-\d\d-\d\d/.test(value) && value.length >= length) return value.slice(0, length);
  }
  throw new PanelAnswerError(
    `${panel.id}: column ${id} holds ${holds}, and the engine answered ${String(value)}`,
  );
}

/** Rounds to the cent, because sums of doubles have an error far below it. A zero has no sign. */
function toTheCent(pounds: number): number {
  return Math.round(pounds * 100) / 100 + 0;
}
