import { Dialect, generate } from "@polyglot-sql/sdk";
import { isDate, isInterval, strftimeFormat } from "./dates";
import type { Fragment, OpenTable, QueryContext } from "./engine";
import { notLocal, QueryFailure } from "./errors";
import { EXTRACT_FIELDS, FUNCTION_NODES, FUNCTIONS } from "./functions";
import { isRecord } from "./input";
import { nameColumns } from "./output-columns";
import { evaluate, UNKNOWN } from "./partition-filter";
import { parseQuery } from "./sql-parser";
import { AGGREGATES, DATA_TYPES, LITERALS, STRUCTURE, UNUSED_MEMBERS, WHOLE_TYPES } from "./sql-subset";
import {
  asNode,
  call,
  castTo,
  listOf,
  literalOf,
  nameOf,
  numberLiteral,
  quotedIdentifier,
  type TreeNode,
  textLiteral,
} from "./syntax-tree";

/** A table that the translated query reads under a name of its own. */
export interface Relation {
  /** Name of the view that the query expects. */
  readonly view: string;
  readonly open: OpenTable;
  /** The fragments that the query can have rows of. */
  readonly fragments: readonly Fragment[];
  /** Whether the query asks for the pseudo-column `"$path"`. */
  readonly path: boolean;
}

/** A query in DuckDB's SQL. */
export interface Translation {
  readonly sql: string;
  readonly relations: readonly Relation[];
  /** The name in Athena of a column of the answer; undefined when it has none there. */
  readonly nameOf: (column: string) => string | undefined;
}

const PATH_COLUMN = "$path";
const CATALOG = "awsdatacatalog";

/**
 * Translates a query from Athena's SQL to DuckDB's, and finds the tables and partitions that it reads. It
 * works on the syntax tree with a closed list of what it knows: anything else is refused, for DuckDB might
 * answer it differently, or read a file.
 * @throws QueryFailure worded as Athena words it
 */
export function translate(sql: string, context: Pick<QueryContext, "database" | "tables">): Translation {
  const translator = new Translator(sql, context);
  const { tree, nameOf: columnName } = nameColumns(parseQuery(sql));
  const generated = generate([translator.visit(tree, [])], Dialect.DuckDB);
  const [text] = generated.sql ?? [];
  if (!generated.success || text === undefined) {
    throw notLocal("this query", generated.error ?? "it could not be written");
  }
  return { sql: text, relations: translator.relations, nameOf: columnName };
}

/** Names of the common table expressions that a place in the query sees. */
type Scope = readonly string[];

/** A SELECT around a place in the query, for finding out which partitions it can need. */
interface Surroundings {
  readonly where: unknown;
  /** Whether an unqualified column can only be of the one table. */
  readonly soleTable: boolean;
}

class Translator {
  readonly relations: Relation[] = [];
  private readonly asksForPath: boolean;
  private surroundings: Surroundings | undefined;

  constructor(
    sql: string,
    private readonly context: Pick<QueryContext, "database" | "tables">,
  ) {
    this.asksForPath = sql.includes(`"${PATH_COLUMN}"`);
  }

  /** Translates an expression, or what lies inside any other part of the tree. */
  visit(value: unknown, scope: Scope): unknown {
    if (Array.isArray(value)) return value.map((item) => this.visit(item, scope));
    if (!isRecord(value)) return value;
    const node = asNode(value);
    return node ? this.expression(node, scope) : this.members(value, scope);
  }

  private members(body: Readonly<Record<string, unknown>>, scope: Scope): Record<string, unknown> {
    const inner = { ...body };
    let inside = scope;
    const clause = body["with"];
    if (isRecord(clause)) {
      const { ctes, scope: extended } = this.commonTables(clause, scope);
      inner["with"] = { ...clause, ctes };
      inside = extended;
    }
    for (const [name, member] of Object.entries(body)) {
      if (name !== "with") inner[name] = this.visit(member, inside);
    }
    return inner;
  }

