import { Construct } from "constructs";
import type { Panel } from "../dashboards/spec";
import { IngestBatch, type IngestBatchProps } from "./batch/ingest-batch";
import { Operations, type OperationsSettings } from "./operations/operations";
import type { IEncryptionKey } from "./security/encryption-key";
import { QuickSight, type QuickSightPrincipal } from "./serving/quicksight";
import { SpeedLayer, type SpeedSettings } from "./speed/speed-layer";
/** The dashboard of the batch layer in QuickSight. */
export interface QuickSightSettings {
    /** At least one, because without principals nobody can open the dashboard. */
    readonly principals: readonly QuickSightPrincipal[];
    /** Identity region of the account's QuickSight users. @default the region of everything else */
    readonly identityRegion?: string;
    /** Name of QuickSight's service role, without its path. @default aws-quicksight-service-role-v0 */
    readonly serviceRoleName?: string;
}
export interface RetailBiProps extends IngestBatchProps {
    /** The speed layer, or `false` for none. @default a single node of t3.small.search */
    readonly speed?: SpeedSettings | false;
    /** @default nothing in QuickSight */
    readonly quickSight?: QuickSightSettings;
    /** What people look at in OpenSearch Dashboards and QuickSight. @default the contract's default panels */
    readonly panels?: readonly Panel[];
    /** Title of the dashboards. @default the contract's name */
    readonly title?: string;
    /** @default nobody is told of alarms; a budget of 100 dollars a month */
    readonly operations?: OperationsSettings;
}
/** One whole system: ingest, both layers, and their operations. */
export declare class RetailBi extends Construct {
    readonly key: IEncryptionKey;
    readonly batch: IngestBatch;
    readonly speed?: SpeedLayer;
    readonly quickSight?: QuickSight;
    readonly operations: Operations;
    /** @throws RangeError when `prefix` has another form, or none follows from the contract */
    constructor(scope: Construct, id: string, props: RetailBiProps);
}
