import { Dialect, init, parse, tokenize } from "@polyglot-sql/sdk";
import { isJsonObject } from "../../../../lib/json";
import { notLocal } from "../../protocol/errors";
import { FUNCTION_NAMES } from "./functions";
import { type QueryWords, readQuery } from "./grammar";
import { malformed, type Token, tokensOf, withoutComments } from "./lexer";
import { asNode } from "./syntax-tree";

/**
 * Athena's queries use Trino's SQL. The parser's Athena dialect treats a backslash in a string as an escape,
 * as Hive does, which would change every regular expression.
 */
const DIALECT = Dialect.Trino;

/** Loads the parser, once for the process. */
export const loadParser: () => Promise<void> = init;

/** Kinds of nodes that are queries. */
const QUERIES: ReadonlySet<string> = new Set([
  "select",
  "union",
  "except",
  "intersect",
  "subquery",
  "values",
]);

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
  return original.size > 0 ? renamed(tree, original) : tree;
}

/** Functions that Trino calls without parentheses. */
const BARE_FUNCTIONS =
  /^(current_(catalog|date|path|role|schema|time|timestamp|user)|localtime|localtimestamp)$/i;
/** Letters of the Vai script stand for the first letters of names; no table or column has them. */
const STAND_INS = 0xa500;

/**
 * The query without comments, and with names in the place of those that the parser takes for something else: it knows
 * keywords that Trino does not (`SELECT x notnull`), and takes `"current_date"` for the function. A name keeps its length.
 */
function forParser(
  sql: string,
  tokens: readonly Token[],
  { identifiers }: QueryWords,
): { text: string; original: ReadonlyMap<string, string> } {
  const original = new Map<string, string>();
  const plain = withoutComments(sql, tokens);
  const keywords = keywordsIn(plain);
  const characters = [...plain];
  const position = codePoints(plain);
  for (const at of identifiers) {
    const token = tokens[at];
    if (!token) continue;
    const isQuoted = token.kind === "quoted";
    const start = position(token.start);
    if (isQuoted ? !BARE_FUNCTIONS.test(token.text) : !keywords.has(start)) continue;
    const name = isQuoted ? token.text : token.source;
    const standIn = String.fromCharCode(STAND_INS + name.charCodeAt(0)) + name.slice(1);
    characters[isQuoted ? start + 1 : start] = standIn.slice(0, 1);
    original.set(standIn, name);
  }
  return { text: characters.join(""), original };
}

/** Where the parser reads keywords, in code points. */
function keywordsIn(sql: string): ReadonlySet<number> {
  const { tokens } = tokenize(sql, DIALECT);
  return new Set((tokens ?? []).filter((token) => typeOf(token) !== "VAR").map(({ span }) => span.start));
}

/** The type of a token, whose declaration in the package names another member than there is. */
function typeOf(token: object): unknown {
  return "token_type" in token ? token.token_type : undefined;
}

/** Offsets in UTF-16 code units as offsets in code points. */
function codePoints(sql: string): (offset: number) => number {
  const pairs = [...sql.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)].map(({ index }) => index);
  return (offset) => offset - pairs.filter((pair) => pair < offset).length;
}

/** A tree with the names that {@link forParser} took out. */
function renamed(tree: unknown, original: ReadonlyMap<string, string>): unknown {
  if (typeof tree === "string") return original.get(tree) ?? tree;
  if (Array.isArray(tree)) return tree.map((item) => renamed(item, original));
  if (!isJsonObject(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, member]) => [key, renamed(member, original)]));
}