  /** A common table expression sees those before it, and itself if it is recursive. */
  private commonTables(clause: Record<string, unknown>, scope: Scope): { ctes: unknown[]; scope: Scope } {
    let visible = scope;
    const ctes = listOf(clause["ctes"]).map((cte) => {
      if (!isRecord(cte)) return cte;
      const name = nameOf(cte["alias"])?.toLowerCase() ?? "";
      const body = this.visit(cte["this"], clause["recursive"] === true ? [...visible, name] : visible);
      visible = [...visible, name];
      return { ...cte, this: body };
    });
    return { ctes, scope: visible };
  }

  private expression(node: TreeNode, scope: Scope): unknown {
    const { kind, body } = node;
    for (const member of UNUSED_MEMBERS[kind] ?? []) {
      const value = body[member];
      const absent =
        value === null ||
        value === undefined ||
        value === false ||
        (Array.isArray(value) && value.length === 0);
      if (!absent) throw notLocal(`"${member.replaceAll("_", " ")}" in ${kind.toUpperCase()}`);
    }
    const functionNode = FUNCTION_NODES[kind];
    if (functionNode) return this.functionNode(functionNode, body, scope);
    switch (kind) {
      case "select":
        return this.select(body, scope);
      case "table":
        return this.table(body, scope);
      case "dot":
        return this.dot(body, scope);
      case "star":
        if (this.asksForPath) throw notLocal(`* beside "${PATH_COLUMN}"`, "name the columns");
        return { star: body };
      case "literal":
        if (!LITERALS.has(String(body["literal_type"])))
          throw notLocal(`literals like ${String(body["value"])}`);
        return { literal: body };
      case "function":
      case "aggregate_function":
        return this.function(String(body["name"]).toLowerCase(), listOf(body["args"]), node, scope);
      case "trim":
        return this.trim(body, scope);
      case "extract":
        return this.extract(body, scope);
      case "cast":
      case "try_cast":
        return this.cast(kind, body, scope);
      case "eq":
      case "neq":
      case "lt":
      case "lte":
      case "gt":
      case "gte":
        return this.comparison(kind, body, scope);
      case "between":
        return this.guarded(node, [body["low"], body["high"]], scope);
      case "in":
        return this.guarded(node, listOf(body["expressions"]), scope);
      case "add":
      case "sub":
        return this.sum(node, scope);
      case "div":
        return call("athena_divide", [this.visit(body["left"], scope), this.visit(body["right"], scope)]);
      case "mod":
        return call("athena_modulo", [this.visit(body["left"], scope), this.visit(body["right"], scope)]);
      case "concat":
        return { concat: { ...body, ...this.concatenated(body["left"], body["right"], scope) } };
      case "if_func": {
        const when = [this.visit(body["condition"], scope), this.visit(body["true_value"], scope)];
        return caseOf([when], this.visit(body["false_value"], scope));
      }
      case "subscript":
        return call("athena_subscript", [this.visit(body["this"], scope), this.visit(body["index"], scope)]);
      case "avg":
        return {
          avg: {
            ...this.members(body, scope),
            this: call("athena_averaged", [this.visit(body["this"], scope)]),
          },
        };
      case "approx_distinct":
        return {
          count: { ...this.members(body, scope), star: false, distinct: true, original_name: "count" },
        };
      case "count":
        if (asNode(body["this"])?.kind === "tuple") throw notLocal("count of several columns");
        return { count: this.members(body, scope) };
      default:
        if (!STRUCTURE.has(kind) && !AGGREGATES.has(kind))
          throw notLocal(kind.replaceAll("_", " ").toUpperCase());
        // A node without members is null to the writer.
        return { [kind]: Object.keys(body).length === 0 ? null : this.members(body, scope) };
    }
  }

  private select(body: Readonly<Record<string, unknown>>, scope: Scope): unknown {
    const outer = this.surroundings;
    const from = isRecord(body["from"]) ? listOf(body["from"]["expressions"]) : [];
    const where = isRecord(body["where_clause"]) ? body["where_clause"]["this"] : undefined;
    this.surroundings = { where, soleTable: from.length === 1 && listOf(body["joins"]).length === 0 };
    try {
      return { select: this.members(body, scope) };
    } finally {
      this.surroundings = outer;
    }
  }

