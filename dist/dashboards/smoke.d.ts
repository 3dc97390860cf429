import type { Column } from "../contract/column";
import { type PanelContract } from "./fields";
/** A value that all lines of the smoke test have in a column; undefined for none. */
export interface SmokeValue {
    readonly column: Column;
    /** In the stored spelling. */
    readonly value: string | number | bigint | boolean | undefined;
}
/** The values that mark the lines of a contract's smoke test, which no panel counts; empty where none are defined. */
export declare function smokeValues(contract: PanelContract): SmokeValue[];
