import { Fn, Op, Token } from "cdktf";

/*
 * Arithmetic on numbers that may be tokens: known numbers are computed here, the rest by Terraform. In JavaScript a
 * number token is a huge negative number, whose sum or product is nonsense.
 */

const known = (values: readonly number[]): boolean => !values.some((value) => Token.isUnresolved(value));

/** The product of all factors. */
export function product(first: number, ...others: readonly number[]): number {
  return others.reduce((left, right) => {
    return known([left, right]) ? left * right : Token.asNumber(Op.mul(left, right));
  }, first);
}

/** The sum of all summands. */
export function sum(first: number, ...others: readonly number[]): number {
  return others.reduce((left, right) => {
    return known([left, right]) ? left + right : Token.asNumber(Op.add(left, right));
  }, first);
}

/** The smallest of them. */
export function least(...values: readonly number[]): number {
  return known(values) ? Math.min(...values) : Token.asNumber(Fn.min([...values]));
}
