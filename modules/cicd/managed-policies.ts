import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { Construct } from "constructs";
import { type Permission, PolicyDocument } from "../security/policy";
import type { Permissions } from "./permissions";

/**
 * AWS allows 6,144 characters in a managed policy, white space not counted; the margin is for ARNs, which are still
 * references here. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const CHARACTERS = 5500;

export interface ManagedPoliciesProps {
  /** First part of the physical names; a number follows. */
  readonly name: string;
  readonly description: string;
  readonly permissions: Permissions;
}

/** Permissions that do not fit into the one inline policy of a role, in as few managed policies as possible. */
export class ManagedPolicies extends Construct {
  public readonly arns: readonly string[];

  public constructor(scope: Construct, id: string, props: ManagedPoliciesProps) {
    super(scope, id);
    this.arns = packed(props.permissions).map((statements, index) => {
      const document = new PolicyDocument(this, `Permissions${index + 1}`);
      for (const statement of statements) allow(document, statement);
      return new IamPolicy(this, `Policy${index + 1}`, {
        name: `${props.name}-${index + 1}`,
        description: props.description,
        policy: document.json,
      }).arn;
    });
  }
}

/** Adds a statement, whether it is about ARNs or about every resource. */
export function allow(document: PolicyDocument, statement: Permissions[number]): void {
  if ("resources" in statement) document.add(statement);
  else document.addForAnyResource(statement, statement.reason);
}

/** Splits statements in order, each part as long as allowed. */
function packed<T extends Permission>(statements: readonly T[]): T[][] {
  const parts: T[][] = [];
  let room = 0;
  for (const statement of statements) {
    const size = JSON.stringify(statement).length;
    const last = parts.at(-1);
    if (last && size <= room) last.push(statement);
    else {
      parts.push([statement]);
      room = CHARACTERS;
    }
    room -= size;
  }
  return parts;
}
