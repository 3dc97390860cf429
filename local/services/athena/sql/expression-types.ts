import { isJsonObject } from "../../../../lib/json";
import { QueryFailure } from "../../protocol/errors";
import type { QueryContext } from "../engine";
import { isDate, isInterval } from "./dates";
import { FUNCTION_NODES } from "./functions";
import { asNode, listOf, type Members, nameOf, QUERIES, type TreeNode } from "./syntax-tree";
import { checkSetOperation, checkTypes } from "./type-checks";
import {
  BIGINT,
  bothExact,
  castSqlType,
  catalogSqlType,
  commonType,
  DECIMAL_RESULTS,
  decimal,
  isArithmetic,
  MAX_PRECISION,
  numberType,
  roundedType,
  type SqlType,
} from "./types";

/** A type, or undefined where it is not known. */
type Known = SqlType | undefined;

/** Columns of a source or a result in their order; undefined where they are not known. */
type Columns = readonly { readonly name: string | undefined; readonly type: Known }[] | undefined;

interface TypeScope {
  /** By lower-case name. */
  readonly sources: ReadonlyMap<string, Columns>;
  readonly commonTables: ReadonlyMap<string, Columns>;
  readonly outer: TypeScope | undefined;
}

const NO_SCOPE: TypeScope = { sources: new Map(), commonTables: new Map(), outer: undefined };

/** Whether a query needs types: a number in it, a cast or a column of a table is a decimal, or a column is a boolean. */
export function needsTypes(
  tree: unknown,
  { database: session, tables }: Pick<QueryContext, "database" | "tables">,
): boolean {
  if (Array.isArray(tree)) return tree.some((item) => needsTypes(item, inDatabase(session, tables)));
  if (!isJsonObject(tree)) return false;
  if (tree["data_type"] === "decimal") return true;
  const node = asNode(tree);
  if (node?.kind === "literal" && literalType(node.body)?.kind === "decimal") return true;
  if (node?.kind === "table") {
    const columns = tableColumns(node.body, inDatabase(session, tables)) ?? [];
    if (columns.some(({ type }) => type?.kind === "decimal" || type?.kind === "boolean")) return true;
  }
  return Object.values(tree).some((member) => needsTypes(member, inDatabase(session, tables)));
}

function inDatabase(database: string | undefined, tables: QueryContext["tables"]) {
  return { tables, ...(database !== undefined && { database }) };
}

function tableColumns(
  body: Members,
  { database: session, tables }: Pick<QueryContext, "database" | "tables">,
): Columns {
  const schema = nameOf(body["schema"]) ?? session;
  const open =
    schema !== undefined && tables.hasDatabase(schema)
      ? tables.open(schema, nameOf(body["name"]) ?? "")
      : undefined;
  return (
    open &&
    [...open.table.columns, ...open.table.partitionKeys].map(({ name, type }) => ({
      name: name.toLowerCase(),
      type: catalogSqlType(type),
    }))
  );
}

/** Finds the type of each expression of a query, as far as it follows from the tables' columns. */
export class ExpressionTypes {
  private readonly types = new WeakMap<Members, SqlType>();
  /** Above 0 in ORDER BY, where a name may be an alias of the SELECT. */
  private ordering = 0;

  constructor(
    tree: unknown,
    private readonly context: Pick<QueryContext, "database" | "tables">,
  ) {
    this.query(tree, NO_SCOPE);
  }

  /** The type of an expression of the tree; undefined when it is not known. */
  of(expression: unknown): Known {
    const node = asNode(expression);
    return node && (TYPES_OF_KINDS[node.kind] ?? this.types.get(node.body));
  }

  /** Walks a query. @returns its columns */
  private query(value: unknown, outer: TypeScope): Columns {
    const node = asNode(value);
    if (!node) return undefined;
    const { kind, body } = node;
    const scope = this.withCommonTables(body["with"], outer);
    switch (kind) {
      case "select":
        return this.select(body, scope);
      case "union":
      case "except":
      case "intersect": {
        const [left, right] = [this.query(body["left"], scope), this.query(body["right"], scope)];
        this.ordering++;
        this.walk(body["order_by"], scope);
        this.ordering--;
        checkSetOperation(kind, left, right);
        if (!left || !right) return undefined;
        return left.map(({ name, type }, at) => ({ name, type: commonType([type, right[at]?.type]) }));
      }
      case "subquery":
        this.walk(body["order_by"], scope);
        return renamed(this.query(body["this"], scope), body["column_aliases"]);
      case "values": {
        const rows = listOf(body["expressions"]).map((row) => {
          const cells = listOf(isJsonObject(row) ? row["expressions"] : undefined);
          return cells.map((cell) => this.walk(cell, scope));
        });
        const [first = []] = rows;
        return first.map((_, at) => ({ name: undefined, type: commonType(rows.map((row) => row[at])) }));
      }
      default:
        return undefined;
    }
  }

