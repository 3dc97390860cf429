import { Construct } from "constructs";
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
    readonly type: "AWS" | "Service";
    readonly identifiers: readonly string[];
}
/** A statement without its resources. */
export interface Permission {
    /** Letters and digits, unique in its policy. */
    readonly sid: string;
    /** Full names, without a wildcard. */
    readonly actions: readonly string[];
    readonly conditions?: readonly Condition[];
    /** Only in the policy of a resource. */
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
    readonly resources: readonly string[];
}
/** A policy to which statements are added, each with an id. */
export declare class PolicyDocument extends Construct {
    private readonly document;
    private readonly statements;
    private readonly merged;
    constructor(scope: Construct, id: string);
    /** The policy as JSON text. */
    get json(): string;
    /**
     * Adds a statement; adding the same one again changes nothing.
     * @throws Error when another statement has its id, or when it allows an action or a resource by `*`.
     */
    add(statement: Statement): void;
    /** Adds a statement for all resources. @param reason why none can be named */
    addForAnyResource(permission: Permission, reason: string): void;
    /** Adds a statement for all principals. @param reason why no principal can be named. @throws Error as {@link add} */
    addForAnyone(statement: Omit<Statement, "principals">, reason: string): void;
    /**
     * Adds a statement, or adds its missing actions, resources and values of conditions to an earlier statement with
     * its id. For statements that grow with each resource that shares the policy.
     * @throws Error as {@link add}
     */
    merge(statement: Statement): void;
    /** {@link merge} for {@link addForAnyResource}. @param reason why none can be named */
    mergeForAnyResource(permission: Permission, reason: string): void;
    /** {@link merge} for {@link addForAnyone}. @param reason why no principal can be named. @throws Error as {@link add} */
    mergeForAnyone(statement: Omit<Statement, "principals">, reason: string): void;
    private united;
    private assertNarrow;
    private put;
}
