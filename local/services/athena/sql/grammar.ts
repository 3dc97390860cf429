import { notLocal, QueryFailure } from "../../protocol/errors";
import { isWord, malformed, placeOf, type Token } from "./lexer";

/** What a query's words are, by their position among the tokens. */
export interface QueryWords {
  /** Names of tables, columns, aliases. */
  readonly identifiers: ReadonlySet<number>;
  /** Called functions: the last part of the name. */
  readonly functions: ReadonlySet<number>;
  /** Literals such as `DECIMAL '0.35'`, by their first token: the last one, and the CAST that they mean. */
  readonly casts: ReadonlyMap<number, { readonly last: number; readonly cast: string }>;
}

/** Words that are no names unless they are quoted (Trino's documentation, "Keywords and identifiers"). */
const RESERVED: ReadonlySet<string> = new Set(
  `ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_PATH CURRENT_ROLE
  CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT
  EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN JSON_ARRAY
  JSON_EXISTS JSON_OBJECT JSON_QUERY JSON_TABLE JSON_VALUE LEFT LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE NOT
  NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP TABLE THEN TRIM TRUE UESCAPE UNION UNNEST USING VALUES
  WHEN WHERE WITH`.split(/\s+/),
);

/** Those of them that begin an expression. */
const STARTERS: ReadonlySet<string> = new Set(
  `CASE CAST CURRENT_CATALOG CURRENT_DATE CURRENT_PATH CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER EXISTS
  EXTRACT FALSE GROUPING JSON_ARRAY JSON_EXISTS JSON_OBJECT JSON_QUERY JSON_VALUE LISTAGG LOCALTIME LOCALTIMESTAMP NORMALIZE
  NOT NULL TRIM TRUE`.split(/\s+/),
);

/** Trino's types that a CAST or a literal may name. */
const TYPES: ReadonlySet<string> = new Set(
  `BOOLEAN TINYINT SMALLINT INTEGER INT BIGINT REAL DOUBLE DECIMAL DEC NUMERIC VARCHAR CHAR VARBINARY JSON DATE TIME TIMESTAMP
  ARRAY MAP ROW IPADDRESS UUID HYPERLOGLOG P4HYPERLOGLOG SETDIGEST QDIGEST TDIGEST UNKNOWN GEOMETRY`.split(
    /\s+/,
  ),
);

/** Those of them whose literals are casts of the text. */
const CAST_TYPES = [
  "BOOLEAN",
  "TINYINT",
  "SMALLINT",
  "INTEGER",
  "INT",
  "BIGINT",
  "REAL",
  "DOUBLE",
  "VARCHAR",
];

const INTERVAL_FIELDS = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
const COMPARISONS = ["=", "<>", "!=", "<", "<=", ">", ">="];
const OPERATORS = ["+", "-", "*", "/", "%", "||"];
const FRAMES = ["ROWS", "RANGE", "GROUPS"];
/** Functions with a syntax of their own that the local SQL lacks. */
const OWN_SYNTAX = [
  "JSON_ARRAY",
  "JSON_EXISTS",
  "JSON_OBJECT",
  "JSON_QUERY",
  "JSON_VALUE",
  "LISTAGG",
  "NORMALIZE",
];

/** The query is not Trino's at this token; a caller may try another reading. */
class Mismatch extends Error {
  constructor(readonly at: number) {
    super("mismatch");
  }
}

/**
 * Checks a query against Trino's grammar (SqlBase.g4). The parser that makes the syntax tree accepts the SQL of many
 * engines and reads some words otherwise, so that it cannot tell.
 * @throws AwsError InvalidRequestException for a query that Trino cannot parse; QueryFailure for a type that Trino does not
 *   know, and for syntax that the local SQL lacks
 */
export function readQuery(sql: string, tokens: readonly Token[]): QueryWords {
  const backquoted = tokens.find(({ kind }) => kind === "backquoted");
  if (backquoted) {
    const reason = "backquoted identifiers are not supported; use double quotes to quote identifiers";
    throw malformed(sql, backquoted.start, reason);
  }
  const reader = new QueryReader(sql, tokens);
  return reader.statement();
}

