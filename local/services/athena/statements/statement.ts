import { invalidRequest, notLocal, QueryFailure } from "../../protocol/errors";
import { tokensOf } from "../sql/lexer";
import { parseQuery } from "../sql/sql-parser";
import { type AlterPartitions, alterTable, type CreateTable, createExternalTable } from "./ddl";
import { type TableName, TokenReader } from "./token-reader";

export type { TableName } from "./token-reader";

/** A parsed statement. */
export type SqlStatement =
  | { readonly kind: "select"; readonly sql: string }
  | Explain
  | CreateTableAs
  | CatalogStatement
  | Refused;

/** A statement that Athena would run and the local SQL does not, or that Athena would fail. */
interface Refused {
  readonly kind: "refused";
  readonly why: QueryFailure;
  /** Whether it is a query; any other statement is one of the DDL. */
  readonly isQuery: boolean;
}

/** EXPLAIN of a query: its plan, or whether it is valid. */
export interface Explain {
  readonly kind: "explain";
  readonly sql: string;
  readonly shows: "plan" | "validity";
}

/** The statements about the catalog. */
export type CatalogStatement =
  | CreateTable
  | AlterPartitions
  | { readonly kind: "create database"; readonly name: string; readonly ifNotExists: boolean }
  | {
      readonly kind: "drop database";
      readonly name: string;
      readonly ifExists: boolean;
      readonly cascade: boolean;
    }
  | { readonly kind: "msck repair"; readonly table: TableName }
  | { readonly kind: "drop table"; readonly table: TableName; readonly ifExists: boolean }
  | { readonly kind: "show tables" | "show views"; readonly database?: string; readonly pattern?: string }
  | { readonly kind: "show databases"; readonly pattern?: string }
  | { readonly kind: "show partitions" | "show columns" | "show create table"; readonly table: TableName }
  | { readonly kind: "show table properties"; readonly table: TableName; readonly property?: string }
  | { readonly kind: "describe table"; readonly table: TableName };

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
  { words: "CREATE OR REPLACE VIEW", why: "it keeps no views" },
  { words: "CREATE VIEW", why: "it keeps no views" },
  { words: "DROP VIEW", why: "it keeps no views" },
  { words: "SHOW CREATE VIEW", why: "it keeps no views" },
  { words: "ALTER VIEW", why: "it keeps no views" },
  { words: "ALTER DATABASE", why: "databases are in the stack's Terraform" },
  { words: "ALTER SCHEMA", why: "databases are in the stack's Terraform" },
  { words: "INSERT", why: "a table changes by CREATE TABLE AS and a swap of its partition" },
  { words: "UPDATE", why: "only Iceberg tables can be changed, and the stack has none" },
  { words: "DELETE", why: "only Iceberg tables can be changed, and the stack has none" },
  { words: "MERGE", why: "only Iceberg tables can be changed, and the stack has none" },
  { words: "OPTIMIZE", why: "only Iceberg tables can be optimized, and the stack has none" },
  { words: "VACUUM", why: "only Iceberg tables can be vacuumed, and the stack has none" },
  { words: "UNLOAD", why: "use CREATE TABLE AS" },
  { words: "PREPARE", why: "use ExecutionParameters" },
  { words: "EXECUTE", why: "use ExecutionParameters" },
  { words: "DEALLOCATE", why: "there are no prepared statements" },
  { words: "SHOW FUNCTIONS", why: "local/services/athena/sql/functions.ts lists its functions" },
];

/**
 * Parses a statement.
 * @throws AwsError InvalidRequestException when it cannot be parsed, as StartQueryExecution answers
 */
export function parseStatement(sql: string): SqlStatement {
  const tokens = tokensOf(sql);
  const reader = new TokenReader(sql, tokens);
  const isQuery = reader.startsQuery();
  try {
    if (isQuery) {
      const query = sql.slice(0, tokens.at(-1)?.end);
      parseQuery(query);
      return { kind: "select", sql: query };
    }
    return otherStatement(reader);
  } catch (error) {
    if (error instanceof QueryFailure) return { kind: "refused", why: error, isQuery };
    throw error;
  }
}

/** @throws QueryFailure for a statement that the local SQL lacks */
function otherStatement(reader: TokenReader): SqlStatement {
  if (reader.takes("SHOW")) return show(reader);
  if (reader.takes("EXPLAIN")) return explain(reader);
  if (reader.takesOne(["DESCRIBE", "DESC"])) return describe(reader);
  if (reader.takes("MSCK REPAIR TABLE")) {
    return reader.ended({ kind: "msck repair", table: reader.tableName() });
  }
  if (reader.takesOne(["CREATE DATABASE", "CREATE SCHEMA"])) return createDatabase(reader);
  if (reader.takesOne(["DROP DATABASE", "DROP SCHEMA"])) return dropDatabase(reader);
  if (reader.takes("DROP TABLE")) {
    const ifExists = reader.takes("IF EXISTS");
    return reader.ended({ kind: "drop table", ifExists, table: reader.tableName() });
  }
  if (reader.takes("CREATE EXTERNAL TABLE")) return createExternalTable(reader);
  if (reader.takes("ALTER TABLE")) return alterTable(reader);
  if (reader.takes("CREATE TABLE")) return createTableAs(reader);
  const refused = REFUSED.find(({ words }) => reader.takes(words));
  if (refused) throw notLocal(refused.words, refused.why);
  throw reader.fault("a query or a statement about the catalog");
}

