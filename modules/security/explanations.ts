import type { IConstruct } from "constructs";

/** A rule of the guardrails that a construct may break, with the reason written beside it. */
export type Exception = "any-resource" | "any-principal" | "own-encryption" | "no-access-log";

/** Where a rule is broken and why. */
export interface Explanation {
  /** Path of the construct. */
  readonly path: string;
  readonly exception: Exception;
  /** What of the construct: the statement's id for a policy. */
  readonly subject: string;
  readonly reason: string;
}

const METADATA_TYPE = "retail-bi:explanation";

/** Writes down why `construct` breaks a rule; the guardrails then let it pass, and the policy test lists it. */
export function explain(construct: IConstruct, exception: Exception, subject: string, reason: string): void {
  construct.node.addMetadata(METADATA_TYPE, { exception, subject, reason });
}

/** The explanations of one construct. */
export function explanationsOf(construct: IConstruct): Explanation[] {
  return construct.node.metadata
    .filter(({ type }) => type === METADATA_TYPE)
    .map(({ data }) => ({ path: construct.node.path, ...data }));
}

/** Every explanation below `scope`. */
export function allExplanations(scope: IConstruct): Explanation[] {
  return scope.node.findAll().flatMap(explanationsOf);
}
