import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import type { ENVIRONMENT } from "../../lambdas/validate-records/env";
import { type FunctionDefaults, NodeFunction } from "../functions/node-function";
import type { ILake } from "./data-lake";
export interface ValidateRecordsProps extends FunctionDefaults {
    /** What a record is. */
    readonly contract: Contract;
    /** Physical name. */
    readonly name: string;
    readonly lake: ILake;
}
/** Judges the lines of the delivery stream: accepted ones get their identity, refused ones go to quarantine. */
export declare class ValidateRecords extends Construct {
    readonly function: NodeFunction<typeof ENVIRONMENT>;
    constructor(scope: Construct, id: string, props: ValidateRecordsProps);
}
