import { Dialect, init, parse } from "@polyglot-sql/sdk";
import { isJsonObject } from "../../../../lib/json";
import { notLocal } from "../../protocol/errors";
import { FUNCTION_NAMES } from "./functions";
import { type QueryWords, readQuery } from "./grammar";
import { malformed, type Token, tokensOf, withoutComments } from "./lexer";
import { asNode, QUERIES } from "./syntax-tree";

/**
 * Athena's queries use Trino's SQL. The parser's Athena dialect treats a backslash in a string as an escape,
 * as Hive does, which would change every regular expression.
 */
const DIALECT = Dialect.Trino;

/** Loads the parser, once for the process. */
export const loadParser: () => Promise<void> = init;

/**
 * The syntax tree of a query.
 * @throws AwsError InvalidRequestException when Trino could not parse it; QueryFailure for syntax and functions that the
 *   local SQL lacks
 */
export function parseQuery(sql: string): unknown {
  const tokens = tokensOf(sql);
  if (tokens.length === 0) throw malformed(sql, sql.length, "mismatched input '<EOF>'");
  const words = readQuery(sql, tokens);
  for (const at of words.functions) {
    const name = tokens[at]?.source.toLowerCase() ?? "";
    if (!FUNCTION_NAMES.has(name)) throw notLocal(`the function ${name}`);
  }
  const { text, original } = forParser(sql, tokens, words);
  const result = parse(text, DIALECT);
  const [tree, ...others] = result.ast ?? [];
  if (!result.success || others.length > 0 || !QUERIES.has(asNode(tree)?.kind ?? "")) {
    throw notLocal("this query", result.error?.split("\n", 1)[0] ?? "it is not read as one query");
  }
  return renamed(tree, original);
}

/** Letters of the Vai script stand for the first letters of names; no table or column has them. */
const STAND_INS = 0xa500;

/**
 * The query without comments, with casts in the place of typed literals, which the parser does not know, and with stand-ins
 * of the same length for its names: the parser takes some of them for keywords or functions of other engines (`notnull`,
 * `now`), some also with quotes (`"current_date"`).
 */
function forParser(
  sql: string,
  tokens: readonly Token[],
  { identifiers, casts }: QueryWords,
): { text: string; original: ReadonlyMap<string, string> } {
  const original = new Map<string, string>();
  const characters = withoutComments(sql, tokens).split("");
  for (const at of identifiers) {
    const token = tokens[at];
    if (!token) continue;
    const isQuoted = token.kind === "quoted";
    const name = isQuoted ? token.text : token.source;
    if (!/^[A-Za-z_]/.test(name)) continue;
    const first = String.fromCharCode(STAND_INS + name.charCodeAt(0));
    characters[token.start + (isQuoted ? 1 : 0)] = first;
    original.set(first + name.slice(1), name);
  }
  for (const [first, { last, cast }] of casts) {
    const [start = 0, end = 0] = [tokens[first]?.start, tokens[last]?.end];
    characters.fill("", start, end);
    characters[start] = cast;
  }
  return { text: characters.join(""), original };
}

/** A tree with the names that {@link forParser} took out. */
function renamed(tree: unknown, original: ReadonlyMap<string, string>): unknown {
  if (typeof tree === "string") return original.get(tree) ?? tree;
  if (Array.isArray(tree)) return tree.map((item) => renamed(item, original));
  if (!isJsonObject(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, member]) => [key, renamed(member, original)]));
}
