import { isJsonObject } from "../../../../lib/json";
import { notLocal, QueryFailure } from "../../protocol/errors";
import { isDate, strftimeFormat } from "./dates";
import { average, percentileOperand, rounded } from "./decimals";
import { EXTRACT_FIELDS, FUNCTION_NODES, FUNCTIONS } from "./functions";
import { jsonPointer } from "./json-path";
import { asTimestamp, concatenation, modulo, wallClock } from "./rewrite-operators";
import {
  asNode,
  call,
  caseOf,
  castTo,
  listOf,
  literalOf,
  type Members,
  TIMESTAMP,
  type TreeNode,
  textLiteral,
  type Visit,
  visitMembers,
} from "./syntax-tree";

/**
 * Rewrites a call of a function; undefined for a node that is not a call.
 * @throws QueryFailure for a function that the local SQL lacks
 */
export function rewriteFunction({ kind, body }: TreeNode, visit: Visit): unknown {
  const node = FUNCTION_NODES[kind];
  if (node) return scalar(node.name, argumentsOf(node, body), visit);
  switch (kind) {
    case "function":
      if (body["distinct"] === true) throw notLocal(`DISTINCT in ${body["name"]}`);
      return scalar(String(body["name"]).toLowerCase(), listOf(body["args"]), visit);
    case "aggregate_function": {
      const called = String(body["name"]).toLowerCase();
      const [first, ...rest] = listOf(body["args"]);
      const name = target(called, listOf(body["args"]).length);
      const args = [
        called === "approx_percentile" ? percentileOperand(first, visit) : visit(first),
        ...rest.map(visit),
      ];
      return { aggregate_function: { ...visitMembers({ ...body, args: [] }, visit), args, name } };
    }
    case "trim":
      return scalar(trimName(body), [body["this"]], visit);
    case "extract":
      return scalar(extractName(body), [body["this"]], visit);
    case "sum": {
      const { this: summed, ...rest } = body;
      const type = visit.typeOf?.(summed);
      if (type?.kind === "boolean") {
        throw new QueryFailure("FUNCTION_NOT_FOUND", "Unexpected parameters (boolean) for function sum");
      }
      if (!visit.typeOf || type) return undefined;
      return { sum: { ...visitMembers(rest, visit), this: call("athena_summed", [visit(summed)]) } };
    }
    case "window_function": {
      const aggregate = asNode(body["this"]);
      if (aggregate?.kind !== "avg" || visit.typeOf?.(aggregate.body["this"])?.kind !== "decimal")
        return undefined;
      const window = visitMembers({ ...body, this: null }, visit);
      return average(aggregate.body, visit, (over) => ({ window_function: { ...window, this: over } }));
    }
    case "avg": {
      if (visit.typeOf?.(body["this"])?.kind === "decimal") return average(body, visit);
      const { this: averaged, ...rest } = body;
      return { avg: { ...visitMembers(rest, visit), this: call("athena_averaged", [visit(averaged)]) } };
    }
    case "approx_distinct":
      return { count: { ...visitMembers(body, visit), star: false, distinct: true, original_name: "count" } };
    case "count":
      if (asNode(body["this"])?.kind === "tuple") throw notLocal("count of several columns");
      return { count: visitMembers(body, visit) };
    default:
      return undefined;
  }
}

/** Functions that read a timestamp's local time in its zone. */
const OF_WALL_CLOCK = new Set([
  ...["date", "day", "day_of_month", "day_of_week", "day_of_year", "dow", "doy", "hour", "last_day_of_month"],
  ...["millisecond", "minute", "month", "quarter", "second", "week", "week_of_year", "year", "year_of_week"],
  "yow",
]);

/** Functions that take JSON; DuckDB takes it for a text in the others. */
const OF_JSON = new Set(["json_extract", "json_extract_scalar", "nullif"]);

/** Functions of numbers; DuckDB would cast a text. */
const OF_NUMBERS = new Set([
  ...[
    "abs",
    "acos",
    "cbrt",
    "ceil",
    "ceiling",
    "chr",
    "cos",
    "degrees",
    "exp",
    "floor",
    "from_unixtime",
    "is_finite",
  ],
  ...[
    "is_infinite",
    "is_nan",
    "ln",
    "log",
    "log10",
    "log2",
    "mod",
    "pow",
    "power",
    "radians",
    "round",
    "sin",
    "sqrt",
  ],
  ...["tan", "truncate"],
]);

/** @throws QueryFailure for an argument that is a text by the query's own words or by its column's type */
function assertNoText(name: string, args: readonly unknown[], visit: Visit): void {
  const text = args.find((arg) => literalOf(arg)?.type === "string" || visit.typeOf?.(arg)?.kind === "text");
  if (text === undefined) return;
  throw new QueryFailure("FUNCTION_NOT_FOUND", `Unexpected parameters (varchar) for function ${name}`);
}

function isJson(expression: unknown): boolean {
  const node = asNode(expression);
  return node?.kind === "json_extract" || (node?.kind === "paren" && isJson(node.body["this"]));
}

