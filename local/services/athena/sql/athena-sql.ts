import { Dialect, generate } from "@polyglot-sql/sdk";
import { isJsonObject } from "../../../../lib/json";
import { notLocal, QueryFailure } from "../../protocol/errors";
import type { OpenTable, QueryContext } from "../engine";
import { toDecimal } from "./decimals";
import { ExpressionTypes, needsTypes } from "./expression-types";
import { nameColumns, namelessColumn, withNames } from "./output-columns";
import { rewriteFunction } from "./rewrite-functions";
import { rewriteOperator } from "./rewrite-operators";
import { parseQuery } from "./sql-parser";
import { AGGREGATES, STRUCTURE, UNUSED_MEMBERS } from "./sql-subset";
import {
  asNode,
  listOf,
  type Members,
  nameOf,
  quotedIdentifier,
  type TreeNode,
  type Visit,
} from "./syntax-tree";
import { type QueryScope, type Relation, TableReferences } from "./table-references";

/** A query in DuckDB's SQL. */
export interface Translation {
  readonly sql: string;
  readonly relations: readonly Relation[];
  /** Athena's name of a result column; undefined when the column has none. */
  readonly nameOf: (column: string) => string | undefined;
}

const PATH = '"$path"';
/** Columns of information_schema.columns that `*` does not show. */
const HIDDEN =
  /information_schema[\s\S]*\b(comment|extra_info)\b|\b(comment|extra_info)\b[\s\S]*information_schema/;
/** The one function whose timestamps keep a zone; those of the others are in UTC. */
const ZONE_KEEPER = "from_iso8601_timestamp";

/**
 * Translates a query from Athena's SQL to DuckDB's, and finds the tables and partitions that it reads. It
 * accepts only syntax of a closed list: DuckDB might answer any other query differently, or read a file for it.
 * It therefore refuses all other syntax.
 * @throws QueryFailure worded as Athena words it
 */
export function translate(sql: string, given: Pick<QueryContext, "database" | "tables">): Translation {
  const context = { ...given, tables: openedOnce(given.tables) };
  const { tree, nameOf: columnName } = nameColumns(parseQuery(sql));
  const known = new ExpressionTypes(tree, context);
  const types = needsTypes(tree, context) ? known : undefined;
  const translator = new Translator(sql, context, tree, types);
  const generated = generate([translator.visit(tree, [])], Dialect.DuckDB);
  const [text] = generated.sql ?? [];
  if (!generated.success || text === undefined) {
    throw notLocal("this query", generated.error ?? "it could not be written");
  }
  return { sql: text, relations: translator.tables.relations, nameOf: columnName };
}

/** Functions that the SQL generator wants with their members, though there are none. */
const RANKS: ReadonlySet<string> = new Set(["rank", "dense_rank", "percent_rank", "cume_dist"]);

/** Tables that are looked up once for a query. */
function openedOnce(tables: QueryContext["tables"]): QueryContext["tables"] {
  const opened = new Map<string, OpenTable | undefined>();
  return {
    hasDatabase: (name) => tables.hasDatabase(name),
    databaseNames: () => tables.databaseNames(),
    tablesOf: (database) => tables.tablesOf(database),
    open(database, name) {
      const key = JSON.stringify([database.toLowerCase(), name.toLowerCase()]);
      if (!opened.has(key)) opened.set(key, tables.open(database, name));
      return opened.get(key);
    },
  };
}

/** Names of the common table expressions that are visible at a place in the query. */
type Scope = readonly string[];

/** Walks the tree; other files rewrite operators and functions. */
class Translator {
  readonly tables: TableReferences;
  private readonly asksForPath: boolean;
  private readonly hidden: boolean;
  private readonly zones: boolean;
  private scope: QueryScope | undefined;
  /** The named windows of the SELECT that is translated. */
  private windows: readonly unknown[] = [];

  constructor(
    sql: string,
    private readonly context: Pick<QueryContext, "database" | "tables">,
    private readonly query: unknown,
    private readonly types: ExpressionTypes | undefined,
  ) {
    this.asksForPath = sql.toLowerCase().includes(PATH);
    this.zones = sql.toLowerCase().includes(ZONE_KEEPER);
    this.hidden = HIDDEN.test(sql.toLowerCase());
    this.tables = new TableReferences(context, this.asksForPath, this.hidden);
  }

