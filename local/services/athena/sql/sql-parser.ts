import { Dialect, init, parse, tokenize } from "@polyglot-sql/sdk";
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
  const result = parse(sql, DIALECT);
  const [tree, ...others] = result.ast ?? [];
  if (!result.success) throw malformed(result.error ?? "it cannot be read");
  if (others.length > 0 || !QUERIES.has(asNode(tree)?.kind ?? "")) throw malformed("a query was expected");
  return tree;
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
