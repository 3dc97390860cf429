/** The product of all factors. */
export declare function product(first: number, ...others: readonly number[]): number;
/** The sum of all summands. */
export declare function sum(first: number, ...others: readonly number[]): number;
/** The smallest of them. */
export declare function least(...values: readonly number[]): number;