class QueryReader implements QueryWords {
  readonly identifiers = new Set<number>();
  readonly functions = new Set<number>();
  readonly casts = new Map<number, { readonly last: number; readonly cast: string }>();
  private at = 0;
  /** The furthest token that fitted no reading. */
  private furthest = 0;
  private refused: QueryFailure | undefined;
  /** The end of the query that begins at a token, or its mismatch: a parenthesis is read more than once. */
  private readonly queries = new Map<number, number | Mismatch>();
  private readonly queriesWithoutWith = new Map<number, number | Mismatch>();

  constructor(
    private readonly sql: string,
    private readonly tokens: readonly Token[],
  ) {}

  statement(): QueryWords {
    try {
      this.query();
      if (this.at < this.tokens.length) throw this.mismatch();
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      const token = this.tokens[this.furthest];
      const found = token ? token.source : "<EOF>";
      throw malformed(this.sql, token?.start ?? this.sql.trimEnd().length, `mismatched input '${found}'`);
    }
    if (this.refused) throw this.refused;
    return this;
  }

  // Queries.

  private query(): void {
    this.once(this.queries, () => {
      if (this.takes("WITH")) {
        this.takes("RECURSIVE");
        this.list(() => this.namedQuery());
      }
      this.queryWithoutWith();
    });
  }

  private queryWithoutWith(): void {
    this.once(this.queriesWithoutWith, () => this.queryTerms());
  }

  /** Reads a part that begins here, or does as when it was read before: a text is tried in several ways. */
  private once(known: Map<number, number | Mismatch>, read: () => void): void {
    const start = this.at;
    const before = known.get(start);
    if (before instanceof Mismatch) throw before;
    if (before !== undefined) {
      this.at = before;
      return;
    }
    try {
      read();
      known.set(start, this.at);
    } catch (error) {
      if (error instanceof Mismatch) known.set(start, error);
      throw error;
    }
  }

  private namedQuery(): void {
    this.identifier();
    if (this.takes("(")) this.names();
    this.expect("AS");
    this.inParentheses(() => this.query());
  }

  private queryTerms(): void {
    do this.queryPrimary();
    while (this.setOperator());
    if (this.takes("ORDER", "BY")) this.list(() => this.sortItem());
    if (this.takes("OFFSET")) {
      this.rowCount();
      this.takesOne(["ROW", "ROWS"]);
    }
    if (this.takes("LIMIT")) {
      if (!this.takes("ALL")) this.rowCount();
    } else if (this.takes("FETCH")) {
      if (!this.takesOne(["FIRST", "NEXT"])) throw this.mismatch();
      if (!this.isNext("ROW") && !this.isNext("ROWS")) this.rowCount();
      if (!this.takesOne(["ROW", "ROWS"])) throw this.mismatch();
      if (!this.takes("ONLY")) this.expect("WITH", "TIES");
    }
  }

  private setOperator(): boolean {
    if (!this.takesOne(["UNION", "EXCEPT", "INTERSECT"])) return false;
    this.takesOne(["ALL", "DISTINCT"]);
    return true;
  }

  private queryPrimary(): void {
    if (this.takes("SELECT")) this.select();
    else if (this.takes("VALUES")) this.list(() => this.expression());
    else if (this.takes("TABLE")) {
      this.qualifiedName();
      this.lacks("TABLE as a query", "write SELECT * FROM");
    } else this.inParentheses(() => this.queryWithoutWith());
  }

  private select(): void {
    this.quantifier();
    this.list(() => this.selectItem());
    if (this.takes("FROM")) this.list(() => this.relation());
    if (this.takes("WHERE")) this.expression();
    if (this.takes("GROUP", "BY")) {
      this.quantifier();
      this.list(() => this.groupingElement());
    }
    if (this.takes("HAVING")) this.expression();
    if (this.takes("WINDOW")) {
      this.list(() => {
        this.identifier();
        this.expect("AS");
        this.inParentheses(() => this.window());
      });
    }
  }

  private selectItem(): void {
    if (this.takes("*")) return;
    const start = this.at;
    if (this.optionally(() => this.allColumns())) return;
    this.at = start;
    this.expression();
    this.alias();
  }

