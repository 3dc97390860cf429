/**
 * The digits of a JSON number in one spelling, without exponent, leading or trailing zeros: `1.50e1` is `15`, `-0.0` is `0`.
 * Equal numbers have equal texts, and nothing is rounded.
 * @param raw a number as JSON writes it, of bounded length
 * @returns undefined where the text is no such number, or one beyond 10^±1000
 */
export declare function plainDigits(raw: string): string | undefined;
/** Whether a number in the spelling of {@link plainDigits} fits a decimal of so many digits. */
export declare function fitsDecimal(digits: string, precision: number, scale: number): boolean;
/** Whether a number in the spelling of {@link plainDigits} is a whole one. */
export declare function isWhole(digits: string): boolean;
/** Whether a whole number in the spelling of {@link plainDigits} fits 64 bits. */
export declare function fitsInt64(digits: string): boolean;
