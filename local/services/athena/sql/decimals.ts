import { notLocal, QueryFailure } from "../../protocol/errors";
import {
  call,
  castTo,
  literalOf,
  type Members,
  numberLiteral,
  parenthesized,
  type Visit,
  visitMembers,
} from "./syntax-tree";
import {
  type Arithmetic,
  bothExact,
  DECIMAL_RESULTS,
  type DecimalType,
  decimal,
  isNumber,
  MAX_PRECISION,
  roundedType,
  type SqlType,
} from "./types";

/**
 * Decimals by Trino's rules (https://trino.io/docs/current/functions/decimal.html). DuckDB divides and averages them as
 * doubles, keeps products of short ones within 18 digits, and gives `round` another scale. Where a type is not known
 * from the query's text, a macro refuses a decimal when the query is bound: no number differs from Trino's in silence.
 */

/** Most digits of a decimal that DuckDB holds in 64 bits; it keeps a sum or product of two such ones within them. */
const SHORT_DIGITS = 18;
const OPERATORS: Readonly<Record<Arithmetic, string>> = { add: "+", sub: "-", mul: "*", div: "/", mod: "%" };

/**
 * Arithmetic with a decimal; undefined when neither operand is known to be one, or one is a double.
 * @throws QueryFailure for operands that are no numbers, or a result that no decimal holds
 */
export function arithmetic(kind: Arithmetic, left: unknown, right: unknown, visit: Visit): unknown {
  const [a, b] = [visit.typeOf?.(left), visit.typeOf?.(right)];
  refuseOther(kind, a, b);
  const pair = bothExact(a, b);
  if (!pair) return undefined;
  const type = DECIMAL_RESULTS[kind](...pair);
  if (type.scale > MAX_PRECISION) {
    throw new QueryFailure(
      "INVALID_FUNCTION_ARGUMENT",
      `DECIMAL scale must be in range [0, precision (${MAX_PRECISION})]: ${type.scale}`,
    );
  }
  const [x, y] = [parenthesized(visit(left)), parenthesized(visit(right))];
  if (kind === "div") return quotient(x, y, pair, type);
  const wide = type.precision > SHORT_DIGITS ? toDecimal(x, { ...pair[0], precision: MAX_PRECISION }) : x;
  if (kind === "mod") return call("athena_modulo", [wide, y]);
  return parenthesized({
    [kind]: { left: wide, right: y, left_comments: [], operator_comments: [], trailing_comments: [] },
  });
}

/** DuckDB casts a text to a number. */
function refuseOther(kind: Arithmetic, a: SqlType | undefined, b: SqlType | undefined): void {
  const other = [a, b].some((type) => type?.kind === "text" || type?.kind === "boolean");
  const number = [a, b].some((type) => type && isNumber(type));
  if (!other || !number) return;
  throw new QueryFailure(
    "TYPE_MISMATCH",
    `Cannot apply operator: ${spelled(a)} ${OPERATORS[kind]} ${spelled(b)}`,
  );
}

function spelled(type: SqlType | undefined): string {
  if (type?.kind === "decimal") return `decimal(${type.precision},${type.scale})`;
  const names: Readonly<Record<string, string>> = { text: "varchar", whole: "integer", float: "double" };
  return type ? (names[type.kind] ?? type.kind) : "unknown";
}

function quotient(
  x: unknown,
  y: unknown,
  [a, b]: readonly [DecimalType, DecimalType],
  type: DecimalType,
): unknown {
  const zeros = type.scale - a.scale + b.scale;
  return scaled(call("athena_quotient", [x, y, numberLiteral(zeros)]), type);
}

/** A whole number of the last digits of a decimal, as that decimal. */
function scaled(units: unknown, type: DecimalType): unknown {
  const unit = {
    literal: { literal_type: "number", value: type.scale === 0 ? "1" : `0.${"1".padStart(type.scale, "0")}` },
  };
  const product = {
    mul: { left: units, right: unit, left_comments: [], operator_comments: [], trailing_comments: [] },
  };
  return toDecimal(parenthesized(product), type);
}

/**
 * `avg` of decimals: a decimal of the same type, rounded half away from zero.
 * @param body the members of `avg` @param over puts an aggregate into its window
 */
export function average(
  body: Members,
  visit: Visit,
  over = (aggregate: unknown): unknown => aggregate,
): unknown {
  const type = visit.typeOf?.(body["this"]);
  if (type?.kind !== "decimal") throw new TypeError("no decimal");
  const members = visitMembers(body, visit);
  const total = over({ sum: { ...members, name: "sum" } });
  const count = over({ count: { ...members, star: false, name: "count", original_name: null } });
  // Of no rows the count is 0, and the average NULL.
  return scaled(
    call("athena_quotient", [total, call("nullif", [count, numberLiteral(0)]), numberLiteral(0)]),
    type,
  );
}

/** `ceil`, `floor`, `round` or `truncate` of a decimal. */
export function rounded(name: string, args: readonly unknown[], visit: Visit): unknown {
  const [value, place, ...others] = args;
  const type = visit.typeOf?.(value);
  if (type?.kind !== "decimal") throw new TypeError("no decimal");
  if (others.length > 0 || (place !== undefined && name !== "round"))
    throw notLocal(`${name} with ${args.length} arguments`);
  if (place !== undefined && !/^-?\d+$/.test(literalOf(place)?.text ?? "")) {
    throw notLocal("round of a decimal to a computed place");
  }
  const result = roundedType(name, type, place !== undefined);
  // One digit more, for what is rounded up to the next power of ten.
  const wide = toDecimal(parenthesized(visit(value)), decimal(type.precision + 1, type.scale));
  const duck = { truncate: "trunc", ceiling: "ceil" }[name] ?? name;
  return toDecimal(call(duck, place === undefined ? [wide] : [wide, visit(place)]), result);
}

/** Operand of a CAST AS decimal or boolean: a double by its digits, as Trino casts it; a text only in Trino's form. */
export function castOperand(
  to: "decimal" | "boolean",
  kind: "cast" | "try_cast",
  operand: unknown,
  visit: Visit,
): unknown {
  const value = visit(operand);
  const check = `athena_${kind === "cast" ? "" : "try_"}${to}_cast`;
  if (to === "boolean") return call(check, [value]);
  switch (visit.typeOf?.(operand)?.kind) {
    case "float":
      return castTo(parenthesized(value), {
        data_type: "var_char",
        length: null,
        parenthesized_length: false,
      });
    case "decimal":
    case "whole":
    case "boolean":
    case "null":
      return value;
    case "text":
      return call(check, [value]);
    default:
      return call(check, [call("athena_not_float", [value])]);
  }
}

/** What `approx_percentile` is taken of: Trino casts decimals to double. */
export function percentileOperand(operand: unknown, visit: Visit): unknown {
  const value = visit(operand);
  if (!visit.typeOf) return value;
  const type = visit.typeOf(operand);
  if (type?.kind === "decimal")
    return castTo(parenthesized(value), { data_type: "double", precision: null, scale: null });
  return type ? value : call("athena_percentile", [value]);
}

/** CAST AS decimal. */
export function toDecimal(expression: unknown, { precision, scale }: DecimalType): unknown {
  return castTo(expression, { data_type: "decimal", precision, scale });
}
