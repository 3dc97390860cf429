import { isJsonObject } from "../../../../lib/json";
import { asNode, listOf, nameOf, quotedIdentifier } from "./syntax-tree";

/** A query whose result columns have generated names, with Athena's names for them. */
interface NamedColumns {
  readonly tree: unknown;
  /** Athena's name of a result column; undefined when the column has none. */
  readonly nameOf: (column: string) => string | undefined;
}

const MARK = "$column ";
const NAMELESS = "$nameless ";

/** A column of a subquery that has no name; nothing can refer to it. */
export function namelessColumn(index: number): string {
  return `${NAMELESS}${index}`;
}

/** The members of a SELECT in a subquery: DuckDB would name a column without a name after its expression. */
export function withNames(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const expressions = listOf(body["expressions"]).map((expression, index) =>
    isColumn(expression) || asNode(expression)?.kind === "alias"
      ? expression
      : aliased(expression, namelessColumn(index)),
  );
  return { ...body, expressions };
}

/**
 * Gives the result columns names that nothing else can refer to. Athena resolves an alias only in ORDER BY; DuckDB
 * also resolves it in WHERE, GROUP BY, HAVING and the same select list. A query that relies on that must fail
 * here as it does in Athena. (Inside a subquery DuckDB's rule stays.)
 */
export function nameColumns(query: unknown): NamedColumns {
  const names = new Map<string, string | undefined>();
  const tree = markColumns(query, names);
  const nameOf = (column: string) => {
    if (column.startsWith(NAMELESS)) return undefined;
    return names.has(column) ? names.get(column) : column;
  };
  return { tree, nameOf };
}

function markColumns(query: unknown, names: Map<string, string | undefined>): unknown {
  const node = asNode(query);
  if (!node) return query;
  const { kind, body } = node;
  if (kind === "select") return { select: markSelect(body, names) };
  // The names of the first branch are the result's, and a later ORDER BY uses them: mark only unnamed columns.
  if (kind === "union" || kind === "except" || kind === "intersect") {
    return { [kind]: { ...body, left: markNameless(body["left"], names) } };
  }
  return kind === "subquery" ? { subquery: { ...body, this: markNameless(body["this"], names) } } : query;
}

function markSelect(body: Readonly<Record<string, unknown>>, names: Map<string, string | undefined>) {
  const aliases = new Map<string, string>();
  const expressions = listOf(body["expressions"]).map((expression, index) => {
    const mark = `${MARK}${index}`;
    const alias = asNode(expression);
    if (alias?.kind !== "alias") {
      if (isColumn(expression) && columnName(expression) === undefined) return expression;
      // As it is written here, not as the table has it.
      names.set(mark, columnName(expression));
      return aliased(expression, mark);
    }
    const name = nameOf(alias.body["alias"]) ?? "";
    names.set(mark, name);
    aliases.set(name.toLowerCase(), mark);
    return aliased(alias.body["this"], mark);
  });
  return { ...body, expressions, order_by: renameColumns(body["order_by"], aliases) };
}

function markNameless(query: unknown, names: Map<string, string | undefined>): unknown {
  const node = asNode(query);
  if (node?.kind !== "select") return markColumns(query, names);
  const expressions = listOf(node.body["expressions"]).map((expression, index) => {
    if (isColumn(expression) || asNode(expression)?.kind === "alias") return expression;
    names.set(`${MARK}${index}`, undefined);
    return aliased(expression, `${MARK}${index}`);
  });
  return { select: { ...node.body, expressions } };
}

/** Whether an expression has a column name without AS. */
function isColumn(expression: unknown): boolean {
  const node = asNode(expression);
  if (node?.kind === "paren") return isColumn(node.body["this"]);
  return ["column", "dot", "star"].includes(node?.kind ?? "");
}

/** The last part of a column's name; undefined for other expressions. */
function columnName(expression: unknown): string | undefined {
  const node = asNode(expression);
  if (node?.kind === "paren") return columnName(node.body["this"]);
  if (node?.kind === "column") return nameOf(node.body["name"]);
  return node?.kind === "dot" ? nameOf(node.body["field"]) : undefined;
}

function aliased(expression: unknown, name: string): unknown {
  return {
    alias: {
      this: expression,
      alias: quotedIdentifier(name),
      column_aliases: [],
      alias_explicit_as: true,
      pre_alias_comments: [],
      trailing_comments: [],
    },
  };
}

function renameColumns(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renameColumns(item, names));
  if (!isJsonObject(value)) return value;
  const node = asNode(value);
  if (node?.kind === "column" && node.body["table"] === null) {
    const name = names.get(nameOf(node.body["name"])?.toLowerCase() ?? "");
    if (name !== undefined) return { column: { ...node.body, name: quotedIdentifier(name) } };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, renameColumns(member, names)]),
  );
}
