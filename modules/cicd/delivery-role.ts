import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { Construct } from "constructs";
import { product } from "../arithmetic";
import type { Grantee } from "../security/execution-role";
import { PolicyDocument, type Statement } from "../security/policy";
import type { ManagedPolicies } from "./managed-policies";

/** Issuer of the tokens that GitHub gives to a job. */
export const GITHUB_ISSUER = "token.actions.githubusercontent.com";
/** For whom `aws-actions/configure-aws-credentials` asks for a token. */
export const AUDIENCE = "sts.amazonaws.com";

export interface DeliveryRoleProps {
  /** Physical name. */
  readonly name: string;
  readonly description: string;
  /** ARN of the account's identity provider for GitHub. */
  readonly identityProviderArn: string;
  /** As the `sub` of a token spells it: `owner/name`, or `owner@id/name@id`. */
  readonly repository: string;
  /** The one GitHub environment whose jobs may assume it. */
  readonly githubEnvironment: string;
  /** How long its credentials last at most, 1 to 12. */
  readonly sessionHours: number;
}

/** What jobs of one GitHub environment of one repository work as; without any key that could be stolen. */
export class DeliveryRole extends Construct implements Grantee {
  public readonly resource: IamRole;
  private readonly permissions: PolicyDocument;

  public constructor(scope: Construct, id: string, props: DeliveryRoleProps) {
    super(scope, id);
    const trust = new DataAwsIamPolicyDocument(this, "Trust", {
      statement: [
        {
          actions: ["sts:AssumeRoleWithWebIdentity"],
          principals: [{ type: "Federated", identifiers: [props.identityProviderArn] }],
          condition: [
            { test: "StringEquals", variable: `${GITHUB_ISSUER}:aud`, values: [AUDIENCE] },
            {
              test: "StringEquals",
              variable: `${GITHUB_ISSUER}:sub`,
              values: [`repo:${props.repository}:environment:${props.githubEnvironment}`],
            },
          ],
        },
      ],
    });
    this.resource = new IamRole(this, "Role", {
      name: props.name,
      description: props.description,
      assumeRolePolicy: trust.json,
      maxSessionDuration: product(props.sessionHours, 3600),
    });
    this.permissions = new PolicyDocument(this, "Permissions");
    new IamRolePolicy(this, "Policy", {
      name: "granted",
      role: this.resource.name,
      policy: this.permissions.json,
    });
  }

  public get arn(): string {
    return this.resource.arn;
  }

  public allow(statement: Statement): void {
    this.permissions.add(statement);
  }

  /** Gives it what does not fit into its own policy. */
  public attach({ node, arns }: ManagedPolicies): void {
    for (const [index, policyArn] of arns.entries()) {
      new IamRolePolicyAttachment(this, `${node.id}${index + 1}`, { role: this.resource.name, policyArn });
    }
  }
}
