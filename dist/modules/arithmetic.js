"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.product = product;
exports.sum = sum;
exports.least = least;
const cdktf_1 = require("cdktf");
/*
 * Arithmetic on numbers that may be tokens: known numbers are computed here, the rest by Terraform. In JavaScript a
 * number token is a huge negative number, whose sum or product is nonsense.
 */
const known = (values) => !values.some((value) => cdktf_1.Token.isUnresolved(value));
/** The product of all factors. */
function product(first, ...others) {
    return others.reduce((left, right) => {
        return known([left, right]) ? left * right : cdktf_1.Token.asNumber(cdktf_1.Op.mul(left, right));
    }, first);
}
/** The sum of all summands. */
function sum(first, ...others) {
    return others.reduce((left, right) => {
        return known([left, right]) ? left + right : cdktf_1.Token.asNumber(cdktf_1.Op.add(left, right));
    }, first);
}
/** The smallest of them. */
function least(...values) {
    return known(values) ? Math.min(...values) : cdktf_1.Token.asNumber(cdktf_1.Fn.min([...values]));
}
