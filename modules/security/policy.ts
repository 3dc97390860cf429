import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { Construct } from "constructs";
import { explain } from "./explanations";

/** A condition of a statement; all of them must hold. */
export interface Condition {
  /** Such as `StringEquals`. */
  readonly test: string;
  /** The condition key. */
  readonly variable: string;
  /** One of them must match. */
  readonly values: readonly string[];
}

/** The principals of a statement in a resource's policy. */
export interface Principal {
  /** `AWS` for accounts and roles, `Service` for AWS services. */
  readonly type: "AWS" | "Service";
  /** ARNs of accounts and roles, or names of services. */
  readonly identifiers: readonly string[];
}

/** A statement without its resources. */
export interface Permission {
  /** Letters and digits, unique in its policy. */
  readonly sid: string;
  /** Full names, without a wildcard. */
  readonly actions: readonly string[];
  /** All of them must hold. @default none */
  readonly conditions?: readonly Condition[];
  /** Only in the policy of a resource. @default none */
  readonly principals?: readonly Principal[];
  /** @default Allow */
  readonly effect?: "Allow" | "Deny";
}

/** A statement for all resources, and why none can be named. */
export interface AnyResource extends Permission {
  readonly reason: string;
}

/** A statement of a policy. */
export interface Statement extends Permission {
  /** ARNs, or patterns of them. */
  readonly resources: readonly string[];
}

/** A policy to which statements are added, each with an id. */
export class PolicyDocument extends Construct {
  private readonly document: DataAwsIamPolicyDocument;
  private readonly statements = new Map<string, DataAwsIamPolicyDocumentStatement>();
  private readonly merged = new Map<string, Statement>();

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    this.document = new DataAwsIamPolicyDocument(this, "Document", { statement: [] });
  }

  /** The policy as JSON text. */
  public get json(): string {
    return this.document.json;
  }

  /**
   * Adds a statement; adding the same one again changes nothing.
   * @throws Error when another statement has its id, or when it allows an action or a resource by `*`.
   */
  public add(statement: Statement): void {
    this.assertNarrow(statement);
    this.put(statement);
  }

  /** Adds a statement for all resources. @param reason why none can be named */
  public addForAnyResource(permission: Permission, reason: string): void {
    this.put({ ...permission, resources: ["*"] });
    explain(this.document, "any-resource", permission.sid, reason);
  }

  /** Adds a statement for all principals. @param reason why no principal can be named. @throws Error as {@link add} */
  public addForAnyone(statement: Omit<Statement, "principals">, reason: string): void {
    this.add({ ...statement, principals: [{ type: "AWS", identifiers: ["*"] }] });
    explain(this.document, "any-principal", statement.sid, reason);
  }

  /**
   * Adds a statement, or adds its missing actions, resources and values of conditions to an earlier statement with
   * its id. For statements that grow with each resource that shares the policy.
   * @throws Error as {@link add}
   */
  public merge(statement: Statement): void {
    this.assertNarrow(statement);
    this.put(this.united(statement), true);
  }

  /** {@link merge} for {@link addForAnyResource}. @param reason why none can be named */
  public mergeForAnyResource(permission: Permission, reason: string): void {
    this.put(this.united({ ...permission, resources: ["*"] }), true);
    explain(this.document, "any-resource", permission.sid, reason);
  }

  /** {@link merge} for {@link addForAnyone}. @param reason why no principal can be named. @throws Error as {@link add} */
  public mergeForAnyone(statement: Omit<Statement, "principals">, reason: string): void {
    this.merge({ ...statement, principals: [{ type: "AWS", identifiers: ["*"] }] });
    explain(this.document, "any-principal", statement.sid, reason);
  }

  private united(statement: Statement): Statement {
    const earlier = this.merged.get(statement.sid);
    const all = earlier ? union(earlier, statement) : statement;
    this.merged.set(statement.sid, all);
    return all;
  }

  private assertNarrow({ sid, actions, resources, effect }: Statement): void {
    if (effect === "Deny") return;
    const wide = [
      ...actions.filter((action) => action.includes("*")),
      ...resources.filter((resource) => resource === "*"),
    ];
    if (wide.length > 0) {
      throw new Error(
        `${this.node.path}: statement "${sid}" allows ${wide.join(", ")}; ` +
          "write actions and resources out, or use addForAnyResource with a reason",
      );
    }
  }

  private put({ sid, actions, resources, conditions, principals, effect }: Statement, replace = false): void {
    const statement: DataAwsIamPolicyDocumentStatement = {
      sid,
      effect: effect ?? "Allow",
      actions: [...actions],
      resources: [...resources],
      ...(principals && {
        principals: principals.map(({ type, identifiers }) => ({ type, identifiers: [...identifiers] })),
      }),
      ...(conditions && {
        condition: conditions.map(({ test, variable, values }) => ({ test, variable, values: [...values] })),
      }),
    };
    const earlier = this.statements.get(sid);
    if (!replace && earlier && JSON.stringify(earlier) !== JSON.stringify(statement)) {
      throw new Error(`${this.node.path}: two different statements have the id "${sid}"; give each its own`);
    }
    this.statements.set(sid, statement);
    this.document.putStatement([...this.statements.values()]);
  }
}

/** The union of two statements that differ only in actions, resources or values of conditions. */
function union(one: Statement, other: Statement): Statement {
  const both = (left: readonly string[], right: readonly string[]) => [...new Set([...left, ...right])];
  const conditions = one.conditions?.map((condition) => {
    const same = other.conditions?.find(
      ({ test, variable }) => test === condition.test && variable === condition.variable,
    );
    return { ...condition, values: both(condition.values, same?.values ?? []) };
  });
  return {
    ...one,
    actions: both(one.actions, other.actions),
    resources: both(one.resources, other.resources),
    ...(conditions && { conditions }),
  };
}
