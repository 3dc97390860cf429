import { invalidRequest } from "../../protocol/errors";

/** A word, sign or literal of a statement. */
export interface Token {
  /** Upper-case for words and signs; the content of a quoted identifier or string. */
  readonly text: string;
  readonly kind: "word" | "sign" | "number" | "quoted" | "backquoted" | "string";
  /** As written in the statement. */
  readonly source: string;
  /** Start and end in the statement, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** Blanks and comments; a block comment ends at the first end sign, and one without an end is none. */
const GAP = /(?:\s|--[^\r\n]*|\/\*[\s\S]*?\*\/)*/y;

/** Trino's tokens (SqlBase.g4), and the backquoted names of Athena's DDL. */
const TOKENS: readonly { readonly kind: Token["kind"]; readonly pattern: RegExp }[] = [
  { kind: "string", pattern: /'(?:[^']|'')*'/y },
  { kind: "quoted", pattern: /"(?:[^"]|"")*"/y },
  { kind: "backquoted", pattern: /`(?:[^`]|``)*`/y },
  {
    kind: "number",
    pattern: /(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[Ee][+-]?\d+)?/y,
  },
  { kind: "word", pattern: /[A-Za-z_][A-Za-z0-9_]*/y },
  { kind: "sign", pattern: /->|=>|<>|!=|<=|>=|\|\||[=<>+\-*/%?;:,.()[\]]/y },
];

const QUOTES: Readonly<Record<string, string>> = { string: "'", quoted: '"', backquoted: "`" };

/**
 * The tokens of a statement, without comments and the closing semicolons.
 * @throws AwsError InvalidRequestException for a character that begins no token, and for a second statement
 */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skipGap(sql, 0); at < sql.length; ) {
    const token = tokenAt(sql, at);
    const before = tokens.at(-1);
    if (before?.kind === "number" && before.end === at && token.kind === "word") {
      throw malformed(
        sql,
        before.start,
        "identifiers must not start with a digit; surround the identifier with double quotes",
      );
    }
    tokens.push(token);
    at = skipGap(sql, token.end);
  }
  while (isWord(tokens.at(-1), ";")) tokens.pop();
  if (tokens.some((token) => isWord(token, ";"))) {
    throw invalidRequest("Only one sql statement is allowed. Got more than one.", "MALFORMED_QUERY");
  }
  return tokens;
}

/** The statement with blanks in the place of its comments: every token keeps its line and column. */
export function withoutComments(sql: string, tokens: readonly Token[]): string {
  let text = "";
  for (const { start, source } of tokens) text += blanks(sql.slice(text.length, start)) + source;
  return text;
}

/** Whether a token is this word or sign, not quoted. */
export function isWord(token: Token | undefined, word: string): boolean {
  return (token?.kind === "word" || token?.kind === "sign") && token.text === word;
}

/** Athena's error for a statement that cannot be parsed. @param at offset of the token that does not fit */
export function malformed(sql: string, at: number, message: string): Error {
  return invalidRequest(`${placeOf(sql, at)}: ${message}`, "MALFORMED_QUERY");
}

/** A place in a statement as Trino names it, `line 1:8`. @param at offset */
export function placeOf(sql: string, at: number): string {
  const lines = sql.slice(0, at).split("\n");
  return `line ${lines.length}:${(lines.at(-1) ?? "").length + 1}`;
}

function skipGap(sql: string, at: number): number {
  GAP.lastIndex = at;
  GAP.test(sql);
  return GAP.lastIndex;
}

function tokenAt(sql: string, start: number): Token {
  for (const { kind, pattern } of TOKENS) {
    pattern.lastIndex = start;
    const source = pattern.exec(sql)?.[0];
    if (source === undefined) continue;
    const quote = QUOTES[kind];
    const text =
      quote === undefined ? source.toUpperCase() : source.slice(1, -1).replaceAll(quote + quote, quote);
    return { text, kind, source, start, end: start + source.length };
  }
  throw malformed(sql, start, `mismatched input '${String.fromCodePoint(sql.codePointAt(start) ?? 0)}'`);
}

function blanks(gap: string): string {
  return gap.replace(/[^\r\n]/g, " ");
}
