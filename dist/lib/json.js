"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.isJsonObject = isJsonObject;
exports.member = member;
exports.objectOf = objectOf;
exports.leaves = leaves;
/** Whether a value is an object, and not a list or null. */
function isJsonObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
/** A member of an object; undefined also for null, which means the same in a Terraform document. */
function member(object, key) {
    return Object.hasOwn(object, key) ? (object[key] ?? undefined) : undefined;
}
/** A member that is an object, or else an empty object. */
function objectOf(object, key) {
    const value = member(object, key);
    return isJsonObject(value) ? value : {};
}
/**
 * Every leaf below `value`, empty lists and objects included. Null counts as absent, and `//` is a comment
 * in Terraform's JSON.
 */
function* leaves(value, steps = []) {
    const members = Array.isArray(value)
        ? value.map((item, index) => [index, item])
        : isJsonObject(value)
            ? Object.entries(value).filter(([key]) => key !== "//")
            : [];
    if (members.length === 0) {
        if (value !== null)
            yield { path: pathOf(steps), steps, value };
        return;
    }
    for (const [step, item] of members)
        yield* leaves(item, [...steps, step]);
}
function pathOf(steps) {
    return steps
        .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
        .join("");
}