function show(reader: TokenReader): SqlStatement {
  if (reader.takes("TABLES")) return inDatabase(reader, "show tables");
  if (reader.takes("VIEWS")) return inDatabase(reader, "show views");
  if (reader.takesOne(["DATABASES", "SCHEMAS"]))
    return reader.ended({ kind: "show databases", ...like(reader) });
  if (reader.takes("PARTITIONS")) {
    const table = reader.tableName();
    if (reader.takes("PARTITION")) throw notLocal("SHOW PARTITIONS … PARTITION", "leave the partition out");
    return reader.ended({ kind: "show partitions", table });
  }
  if (reader.takes("COLUMNS")) {
    if (!reader.takesOne(["FROM", "IN"])) throw reader.fault("'FROM', 'IN'");
    const table = reader.tableName();
    const database = reader.takesOne(["FROM", "IN"]) && reader.identifier();
    return reader.ended({
      kind: "show columns",
      table: database === undefined ? table : { database, name: table.name },
    });
  }
  if (reader.takes("CREATE TABLE")) {
    return reader.ended({ kind: "show create table", table: reader.tableName() });
  }
  if (reader.takes("TBLPROPERTIES")) {
    const table = reader.tableName();
    const [property] = reader.atEnd() ? [] : reader.listed(() => reader.string());
    return reader.ended({
      kind: "show table properties",
      table,
      ...(property !== undefined && { property }),
    });
  }
  const other = reader.takesOne([
    "CREATE VIEW",
    "FUNCTIONS",
    "SESSION",
    "STATS",
    "ROLES",
    "GRANTS",
    "CATALOGS",
  ]);
  if (other !== undefined) throw notLocal(`SHOW ${other}`);
  throw reader.fault(
    "'COLUMNS', 'CREATE TABLE', 'DATABASES', 'PARTITIONS', 'TABLES', 'TBLPROPERTIES', 'VIEWS'",
  );
}

function inDatabase(reader: TokenReader, kind: "show tables" | "show views"): SqlStatement {
  const database = reader.takesOne(["IN", "FROM"]) && reader.identifier();
  return reader.ended({ kind, ...(database !== undefined && { database }), ...like(reader) });
}

/** `LIKE 'pattern'`; Hive, which reads these statements, allows the pattern alone. */
function like(reader: TokenReader): { pattern?: string } {
  if (!reader.takes("LIKE") && reader.atEnd()) return {};
  return { pattern: reader.string() };
}

function explain(reader: TokenReader): SqlStatement {
  let shows: Explain["shows"] = "plan";
  if (reader.takesOne(["ANALYZE VERBOSE", "ANALYZE"]))
    throw notLocal("EXPLAIN ANALYZE", "its costs would not be Athena's");
  if (reader.takes("( TYPE")) {
    const type = reader.identifier().toUpperCase();
    if (type !== "VALIDATE")
      throw notLocal(`EXPLAIN (TYPE ${type})`, "use EXPLAIN or EXPLAIN (TYPE VALIDATE)");
    reader.expect(")");
    shows = "validity";
  } else if (reader.takes("( FORMAT"))
    throw notLocal("EXPLAIN (FORMAT …)", "use EXPLAIN or EXPLAIN (TYPE VALIDATE)");
  if (!reader.startsQuery()) throw notLocal("EXPLAIN of a statement that is no query");
  const sql = reader.tail();
  parseQuery(sql);
  return { kind: "explain", sql, shows };
}

function describe(reader: TokenReader): SqlStatement {
  const detailed = reader.takesOne(["EXTENDED", "FORMATTED"]);
  if (detailed !== undefined)
    throw notLocal(`DESCRIBE ${detailed}`, "use DESCRIBE, SHOW TBLPROPERTIES or SHOW CREATE TABLE");
  const table = reader.tableName();
  if (!reader.atEnd()) throw notLocal("DESCRIBE of a column or a partition", "use DESCRIBE of the table");
  return { kind: "describe table", table };
}

function createDatabase(reader: TokenReader): SqlStatement {
  const ifNotExists = reader.takes("IF NOT EXISTS");
  const name = reader.identifier();
  // What describes a database: nothing that the local run serves depends on it.
  if (reader.takes("COMMENT")) reader.string();
  if (reader.takes("LOCATION")) reader.string();
  if (reader.takes("WITH DBPROPERTIES")) reader.properties();
  return reader.ended({ kind: "create database", name, ifNotExists });
}

function dropDatabase(reader: TokenReader): SqlStatement {
  const ifExists = reader.takes("IF EXISTS");
  const name = reader.identifier();
  const cascade = reader.takesOne(["CASCADE", "RESTRICT"]) === "CASCADE";
  return reader.ended({ kind: "drop database", name, ifExists, cascade });
}

function createTableAs(reader: TokenReader): SqlStatement {
  const ifNotExists = reader.takes("IF NOT EXISTS");
  const table = reader.tableName("quoted");
  const properties: Record<string, string | number | readonly string[]> = {};
  if (reader.takes("WITH")) {
    reader.listed(() => {
      const name = reader.identifier("quoted").toLowerCase();
      reader.expect("=");
      properties[name] = reader.value();
    });
  }
  if (!reader.takes("AS")) {
    const isDefinition = reader.takes("(");
    if (isDefinition)
      throw invalidRequest("External keyword required for table type HIVE", "MALFORMED_QUERY");
    throw reader.fault("'AS'");
  }
  const { select, withData } = reader.rest();
  parseQuery(select);
  return { kind: "create table as", table, ifNotExists, properties, select, withData };
}
