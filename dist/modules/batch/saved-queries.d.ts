import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import type { Catalog } from "./catalog";
import type { Workgroup } from "./workgroup";
/** A query that analysts find in their workgroup. */
export interface SavedQuery {
    /** Construct id, permanent; unique among those of the workgroup, {@link defaultQueries} included. */
    readonly id: string;
    readonly name: string;
    readonly description: string;
    readonly sql: string;
}
export interface SavedQueriesProps {
    /** What a record is. */
    readonly contract: Contract;
    readonly catalog: Catalog;
    readonly workgroup: Workgroup;
    /** Queries beside those that follow from any contract. @default none */
    readonly queries?: readonly SavedQuery[];
}
/** The queries that follow from any contract. */
export declare function defaultQueries(contract: Contract): readonly SavedQuery[];
/** The queries that analysts find in the workgroup. */
export declare class SavedQueries extends Construct {
    /** @throws Error when two queries have one id */
    constructor(scope: Construct, id: string, props: SavedQueriesProps);
}
