import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import { PolicyDocument, type Statement } from "./policy";
import type { Grantee } from "./role";

export interface AdoptedRoleProps {
  /** Name of the role, without its path. */
  readonly roleName: string;
  /** Name of the inline policy that holds the grants. */
  readonly policyName: string;
}

/** A role that exists outside of this stack: it gets one inline policy of ours and is otherwise unchanged. */
export class AdoptedRole extends Construct implements Grantee {
  /** A resource that uses the role at creation must depend on this. */
  public readonly policy: IamRolePolicy;
  private readonly permissions: PolicyDocument;

  public constructor(scope: Construct, id: string, props: AdoptedRoleProps) {
    super(scope, id);
    this.permissions = new PolicyDocument(this, "Permissions");
    this.policy = new IamRolePolicy(this, "Policy", {
      name: props.policyName,
      role: props.roleName,
      policy: this.permissions.json,
    });
  }

  public allow(statement: Statement): void {
    this.permissions.add(statement);
  }
}
