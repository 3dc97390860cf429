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

const METADATA_TYPE = "retail-bi:explanation";

/** Records why `construct` breaks a rule; the guardrails then accept it, and the policy test lists it. */
export function explain(construct: IConstruct, exception: Exception, subject: string, reason: string): void {
  const known = explanationsOf(construct).some(
    (one) => one.exception === exception && one.subject === subject && one.reason === reason,
  );
  if (!known) construct.node.addMetadata(METADATA_TYPE, { exception, subject, reason });
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
