/** A JSON number in its parts. */
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A number that is in the spelling of {@link plainDigits} already: most are. */
const PLAIN = /^-?(?:[1-9]\d*|(?:0|[1-9]\d*)\.\d*[1-9])$/;

/** Larger exponents are refused before they are written out: no kind of number is so long. */
const MAX_EXPONENT = 1_000;

/**
 * The digits of a JSON number in one spelling, without exponent, leading or trailing zeros: `1.50e1` is `15`, `-0.0` is `0`.
 * Equal numbers have equal texts, and nothing is rounded.
 * @param raw a number as JSON writes it, of bounded length
 * @returns undefined where the text is no such number, or one beyond 10^±1000
 */
export function plainDigits(raw: string): string | undefined {
  if (PLAIN.test(raw)) return raw;
  const parts = NUMBER.exec(raw);
  if (parts === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = parts;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  if (digits === "") return "0";
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > MAX_EXPONENT) return undefined;
  // How many of the digits stand before the point.
  const point = digits.length - fraction.length + exponent;
  const before = point <= 0 ? "0" : digits.slice(0, point).padEnd(point, "0");
  const behind = (point < 0 ? "0".repeat(-point) + digits : digits.slice(Math.max(0, point))).replace(
    /0+$/,
    "",
  );
  return `${sign}${before}${behind === "" ? "" : `.${behind}`}`;
}

/** Whether a number in the spelling of {@link plainDigits} fits a decimal of so many digits. */
export function fitsDecimal(digits: string, precision: number, scale: number): boolean {
  const start = digits.startsWith("-") ? 1 : 0;
  const found = digits.indexOf(".");
  const point = found === -1 ? digits.length : found;
  const whole = digits.startsWith("0", start) ? 0 : point - start;
  return whole <= precision - scale && digits.length - point - 1 <= scale;
}

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
/** Digits of the longest whole number of 64 bits. */
const INT64_DIGITS = 19;

/** Whether a number in the spelling of {@link plainDigits} is a whole one. */
export function isWhole(digits: string): boolean {
  return !digits.includes(".");
}

/** Whether a whole number in the spelling of {@link plainDigits} fits 64 bits. */
export function fitsInt64(digits: string): boolean {
  if (digits.length > INT64_DIGITS + 1) return false;
  const value = BigInt(digits);
  return value >= INT64_MIN && value <= INT64_MAX;
}