  /** Translates an expression, or the content of any other part of the tree. */
  visit(value: unknown, scope: Scope): unknown {
    if (Array.isArray(value)) return value.map((item) => this.visit(item, scope));
    if (!isJsonObject(value)) return value;
    const node = asNode(value);
    if (node) return this.expression(node, scope);
    return isIdentifier(value) ? { ...value, quoted: true } : this.members(value, scope);
  }

  private expression(node: TreeNode, scope: Scope): unknown {
    const { kind, body } = node;
    refuseUnused(node);
    switch (kind) {
      case "select":
        return this.select(body, scope);
      case "table":
        return this.table(body, scope);
      case "dot":
        return this.dot(body, scope);
      case "values":
        throw notLocal("VALUES as a query", "write SELECT * FROM (VALUES …) AS t(a, b)");
      case "subquery":
        return { subquery: this.subquery(body, scope) };
      case "window_function":
        assertFrame(body, this.windows);
        break;
      case "star":
        if (this.asksForPath) throw notLocal(`* beside ${PATH}`, "name the columns");
        if (this.hidden) throw notLocal("* beside comment or extra_info", "name the columns");
        return { star: body };
    }
    const { zones, types } = this;
    const typeOf = types && ((expression: unknown) => types.of(expression));
    const visit: Visit = Object.assign((value: unknown) => this.visit(value, scope), { zones, typeOf });
    const rewritten = rewriteOperator(node, visit) ?? rewriteFunction(node, visit);
    if (rewritten !== undefined) return rewritten;
    if (!STRUCTURE.has(kind) && !AGGREGATES.has(kind))
      throw notLocal(kind.replaceAll("_", " ").toUpperCase());
    // The SQL generator needs null for most nodes without members.
    const isEmpty = Object.keys(body).length === 0 && !RANKS.has(kind);
    return { [kind]: isEmpty ? null : this.members(body, scope) };
  }

  private members(body: Members, scope: Scope): Record<string, unknown> {
    const { with: clause, ...rest } = body;
    const tables = isJsonObject(clause) ? this.commonTables(clause, scope) : undefined;
    const inner = Object.fromEntries(
      Object.entries(rest).map(([name, member]) => [name, this.visit(member, tables?.scope ?? scope)]),
    );
    return "with" in body ? { ...inner, with: tables?.clause ?? clause } : inner;
  }

  /** A common table expression sees the earlier ones, and itself if it is recursive. */
  private commonTables(clause: Members, scope: Scope): { clause: Members; scope: Scope } {
    let visible = scope;
    const ctes = listOf(clause["ctes"]).map((cte) => {
      if (!isJsonObject(cte)) return cte;
      const name = nameOf(cte["alias"])?.toLowerCase() ?? "";
      const inner = clause["recursive"] === true ? [...visible, name] : visible;
      visible = [...visible, name];
      const values = valuesOf(cte["this"]);
      if (!values) return { ...cte, this: this.visit(cte["this"], inner) };
      const columns = listOf(cte["columns"]).length > 0 ? cte["columns"] : namelessColumns(values);
      return { ...cte, this: { values: this.members(values, inner) }, columns };
    });
    return { clause: { ...clause, ctes }, scope: visible };
  }

  private select(body: Members, scope: Scope): unknown {
    const outer = this.scope;
    const from = isJsonObject(body["from"]) ? listOf(body["from"]["expressions"]) : [];
    const where = isJsonObject(body["where_clause"]) ? body["where_clause"]["this"] : undefined;
    const windows = this.windows;
    this.scope = { where, soleTable: from.length === 1 && listOf(body["joins"]).length === 0 };
    this.windows = listOf(body["windows"]);
    const isResult = body === asNode(this.query)?.body;
    const select = this.members(isResult ? body : withNames(body), scope);
    this.scope = outer;
    this.windows = windows;
    return { select: isResult ? this.withResultTypes(select, body) : select };
  }