  /** `t.*` */
  private allColumns(): void {
    this.qualifiedName();
    this.expect(".");
    this.expect("*");
    if (this.takes("AS")) {
      this.expect("(");
      this.names();
      this.lacks("column aliases of *");
    }
  }

  private alias(): boolean {
    if (this.takes("AS")) {
      this.identifier();
      return true;
    }
    if (!this.isIdentifier() || this.beginsClause()) return false;
    this.identifier();
    return true;
  }

  /** Whether a word that could be an alias begins the next part of the query. */
  private beginsClause(): boolean {
    const [word, next] = [this.tokens[this.at], this.tokens[this.at + 1]];
    const isCount = next?.kind === "number" || isWord(next, "?");
    if (isWord(word, "LIMIT")) return isCount || isWord(next, "ALL");
    if (isWord(word, "OFFSET")) return isCount;
    if (isWord(word, "FETCH")) return isWord(next, "FIRST") || isWord(next, "NEXT");
    if (isWord(word, "TABLESAMPLE")) return isWord(next, "BERNOULLI") || isWord(next, "SYSTEM");
    if (isWord(word, "MATCH_RECOGNIZE")) return isWord(next, "(");
    return isWord(word, "WINDOW") && isWord(this.tokens[this.at + 2], "AS");
  }

  /** DISTINCT or ALL, which may also be the name of a column. @returns whether there is one */
  private quantifier(): boolean {
    if (this.takes("DISTINCT")) return true;
    if (!this.isNext("ALL")) return false;
    const next = this.tokens[this.at + 1];
    const begins =
      next?.kind === "sign"
        ? ["(", "[", "?", "*", "+", "-"].includes(next.text)
        : next?.kind !== "word" || !RESERVED.has(next.text) || STARTERS.has(next.text);
    if (!next || !begins) return false;
    this.advance();
    return true;
  }

  private groupingElement(): void {
    if (this.takesOne(["ROLLUP", "CUBE"])) this.groupingSets();
    else if (this.takes("GROUPING", "SETS")) this.groupingSets();
    else this.groupingSet();
  }

  private groupingSets(): void {
    this.inParentheses(() => {
      if (!this.isNext(")")) this.list(() => this.groupingSet());
    });
  }

  private groupingSet(): void {
    const isEmpty = this.isNext("(") && isWord(this.tokens[this.at + 1], ")");
    if (isEmpty) this.advance(2);
    // `(a, b)` reads like a row.
    else this.expression();
  }

  /** @returns whether it is a join */
  private relation(): boolean {
    this.sampledRelation();
    for (let joins = 0; ; joins++) {
      if (this.takes("CROSS", "JOIN")) this.sampledRelation();
      else if (this.takes("NATURAL")) {
        this.joinType();
        this.expect("JOIN");
        this.sampledRelation();
      } else if (this.joinType() || this.isNext("JOIN")) {
        this.expect("JOIN");
        this.relation();
        if (this.takes("ON")) this.expression();
        else {
          this.expect("USING", "(");
          this.names();
        }
      } else return joins > 0;
    }
  }

  private joinType(): boolean {
    if (this.takes("INNER")) return true;
    if (!this.takesOne(["LEFT", "RIGHT", "FULL"])) return false;
    this.takes("OUTER");
    return true;
  }

  private sampledRelation(): void {
    this.relationPrimary();
    if (this.isNext("MATCH_RECOGNIZE") && this.beginsClause()) {
      this.advance();
      this.skipParentheses();
      this.lacks("MATCH_RECOGNIZE");
    }
    if (this.alias() && this.takes("(")) this.names();
    if (this.isNext("TABLESAMPLE") && this.beginsClause()) {
      this.advance(2);
      this.inParentheses(() => this.expression());
      this.lacks("TABLESAMPLE");
    }
  }

