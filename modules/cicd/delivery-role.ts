import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { Construct } from "constructs";
import { GITHUB_AUDIENCE, GITHUB_ISSUER, githubProviderArn } from "../account-wide";
import { Role, type RoleProps } from "../security/role";
import type { ManagedPolicies } from "./managed-policies";

export interface DeliveryRoleProps extends Pick<RoleProps, "description" | "name"> {
  /** Account of the role, which must have GitHub's identity provider. */
  readonly accountId: string;
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
        principal: { type: "Federated", identifier: githubProviderArn(props.accountId) },
        conditions: [
          { test: "StringEquals", variable: `${GITHUB_ISSUER}:aud`, values: [GITHUB_AUDIENCE] },
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