  private withCommonTables(clause: unknown, outer: TypeScope): TypeScope {
    if (!isJsonObject(clause)) return outer;
    const commonTables = new Map(outer.commonTables);
    const scope: TypeScope = { ...outer, commonTables };
    for (const cte of listOf(clause["ctes"])) {
      if (!isJsonObject(cte)) continue;
      const name = nameOf(cte["alias"])?.toLowerCase() ?? "";
      // The columns of a recursive query are not known while it is walked.
      if (clause["recursive"] === true) commonTables.set(name, undefined);
      commonTables.set(name, renamed(this.query(cte["this"], scope), cte["columns"]));
    }
    return scope;
  }

  private select(body: Members, outer: TypeScope): Columns {
    const sources = new Map<string, Columns>();
    const scope: TypeScope = { sources, commonTables: outer.commonTables, outer };
    const from = isJsonObject(body["from"]) ? listOf(body["from"]["expressions"]) : [];
    const joined = listOf(body["joins"]).map((join) => (isJsonObject(join) ? join["this"] : undefined));
    for (const [index, source] of [...from, ...joined].entries()) {
      const { name, columns } = this.source(source, scope);
      sources.set(name ?? `$source ${index}`, columns);
    }
    for (const [member, value] of Object.entries(body)) {
      if (member === "joins") {
        for (const join of listOf(value)) if (isJsonObject(join)) this.walk(join["on"], scope);
      } else if (member === "order_by") {
        this.ordering++;
        this.walk(value, scope);
        this.ordering--;
      } else if (member !== "from" && member !== "with") this.walk(value, scope);
    }
    checkTypes({ kind: "select", body }, (expression) => this.of(expression));
    const columns = listOf(body["expressions"]).map((expression) => this.output(expression, scope));
    return columns.some((found) => found === undefined) ? undefined : columns.flatMap((found) => found ?? []);
  }

  private source(value: unknown, scope: TypeScope): { name: string | undefined; columns: Columns } {
    const node = asNode(value);
    const body = node?.body ?? {};
    const alias = nameOf(body["alias"])?.toLowerCase();
    switch (node?.kind) {
      case "table": {
        const name = nameOf(body["name"])?.toLowerCase() ?? "";
        const isCommon = body["schema"] === null && scope.commonTables.has(name);
        const columns = isCommon ? scope.commonTables.get(name) : tableColumns(body, this.context);
        return { name: alias ?? name, columns: renamed(columns, body["column_aliases"]) };
      }
      case "subquery":
        return { name: alias, columns: this.query(value, scope) };
      default:
        this.walk(value, scope);
        return { name: alias, columns: undefined };
    }
  }

  private output(expression: unknown, scope: TypeScope): Columns {
    const node = asNode(expression);
    switch (node?.kind) {
      case "star": {
        const qualifier = nameOf(node.body["table"])?.toLowerCase();
        if (qualifier !== undefined) return scope.sources.get(qualifier);
        const all = [...scope.sources.values()];
        return all.some((columns) => columns === undefined)
          ? undefined
          : all.flatMap((columns) => columns ?? []);
      }
      case "alias":
        return [{ name: nameOf(node.body["alias"])?.toLowerCase(), type: this.of(expression) }];
      case "column":
        return [{ name: nameOf(node.body["name"])?.toLowerCase(), type: this.of(expression) }];
      default:
        return [{ name: undefined, type: this.of(expression) }];
    }
  }