  private relationPrimary(): void {
    if (this.takes("UNNEST")) {
      this.inParentheses(() => this.list(() => this.expression()));
      if (this.takes("WITH")) {
        this.expect("ORDINALITY");
        this.lacks("UNNEST … WITH ORDINALITY");
      }
    } else if (this.isNext("LATERAL") && isWord(this.tokens[this.at + 1], "(")) {
      this.advance();
      this.inParentheses(() => this.query());
      this.lacks("LATERAL");
    } else if (this.takesOne(["JSON_TABLE", "TABLE"])) {
      this.skipParentheses();
      this.lacks("table functions");
    } else if (this.isNext("(")) {
      const start = this.at;
      if (this.optionally(() => this.inParentheses(() => this.query()))) return;
      this.at = start;
      this.inParentheses(() => {
        if (!this.relation()) this.lacks("a table in parentheses");
      });
    } else {
      this.qualifiedName();
      if (this.takes("FOR")) {
        if (!this.takesOne(["TIMESTAMP", "VERSION"])) throw this.mismatch();
        this.expect("AS", "OF");
        this.value();
        this.lacks("FOR … AS OF", "only Iceberg tables have versions, and the stack has none");
      }
    }
  }

  // Expressions.

  private expression(): void {
    do {
      while (this.takes("NOT"));
      this.value();
      this.predicate();
    } while (this.takesOne(["AND", "OR"]));
  }

  private predicate(): void {
    if (this.takesOne(COMPARISONS)) {
      const quantified = ["ALL", "SOME", "ANY"].some((word) => this.isNext(word));
      if (quantified && isWord(this.tokens[this.at + 1], "(")) {
        const start = this.at;
        this.advance();
        if (this.optionally(() => this.inParentheses(() => this.query()))) return;
        this.at = start;
      }
      this.value();
      return;
    }
    if (this.takes("IS")) {
      this.takes("NOT");
      if (this.takes("NULL")) return;
      this.expect("DISTINCT", "FROM");
      this.value();
      return;
    }
    const negated = this.takes("NOT");
    if (this.takes("BETWEEN")) {
      this.value();
      this.expect("AND");
      this.value();
    } else if (this.takes("IN")) {
      const start = this.at;
      if (this.optionally(() => this.inParentheses(() => this.query()))) return;
      this.at = start;
      this.inParentheses(() => this.list(() => this.expression()));
    } else if (this.takes("LIKE")) {
      this.value();
      if (this.takes("ESCAPE")) this.value();
    } else if (negated) throw this.mismatch();
  }

  private value(): void {
    do {
      while (this.takesOne(["+", "-"]));
      this.primary();
      while (this.takes("AT", "TIME", "ZONE")) this.primary();
    } while (this.takesOne(OPERATORS));
  }

  private primary(): void {
    this.base();
    for (;;) {
      if (this.takes("[")) {
        this.value();
        this.expect("]");
      } else if (this.isNext(".") && this.isIdentifier(this.at + 1)) {
        this.advance();
        this.identifier();
      } else return;
    }
  }

  private base(): void {
    const token = this.tokens[this.at];
    if (token?.kind === "string" || token?.kind === "number" || isWord(token, "?")) {
      this.advance();
      return;
    }
    if (this.takesOne(["NULL", "TRUE", "FALSE"])) return;
    if (this.isNext("(")) {
      this.parenthesis();
      return;
    }
    if (this.isNext("CASE")) {
      this.cases();
      return;
    }
    if (this.takesOne(["CAST", "TRY_CAST"], "(")) {
      this.expression();
      this.expect("AS");
      this.type();
      this.expect(")");
      return;
    }
    if (this.takes("EXISTS")) {
      this.inParentheses(() => this.query());
      return;
    }
    if (this.takes("EXTRACT", "(")) {
      if (this.tokens[this.at]?.kind !== "word" || !this.isIdentifier()) throw this.mismatch();
      this.advance();
      this.expect("FROM");
      this.value();
      this.expect(")");
      return;
    }
    if (this.takes("TRIM", "(")) {
      this.trim();
      return;
    }
    if (this.takes("GROUPING", "(")) {
      if (this.takes(")")) return;
      this.list(() => this.qualifiedName());
      this.expect(")");
      return;
    }
    if (this.takesOne(["CURRENT_DATE", "CURRENT_USER", "CURRENT_CATALOG", "CURRENT_SCHEMA", "CURRENT_PATH"]))
      return;
    if (this.takesOne(["CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP"])) {
      if (this.isNext("(")) this.inParentheses(() => this.number());
      return;
    }
    const isShort = this.takes("[");
    if (isShort || this.takes("ARRAY", "[")) {
      if (!this.isNext("]")) this.list(() => this.expression());
      this.expect("]");
      if (isShort) this.lacks("an array without its keyword", "write ARRAY[…]");
      return;
    }
    if (this.takes("ROW", "(")) {
      this.list(() => this.expression());
      this.expect(")");
      return;
    }
    const own = this.takesOne(OWN_SYNTAX);
    if (own !== undefined) {
      this.skipParentheses();
      while (this.takesOne(["WITHIN", "FILTER", "OVER"])) {
        this.takes("GROUP");
        this.skipParentheses();
      }
      this.lacks(`the function ${own.toLowerCase()}`);
      return;
    }
    if (this.interval() || this.typedLiteral() || this.positionOrSubstring()) return;
    this.nameOrCall();
  }

