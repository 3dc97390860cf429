import type { Column } from "./column";
import { type ColumnValue } from "./column-value";
import type { Refusal, RefusalReason } from "./reasons";
/** Longest line of the contract, in bytes. */
export declare const MAX_LINE_BYTES: number;
/** A line that keeps the contract. */
export interface AcceptedLine {
    readonly accepted: true;
    /** Every contract column; null for an optional one that was null or absent. */
    readonly values: Readonly<Record<string, ColumnValue>>;
    /** Columns that the contract does not know: the canonical JSON text of an object, `{}` when there are none. */
    readonly extra: string;
    /** Number of unknown columns. */
    readonly unknownColumns: number;
}
/** A line that breaks the contract. */
export interface RefusedLine extends Refusal {
    readonly accepted: false;
}
export type Verdict = AcceptedLine | RefusedLine;
/** Judges one line. @param arrivedAtMs when the stream took it, in ms since 1970 */
export type LineJudge = (bytes: Uint8Array, arrivedAtMs: number) => Verdict;
/** The judge of a contract's lines. */
export declare function lineJudge(columns: readonly Column[]): LineJudge;
/**
 * A refusal as a verdict. A detail that is cut from the line may end in half of a surrogate pair, which would make
 * the quarantine table unreadable, so that half is replaced.
 */
export declare function refuse(reason: RefusalReason, detail: string): RefusedLine;
