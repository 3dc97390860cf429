import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { Construct } from "constructs";
import { Role, type RoleProps } from "../security/role";
import type { ManagedPolicies } from "./managed-policies";

/** Issuer of the tokens that GitHub gives to a job. */
export const GITHUB_ISSUER = "token.actions.githubusercontent.com";
/** Audience of the tokens that `aws-actions/configure-aws-credentials` requests. */
export const AUDIENCE = "sts.amazonaws.com";

export interface DeliveryRoleProps extends Pick<RoleProps, "description" | "name"> {
  /** ARN of the account's identity provider for GitHub. */
  readonly identityProviderArn: string;
  /** The repository as in the `sub` of a token: `owner/name`, or `owner@id/name@id`. */
  readonly repository: string;
  /** The one GitHub environment whose jobs may assume it. */
  readonly githubEnvironment: string;
  /** Maximum session duration in hours, 1 to 12. */
  readonly sessionHours: number;
}

/** The role of the jobs of one GitHub environment of one repository; it needs no key that could be stolen. */
export class DeliveryRole extends Role {
  public constructor(scope: Construct, id: string, props: DeliveryRoleProps) {
    const { name, description, sessionHours, repository, githubEnvironment } = props;
    super(scope, id, {
      name,
      description,
      sessionHours,
      trust: {
        action: "sts:AssumeRoleWithWebIdentity",
        principal: { type: "Federated", identifier: props.identityProviderArn },
        conditions: [
          { test: "StringEquals", variable: `${GITHUB_ISSUER}:aud`, values: [AUDIENCE] },
          {
            test: "StringEquals",
            variable: `${GITHUB_ISSUER}:sub`,
            values: [`repo:${repository}:environment:${githubEnvironment}`],
          },
        ],
      },
    });
  }

  /** Attaches permissions that do not fit into its inline policy. */
  public attach({ node, arns }: ManagedPolicies): void {
    for (const [index, policyArn] of arns.entries()) {
      new IamRolePolicyAttachment(this, `${node.id}${index + 1}`, { role: this.resource.name, policyArn });
    }
  }
}