  /** A row, an expression, a query or the parameters of a lambda expression. */
  private parenthesis(): void {
    const start = this.at;
    if (this.optionally(() => this.inParentheses(() => this.query()))) return;
    this.at = start;
    const isLambda = this.optionally(() => {
      this.inParentheses(() => {
        if (!this.isNext(")")) this.list(() => this.identifier());
      });
      this.expect("->");
    });
    if (isLambda) {
      this.expression();
      this.lacks("lambda expressions");
      return;
    }
    this.at = start;
    this.inParentheses(() => this.list(() => this.expression()));
  }

  private cases(): void {
    this.expect("CASE");
    if (!this.isNext("WHEN")) this.expression();
    do {
      this.expect("WHEN");
      this.expression();
      this.expect("THEN");
      this.expression();
    } while (this.isNext("WHEN"));
    if (this.takes("ELSE")) this.expression();
    this.expect("END");
  }

  private trim(): void {
    const side = this.takesOne(["LEADING", "TRAILING", "BOTH"]);
    if (side !== undefined && this.takes("FROM")) this.value();
    else {
      this.value();
      if (this.takesOne(["FROM", ","])) this.value();
      else if (side !== undefined) throw this.mismatch();
    }
    this.expect(")");
  }

  private interval(): boolean {
    if (!this.isNext("INTERVAL")) return false;
    const start = this.at;
    this.advance();
    this.takesOne(["+", "-"]);
    const isText = this.tokens[this.at]?.kind === "string";
    if (isText) this.advance();
    if (isText && this.takesOne(INTERVAL_FIELDS)) {
      if (this.takes("TO") && !this.takesOne(INTERVAL_FIELDS)) throw this.mismatch();
      return true;
    }
    this.at = start;
    return false;
  }

  /** `DATE '2020-01-01'` */
  private typedLiteral(): boolean {
    const first = this.at;
    const [type, next, third] = [0, 1, 2].map((ahead) => this.tokens[first + ahead]);
    if (isWord(type, "DOUBLE") && isWord(next, "PRECISION") && third?.kind === "string") {
      this.advance(3);
      this.casts.set(first, { last: first + 2, cast: `CAST(${third.source} AS DOUBLE)` });
      return true;
    }
    if (next?.kind !== "string" || type === undefined || !this.isIdentifier()) return false;
    this.advance(2);
    const isBinary = type.end === next.start && type.text === "X";
    if (!isBinary) this.assertType(type);
    if (type.text === "DECIMAL") {
      this.casts.set(first, { last: first + 1, cast: this.decimalCast(next, type.start) });
    } else if (CAST_TYPES.includes(type.text)) {
      this.casts.set(first, { last: first + 1, cast: `CAST(${next.source} AS ${type.text})` });
    } else if (type.text !== "DATE" && type.text !== "TIMESTAMP") {
      this.lacks(`literals like ${type.source}${isBinary ? "" : " "}${next.source}`);
    }
    return true;
  }

