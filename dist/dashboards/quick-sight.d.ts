import type { JsonObject } from "../lib/json";
import { type PanelContract } from "./fields";
import type { Panel } from "./spec";
/** What people look at in QuickSight. */
export interface QuickSightOptions {
    /** ARN of the data set over the table that has each line once. */
    readonly dataSetArn: string;
    /** Name of the sheet. */
    readonly title: string;
}
/**
 * The panels as the definition of a QuickSight analysis or dashboard, in the names of Terraform's `definition` block:
 * https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AnalysisDefinition.html
 */
export declare function quickSightDefinition(contract: PanelContract, panels: readonly Panel[], { dataSetArn, title }: QuickSightOptions): JsonObject;
