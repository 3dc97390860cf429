"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.assertWholeNumber = assertWholeNumber;
exports.assertLiteral = assertLiteral;
exports.assertKnownLength = assertKnownLength;
exports.checkedPanels = checkedPanels;
const cdktf_1 = require("cdktf");
const read_panels_1 = require("../dashboards/read-panels");
/**
 * Refuses a property that AWS would refuse. A token is known only when Terraform runs, and AWS checks it then.
 * @throws RangeError naming the construct, the value and what is allowed.
 */
function assertWholeNumber(construct, property, value, min, max) {
    if ([value, min, max].some(cdktf_1.Token.isUnresolved))
        return;
    if (!Number.isInteger(value) || value < min || value > max) {
        throw new RangeError(`${construct.node.path}: ${property} is ${value}; a whole number from ${min} to ${max} is allowed`);
    }
}
/**
 * Refuses a token in a property that decides which resources exist, which is needed before Terraform runs.
 * @throws TypeError naming the construct and the property.
 */
function assertLiteral(construct, property, value) {
    const literal = (one) => ["boolean", "number", "string"].includes(typeof one) && !cdktf_1.Token.isUnresolved(one);
    // A list token is recognised only in the list itself, not in its elements.
    if (Array.isArray(value) ? !cdktf_1.Token.isUnresolved(value) && value.every(literal) : literal(value))
        return;
    throw new TypeError(`${construct.node.path}: ${property} is not a literal; it decides which resources exist, so no token is allowed`);
}
/**
 * Refuses a token in the place of a list whose length decides which resources or statements exist; its elements may be
 * tokens.
 * @throws TypeError naming the construct and the property.
 */
function assertKnownLength(construct, property, list) {
    if (Array.isArray(list) && !cdktf_1.Token.isUnresolved(list))
        return;
    throw new TypeError(`${construct.node.path}: ${property} is not a literal list; its length decides which resources or statements exist, so only its elements may be tokens`);
}
/**
 * Panels that their contract can have: types check those of a known contract only.
 * @throws RangeError naming the construct, and each panel and field that is wrong.
 */
function checkedPanels(construct, contract, panels) {
    try {
        return (0, read_panels_1.readPanels)(contract, panels);
    }
    catch (error) {
        if (!(error instanceof read_panels_1.PanelsError))
            throw error;
        throw new RangeError(`${construct.node.path}: ${error.message}`);
    }
}
