import { type AwsError, invalidRequest, notLocal, QueryFailure } from "../../protocol/errors";
import { isWord, type Token, tokensOf } from "../sql/lexer";
import { parseQuery } from "../sql/sql-parser";

/** A table as a statement names it. */
export interface TableName {
  readonly database?: string;
  readonly name: string;
}

/** A parsed statement. */
export type SqlStatement =
  | { readonly kind: "select"; readonly sql: string }
  | CreateTableAs
  | { readonly kind: "drop table"; readonly table: TableName; readonly ifExists: boolean }
  | { readonly kind: "show tables"; readonly database?: string; readonly pattern?: string }
  | { readonly kind: "show databases" }
  | { readonly kind: "show partitions"; readonly table: TableName }
  | { readonly kind: "describe"; readonly table: TableName }
  | { readonly kind: "refused"; readonly why: QueryFailure };

/** CREATE TABLE … AS SELECT …; its properties in {@link CreateTableAs.properties}, by lower-case name. */
export interface CreateTableAs {
  readonly kind: "create table as";
  readonly table: TableName;
  readonly ifNotExists: boolean;
  /** A text, a number, or the texts of an ARRAY. */
  readonly properties: Readonly<Record<string, string | number | readonly string[]>>;
  readonly select: string;
  /** WITH NO DATA: the table and its columns only. */
  readonly withData: boolean;
}

/** Statements of Athena that the local SQL lacks, with the reason or remedy. */
const REFUSED: readonly { readonly words: string; readonly why: string }[] = [
  {
    words: "MSCK REPAIR TABLE",
    why: "MergeSmallFiles registers the partitions ahead of time, so there is nothing to repair",
  },
  { words: "ALTER TABLE", why: "partitions change through the Glue API, tables in the stack's Terraform" },
  { words: "CREATE EXTERNAL TABLE", why: "tables are in the stack's Terraform" },
  { words: "CREATE OR REPLACE VIEW", why: "it keeps no views" },
  { words: "CREATE VIEW", why: "it keeps no views" },
  { words: "CREATE DATABASE", why: "databases are in the stack's Terraform" },
  { words: "CREATE SCHEMA", why: "databases are in the stack's Terraform" },
  { words: "DROP DATABASE", why: "databases are in the stack's Terraform" },
  { words: "DROP SCHEMA", why: "databases are in the stack's Terraform" },
  { words: "INSERT", why: "a table changes by CREATE TABLE AS and a swap of its partition" },
  { words: "UPDATE", why: "only Iceberg tables can be changed, and the stack has none" },
  { words: "DELETE", why: "only Iceberg tables can be changed, and the stack has none" },
  { words: "MERGE", why: "only Iceberg tables can be changed, and the stack has none" },
  { words: "UNLOAD", why: "use CREATE TABLE AS" },
  { words: "EXPLAIN", why: "its plans would not be Athena's" },
  { words: "PREPARE", why: "write the values into the query" },
  { words: "EXECUTE", why: "write the values into the query" },
  { words: "DEALLOCATE", why: "there are no prepared statements" },
  { words: "SHOW CREATE TABLE", why: "use DESCRIBE, or read the stack's Terraform" },
  { words: "SHOW COLUMNS", why: "use DESCRIBE" },
];

/**
 * Parses a statement.
 * @throws AwsError InvalidRequestException when it cannot be parsed, as StartQueryExecution answers
 */
export function parseStatement(sql: string): SqlStatement {
  const reader = new TokenReader(sql, tokensOf(sql));
  if (reader.takes("SHOW TABLES")) return showTables(reader);
  if (reader.takes("SHOW DATABASES") || reader.takes("SHOW SCHEMAS")) {
    return reader.ended({ kind: "show databases" });
  }
  if (reader.takes("SHOW PARTITIONS")) {
    return reader.ended({ kind: "show partitions", table: reader.tableName() });
  }
  if (reader.takes("DESCRIBE") || reader.takes("DESC")) {
    return reader.ended({ kind: "describe", table: reader.tableName() });
  }
  if (reader.takes("DROP TABLE")) {
    const ifExists = reader.takes("IF EXISTS");
    return reader.ended({ kind: "drop table", ifExists, table: reader.tableName() });
  }
  const refused = REFUSED.find(({ words }) => reader.takes(words));
  if (refused) return { kind: "refused", why: notLocal(refused.words, refused.why) };
  if (reader.takes("CREATE TABLE")) return createTableAs(reader);
  // The parser also accepts a query that begins with FROM.
  if (!reader.startsQuery()) throw reader.fault("a query or a statement about the catalog");
  parseQuery(sql);
  return { kind: "select", sql };
}

