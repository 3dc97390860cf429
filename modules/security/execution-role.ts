import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import { type Permission, PolicyDocument, type Statement } from "./policy";

export interface ExecutionRoleProps {
  /** Physical name. */
  readonly name: string;
  readonly description: string;
  /** Who may assume it, such as `lambda.amazonaws.com`. */
  readonly service: string;
  /**
   * The account for which the service must act, where the service says for whom it does (Lambda does not).
   * @default not asked
   */
  readonly sourceAccount?: string;
}

/** Whatever a resource can grant something to. */
export interface Grantee {
  /** Adds a statement to what it may do. @throws Error as {@link PolicyDocument.add} */
  allow(statement: Statement): void;
}

/** The role that one function or service runs as: nothing but what resources grant it, in one inline policy. */
export class ExecutionRole extends Construct implements Grantee {
  public readonly resource: IamRole;
  /** What uses the role at once must depend on this: a role without its policy is refused. */
  public readonly policy: IamRolePolicy;
  private readonly permissions: PolicyDocument;

  public constructor(scope: Construct, id: string, props: ExecutionRoleProps) {
    super(scope, id);
    const trust = new DataAwsIamPolicyDocument(this, "Trust", {
      statement: [
        {
          actions: ["sts:AssumeRole"],
          principals: [{ type: "Service", identifiers: [props.service] }],
          ...(props.sourceAccount && {
            condition: [
              { test: "StringEquals", variable: "aws:SourceAccount", values: [props.sourceAccount] },
            ],
          }),
        },
      ],
    });
    this.resource = new IamRole(this, "Role", {
      name: props.name,
      description: props.description,
      assumeRolePolicy: trust.json,
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

  /** Adds a statement. Called by the resource that grants, not by the one that wants. @throws Error as {@link PolicyDocument.add} */
  public allow(statement: Statement): void {
    this.permissions.add(statement);
  }

  /** Adds a statement about every resource. @param reason why AWS lets none be named. */
  public allowAnyResource(permission: Permission, reason: string): void {
    this.permissions.addForAnyResource(permission, reason);
  }
}