  /** Walks an expression, or any other part of the tree. @returns the type of an expression */
  private walk(value: unknown, scope: TypeScope): Known {
    if (Array.isArray(value)) {
      for (const item of value) this.walk(item, scope);
      return undefined;
    }
    if (!isJsonObject(value)) return undefined;
    const node = asNode(value);
    if (!node) {
      for (const member of Object.values(value)) this.walk(member, scope);
      return undefined;
    }
    let type: Known;
    if (QUERIES.has(node.kind)) {
      const columns = this.query(value, scope);
      type = columns?.length === 1 ? columns[0]?.type : undefined;
    } else {
      for (const member of Object.values(node.body)) this.walk(member, scope);
      type = this.typed(node, scope);
      checkTypes(node, (expression) => this.of(expression));
    }
    if (type) this.types.set(node.body, type);
    return type;
  }

  private typed({ kind, body }: TreeNode, scope: TypeScope): Known {
    const known = TYPES_OF_KINDS[kind];
    if (known) return known;
    if (isArithmetic(kind)) return this.arithmetic(kind, body["left"], body["right"]);
    const named = FUNCTION_NODES[kind];
    if (named) return this.called(named.name, named.members.map((member) => body[member]).filter(Boolean));
    switch (kind) {
      case "literal":
        return literalType(body);
      case "column": {
        const found = resolve(nameOf(body["name"]), nameOf(body["table"]), scope);
        if (found === "missing" && this.ordering === 0) this.assertPseudoColumn(body);
        return found === "missing" ? undefined : found;
      }
      case "dot": {
        const column = asNode(body["this"]);
        if (column?.kind !== "column") return undefined;
        const found = resolve(nameOf(body["field"]), nameOf(column.body["name"]), scope);
        return found === "missing" ? undefined : found;
      }
      case "cast":
      case "try_cast":
        return isJsonObject(body["to"]) ? castSqlType(body["to"]) : undefined;
      case "case": {
        const results = listOf(body["whens"]).map((when) => listOf(when)[1]);
        return commonType([...results, body["else_"]].filter(Boolean).map((result) => this.of(result)));
      }
      case "if_func":
        return commonType(
          [body["true_value"], body["false_value"]].filter(Boolean).map((value) => this.of(value)),
        );
      case "coalesce":
        return commonType(listOf(body["expressions"]).map((value) => this.of(value)));
      case "paren":
      case "neg":
      case "alias":
      case "min":
      case "max":
      case "any_value":
      case "window_function":
      case "lag":
      case "lead":
      case "first_value":
      case "last_value":
      case "nth_value":
        return this.of(body["this"]);
      case "sum":
      case "avg":
        return this.called(kind, [body["this"]]);
      case "function":
      case "aggregate_function":
        return this.called(String(body["name"]).toLowerCase(), listOf(body["args"]));
      default:
        return undefined;
    }
  }

  /** DuckDB would also look among the aliases of the SELECT. @throws QueryFailure */
  private assertPseudoColumn(column: Members): void {
    const name = nameOf(column["name"]) ?? "";
    if (column["table"] !== null || name.startsWith("$")) return;
    throw new QueryFailure(
      "COLUMN_NOT_FOUND",
      `Column '${name}' cannot be resolved or requester is not authorized to access requested resources`,
    );
  }

  private arithmetic(kind: keyof typeof DECIMAL_RESULTS, left: unknown, right: unknown): Known {
    if ([left, right].some((side) => isInterval(side) || isDate(side))) return { kind: "other" };
    const [a, b] = [this.of(left), this.of(right)];
    const pair = bothExact(a, b);
    if (pair) return DECIMAL_RESULTS[kind](...pair);
    if (a?.kind === "float" || b?.kind === "float") return { kind: "float" };
    return commonType([a, b]);
  }

  private called(name: string, args: readonly unknown[]): Known {
    const type = this.of(args[0]);
    if (WHOLE.has(name)) return BIGINT;
    if (FLOAT.has(name)) return { kind: "float" };
    if (TEXT.has(name)) return { kind: "text" };
    if (OF_FIRST.has(name)) return type;
    switch (name) {
      case "mod":
        return this.arithmetic("mod", args[0], args[1]);
      case "greatest":
      case "least":
        return commonType(args.map((arg) => this.of(arg)));
      case "ceil":
      case "ceiling":
      case "floor":
      case "round":
      case "truncate":
        return type?.kind === "decimal" ? roundedType(name, type, args.length > 1) : type;
      case "sum":
        if (type?.kind === "decimal") return decimal(MAX_PRECISION, type.scale);
        return type?.kind === "whole" ? BIGINT : type;
      case "avg":
        return type?.kind === "whole" ? { kind: "float" } : type;
      case "approx_percentile":
        return type?.kind === "decimal" ? { kind: "float" } : type;
      default:
        return undefined;
    }
  }
}