  private table(body: Readonly<Record<string, unknown>>, scope: Scope): unknown {
    const name = nameOf(body["name"]) ?? "";
    const schema = nameOf(body["schema"]);
    if (schema === undefined && scope.includes(name.toLowerCase())) return { table: body };
    const catalog = nameOf(body["catalog"]);
    if (catalog !== undefined && catalog.toLowerCase() !== CATALOG) {
      throw new QueryFailure("CATALOG_NOT_FOUND", `Catalog '${catalog}' not found`);
    }
    const database = schema ?? this.context.database;
    if (database === undefined) {
      throw new QueryFailure(
        "MISSING_SCHEMA_NAME",
        "Schema must be specified when session schema is not set",
      );
    }
    if (!this.context.tables.hasDatabase(database)) {
      throw new QueryFailure("SCHEMA_NOT_FOUND", `Schema '${database.toLowerCase()}' does not exist`);
    }
    const open = this.context.tables.open(database, name);
    if (!open) {
      const full = `${CATALOG}.${database}.${name}`.toLowerCase();
      throw new QueryFailure("TABLE_NOT_FOUND", `Table '${full}' does not exist`);
    }
    const alias = nameOf(body["alias"]) ?? name;
    const view = `table ${this.relations.length}`;
    this.relations.push({ view, open, fragments: this.needed(open, alias), path: this.asksForPath });
    return {
      table: {
        ...body,
        name: quotedIdentifier(view),
        schema: null,
        catalog: null,
        alias: body["alias"] ?? quotedIdentifier(name),
      },
    };
  }

  /** The fragments whose partition values the WHERE around the table does not rule out. */
  private needed({ table, fragments }: OpenTable, alias: string): readonly Fragment[] {
    const surroundings = this.surroundings;
    if (surroundings?.where === undefined || table.partitionKeys.length === 0) return fragments;
    const { where, soleTable } = surroundings;
    return fragments.filter(({ values }) => {
      const verdict = evaluate(where, (name, qualifier) => {
        if (qualifier === undefined ? !soleTable : qualifier !== alias.toLowerCase()) return UNKNOWN;
        return values[name] ?? UNKNOWN;
      });
      return verdict !== false && verdict !== null;
    });
  }

  /** `database.table.column`, which DuckDB would not find under the table's new name. */
  private dot(body: Readonly<Record<string, unknown>>, scope: Scope): unknown {
    const column = asNode(body["this"]);
    const database = column?.kind === "column" ? nameOf(column.body["table"]) : undefined;
    if (column && database !== undefined && this.context.tables.hasDatabase(database)) {
      return { column: { ...column.body, name: body["field"], table: column.body["name"] } };
    }
    return { dot: this.members(body, scope) };
  }

  private functionNode(
    { name, members }: { readonly name: string; readonly members: readonly string[] },
    body: Readonly<Record<string, unknown>>,
    scope: Scope,
  ): unknown {
    const args = members.map((member) => body[member]).filter((arg) => arg !== null && arg !== undefined);
    const extra = Object.entries(body).find(
      ([member, value]) => !members.includes(member) && asNode(value) !== undefined,
    );
    if (extra) throw notLocal(`${name} with this argument: ${extra[0]}`);
    return this.function(name, args, { kind: "function", body: {} }, scope);
  }