function scalar(name: string, args: readonly unknown[], visit: Visit): unknown {
  if (!OF_JSON.has(name) && args.some(isJson)) {
    throw new QueryFailure("FUNCTION_NOT_FOUND", `Unexpected parameters (json) for function ${name}`);
  }
  if (OF_NUMBERS.has(name)) assertNoText(name, args, visit);
  switch (name) {
    case "mod":
      if (args.length !== 2) break;
      return modulo(args[0], args[1], visit);
    case "round":
    case "truncate":
      if (visit.typeOf?.(args[0])?.kind !== "decimal") break;
      return rounded(name, args, visit);
    case "concat":
      return concatenation(args, visit);
    case "greatest":
    case "least":
      return nullIfAnyIsNull(name, args.map(visit));
    case "concat_ws":
      return call(
        name,
        args.map((arg) => call("athena_joinable", [visit(arg)])),
      );
    case "date_trunc":
      return dateLike(
        args[1],
        call(visit.zones ? "athena_date_trunc" : name, [args[0], asTimestamp(args[1], visit)]),
      );
    case "date_add":
      assertNoText(name, args.slice(1), visit);
      return dateLike(
        args[2],
        call(visit.zones ? "athena_date_add" : "athena_date_added", [
          ...[args[0], visit(args[1])],
          asTimestamp(args[2], visit),
        ]),
      );
    case "date_format":
      return call("strftime", [wallClock(args[0], visit), format(name, args)]);
    case "date_parse":
      return call("strptime", [visit(args[0]), format(name, args)]);
    case "rollup":
    case "cube":
    case "grouping sets":
      return call(name, args.map(visit));
    case "grouping":
      return castTo(call(name, args.map(visit)), { data_type: "int", length: null, integer_spelling: false });
    case "date_diff":
      assertNoText(name, args.slice(1), visit);
      if (!visit.zones) break;
      return call("athena_date_diff", args.map(visit));
    case "to_unixtime":
      if (!visit.zones) break;
      return call(target(name, args.length), [call("athena_utc", args.map(visit))]);
    case "json_extract":
    case "json_extract_scalar":
      return call(target(name, args.length), [visit(args[0]), jsonPath(name, args[1])]);
    case "localtimestamp":
      return castTo(call("now", []), TIMESTAMP);
    case "ceil":
    case "ceiling":
    case "floor":
      if (visit.typeOf?.(args[0])?.kind === "decimal") return rounded(name, args, visit);
      return call(target(name, args.length), [call("athena_fraction", args.map(visit))]);
    case "sequence":
      if (isDate(args[0])) throw notLocal("sequence of dates", "CAST them AS timestamp");
      break;
    case "regexp_replace":
      refuseGroups(args[2]);
      break;
  }
  return call(
    target(name, args.length),
    args.map((arg) => (OF_WALL_CLOCK.has(name) ? wallClock(arg, visit) : visit(arg))),
  );
}

/** Name of DuckDB's function or of a macro, for this number of arguments. @throws QueryFailure */
function target(name: string, count: number): string {
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!known) throw notLocal(`the function ${name}`);
  const [least, most] = known.arguments;
  const found = typeof known.call === "string" ? known.call : known.call[count];
  if (count < least || count > most || found === undefined) throw notLocal(`${name} with ${count} arguments`);
  return found;
}

function argumentsOf(node: { readonly name: string; readonly members: readonly string[] }, body: Members) {
  const extra = Object.entries(body).find(
    ([member, value]) => !node.members.includes(member) && asNode(value),
  );
  if (extra) throw notLocal(`${node.name} with this argument: ${extra[0]}`);
  return node.members.map((member) => body[member]).filter((arg) => arg !== null && arg !== undefined);
}

function trimName({ characters, position }: Members): string {
  if (characters !== null && characters !== undefined) throw notLocal("TRIM of given characters");
  return { Leading: "ltrim", Trailing: "rtrim" }[String(position)] ?? "trim";
}

function extractName({ field }: Members): string {
  const spelled = isJsonObject(field) ? String(field["Custom"]).toLowerCase() : String(field);
  const name = EXTRACT_FIELDS[spelled] ?? Object.values(EXTRACT_FIELDS).find((known) => known === spelled);
  if (name === undefined) throw notLocal(`EXTRACT(${spelled})`);
  return name;
}

/** A date plus an interval stays a date. */
function dateLike(source: unknown, reckoned: unknown): unknown {
  return isDate(source) ? castTo(reckoned, { data_type: "date" }) : reckoned;
}

function format(name: string, args: readonly unknown[]): unknown {
  const literal = literalOf(args[1]);
  if (args.length !== 2 || literal?.type !== "string") throw notLocal(`${name} with a computed format`);
  return textLiteral(strftimeFormat(literal.text));
}

function jsonPath(name: string, path: unknown): unknown {
  const literal = literalOf(path);
  if (literal?.type !== "string") throw notLocal(`${name} with a computed path`);
  return textLiteral(jsonPointer(literal.text));
}

/** Trino writes groups as `$1` in a replacement, DuckDB as `\1`. */
function refuseGroups(replacement: unknown): void {
  if (replacement === undefined) return;
  const literal = literalOf(replacement);
  if (literal?.type !== "string" || /[$\\]/.test(literal.text)) {
    throw notLocal("regexp_replace with groups in the replacement");
  }
}

/** `greatest` and `least` give NULL if any argument is NULL; DuckDB ignores NULLs. */
function nullIfAnyIsNull(name: string, args: readonly unknown[]): unknown {
  const whens = args.map((arg) => [
    { is_null: { this: arg, not: false, postfix_form: false } },
    { null: null },
  ]);
  return caseOf(whens, call(name, args));
}