const CONDITIONS = [
  ...[
    "boolean",
    "eq",
    "neq",
    "lt",
    "lte",
    "gt",
    "gte",
    "null_safe_eq",
    "null_safe_neq",
    "between",
    "in",
    "like",
  ],
  ...[
    "and",
    "or",
    "not",
    "is_null",
    "is_true",
    "is_false",
    "exists",
    "logical_and",
    "logical_or",
    "starts_with",
  ],
  "contains",
];
const COUNTS = ["count", "count_if", "approx_distinct", "row_number", "rank", "dense_rank", "n_tile"];
const DEVIATIONS = ["stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp"];

/** Types of nodes, whatever is in them. */
const TYPES_OF_KINDS: Readonly<Record<string, SqlType>> = {
  ...Object.fromEntries(CONDITIONS.map((kind) => [kind, { kind: "boolean" }])),
  ...Object.fromEntries(COUNTS.map((kind) => [kind, BIGINT])),
  ...Object.fromEntries(
    [...DEVIATIONS, "percent_rank", "cume_dist"].map((kind) => [kind, { kind: "float" }]),
  ),
  null: { kind: "null" },
  concat: { kind: "text" },
  trim: { kind: "text" },
  extract: BIGINT,
  array_func: { kind: "other" },
  array_agg: { kind: "other" },
  interval: { kind: "other" },
};

/** Functions by the type of their result. */
const WHOLE: ReadonlySet<string> = new Set([
  ...[
    "cardinality",
    "codepoint",
    "date_diff",
    "day",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "dow",
    "doy",
  ],
  ...[
    "hour",
    "length",
    "levenshtein_distance",
    "millisecond",
    "minute",
    "month",
    "quarter",
    "second",
    "strpos",
  ],
  ...["week", "week_of_year", "year", "year_of_week", "yow", "count_if", "approx_distinct"],
]);
const FLOAT: ReadonlySet<string> = new Set([
  ...[
    "acos",
    "cbrt",
    "corr",
    "cos",
    "covar_pop",
    "covar_samp",
    "degrees",
    "exp",
    "geometric_mean",
    "ln",
    "log",
  ],
  ...[
    "log10",
    "log2",
    "pi",
    "pow",
    "power",
    "radians",
    "rand",
    "random",
    "sin",
    "sqrt",
    "tan",
    "to_unixtime",
  ],
  ...DEVIATIONS,
]);
const TEXT: ReadonlySet<string> = new Set([
  ...["array_join", "chr", "concat", "concat_ws", "date_format", "from_utf8", "json_extract_scalar", "lower"],
  ...[
    "lpad",
    "ltrim",
    "regexp_extract",
    "regexp_replace",
    "replace",
    "reverse",
    "rpad",
    "rtrim",
    "split_part",
  ],
  ...["substr", "substring", "to_base64", "to_hex", "trim", "upper"],
]);
const OF_FIRST: ReadonlySet<string> = new Set([
  "abs",
  "arbitrary",
  "any_value",
  "max_by",
  "min_by",
  "nullif",
]);

function literalType({ literal_type: type, value }: Members): Known {
  if (type === "number") return numberType(String(value));
  return { kind: type === "string" ? "text" : "other" };
}

function renamed(columns: Columns, aliases: unknown): Columns {
  const names = listOf(aliases).map((alias) => nameOf(alias)?.toLowerCase());
  if (names.length === 0) return columns;
  return columns?.map(({ name, type }, at) => ({ name: names[at] ?? name, type }));
}

/** The type of a column; undefined when it is not known, `missing` when all sources are known and have no such column. */
function resolve(
  column: string | undefined,
  qualifier: string | undefined,
  scope: TypeScope,
): Known | "missing" {
  const name = column?.toLowerCase();
  for (let at: TypeScope | undefined = scope; at; at = at.outer) {
    const sources =
      qualifier === undefined
        ? [...at.sources.values()]
        : at.sources.has(qualifier.toLowerCase())
          ? [at.sources.get(qualifier.toLowerCase())]
          : [];
    // A column of a source that is not known may have any name.
    if (sources.some((columns) => columns === undefined)) return undefined;
    for (const columns of sources) {
      const found = columns?.find((candidate) => candidate.name === name);
      if (found) return found.type;
    }
  }
  return "missing";
}