  private function(name: string, args: readonly unknown[], { kind, body }: TreeNode, scope: Scope): unknown {
    const visited = () => args.map((arg) => this.visit(arg, scope));
    switch (name) {
      case "concat":
        return this.concatenation(args, scope);
      case "greatest":
      case "least":
        return nullIfAnyIsNull(visited(), call(name, visited()));
      case "date_trunc": {
        const truncated = call("date_trunc", [args[0], this.asTimestamp(args[1], scope)]);
        return isDate(args[1]) ? castTo(truncated, { data_type: "date" }) : truncated;
      }
      case "date_add": {
        const added = call("athena_date_add", [
          args[0],
          this.visit(args[1], scope),
          this.asTimestamp(args[2], scope),
        ]);
        return isDate(args[2]) ? castTo(added, { data_type: "date" }) : added;
      }
      case "date_format":
      case "date_parse": {
        const format = literalOf(args[1]);
        if (args.length !== 2 || format?.type !== "string") throw notLocal(`${name} with a computed format`);
        const translated = textLiteral(strftimeFormat(format.text));
        return call(name === "date_format" ? "strftime" : "strptime", [
          this.visit(args[0], scope),
          translated,
        ]);
      }
      case "rollup":
      case "cube":
      case "grouping sets":
      case "grouping":
        return call(name, visited());
      case "localtimestamp":
        return castTo(call("now", []), { data_type: "timestamp", precision: null, timezone: false });
      case "ceil":
      case "ceiling":
      case "floor":
        return call(name, [call("athena_fraction", visited())]);
      case "sequence":
        if (isDate(args[0])) throw notLocal("sequence of dates", "CAST them AS timestamp");
        break;
      case "regexp_replace": {
        const replacement = args[2] === undefined ? undefined : literalOf(args[2]);
        if (args[2] !== undefined && (replacement?.type !== "string" || /[$\\]/.test(replacement.text))) {
          throw notLocal("regexp_replace with groups in the replacement");
        }
        break;
      }
    }
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (!known) throw notLocal(`the function ${name}`);
    const [least, most] = known.arguments;
    const target = typeof known.call === "string" ? known.call : known.call[args.length];
    if (args.length < least || args.length > most || target === undefined) {
      throw notLocal(`${name} with ${args.length} arguments`);
    }
    if (kind === "aggregate_function") {
      return { aggregate_function: { ...this.members(body, scope), name: target, args: visited() } };
    }
    if (body["distinct"] === true) throw notLocal(`DISTINCT in ${name}`);
    return call(target, visited());
  }

  private trim(body: Readonly<Record<string, unknown>>, scope: Scope): unknown {
    if (body["characters"] !== null && body["characters"] !== undefined)
      throw notLocal("TRIM of given characters");
    const name = { Leading: "ltrim", Trailing: "rtrim" }[String(body["position"])] ?? "trim";
    return this.function(name, [body["this"]], { kind: "function", body: {} }, scope);
  }

  private extract(body: Readonly<Record<string, unknown>>, scope: Scope): unknown {
    const field = isRecord(body["field"])
      ? String(body["field"]["Custom"]).toLowerCase()
      : String(body["field"]);
    const name = EXTRACT_FIELDS[field] ?? Object.values(EXTRACT_FIELDS).find((known) => known === field);
    if (name === undefined) throw notLocal(`EXTRACT(${field})`);
    return this.function(name, [body["this"]], { kind: "function", body: {} }, scope);
  }

  private cast(kind: "cast" | "try_cast", body: Readonly<Record<string, unknown>>, scope: Scope): unknown {
    const to = isRecord(body["to"]) ? body["to"] : {};
    const type = String(to["data_type"]);
    if (!DATA_TYPES.has(type)) throw notLocal(`CAST AS ${type.replaceAll("_", " ").toUpperCase()}`);
    if (type === "decimal" && typeof to["precision"] !== "number") {
      throw notLocal("DECIMAL without precision", "write DECIMAL(precision, scale)");
    }
    const value = this.visit(body["this"], scope);
    if (WHOLE_TYPES.has(type)) {
      return castTo(call(kind === "cast" ? "athena_whole" : "athena_try_whole", [value]), body["to"], kind);
    }
    if (type !== "var_char") return { [kind]: { ...body, this: value } };
    const spelled = call("athena_spelled", [value]);
    if (typeof to["length"] !== "number") return spelled;
    return call("substr", [spelled, numberLiteral(1), numberLiteral(to["length"])]);
  }

