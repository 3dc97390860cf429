import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import { product } from "../arithmetic";
import { type Condition, type Permission, PolicyDocument, type Statement } from "./policy";

/** A role or policy that a resource can grant permissions to. */
export interface Grantee {
  /** Adds a statement to its policy. @throws Error as {@link PolicyDocument.add} */
  allow(statement: Statement): void;
}

/** Who may assume a role. */
export interface Trust {
  /** Such as `sts:AssumeRole`. */
  readonly action: string;
  readonly principal: { readonly type: "Federated" | "Service"; readonly identifier: string };
  /** All of them must hold. @default none */
  readonly conditions?: readonly Condition[];
}

export interface RoleProps {
  /** Physical name. */
  readonly name: string;
  /** What the role is for, as IAM's console shows it. */
  readonly description: string;
  readonly trust: Trust;
  /** Maximum session duration in hours, 1 to 12. @default what AWS gives, an hour */
  readonly sessionHours?: number;
}

/** A role whose one inline policy has the permissions that resources grant it. */
export class Role extends Construct implements Grantee {
  public readonly resource: IamRole;
  /** A resource that uses the role at creation must depend on this: AWS rejects a role without its policy. */
  public readonly policy: IamRolePolicy;
  private readonly permissions: PolicyDocument;

  public constructor(scope: Construct, id: string, props: RoleProps) {
    super(scope, id);
    const { action, principal, conditions = [] } = props.trust;
    const trust = new DataAwsIamPolicyDocument(this, "Trust", {
      statement: [
        {
          actions: [action],
          principals: [{ type: principal.type, identifiers: [principal.identifier] }],
          ...(conditions.length > 0 && {
            condition: conditions.map(({ test, variable, values }) => ({
              test,
              variable,
              values: [...values],
            })),
          }),
        },
      ],
    });
    this.resource = new IamRole(this, "Role", {
      name: props.name,
      description: props.description,
      assumeRolePolicy: trust.json,
      ...(props.sessionHours !== undefined && { maxSessionDuration: product(props.sessionHours, 3600) }),
    });
    this.permissions = new PolicyDocument(this, "Permissions");
    this.policy = new IamRolePolicy(this, "Policy", {
      name: "granted",
      role: this.resource.name,
      policy: this.permissions.json,
    });
  }

  public get arn(): string {
    return this.resource.arn;
  }

  /** Adds a statement. Called by the resource that grants, not by the grantee. @throws Error as {@link PolicyDocument.add} */
  public allow(statement: Statement): void {
    this.permissions.add(statement);
  }

  /** Adds a statement for all resources. @param reason why AWS supports no resource-level permission */
  public allowAnyResource(permission: Permission, reason: string): void {
    this.permissions.addForAnyResource(permission, reason);
  }
}
