import { QuicksightDashboard } from "@cdktf/provider-aws/lib/quicksight-dashboard";
import { QuicksightDataSource } from "@cdktf/provider-aws/lib/quicksight-data-source";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import type { Panel } from "../../dashboards/spec";
import type { Catalog } from "../batch/catalog";
import type { ILake } from "../batch/data-lake";
import type { Workgroup } from "../batch/workgroup";
import type { Location } from "../location";
/** A user or a group of QuickSight, of the namespace `default`. */
export interface QuickSightPrincipal {
    readonly kind: "user" | "group";
    /** Name in QuickSight; for a user who signs in by a role, `role/session`. */
    readonly name: string;
    /** `reader`: reads the dashboard. `author`: also edits the analysis and uses the data sets. */
    readonly access: "reader" | "author";
}
export interface QuickSightProps {
    /** What a record is. */
    readonly contract: Contract;
    /** Physical name of the data source; ids and names of everything else begin with it. */
    readonly name: string;
    readonly location: Location;
    /** Identity region of the account's QuickSight users. */
    readonly identityRegion: string;
    /** Name of QuickSight's service role, without its path. */
    readonly serviceRoleName: string;
    readonly lake: ILake;
    readonly catalog: Catalog;
    readonly workgroup: Workgroup;
    /** At least one, because without principals nobody can open the dashboard. */
    readonly principals: readonly QuickSightPrincipal[];
    /** The visuals. @default the contract's default panels */
    readonly panels?: readonly Panel[];
    /** Name of the sheet. @default the contract's name */
    readonly title?: string;
}
/**
 * The batch layer in QuickSight: the lab's data source and data set on the raw table by direct query, one on the
 * merged table, and the panels on that as an analysis (for authors) and as a dashboard (for readers). The
 * subscription, its users and groups, and the service role belong to the account: see docs/serving.md.
 */
export declare class QuickSight extends Construct {
    readonly dataSource: QuicksightDataSource;
    readonly dashboard: QuicksightDashboard;
    private readonly props;
    /** @throws RangeError when there are no principals, or naming each panel and field that is wrong */
    constructor(scope: Construct, id: string, props: QuickSightProps);
    private dataSet;
    /** Permissions for those with one of these kinds of access. */
    private grants;
    private arnOf;
}
