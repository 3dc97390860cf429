/** What the local SQL knows of an expression's type: enough for Trino's rules of decimals. */
export type SqlType =
  | DecimalType
  /** A whole number. `digits`: of the decimal that it becomes beside one. */
  | { readonly kind: "whole"; readonly digits: number }
  | { readonly kind: "float" | "text" | "boolean" | "null" | "other" };

export interface DecimalType {
  readonly kind: "decimal";
  readonly precision: number;
  readonly scale: number;
}

/** Most digits of a decimal in Trino. */
export const MAX_PRECISION = 38;

export const INTEGER: SqlType = { kind: "whole", digits: 10 };
export const BIGINT: SqlType = { kind: "whole", digits: 19 };
const INTEGER_MAX = 2_147_483_647n;

const CATALOG: Readonly<Record<string, SqlType>> = {
  tinyint: { kind: "whole", digits: 3 },
  smallint: { kind: "whole", digits: 5 },
  int: INTEGER,
  integer: INTEGER,
  bigint: BIGINT,
  float: { kind: "float" },
  double: { kind: "float" },
  boolean: { kind: "boolean" },
  string: { kind: "text" },
};

/** The type of a column of the catalog. */
export function catalogSqlType(type: string): SqlType {
  const name = type.toLowerCase().replaceAll(" ", "");
  const [, precision, scale] = /^decimal\((\d+),(\d+)\)$/.exec(name) ?? [];
  if (precision !== undefined) return decimal(Number(precision), Number(scale));
  return name.startsWith("varchar") ? { kind: "text" } : (CATALOG[name] ?? { kind: "other" });
}

const CASTS: Readonly<Record<string, SqlType>> = {
  tiny_int: { kind: "whole", digits: 3 },
  small_int: { kind: "whole", digits: 5 },
  int: INTEGER,
  big_int: BIGINT,
  float: { kind: "float" },
  double: { kind: "float" },
  boolean: { kind: "boolean" },
  var_char: { kind: "text" },
};

/** The type that a CAST names, as the parser spells it. */
export function castSqlType(to: Readonly<Record<string, unknown>>): SqlType {
  const { data_type: type, precision, scale } = to;
  if (type === "decimal" && typeof precision === "number") return decimal(precision, Number(scale ?? 0));
  return CASTS[String(type)] ?? { kind: "other" };
}

/** A number that Trino reads as a decimal: with a point, without an exponent. */
const DECIMAL_LITERAL = /^(\d*)\.(\d*)$/;

/** The type of a number in a query. */
export function numberType(text: string): SqlType {
  if (/^\d+$/.test(text)) return BigInt(text) <= INTEGER_MAX ? INTEGER : BIGINT;
  const [, whole, fraction = ""] = DECIMAL_LITERAL.exec(text) ?? [];
  if (whole === undefined) return { kind: "float" };
  return decimal(Math.max(1, whole.replace(/^0+/, "").length + fraction.length), fraction.length);
}

export function decimal(precision: number, scale: number): DecimalType {
  return { kind: "decimal", precision: Math.min(precision, MAX_PRECISION), scale };
}

/** Two numbers of which at least one is a decimal and none a floating point number, as decimals; else undefined. */
export function bothExact(
  left: SqlType | undefined,
  right: SqlType | undefined,
): readonly [DecimalType, DecimalType] | undefined {
  if (left?.kind !== "decimal" && right?.kind !== "decimal") return undefined;
  const [a, b] = [exact(left), exact(right)];
  return a && b && [a, b];
}

function exact(type: SqlType | undefined): DecimalType | undefined {
  if (type?.kind === "decimal") return type;
  return type?.kind === "whole" ? decimal(type.digits, 0) : undefined;
}

/** Type of a result by Trino's rules (https://trino.io/docs/current/functions/decimal.html). */
export const DECIMAL_RESULTS = {
  add: (a: DecimalType, b: DecimalType) => sumType(a, b),
  sub: (a: DecimalType, b: DecimalType) => sumType(a, b),
  mul: (a: DecimalType, b: DecimalType) => decimal(a.precision + b.precision, a.scale + b.scale),
  div: (a: DecimalType, b: DecimalType) =>
    decimal(a.precision + b.scale + Math.max(0, b.scale - a.scale), Math.max(a.scale, b.scale)),
  mod: (a: DecimalType, b: DecimalType) => {
    const scale = Math.max(a.scale, b.scale);
    return decimal(Math.min(wholeDigits(a), wholeDigits(b)) + scale, scale);
  },
} as const;

export type Arithmetic = keyof typeof DECIMAL_RESULTS;

export function isArithmetic(kind: string): kind is Arithmetic {
  return Object.hasOwn(DECIMAL_RESULTS, kind);
}

function sumType(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  return decimal(Math.max(wholeDigits(a), wholeDigits(b)) + scale + 1, scale);
}

function wholeDigits({ precision, scale }: DecimalType): number {
  return precision - scale;
}

/** Type of `ceil`, `floor`, `round` or `truncate` of a decimal. @param placed by a second argument, a place */
export function roundedType(name: string, type: DecimalType, placed: boolean): DecimalType {
  const { precision, scale } = type;
  if (placed) return decimal(precision + 1, scale);
  const whole = wholeDigits(type);
  return name === "truncate" ? decimal(Math.max(1, whole), 0) : decimal(whole + Math.min(1, scale), 0);
}

/** The type that holds the values of all; undefined when one is unknown or they have none in common. */
export function commonType(types: readonly (SqlType | undefined)[]): SqlType | undefined {
  return types.reduce((left, right) => {
    if (left?.kind === "null") return right;
    if (!left || !right || right.kind === "null") return left && right && left;
    const pair = bothExact(left, right);
    if (pair) {
      const scale = Math.max(pair[0].scale, pair[1].scale);
      return decimal(Math.max(wholeDigits(pair[0]), wholeDigits(pair[1])) + scale, scale);
    }
    if (left.kind === "whole" && right.kind === "whole") return left.digits > right.digits ? left : right;
    if (left.kind === right.kind) return left;
    return isNumber(left) && isNumber(right) ? { kind: "float" } : undefined;
  });
}

export function isNumber({ kind }: SqlType): boolean {
  return kind === "decimal" || kind === "whole" || kind === "float";
}
