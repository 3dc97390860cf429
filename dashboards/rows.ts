import type { ColumnKind } from "../contract/column";
import { columnOf, type PanelContract } from "./fields";
import type { DataPanel, Dimension, Measure, Unit } from "./spec";

/**
 * A row of a panel, by the ids of its columns, the same from every engine: a cell is the empty text where there is no
 * value, times and hours are `YYYY-MM-DD HH:MM:SS`, days and months the date of their first day, measures are rounded to their
 * digits. Numbers are of double precision: whole ones are exact up to 2^53.
 */
export type Row = Readonly<Record<string, string | number>>;

/** A column of a panel's rows. */
export interface PanelColumn {
  readonly id: string;
  readonly title: string;
  readonly holds: "text" | "date" | "time" | "number";
  /** Digits behind the point of a measure. */
  readonly digits?: number;
  readonly unit?: Unit;
  /** Whether a line may have no value here. */
  readonly isOptional: boolean;
}

/** The engine's answer does not fit the panel's query. */
export class PanelAnswerError extends Error {
  override readonly name = "PanelAnswerError";
}

/** The columns of a panel's rows, the dimension first. */
export function panelColumns(contract: PanelContract, panel: DataPanel): PanelColumn[] {
  switch (panel.chart) {
    case "table":
      return panel.fields.map((field) => fieldColumn(contract, field, panel.units?.[field]));
    case "headline":
      return panel.measures.map(measureColumn);
    case "shares": {
      const [first, ...others] = panel.measures;
      return [
        dimensionColumn(panel.dimension),
        measureColumn(first),
        shareColumn(first),
        ...others.map(measureColumn),
      ];
    }
    default:
      return [dimensionColumn(panel.dimension), ...panel.measures.map(measureColumn)];
  }
}

/** The id of the column of percentages. */
export const SHARE_COLUMN = "share";
const SHARE_DIGITS = 1;

/** The percentage that each group has of a measure over all lines; none where that is zero. */
function shareColumn({ title }: Measure): PanelColumn {
  const unit = { text: "%" };
  return {
    ...{ id: SHARE_COLUMN, title: `Share of ${title}`, holds: "number", digits: SHARE_DIGITS },
    ...{ unit, isOptional: true },
  };
}

/** A percentage of the whole to its digits; the empty text where the whole is zero. */
export function share(part: unknown, whole: number): string | number {
  return whole === 0 ? "" : rounded((Number(part) / whole) * 100, SHARE_DIGITS);
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

/** A required column too is optional here, because lines from before the column have no value. */
function fieldColumn(contract: PanelContract, field: string, unit?: Unit): PanelColumn {
  const holds = HOLDS[columnOf(contract, field).kind];
  return { id: field, title: field, holds, isOptional: true, ...(unit && { unit }) };
}

/** The column of the dimension. */
export function dimensionColumn(dimension: Dimension): PanelColumn {
  switch (dimension.kind) {
    case "time": {
      const { field, interval } = dimension;
      return { id: field, title: field, holds: interval === "hour" ? "time" : "date", isOptional: false };
    }
    case "values":
      return { id: dimension.field, title: dimension.field, holds: "text", isOptional: true };
    case "classes": {
      const { id, title } = dimension.classification;
      return { id, title, holds: "text", isOptional: false };
    }
  }
}

/** The column of a measure. */
export function measureColumn({ id, title, unit, digits = 0 }: Measure): PanelColumn {
  return { id, title, holds: "number", digits, isOptional: false, ...(unit && { unit }) };
}

/**
 * A cell in the common form. @param value as an engine gives it; null and undefined for no value
 * @throws PanelAnswerError when it is not what the column holds
 */
export function cell(panel: DataPanel, column: PanelColumn, value: unknown): string | number {
  const { id, holds, digits, isOptional } = column;
  if (isOptional && (value === null || value === undefined || value === "")) return "";
  if (holds === "number") {
    const number = typeof value === "string" && value !== "" ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) {
      return digits === undefined ? number : rounded(number, digits);
    }
  } else if (typeof value === "boolean") {
    if (holds === "text") return String(value);
  } else if (typeof value === "string") {
    if (holds === "text") return value;
    const length = holds === "date" ? "YYYY-MM-DD".length : "YYYY-MM-DD HH:MM:SS".length;
    if (/^\d{4}-\d\d-\d\d/.test(value) && value.length >= length) return value.slice(0, length);
  }
  throw new PanelAnswerError(
    `${panel.id}: column ${id} holds ${holds}, and the engine answered ${String(value)}`,
  );
}

/**
 * Rounds to so many digits, because sums of doubles have an error far below them. A zero has no sign. A number without
 * such digits stays as it is.
 */
function rounded(number: number, digits: number): number {
  const scaled = number * 10 ** digits;
  return (Number.isSafeInteger(Math.round(scaled)) ? Math.round(scaled) / 10 ** digits : number) + 0;
}
