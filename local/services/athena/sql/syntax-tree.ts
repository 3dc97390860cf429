import { isJsonObject } from "../../../../lib/json";
import type { SqlType } from "./types";

/** The members of a node. */
export type Members = Readonly<Record<string, unknown>>;

/** An expression of the parser's tree: `{ kind: { … } }`. */
export interface TreeNode {
  readonly kind: string;
  readonly body: Members;
}

/** Translates the content of a node. */
export interface Visit {
  (value: unknown): unknown;
  /** Whether the query can have timestamps with their own zone: checks of their type refuse outer columns. */
  readonly zones: boolean;
  /** The type of an expression as far as it is known; undefined in a query that needs no types (see expression-types.ts). */
  readonly typeOf: ((expression: unknown) => SqlType | undefined) | undefined;
}

export function visitMembers(body: Members, visit: Visit): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).map(([name, member]) => [name, visit(member)]));
}

/** Members that hold one expression; they look like a node kind but are not one. */
const HOLDERS = new Set(["this", "Preceding", "Following"]);

/** Returns the kind and members of an expression; undefined for anything else, such as an identifier or a list. */
export function asNode(value: unknown): TreeNode | undefined {
  if (!isJsonObject(value)) return undefined;
  const [entry, ...others] = Object.entries(value);
  if (!entry || others.length > 0) return undefined;
  const [kind, body] = entry;
  if (HOLDERS.has(kind)) return undefined;
  if (body === null) return { kind, body: {} };
  return isJsonObject(body) ? { kind, body } : undefined;
}

/** The name of an identifier as written. */
export function nameOf(identifier: unknown): string | undefined {
  return isJsonObject(identifier) && typeof identifier["name"] === "string" ? identifier["name"] : undefined;
}

/** Position of an identifier, in Trino's form: `line 1:15: `; empty when the parser gives none. */
export function placeOf(identifier: unknown): string {
  const span = isJsonObject(identifier) ? identifier["span"] : undefined;
  if (!isJsonObject(span)) return "";
  const { line, column, start, end } = span;
  // The parser gives the column after the identifier's end.
  return `line ${line}:${Number(column) - Number(end) + Number(start)}: `;
}

/** The value if it is a list, else an empty list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A literal's type (`string`, `number`, `date`, …) and its text; undefined for any other expression. */
export function literalOf(value: unknown): { readonly type: string; readonly text: string } | undefined {
  const node = asNode(value);
  if (node?.kind === "neg") {
    const literal = literalOf(node.body["this"]);
    return literal?.type === "number" ? { type: "number", text: `-${literal.text}` } : undefined;
  }
  if (node?.kind !== "literal" || typeof node.body["value"] !== "string") return undefined;
  return { type: String(node.body["literal_type"]), text: node.body["value"] };
}

export function quotedIdentifier(name: string): unknown {
  return { name, quoted: true, trailing_comments: [] };
}

export function call(name: string, args: readonly unknown[]): unknown {
  return {
    function: {
      name,
      args,
      distinct: false,
      trailing_comments: [],
      use_bracket_syntax: false,
      no_parens: false,
      quoted: false,
    },
  };
}

/** The timestamp type used for date arithmetic. */
export const TIMESTAMP: Members = { data_type: "timestamp", precision: null, timezone: false };

export function parenthesized(expression: unknown): unknown {
  return { paren: { this: expression, trailing_comments: [] } };
}

/** CASE with pairs of condition and value. */
export function caseOf(whens: readonly (readonly unknown[])[], otherwise: unknown): unknown {
  return { case: { operand: null, whens, else_: otherwise, comments: [] } };
}

/** CAST(`expression` AS a type without parameters). */
export function castTo(expression: unknown, to: unknown, kind: "cast" | "try_cast" = "cast"): unknown {
  return {
    [kind]: {
      this: expression,
      to,
      trailing_comments: [],
      double_colon_syntax: false,
      format: null,
      default: null,
    },
  };
}

export function textLiteral(value: string): unknown {
  return { literal: { literal_type: "string", value } };
}

export function numberLiteral(value: number): unknown {
  return { literal: { literal_type: "number", value: String(value) } };
}

/** Kinds of nodes that are queries. */
export const QUERIES: ReadonlySet<string> = new Set([
  "select",
  "union",
  "except",
  "intersect",
  "subquery",
  "values",
]);
