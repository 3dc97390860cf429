import { isJsonObject } from "../../../../lib/json";
import { notLocal, QueryFailure } from "../../protocol/errors";
import { isDate, isInterval } from "./dates";
import { arithmetic, castOperand } from "./decimals";
import { DATA_TYPES, LITERALS, WHOLE_TYPES } from "./sql-subset";
import {
  asNode,
  call,
  caseOf,
  castTo,
  listOf,
  literalOf,
  type Members,
  numberLiteral,
  parenthesized,
  TIMESTAMP,
  type TreeNode,
  type Visit,
  visitMembers,
} from "./syntax-tree";

/**
 * Rewrites an operator that DuckDB interprets differently; undefined for any other node.
 * @throws QueryFailure
 */
export function rewriteOperator({ kind, body }: TreeNode, visit: Visit): unknown {
  const { left, right } = body;
  switch (kind) {
    case "literal":
      if (!LITERALS.has(String(body["literal_type"]))) throw notLocal(`literals like ${body["value"]}`);
      refuseZone(body);
      return { literal: body };
    case "cast":
    case "try_cast":
      return cast(kind, body, visit);
    case "eq":
    case "neq":
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return {
        [kind]: {
          ...body,
          left: checkedOperand(left, [right], visit),
          right: checkedOperand(right, [left], visit),
        },
      };
    case "null_safe_eq":
    case "null_safe_neq":
      return { [kind]: { ...body, left: comparedBy(visit)(left), right: comparedBy(visit)(right) } };
    case "between":
      return checkedThis(kind, body, [body["low"], body["high"]], visit);
    case "in":
      return checkedThis(kind, body, listOf(body["expressions"]), visit);
    case "add":
    case "sub":
      return sum(kind, body, visit);
    case "mul":
      return isInterval(left) || isInterval(right) ? undefined : arithmetic(kind, left, right, visit);
    case "div":
      return arithmetic(kind, left, right, visit) ?? call("athena_divide", [visit(left), visit(right)]);
    case "mod":
      return modulo(left, right, visit);
    case "concat":
      return { concat: { ...body, left: concatenable(left, visit), right: concatenable(right, visit) } };
    case "if_func":
      return caseOf([[visit(body["condition"]), visit(body["true_value"])]], visit(body["false_value"]));
    case "subscript":
      return call("athena_subscript", [visit(body["this"]), visit(body["index"])]);
    default:
      return undefined;
  }
}

/** The remainder, by the operator or by `mod`. */
export function modulo(left: unknown, right: unknown, visit: Visit): unknown {
  return arithmetic("mod", left, right, visit) ?? call("athena_modulo", [visit(left), visit(right)]);
}

/** DuckDB would keep the local time of a literal with a zone and drop the zone. */
function refuseZone({ literal_type: type, value }: Members): void {
  const moment = /^\s*[+-]?\d{4,}-\d{1,2}-\d{1,2}( +(\d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?)?\s*)?$/;
  if (type !== "timestamp" || moment.test(String(value))) return;
  throw notLocal(`TIMESTAMP '${value}'`, "use from_iso8601_timestamp for a time with a zone");
}

/** `concat(a, b, …)` as `||`, because a NULL makes the whole result NULL. */
export function concatenation(args: readonly unknown[], visit: Visit): unknown {
  const [first, ...rest] = args.map((arg) => concatenable(arg, visit));
  if (first === undefined || rest.length === 0) throw notLocal("concat of one argument");
  return parenthesized(rest.reduce((left, right) => ({ concat: { left, right } }), first));
}

/** A timestamp for arithmetic: casts an expression that is a date by its syntax, checks that any other is not a date. */
export function asTimestamp(expression: unknown, visit: Visit): unknown {
  const value = visit(expression);
  return isDate(expression) ? castTo(value, TIMESTAMP) : call("athena_instant", [value]);
}

