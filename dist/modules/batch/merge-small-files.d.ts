import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import type { ENVIRONMENT } from "../../lambdas/merge-small-files/env";
import { type FunctionDefaults, NodeFunction } from "../functions/node-function";
import type { Catalog } from "./catalog";
import type { ILake } from "./data-lake";
import type { Workgroup } from "./workgroup";
export interface MergeSmallFilesProps extends FunctionDefaults {
    /** What a record is. */
    readonly contract: Contract;
    /** Physical name of the function. */
    readonly name: string;
    /** Physical name of the rule that runs it. */
    readonly scheduleName: string;
    readonly lake: ILake;
    readonly catalog: Catalog;
    /** Must not enforce its settings, because a merge sets the location of its table. */
    readonly workgroup: Workgroup;
    /** Hours that a merge looks back for late objects. */
    readonly lookBackHours: number;
    /** Days that raw objects are kept. */
    readonly rawRetentionDays: number;
    /** Minutes from one run to the next. */
    readonly everyMinutes: number;
    /** Queries in flight at a time, 1 to 20. */
    readonly queriesInFlight: number;
}
/** Merges the small JSON objects of each hour into few Parquet files, on a schedule. */
export declare class MergeSmallFiles extends Construct {
    readonly function: NodeFunction<typeof ENVIRONMENT>;
    readonly schedule: CloudwatchEventRule;
    readonly everyMinutes: number;
    constructor(scope: Construct, id: string, props: MergeSmallFilesProps);
}
