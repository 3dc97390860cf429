import { type PanelContract } from "./fields";
import type { Dimension, Measure, Panel, Unit } from "./spec";
/**
 * A row of a panel, by the ids of its columns, the same from every engine: a cell is the empty text where there is no
 * value, times are `YYYY-MM-DD HH:MM:SS`, days and months the date of their first day, measures are rounded to their
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
export declare class PanelAnswerError extends Error {
    readonly name = "PanelAnswerError";
}
/** The columns of a panel's rows, the dimension first. */
export declare function panelColumns(contract: PanelContract, panel: Panel): PanelColumn[];
/** The column of the dimension. */
export declare function dimensionColumn(dimension: Dimension): PanelColumn;
/** The column of a measure. */
export declare function measureColumn({ id, title, unit, digits }: Measure): PanelColumn;
/**
 * A cell in the common form. @param value as an engine gives it; null and undefined for no value
 * @throws PanelAnswerError when it is not what the column holds
 */
export declare function cell(panel: Panel, column: PanelColumn, value: unknown): string | number;
