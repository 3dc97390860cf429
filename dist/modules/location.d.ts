import type { Construct } from "constructs";
/** Account and region. */
export interface Location {
    /** Twelve digits. */
    readonly accountId: string;
    readonly region: string;
}
/** Account and region of the provider, from data sources in `scope`. */
export declare function locationOf(scope: Construct): Location;