  /** DuckDB gives the columns of VALUES names, and Trino none. */
  private subquery(body: Members, scope: Scope): Members {
    const values = valuesOf(body["this"]);
    if (!values) return this.members(body, scope);
    const hasNames = listOf(body["column_aliases"]).length > 0;
    const { this: _, ...rest } = body;
    return {
      ...this.members(rest, scope),
      this: { values: this.members(values, scope) },
      alias: body["alias"] ?? quotedIdentifier("$values"),
      column_aliases: hasNames ? this.visit(body["column_aliases"], scope) : namelessColumns(values),
    };
  }

  /** Casts the decimals of the result to their types: DuckDB gives some of them another precision. */
  private withResultTypes(select: Members, source: Members): Members {
    const { types } = this;
    if (!types) return select;
    const sources = listOf(source["expressions"]);
    const expressions = listOf(select["expressions"]).map((expression, index) => {
      const type = types.of(sources[index]);
      const alias = asNode(expression);
      if (type?.kind !== "decimal" || alias?.kind !== "alias") return expression;
      return { alias: { ...alias.body, this: toDecimal(alias.body["this"], type) } };
    });
    return { ...select, expressions };
  }

  private table(body: Members, scope: Scope): unknown {
    const name = nameOf(body["name"])?.toLowerCase() ?? "";
    const isCommonTable = body["schema"] === null && scope.includes(name);
    return isCommonTable ? { table: body } : this.tables.resolve(body, this.scope);
  }

  /** `database.table.column`, which DuckDB would not find under the table's new name. */
  private dot(body: Members, scope: Scope): unknown {
    const column = asNode(body["this"]);
    const database = column?.kind === "column" ? nameOf(column.body["table"]) : undefined;
    if (column && database !== undefined && this.context.tables.hasDatabase(database)) {
      return { column: { ...column.body, name: body["field"], table: column.body["name"] } };
    }
    return { dot: this.members(body, scope) };
  }
}

/** The members of VALUES; undefined for any other query. */
function valuesOf(query: unknown): Members | undefined {
  const node = asNode(query);
  return node?.kind === "values" ? node.body : undefined;
}

function namelessColumns(values: Members): unknown[] {
  const [row] = listOf(values["expressions"]);
  const cells = listOf(isJsonObject(row) ? row["expressions"] : undefined);
  return cells.map((_, index) => quotedIdentifier(namelessColumn(index)));
}

/** Functions that Trino gives no frame. */
const FRAMELESS: ReadonlySet<string> = new Set([...RANKS, "row_number", "n_tile", "lag", "lead"]);

/** @throws QueryFailure for a frame of a function that has none, and for lag and lead without an order */
function assertFrame({ this: called, over }: Members, windows: readonly unknown[]): void {
  const kind = asNode(called)?.kind ?? "";
  if (!FRAMELESS.has(kind) || !isJsonObject(over)) return;
  const name = nameOf(over["window_name"])?.toLowerCase();
  const named = windows.find(
    (window) => isJsonObject(window) && nameOf(window["name"])?.toLowerCase() === name,
  );
  const spec = isJsonObject(named) && isJsonObject(named["spec"]) ? named["spec"] : {};
  const spelled = kind === "n_tile" ? "ntile" : kind;
  const isOrdered = listOf(over["order_by"]).length > 0 || listOf(spec["order_by"]).length > 0;
  if ((kind === "lag" || kind === "lead") && !isOrdered) {
    throw new QueryFailure("MISSING_ORDER_BY", `${kind} function requires an ORDER BY window clause`);
  }
  if ((over["frame"] ?? spec["frame"] ?? null) === null) return;
  throw new QueryFailure("INVALID_WINDOW_FRAME", `Cannot specify window frame for ${spelled} function`);
}

/** DuckDB reserves words that Trino does not, such as `at`. */
function isIdentifier(value: Members): boolean {
  return typeof value["name"] === "string" && typeof value["quoted"] === "boolean" && !("args" in value);
}

/** Refuses syntax that the parser accepts from other dialects, and options that the local SQL lacks. */
function refuseUnused({ kind, body }: TreeNode): void {
  for (const member of UNUSED_MEMBERS[kind] ?? []) {
    const value = body[member] ?? false;
    if (value === false || (Array.isArray(value) && value.length === 0)) continue;
    throw notLocal(`"${member.replaceAll("_", " ")}" in ${kind.toUpperCase()}`);
  }
}
