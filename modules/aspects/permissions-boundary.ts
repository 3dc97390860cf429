import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import type { IAspect } from "cdktf";
import type { IConstruct } from "constructs";

/** Sets a permissions boundary on every role. */
export class PermissionsBoundary implements IAspect {
  public constructor(private readonly policyArn: string) {}

  public visit(node: IConstruct): void {
    if (node instanceof IamRole) node.permissionsBoundary = this.policyArn;
  }
}
