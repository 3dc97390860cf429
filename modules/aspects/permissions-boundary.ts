import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import type { IAspect } from "cdktf";
import type { IConstruct } from "constructs";
import { resourceTypeOf } from "./terraform-type";

/** Sets a permissions boundary on every role. */
export class PermissionsBoundary implements IAspect {
  public constructor(private readonly policyArn: string) {}

  public visit(node: IConstruct): void {
    if (resourceTypeOf(node) === "aws_iam_role") (node as IamRole).permissionsBoundary = this.policyArn;
  }
}
