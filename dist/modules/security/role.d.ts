import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import { type Condition, type Permission, type Statement } from "./policy";
/** A role or policy that a resource can grant permissions to. */
export interface Grantee {
    /** Adds a statement to its policy. @throws Error as {@link PolicyDocument.add} */
    allow(statement: Statement): void;
}
/** Who may assume a role. */
export interface Trust {
    /** Such as `sts:AssumeRole`. */
    readonly action: string;
    readonly principal: {
        readonly type: "Federated" | "Service";
        readonly identifier: string;
    };
    /** All of them must hold. @default none */
    readonly conditions?: readonly Condition[];
}
export interface RoleProps {
    /** Physical name. */
    readonly name: string;
    readonly description: string;
    readonly trust: Trust;
    /** Maximum session duration in hours, 1 to 12. @default what AWS gives, an hour */
    readonly sessionHours?: number;
}
/** A role whose one inline policy has the permissions that resources grant it. */
export declare class Role extends Construct implements Grantee {
    readonly resource: IamRole;
    /** A resource that uses the role at creation must depend on this: AWS rejects a role without its policy. */
    readonly policy: IamRolePolicy;
    private readonly permissions;
    constructor(scope: Construct, id: string, props: RoleProps);
    get arn(): string;
    /** Adds a statement. Called by the resource that grants, not by the grantee. @throws Error as {@link PolicyDocument.add} */
    allow(statement: Statement): void;
    /** Adds a statement for all resources. @param reason why AWS supports no resource-level permission */
    allowAnyResource(permission: Permission, reason: string): void;
}
