import { isJsonObject } from "../../../../lib/json";
import { notLocal, QueryFailure } from "../../protocol/errors";
import { asNode, listOf, type Members, nameOf, type TreeNode } from "./syntax-tree";
import { commonType, type SqlType } from "./types";

type TypeOf = (expression: unknown) => SqlType | undefined;

const COMPARISONS = new Set(["eq", "neq", "lt", "lte", "gt", "gte", "null_safe_eq", "null_safe_neq"]);

/**
 * Trino's rules where DuckDB casts instead: a condition is a boolean, and operands have a common type. It checks what the
 * tables' columns and the query's own words tell.
 * @throws QueryFailure
 */
export function checkTypes({ kind, body }: TreeNode, typeOf: TypeOf): void {
  if (COMPARISONS.has(kind)) {
    alike("Cannot apply operator", [body["left"], body["right"]], typeOf);
    return;
  }
  switch (kind) {
    case "select":
      checkSelect(body, typeOf);
      return;
    case "and":
    case "or":
      conditions("Logical expression", [body["left"], body["right"]], typeOf);
      return;
    case "not":
      conditions("Value of logical NOT expression", [body["this"]], typeOf);
      return;
    case "between":
      alike("Cannot check if value is BETWEEN", [body["this"], body["low"], body["high"]], typeOf);
      return;
    case "in":
      alike("IN value and list items", [body["this"], ...listOf(body["expressions"])], typeOf);
      return;
    case "coalesce":
      alike("All COALESCE operands", listOf(body["expressions"]), typeOf);
      return;
    case "if_func":
      conditions("IF condition", [body["condition"]], typeOf);
      alike("Result types for IF", [body["true_value"], body["false_value"]], typeOf);
      return;
    case "case": {
      const whens = listOf(body["whens"]).map(listOf);
      const subjects = whens.map(([when]) => when);
      if (body["operand"] === null) conditions("CASE WHEN clause", subjects, typeOf);
      else alike("CASE operand and WHEN values", [body["operand"], ...subjects], typeOf);
      alike("All CASE results", [...whens.map(([, result]) => result), body["else_"]], typeOf);
      return;
    }
  }
}

function checkSelect(body: Members, typeOf: TypeOf): void {
  for (const [member, name] of [
    ["where_clause", "WHERE"],
    ["having", "HAVING"],
  ] as const) {
    const clause = body[member];
    if (isJsonObject(clause)) conditions(`${name} clause`, [clause["this"]], typeOf);
  }
  const joins = listOf(body["joins"]).filter(isJsonObject);
  for (const join of joins) conditions("JOIN ON clause", [join["on"]], typeOf);
  const isPlainStar = (expression: unknown) => {
    const star = asNode(expression);
    return star?.kind === "star" && nameOf(star.body["table"]) === undefined;
  };
  const merges = joins.some(
    (join) => listOf(join["using"]).length > 0 || /natural/i.test(String(join["kind"])),
  );
  if (merges && listOf(body["expressions"]).some(isPlainStar)) {
    throw notLocal("* beside JOIN … USING", "name the columns");
  }
  if (body["distinct"] === true) checkDistinct(body);
}

/** Rows that are one row of the answer have no order by anything else. */
function checkDistinct(body: Members): void {
  const selected = listOf(body["expressions"]);
  const known = new Set(
    selected.flatMap((expression) => {
      const alias = asNode(expression);
      if (alias?.kind !== "alias") return [spelled(expression)];
      return [spelled(alias.body["this"]), `alias ${nameOf(alias.body["alias"])?.toLowerCase()}`];
    }),
  );
  const hasStar = selected.some((expression) => asNode(expression)?.kind === "star");
  for (const item of isJsonObject(body["order_by"]) ? listOf(body["order_by"]["expressions"]) : []) {
    const expression = isJsonObject(item) ? item["this"] : undefined;
    const node = asNode(expression);
    const isPlace = node?.kind === "literal";
    const name = node?.kind === "column" ? nameOf(node.body["name"])?.toLowerCase() : undefined;
    if (hasStar || isPlace || known.has(spelled(expression)) || known.has(`alias ${name}`)) continue;
    throw new QueryFailure(
      "EXPRESSION_NOT_IN_DISTINCT",
      "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
    );
  }
}

/** An expression without its place in the query; a column without its table. */
function spelled(expression: unknown): string {
  return JSON.stringify(expression, (key, value: unknown) => {
    if (key === "span" || key === "table") return undefined;
    return typeof value === "string" && key === "name" ? value.toLowerCase() : value;
  });
}

function conditions(what: string, expressions: readonly unknown[], typeOf: TypeOf): void {
  for (const expression of expressions) {
    const kind = typeOf(expression)?.kind;
    if (kind === undefined || kind === "boolean" || kind === "null") continue;
    throw new QueryFailure("TYPE_MISMATCH", `${what} must evaluate to a boolean (actual: ${typeName(kind)})`);
  }
}

function alike(what: string, expressions: readonly unknown[], typeOf: TypeOf): void {
  const known = expressions.flatMap((expression) => typeOf(expression) ?? []);
  for (const [index, type] of known.entries()) {
    const other = known.slice(index + 1).find((candidate) => commonType([type, candidate]) === undefined);
    if (!other) continue;
    throw new QueryFailure(
      "TYPE_MISMATCH",
      `${what}: ${typeName(type.kind)} and ${typeName(other.kind)} have no common type; CAST one of them`,
    );
  }
}

/** The columns of the two sides of UNION, EXCEPT or INTERSECT. @throws QueryFailure */
export function checkSetOperation(
  kind: string,
  left: readonly { readonly type: SqlType | undefined }[] | undefined,
  right: readonly { readonly type: SqlType | undefined }[] | undefined,
): void {
  if (!left || !right) return;
  if (left.length !== right.length) {
    throw new QueryFailure(
      "TYPE_MISMATCH",
      `${kind.toUpperCase()} query has different number of fields: ${left.length}, ${right.length}`,
    );
  }
  for (const [index, { type }] of left.entries()) {
    const other = right[index]?.type;
    if (!type || !other || commonType([type, other])) continue;
    throw new QueryFailure(
      "TYPE_MISMATCH",
      `column ${index + 1} in ${kind.toUpperCase()} query has incompatible types: ${typeName(type.kind)}, ${typeName(other.kind)}`,
    );
  }
}

function typeName(kind: SqlType["kind"]): string {
  const names: Partial<Record<SqlType["kind"], string>> = {
    text: "varchar",
    whole: "integer",
    float: "double",
    other: "another type",
  };
  return names[kind] ?? kind;
}
