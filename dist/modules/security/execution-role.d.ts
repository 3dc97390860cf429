import type { Construct } from "constructs";
import { Role, type RoleProps } from "./role";
export interface ExecutionRoleProps extends Pick<RoleProps, "description" | "name"> {
    /** The service that may assume it, such as `lambda.amazonaws.com`. */
    readonly service: string;
    /**
     * Required `aws:SourceAccount`, for services that pass it (Lambda does not).
     * @default no condition
     */
    readonly sourceAccount?: string;
}
/** The role of one function or service. */
export declare class ExecutionRole extends Role {
    constructor(scope: Construct, id: string, props: ExecutionRoleProps);
}
