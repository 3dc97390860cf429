import { Dialect, init, parse, tokenize } from "@polyglot-sql/sdk";
import { isJsonObject } from "../../../../lib/json";
import { invalidRequest } from "../../protocol/errors";
import { asNode } from "./syntax-tree";

/** A word, sign or literal of a statement. */
export interface Token {
  /** Upper-case for words; the content of a quoted identifier or string. */
  readonly text: string;
  readonly kind: "word" | "quoted" | "string";
  /** As written in the statement. */
  readonly source: string;
  /** Start and end in the statement, in code points. */
  readonly start: number;
  readonly end: number;
}

/**
 * Athena's queries use Trino's SQL. The parser's Athena dialect treats a backslash in a string as an escape,
 * as Hive does, which would change every regular expression.
 */
const DIALECT = Dialect.Trino;

/** Loads the parser, once for the process. */
export const loadParser: () => Promise<void> = init;

/** Kinds of nodes that are queries. */
const QUERIES: ReadonlySet<string> = new Set(["select", "union", "except", "intersect", "subquery"]);

/** The tokens of a statement, without the closing semicolon. @throws AwsError InvalidRequestException */
export function tokensOf(sql: string): Token[] {
  const result = tokenize(sql, DIALECT);
  if (!result.success || !result.tokens) throw malformed(result.error ?? "it cannot be read");
  const characters = [...sql];
  const tokens = result.tokens.map(({ text, span: { start, end } }): Token => {
    const source = characters.slice(start, end).join("");
    const kind = source.startsWith("'") ? "string" : /^["`]/.test(source) ? "quoted" : "word";
    return { text: kind === "word" ? text.toUpperCase() : text, kind, source, start, end };
  });
  while (isWord(tokens.at(-1), ";")) tokens.pop();
  if (tokens.some((token) => isWord(token, ";"))) {
    throw invalidRequest("Only one sql statement is allowed. Got more than one.", "MALFORMED_QUERY");
  }
  return tokens;
}

/** Whether a token is this word or sign, not quoted. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.text === word;
}

/** The syntax tree of a query. @throws AwsError InvalidRequestException */
export function parseQuery(sql: string): unknown {
  refuseLimitBeforeOffset(sql);
  const { text, original } = withoutFunctionNames(sql);
  const result = parse(text, DIALECT);
  const [tree, ...others] = result.ast ?? [];
  if (!result.success) throw malformed(result.error ?? "it cannot be read");
  if (others.length > 0 || !QUERIES.has(asNode(tree)?.kind ?? "")) throw malformed("a query was expected");
  return original.size > 0 ? renamed(tree, original) : tree;
}

/** Functions that Trino calls without parentheses. */
const BARE_FUNCTIONS =
  /^(current_(catalog|date|path|role|schema|time|timestamp|user)|localtime|localtimestamp)$/i;
/** Stands for the first letter of a name; no table or column has it. */
const STAND_IN = "\ue000";

/** The parser takes `"current_date"` for the function: it gets names that are none, of the same length. */
function withoutFunctionNames(sql: string): { text: string; original: ReadonlyMap<string, string> } {
  const original = new Map<string, string>();
  const characters = [...sql];
  for (const { kind, text, source, start } of tokensOf(sql)) {
    if (kind !== "quoted" || !source.startsWith('"') || !BARE_FUNCTIONS.test(text)) continue;
    characters[start + 1] = STAND_IN;
    original.set(`${STAND_IN}${text.slice(1)}`, text);
  }
  return { text: characters.join(""), original };
}

/** A tree with the names that {@link withoutFunctionNames} took out. */
function renamed(tree: unknown, original: ReadonlyMap<string, string>): unknown {
  if (typeof tree === "string") return original.get(tree) ?? tree;
  if (Array.isArray(tree)) return tree.map((item) => renamed(item, original));
  if (!isJsonObject(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, member]) => [key, renamed(member, original)]));
}

/** Trino has OFFSET before LIMIT; the parser accepts both orders. */
function refuseLimitBeforeOffset(sql: string): void {
  const limits: boolean[] = [false];
  for (const { text, kind } of tokensOf(sql)) {
    if (kind !== "word") continue;
    if (text === "(") limits.push(false);
    else if (text === ")") limits.pop();
    else if (text === "LIMIT") limits[limits.length - 1] = true;
    else if (text === "OFFSET" && limits.at(-1)) throw malformed("OFFSET must come before LIMIT");
  }
}

function malformed(reason: string): Error {
  const place = /^\w+ error at line (\d+), column (\d+): (.*)$/s.exec(reason);
  const text = place ? `line ${place[1]}:${place[2]}: ${place[3]}` : reason;
  return invalidRequest(`${text} (as the parser of the local run reads it)`, "MALFORMED_QUERY");
}
