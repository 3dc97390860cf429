import { QueryFailure } from "../../protocol/errors";
import { isWord, malformed, type Token } from "../sql/lexer";

/** A table as a statement names it. */
export interface TableName {
  readonly database?: string;
  readonly name: string;
}

/** Which quotes a statement's names may have: those of Trino, or those of Hive, which reads Athena's DDL. */
type Quotes = "quoted" | "backquoted";

/** Reads a statement token by token. */
export class TokenReader {
  private position = 0;

  constructor(
    private readonly sql: string,
    private readonly tokens: readonly Token[],
  ) {}

  /** Consumes these words if they come next. */
  takes(words: string): boolean {
    const next = words.split(" ");
    const matches = next.every((word, index) => isWord(this.tokens[this.position + index], word));
    if (matches) this.position += next.length;
    return matches;
  }

  /** Consumes the first of these that comes next. @returns it */
  takesOne(choices: readonly string[]): string | undefined {
    return choices.find((words) => this.takes(words));
  }

  startsQuery(): boolean {
    return ["SELECT", "WITH", "VALUES", "TABLE", "("].some((word) =>
      isWord(this.tokens[this.position], word),
    );
  }

  /** @throws AwsError InvalidRequestException, also from the other methods that return what they read */
  expect(words: string): void {
    if (!this.takes(words)) throw this.fault(`'${words}'`);
  }

  atEnd(): boolean {
    return this.position >= this.tokens.length;
  }

  ended<T>(statement: T): T {
    if (!this.atEnd()) throw this.fault("<EOF>");
    return statement;
  }

  /** The content of parentheses: one or more items with commas between them. */
  listed<T>(item: () => T): T[] {
    this.expect("(");
    const items = [item()];
    while (this.takes(",")) items.push(item());
    this.expect(")");
    return items;
  }

  /** @throws QueryFailure CATALOG_NOT_FOUND */
  tableName(quotes: Quotes = "backquoted"): TableName {
    const parts = [this.identifier(quotes)];
    while (this.takes(".")) parts.push(this.identifier(quotes));
    // Hive, which reads Athena's DDL, takes `database.table` in one pair of backquotes for both names.
    if (parts.length === 1 && quotes === "backquoted") parts.push(...(parts.pop() ?? "").split("."));
    const name = parts.pop() ?? "";
    const database = parts.pop();
    const [catalog] = parts;
    if (parts.length > 1 || (catalog !== undefined && catalog.toLowerCase() !== "awsdatacatalog")) {
      throw new QueryFailure("CATALOG_NOT_FOUND", `Catalog '${parts.join(".")}' not found`);
    }
    return database === undefined ? { name } : { database, name };
  }

  identifier(quotes: Quotes = "backquoted"): string {
    const token = this.tokens[this.position];
    if (token?.kind !== "word" && token?.kind !== quotes) throw this.fault("a name");
    this.position++;
    return token.kind === "word" ? token.source : token.text;
  }

  /** A text; in Athena's DDL it may have double quotes. */
  string(quotes: Quotes = "quoted"): string {
    const token = this.tokens[this.position];
    if (token?.kind !== "string" && (token?.kind !== "quoted" || quotes !== "quoted"))
      throw this.fault("a text");
    this.position++;
    return token.text;
  }

  /** A text or a number, as written. */
  constant(): string {
    const token = this.tokens[this.position];
    if (token?.kind !== "number") return this.string();
    this.position++;
    return token.source;
  }

  /** `'name' = 'value'`, … in parentheses. */
  properties(): Record<string, string> {
    return Object.fromEntries(
      this.listed((): [string, string] => {
        const name = this.string();
        this.expect("=");
        return [name, this.string()];
      }),
    );
  }

  /** The tokens up to the one where `isEnd`; that one is not consumed. */
  until(isEnd: (token: Token) => boolean): readonly Token[] {
    const start = this.position;
    for (let next = this.tokens[this.position]; next && !isEnd(next); next = this.tokens[this.position]) {
      this.position++;
    }
    return this.tokens.slice(start, this.position);
  }

  /** The value of a property of a CTAS. */
  value(): string | number | readonly string[] {
    if (this.takes("ARRAY")) {
      this.expect("[");
      const items = [this.string("backquoted")];
      while (this.takes(",")) items.push(this.string("backquoted"));
      this.expect("]");
      return items;
    }
    const token = this.tokens[this.position];
    if (token?.kind !== "number") return this.string("backquoted");
    this.position++;
    return Number(token.text);
  }

  /** The query after AS, and whether the statement stores its rows. */
  rest(): { select: string; withData: boolean } {
    const suffix = ["WITH NO DATA", "WITH DATA"].find((text) => {
      const words = text.split(" ");
      return words.every((word, index) =>
        isWord(this.tokens[this.tokens.length - words.length + index], word),
      );
    });
    const end = suffix === undefined ? this.tokens.length : this.tokens.length - suffix.split(" ").length;
    const [first, last] = [this.tokens[this.position], this.tokens[end - 1]];
    if (!first || !last || end <= this.position) throw this.fault("a query");
    return { select: this.sql.slice(first.start, last.end), withData: suffix !== "WITH NO DATA" };
  }

  /** The statement from the next token on, with blanks before it: places in it stay. */
  tail(): string {
    const start = this.tokens[this.position]?.start ?? this.sql.length;
    return this.sql.slice(0, start).replace(/[^\r\n]/g, " ") + this.sql.slice(start);
  }

  fault(wanted: string): Error {
    const token = this.tokens[this.position];
    const found = token ? token.source : "<EOF>";
    return malformed(
      this.sql,
      token?.start ?? this.sql.trimEnd().length,
      `mismatched input '${found}'. Expecting: ${wanted}`,
    );
  }
}
