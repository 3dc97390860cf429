import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import { type Statement } from "./policy";
import type { Grantee } from "./role";
export interface AdoptedRoleProps {
    /** Name of the role, without its path. */
    readonly roleName: string;
    /** Name of the inline policy that holds the grants. */
    readonly policyName: string;
}
/** A role that exists outside of this stack: it gets one inline policy of ours and is otherwise unchanged. */
export declare class AdoptedRole extends Construct implements Grantee {
    /** A resource that uses the role at creation must depend on this. */
    readonly policy: IamRolePolicy;
    private readonly permissions;
    constructor(scope: Construct, id: string, props: AdoptedRoleProps);
    allow(statement: Statement): void;
}
