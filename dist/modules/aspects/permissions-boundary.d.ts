import type { IAspect } from "cdktf";
import type { IConstruct } from "constructs";
/** Sets a permissions boundary on every role. */
export declare class PermissionsBoundary implements IAspect {
    private readonly policyArn;
    constructor(policyArn: string);
    visit(node: IConstruct): void;
}
