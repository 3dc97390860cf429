import type { IConstruct } from "constructs";
/** A rule of the guardrails that a construct may break with an explanation. */
export type Exception = "any-resource" | "any-principal" | "own-encryption" | "no-access-log";
/** An exception to a rule and its reason. */
export interface Explanation {
    /** Path of the construct. */
    readonly path: string;
    readonly exception: Exception;
    /** The part of the construct, such as a policy statement's id. */
    readonly subject: string;
    readonly reason: string;
}
/** Records why `construct` breaks a rule; the guardrails then accept it, and the policy test lists it. */
export declare function explain(construct: IConstruct, exception: Exception, subject: string, reason: string): void;
/** The explanations of one construct. */
export declare function explanationsOf(construct: IConstruct): Explanation[];
/** Every explanation below `scope`. */
export declare function allExplanations(scope: IConstruct): Explanation[];
