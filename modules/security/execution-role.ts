import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import { type Permission, PolicyDocument, type Statement } from "./policy";

export interface ExecutionRoleProps {
  /** Physical name. */
  readonly name: string;
  readonly description: string;
  /** The service that may assume it, such as `lambda.amazonaws.com`. */
  readonly service: string;
  /**
   * Required `aws:SourceAccount`, for services that pass it (Lambda does not).
   * @default no condition
   */
  readonly sourceAccount?: string;
}

/** A role or policy that a resource can grant permissions to. */
export interface Grantee {
  /** Adds a statement to its policy. @throws Error as {@link PolicyDocument.add} */
  allow(statement: Statement): void;
}

/** The role of one function or service. Its one inline policy has the permissions that resources grant it. */
export class ExecutionRole extends Construct implements Grantee {
  public readonly resource: IamRole;
  /** A resource that uses the role at creation must depend on this: AWS rejects a role without its policy. */
  public readonly policy: IamRolePolicy;
  private readonly permissions: PolicyDocument;

  public constructor(scope: Construct, id: string, props: ExecutionRoleProps) {
    super(scope, id);
    const trust = new DataAwsIamPolicyDocument(this, "Trust", {
      statement: [
        {
          actions: ["sts:AssumeRole"],
          principals: [{ type: "Service", identifiers: [props.service] }],
          ...(props.sourceAccount !== undefined && {
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

  /** Adds a statement. Called by the resource that grants, not by the grantee. @throws Error as {@link PolicyDocument.add} */
  public allow(statement: Statement): void {
    this.permissions.add(statement);
  }

  /** Adds a statement for all resources. @param reason why AWS supports no resource-level permission */
  public allowAnyResource(permission: Permission, reason: string): void {
    this.permissions.addForAnyResource(permission, reason);
  }
}
