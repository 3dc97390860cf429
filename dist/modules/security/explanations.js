"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.explain = explain;
exports.explanationsOf = explanationsOf;
exports.allExplanations = allExplanations;
const METADATA_TYPE = "retail-bi:explanation";
/** Records why `construct` breaks a rule; the guardrails then accept it, and the policy test lists it. */
function explain(construct, exception, subject, reason) {
    const known = explanationsOf(construct).some((one) => one.exception === exception && one.subject === subject && one.reason === reason);
    if (!known)
        construct.node.addMetadata(METADATA_TYPE, { exception, subject, reason });
}
/** The explanations of one construct. */
function explanationsOf(construct) {
    return construct.node.metadata
        .filter(({ type }) => type === METADATA_TYPE)
        .map(({ data }) => ({ path: construct.node.path, ...data }));
}
/** Every explanation below `scope`. */
function allExplanations(scope) {
    return scope.node.findAll().flatMap(explanationsOf);
}
