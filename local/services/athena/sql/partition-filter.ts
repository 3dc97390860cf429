import { asNode, nameOf } from "./syntax-tree";

/** A value of a partition column, or of an expression of partition columns. */
type Value = string | number | boolean | null;

/** The value of an expression that does not depend on the partition alone. */
export const UNKNOWN = Symbol("unknown");
type Known = Value | typeof UNKNOWN;

/** Reads a column; {@link UNKNOWN} when it is not a partition column. `qualifier` is the table's name or alias. */
type ColumnValue = (name: string, qualifier: string | undefined) => Known;

/**
 * Evaluates a parsed SQL condition over one partition's values, with {@link UNKNOWN} for everything else: rows,
 * functions, other tables. A partition whose condition is false or null contributes no rows; any other must be
 * read.
 */
export function evaluate(expression: unknown, column: ColumnValue): Known {
  const node = asNode(expression);
  if (!node) return UNKNOWN;
  const { kind, body } = node;
  const part = (name: string): Known => evaluate(body[name], column);
  switch (kind) {
    case "literal":
      return literal(body);
    case "boolean":
      return typeof body["value"] === "boolean" ? body["value"] : UNKNOWN;
    case "null":
      return null;
    case "paren":
      return part("this");
    case "neg": {
      const value = part("this");
      return typeof value === "number" ? -value : UNKNOWN;
    }
    case "column": {
      const name = nameOf(body["name"])?.toLowerCase();
      return name === undefined ? UNKNOWN : column(name, nameOf(body["table"])?.toLowerCase());
    }
    case "not":
      return not(part("this"));
    case "and":
      return and(part("left"), part("right"));
    case "or":
      return not(and(not(part("left")), not(part("right"))));
    case "eq":
    case "neq":
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return compare(kind, part("left"), part("right"));
    case "between": {
      const within = and(
        compare("gte", part("this"), part("low")),
        compare("lte", part("this"), part("high")),
      );
      return body["not"] === true ? not(within) : within;
    }
    case "in": {
      if (!Array.isArray(body["expressions"]) || body["query"] || body["unnest"]) return UNKNOWN;
      const value = part("this");
      const items = body["expressions"].map((item) => compare("eq", value, evaluate(item, column)));
      const found = items.reduce<Known>((any, item) => not(and(not(any), not(item))), false);
      return body["not"] === true ? not(found) : found;
    }
    default:
      return UNKNOWN;
  }
}

function literal(body: Readonly<Record<string, unknown>>): Known {
  const value = body["value"];
  if (typeof value !== "string") return UNKNOWN;
  if (body["literal_type"] === "string") return value;
  return body["literal_type"] === "number" ? Number(value) : UNKNOWN;
}

function not(value: Known): Known {
  return typeof value === "boolean" ? !value : value === null ? null : UNKNOWN;
}

/** SQL's three-valued AND, with UNKNOWN as a fourth value that only `false` overrides. */
function and(left: Known, right: Known): Known {
  if (left === false || right === false) return false;
  if (left === true) return right;
  if (right === true) return left;
  return left === null && right === null ? null : UNKNOWN;
}

function compare(operator: string, left: Known, right: Known): Known {
  if (left === null || right === null) return null;
  if (left === UNKNOWN || right === UNKNOWN || typeof left !== typeof right) return UNKNOWN;
  switch (operator) {
    case "eq":
      return left === right;
    case "neq":
      return left !== right;
    case "lt":
      return left < right;
    case "lte":
      return left <= right;
    case "gt":
      return left > right;
    default:
      return left >= right;
  }
}