  /** The type has the digits of the text, without leading zeros. */
  private decimalCast({ source, text }: Token, start: number): string {
    const [, whole, fraction = ""] = /^[+-]?0*(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
    if (whole === undefined || !/\d/.test(text)) {
      this.refuse("INVALID_LITERAL", start, `'${text}' is not a valid DECIMAL literal`);
    }
    const precision = Math.max(1, `${whole}${fraction}`.length);
    return `CAST(${source} AS DECIMAL(${precision}, ${fraction.length}))`;
  }

  private positionOrSubstring(): boolean {
    const start = this.at;
    const [name, between] = this.isNext("POSITION") ? ["POSITION", "IN"] : ["SUBSTRING", "FROM"];
    if (!this.takes(name, "(")) return false;
    const isOwn = this.optionally(() => {
      this.value();
      this.expect(between);
      this.value();
      if (name === "SUBSTRING" && this.takes("FOR")) this.value();
      this.expect(")");
    });
    if (!isOwn) this.at = start;
    else if (name === "POSITION") this.lacks("POSITION … IN", "use strpos");
    return isOwn;
  }

  private nameOrCall(): void {
    if (this.isIdentifier() && isWord(this.tokens[this.at + 1], "->")) {
      this.advance(2);
      this.expression();
      this.lacks("lambda expressions");
      return;
    }
    const start = this.at;
    this.qualifiedName();
    if (!this.isNext("(")) {
      // The rest are fields of the column, or of its table: read by the caller.
      return;
    }
    const name = this.at - 1;
    if (name !== start) this.lacks("functions of a schema");
    if (this.tokens[name]?.kind === "quoted") this.lacks("quoted names of functions");
    this.identifiers.delete(name);
    this.functions.add(name);
    this.call();
  }

  private call(): void {
    this.expect("(");
    if (!this.takes("*")) {
      const isEmpty = !this.quantifier() && (this.isNext(")") || this.isNext("ORDER"));
      if (!isEmpty) this.list(() => this.expression());
      if (this.takes("ORDER", "BY")) this.list(() => this.sortItem());
    }
    this.expect(")");
    if (this.takes("FILTER", "(")) {
      this.expect("WHERE");
      this.expression();
      this.expect(")");
    }
    const treatment = this.takesOne(["IGNORE", "RESPECT"], "NULLS");
    if (this.isNext("OVER") && (isWord(this.tokens[this.at + 1], "(") || this.isIdentifier(this.at + 1))) {
      this.advance();
      if (this.isNext("(")) this.inParentheses(() => this.window());
      else this.identifier();
    } else if (treatment !== undefined) throw this.mismatch();
  }

  private window(): void {
    const isNamed =
      this.isIdentifier() &&
      !(this.isNext("PARTITION") && isWord(this.tokens[this.at + 1], "BY")) &&
      !FRAMES.some((frame) => this.isNext(frame));
    if (isNamed) this.identifier();
    if (this.takes("PARTITION", "BY")) this.list(() => this.expression());
    if (this.takes("ORDER", "BY")) this.list(() => this.sortItem());
    if (!this.takesOne(FRAMES)) return;
    if (this.takes("BETWEEN")) {
      this.frameBound();
      this.expect("AND");
    }
    this.frameBound();
  }

  private frameBound(): void {
    if (this.takes("CURRENT", "ROW")) return;
    if (!this.takes("UNBOUNDED")) this.expression();
    if (!this.takesOne(["PRECEDING", "FOLLOWING"])) throw this.mismatch();
  }

  private sortItem(): void {
    this.expression();
    this.takesOne(["ASC", "DESC"]);
    if (this.takes("NULLS") && !this.takesOne(["FIRST", "LAST"])) throw this.mismatch();
  }

  // Types.

  private type(): void {
    this.typeName();
    while (this.takes("ARRAY")) {
      if (this.takes("[")) {
        this.number();
        this.expect("]");
      }
    }
  }

  private typeName(): void {
    const name = this.tokens[this.at];
    if (this.takesOne(["TIME", "TIMESTAMP"])) {
      if (this.takes("(")) {
        this.number();
        this.expect(")");
      }
      if (this.takesOne(["WITH", "WITHOUT"])) this.expect("TIME", "ZONE");
      return;
    }
    if (this.takes("DOUBLE", "PRECISION")) return;
    if (this.takes("INTERVAL")) {
      if (!this.takesOne(INTERVAL_FIELDS)) throw this.mismatch();
      if (this.takes("TO") && !this.takesOne(INTERVAL_FIELDS)) throw this.mismatch();
      this.lacks("CAST AS INTERVAL");
      return;
    }
    if (name === undefined || !this.isIdentifier()) throw this.mismatch();
    this.advance();
    this.assertType(name);
    if (this.takesOne(["ARRAY", "MAP"], "<")) throw this.mismatch();
    if (!this.takes("(")) return;
    this.list(() => {
      if (this.tokens[this.at]?.kind === "number") this.advance();
      else {
        // A field of a row may have a name before its type.
        if (name.text === "ROW" && this.isIdentifier(this.at + 1)) this.identifier();
        this.type();
      }
    });
    this.expect(")");
  }

  private assertType(type: Token): void {
    if (TYPES.has(type.text)) return;
    this.refuse("TYPE_MISMATCH", type.start, `Unknown type: ${type.source}`);
  }

  // Tokens.

  private qualifiedName(): void {
    this.identifier();
    while (this.isNext(".") && this.isIdentifier(this.at + 1)) {
      this.advance();
      this.identifier();
    }
  }

  private identifier(): void {
    if (!this.isIdentifier()) throw this.mismatch();
    const name = this.at;
    this.advance();
    this.identifiers.add(name);
  }

  /** Consumes tokens. What an earlier reading, which did not fit, took them for is forgotten. */
  private advance(count = 1): void {
    for (const end = this.at + count; this.at < end; this.at++) {
      this.identifiers.delete(this.at);
      this.functions.delete(this.at);
    }
  }

  private isIdentifier(at = this.at): boolean {
    const token = this.tokens[at];
    if (token?.kind === "quoted") return true;
    return token?.kind === "word" && !RESERVED.has(token.text);
  }

  /** The rest of a list of names, and its closing parenthesis. */
  private names(): void {
    this.list(() => this.identifier());
    this.expect(")");
  }

  private list(item: () => void): void {
    do item();
    while (this.takes(","));
  }

  private inParentheses(content: () => void): void {
    this.expect("(");
    content();
    this.expect(")");
  }

  private skipParentheses(): void {
    let depth = 0;
    do {
      if (this.isNext("(")) depth++;
      else if (this.isNext(")")) depth--;
      if (this.at >= this.tokens.length || depth === 0) break;
      this.advance();
    } while (depth > 0);
    this.expect(")");
  }

  private number(): void {
    if (this.tokens[this.at]?.kind !== "number") throw this.mismatch();
    this.advance();
  }

  private rowCount(): void {
    if (!this.takes("?")) {
      if (!/^\d+$/.test(this.tokens[this.at]?.text ?? "")) throw this.mismatch();
      this.number();
    }
  }

  private isNext(word: string): boolean {
    return isWord(this.tokens[this.at], word);
  }

  /** Consumes these words if all come next. */
  private takes(...words: readonly string[]): boolean {
    const matches = words.every((word, index) => isWord(this.tokens[this.at + index], word));
    if (matches) this.advance(words.length);
    return matches;
  }

  /** Consumes one of the words, and the words after it, if they come next. @returns the word */
  private takesOne(words: readonly string[], ...after: readonly string[]): string | undefined {
    return words.find((word) => this.takes(word, ...after));
  }

  private expect(...words: readonly string[]): void {
    for (const word of words) if (!this.takes(word)) throw this.mismatch();
  }

  /** Whether the reading fits; if not, the caller goes back. */
  private optionally(read: () => void): boolean {
    const refused = this.refused;
    try {
      read();
      return true;
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      this.refused = refused;
      return false;
    }
  }

  private mismatch(): Mismatch {
    this.furthest = Math.max(this.furthest, this.at);
    return new Mismatch(this.at);
  }

  /** @param start of the token that is not accepted */
  private refuse(code: string, start: number, why: string): void {
    this.refused ??= new QueryFailure(code, `${placeOf(this.sql, start)}: ${why}`);
  }

  private lacks(what: string, remedy?: string): void {
    this.refused ??= notLocal(what, remedy);
  }
}
