import type { Column } from "./column";
import type { Refusal } from "./reasons";
/** Earliest timestamp of a line. The index is by month, so a wild date would make an index of its own. */
export declare const EARLIEST_DATE = "2000-01-01 00:00:00";
/**
 * A value of a contract column after judgement: what `JSON.parse` gives for text, integer, double and boolean; the
 * plain digits of a bigint or a decimal, so that none is rounded; a timestamp as it is stored, in UTC.
 */
export type ColumnValue = string | number | boolean | null;
/** A value as a line has it. */
export interface GivenValue {
    /** By `JSON.parse`, which rounds long numbers. */
    readonly parsed: unknown;
    /** As it was written. */
    readonly raw: string;
}
/** A value that keeps the contract, or why it does not. */
export type JudgedValue = {
    readonly value: ColumnValue;
} | {
    readonly refusal: Refusal;
};
/**
 * Judges the value of one column. @param given undefined where the line has none
 * @param arrivedAtMs when the stream took the line, in ms since 1970: a timestamp may be a day ahead of it
 */
export declare function judgeValue(column: Column, given: GivenValue | undefined, arrivedAtMs: number): JudgedValue;
/** The value as the stored line has it, in JSON. */
export declare function storedValue({ kind }: Column, value: Exclude<ColumnValue, null>): string;
/** Cut to a length that a log line can carry. */
export declare function shown(text: string): string;