function showTables(reader: TokenReader): SqlStatement {
  const database = reader.takes("IN") || reader.takes("FROM") ? reader.identifier() : undefined;
  const pattern = reader.atEnd() ? undefined : reader.string();
  return reader.ended({
    kind: "show tables",
    ...(database !== undefined && { database }),
    ...(pattern !== undefined && { pattern }),
  });
}

function createTableAs(reader: TokenReader): SqlStatement {
  const ifNotExists = reader.takes("IF NOT EXISTS");
  const table = reader.tableName();
  const properties: Record<string, string | number | readonly string[]> = {};
  if (reader.takes("WITH")) {
    reader.expect("(");
    do {
      const name = reader.identifier().toLowerCase();
      reader.expect("=");
      properties[name] = reader.value();
    } while (reader.takes(","));
    reader.expect(")");
  }
  if (!reader.takes("AS")) {
    return {
      kind: "refused",
      why: notLocal("CREATE TABLE without AS", "tables are in the stack's Terraform"),
    };
  }
  const { select, withData } = reader.rest();
  parseQuery(select);
  return { kind: "create table as", table, ifNotExists, properties, select, withData };
}

/** Reads the head of a statement token by token. */
class TokenReader {
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

  startsQuery(): boolean {
    return ["SELECT", "WITH", "("].some((word) => isWord(this.tokens[this.position], word));
  }

  expect(word: string): void {
    if (!this.takes(word)) throw this.fault(`"${word}"`);
  }

  atEnd(): boolean {
    return this.position >= this.tokens.length;
  }

  ended<T>(statement: T): T {
    if (!this.atEnd()) throw this.fault("the end");
    return statement;
  }

  tableName(): TableName {
    const parts = [this.identifier()];
    while (this.takes(".")) parts.push(this.identifier());
    const name = parts.pop() ?? "";
    const database = parts.pop();
    const [catalog] = parts;
    if (parts.length > 1 || (catalog !== undefined && catalog.toLowerCase() !== "awsdatacatalog")) {
      throw new QueryFailure("CATALOG_NOT_FOUND", `Catalog '${parts.join(".")}' not found`);
    }
    return database === undefined ? { name } : { database, name };
  }

  identifier(): string {
    const token = this.next("a name");
    if (token.kind === "string") throw this.fault("a name");
    return token.kind === "word" ? token.source : token.text;
  }

  string(): string {
    const token = this.next("a text");
    if (token.kind !== "string") throw this.fault("a text");
    return token.text;
  }

  value(): string | number | readonly string[] {
    if (this.takes("ARRAY")) {
      this.expect("[");
      const items = [this.string()];
      while (this.takes(",")) items.push(this.string());
      this.expect("]");
      return items;
    }
    const token = this.next("a value");
    if (token.kind === "string") return token.text;
    const number = Number(token.text);
    if (token.kind === "quoted" || Number.isNaN(number))
      throw this.fault("a text, a number or an ARRAY of texts");
    return number;
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
    if (!first || !last) throw this.fault("a query");
    const select = [...this.sql].slice(first.start, last.end).join("");
    return { select, withData: suffix !== "WITH NO DATA" };
  }

  private next(wanted: string): Token {
    const token = this.tokens[this.position];
    if (!token) throw this.fault(wanted);
    this.position++;
    return token;
  }

  fault(wanted: string): AwsError {
    const token = this.tokens[this.position];
    const found = token ? `'${token.source}'` : "the end";
    return invalidRequest(`mismatched input ${found}. Expecting: ${wanted}`, "MALFORMED_QUERY");
  }
}