  private comparison(kind: string, body: Readonly<Record<string, unknown>>, scope: Scope): unknown {
    const left = this.guard(body["left"], [body["right"]], scope);
    const right = this.guard(body["right"], [body["left"]], scope);
    return { [kind]: { ...body, left, right } };
  }

  private guarded({ kind, body }: TreeNode, others: readonly unknown[], scope: Scope): unknown {
    return { [kind]: { ...this.members(body, scope), this: this.guard(body["this"], others, scope) } };
  }

  /** Makes sure of an expression's type when literals stand on the other side: DuckDB would cast in silence. */
  private guard(expression: unknown, others: readonly unknown[], scope: Scope): unknown {
    const value = this.visit(expression, scope);
    if (literalOf(expression)) return this.mismatch(expression, others) ?? value;
    const types = new Set(others.map((other) => literalOf(other)?.type));
    if (types.has("string")) return call("athena_text", [value]);
    return types.has("number") ? call("athena_number", [value]) : value;
  }

  private mismatch(expression: unknown, others: readonly unknown[]): undefined {
    const type = literalOf(expression)?.type;
    const other = others
      .map((value) => literalOf(value)?.type)
      .find((found) => found !== undefined && found !== type);
    const comparable = new Set(["date", "timestamp"]);
    if (other === undefined || (comparable.has(String(type)) && comparable.has(String(other))))
      return undefined;
    throw new QueryFailure("TYPE_MISMATCH", `Cannot apply operator: ${String(type)} and ${String(other)}`);
  }

  /** A date and an interval make a date. */
  private sum({ kind, body }: TreeNode, scope: Scope): unknown {
    const { left, right } = body;
    if (!isInterval(left) && !isInterval(right)) return { [kind]: this.members(body, scope) };
    const moment = (side: unknown) =>
      isInterval(side) ? this.visit(side, scope) : this.asTimestamp(side, scope);
    const sum = { [kind]: { ...body, left: moment(left), right: moment(right) } };
    return isDate({ [kind]: body })
      ? castTo({ paren: { this: sum, trailing_comments: [] } }, { data_type: "date" })
      : sum;
  }

  /** A moment to reckon with: what is seen to be a date as a timestamp, anything else checked to be none. */
  private asTimestamp(expression: unknown, scope: Scope): unknown {
    const value = this.visit(expression, scope);
    if (!isDate(expression)) return call("athena_instant", [value]);
    return castTo(value, { data_type: "timestamp", precision: null, timezone: false });
  }

  private concatenation(args: readonly unknown[], scope: Scope): unknown {
    const [first, ...rest] = args;
    if (first === undefined || rest.length === 0) throw notLocal("concat of one argument");
    const start = this.concatenable(first, scope);
    return {
      paren: {
        this: rest.reduce(
          (left, right) => ({ concat: { left, right: this.concatenable(right, scope) } }),
          start,
        ),
        trailing_comments: [],
      },
    };
  }

  private concatenated(left: unknown, right: unknown, scope: Scope) {
    return { left: this.concatenable(left, scope), right: this.concatenable(right, scope) };
  }

  private concatenable(expression: unknown, scope: Scope): unknown {
    const value = this.visit(expression, scope);
    const plain = literalOf(expression)?.type === "string" || asNode(expression)?.kind === "concat";
    return plain ? value : call("athena_concatenable", [value]);
  }
}

/** `greatest` and `least` give NULL for a NULL among their arguments; DuckDB leaves it out. */
function nullIfAnyIsNull(args: readonly unknown[], otherwise: unknown): unknown {
  const whens = args.map((arg) => [
    { is_null: { this: arg, not: false, postfix_form: false } },
    { null: null },
  ]);
  return caseOf(whens, otherwise);
}

function caseOf(whens: readonly (readonly unknown[])[], otherwise: unknown): unknown {
  return { case: { operand: null, whens, else_: otherwise, comments: [] } };
}