function cast(kind: "cast" | "try_cast", body: Members, visit: Visit): unknown {
  const to = isJsonObject(body["to"]) ? body["to"] : {};
  const type = String(to["data_type"]);
  if (!DATA_TYPES.has(type)) throw notLocal(`CAST AS ${type.replaceAll("_", " ").toUpperCase()}`);
  if (type === "decimal" && typeof to["precision"] !== "number") {
    throw notLocal("DECIMAL without precision", "write DECIMAL(precision, scale)");
  }
  if (to["timezone"] === true) throw notLocal("CAST AS TIMESTAMP WITH TIME ZONE");
  const value = visit(body["this"]);
  if (WHOLE_TYPES.has(type)) {
    return castTo(call(kind === "cast" ? "athena_whole" : "athena_try_whole", [value]), to, kind);
  }
  if (type === "timestamp" || type === "date") {
    const checked = call(`athena_${kind === "cast" ? "" : "try_"}${type}_cast`, [
      wallClock(body["this"], visit),
    ]);
    return { [kind]: { ...body, this: checked } };
  }
  if (type === "decimal" || type === "boolean") {
    return { [kind]: { ...body, this: castOperand(type, kind, body["this"], visit) } };
  }
  if (type !== "var_char") return { [kind]: { ...body, this: value } };
  const spelled = call("athena_spelled", [value]);
  if (typeof to["length"] !== "number") return spelled;
  return call("substr", [spelled, numberLiteral(1), numberLiteral(to["length"])]);
}

function checkedThis(kind: string, body: Members, others: readonly unknown[], visit: Visit): unknown {
  const { this: expression, ...rest } = body;
  return {
    [kind]: { ...visitMembers(rest, comparedBy(visit)), this: checkedOperand(expression, others, visit) },
  };
}

/** Visits operands of a comparison: a timestamp with its own zone is compared by its instant. NULL has no type. */
function comparedBy(visit: Visit): Visit {
  if (!visit.zones) return visit;
  const compared = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(compared);
    const kind = asNode(value)?.kind;
    const isPlain = kind === undefined || kind === "null" || literalOf(value) !== undefined;
    return isPlain ? visit(value) : call("athena_utc", [visit(value)]);
  };
  return Object.assign(compared, { zones: true, typeOf: visit.typeOf });
}

/** A timestamp's local time in its zone. */
export function wallClock(expression: unknown, visit: Visit): unknown {
  return visit.zones ? call("athena_wall", [visit(expression)]) : visit(expression);
}

/** Checks an expression's type when the other operands are literals: DuckDB would cast silently. */
function checkedOperand(expression: unknown, others: readonly unknown[], visit: Visit): unknown {
  const own = literalOf(expression)?.type;
  const types = new Set(others.flatMap((other) => literalOf(other)?.type ?? []));
  if (own !== undefined) {
    const other = [...types].find((type) => !comparable(own, type));
    if (other !== undefined) {
      throw new QueryFailure("TYPE_MISMATCH", `Cannot apply operator: ${own} and ${other}; CAST one of them`);
    }
    return visit(expression);
  }
  const value = comparedBy(visit)(expression);
  if (types.has("string")) return call("athena_text", [value]);
  return types.has("number") ? call("athena_number", [value]) : value;
}

function comparable(left: string, right: string): boolean {
  const moments = ["date", "timestamp"];
  return left === right || (moments.includes(left) && moments.includes(right));
}

/** A date plus an interval is a date. */
function sum(kind: string, body: Members, visit: Visit): unknown {
  const { left, right } = body;
  if (!isInterval(left) && !isInterval(right)) {
    if (isDate(left) || isDate(right))
      throw notLocal("this arithmetic on a date", "use date_add or date_diff");
    const reckoned = kind === "add" || kind === "sub" ? arithmetic(kind, left, right, visit) : undefined;
    return reckoned ?? { [kind]: visitMembers(body, visit) };
  }
  if (isInterval(left) && isInterval(right)) return { [kind]: visitMembers(body, visit) };
  const [moment, interval] = isInterval(right) ? [left, right] : [right, left];
  const at = (side: unknown) => (side === moment ? asTimestamp(side, visit) : visit(side));
  const moved = visit.zones
    ? call(kind === "add" ? "athena_plus" : "athena_minus", [at(moment), at(interval)])
    : { [kind]: { ...body, left: at(left), right: at(right) } };
  return isDate({ [kind]: body }) ? castTo(parenthesized(moved), { data_type: "date" }) : moved;
}

function concatenable(expression: unknown, visit: Visit): unknown {
  const value = visit(expression);
  const plain = literalOf(expression)?.type === "string" || asNode(expression)?.kind === "concat";
  return plain ? value : call("athena_concatenable", [value]);
}
