import { type Catalog, type CatalogColumn, type CatalogTable, tableParameters } from "../../glue/service";
import { AwsError, QueryFailure } from "../../protocol/errors";
import type { ResultColumn } from "../engine";
import { inOrder } from "./ddl";
import { repairTable } from "./msck-repair";
import { type CatalogPorts, partitionInput, partitionName } from "./partitions";
import { showCreateTable } from "./show-create-table";
import type { CatalogStatement } from "./statement";
import type { TableName } from "./token-reader";

export type { CatalogStatement } from "./statement";

/**
 * An answer: its columns, and its lines. Also a line of several columns is one text, with tabs between them, as Athena
 * returns it and writes it into the result file.
 */
export interface CatalogAnswer {
  readonly columns: readonly ResultColumn[];
  readonly lines: readonly string[];
  /** 0 where Athena reports it. */
  readonly updateCount?: number;
}

/** Width of a column of DESCRIBE and SHOW COLUMNS, as Hive writes it. */
const COLUMN_WIDTH = 20;
const NOTHING: CatalogAnswer = { columns: [], lines: [] };

/**
 * Runs a statement about the catalog. Its formats are Hive's, which runs these statements in Athena.
 * @param session the database for names without one @throws QueryFailure
 */
export function answerFromCatalog(
  statement: CatalogStatement,
  session: string | undefined,
  ports: CatalogPorts,
): CatalogAnswer {
  const { catalog } = ports;
  switch (statement.kind) {
    case "show databases": {
      const pattern = likePattern(statement.pattern);
      return listed(
        texts("database_name"),
        catalog.databaseNames().filter((name) => pattern.test(name)),
      );
    }
    case "show tables": {
      const pattern = likePattern(statement.pattern);
      const tables = found(() => catalog.tablesOf(databaseOf(statement, session)));
      return listed(
        texts("tab_name"),
        tables.map(({ name }) => name).filter((name) => pattern.test(name)),
      );
    }
    case "show views":
      // There are none.
      found(() => catalog.tablesOf(databaseOf(statement, session)));
      return listed(texts("views"), []);
    case "show columns": {
      const { columns, partitionKeys } = tableOf(statement.table, session, catalog);
      return listed(
        texts("field"),
        [...columns, ...partitionKeys].map(({ name }) => padded(name)),
      );
    }
    case "show partitions": {
      const table = tableOf(statement.table, session, catalog);
      const { database, name, partitionKeys } = table;
      if (partitionKeys.length === 0) {
        throw new QueryFailure(
          "FAILED",
          `SemanticException [Error 10241]: Table ${name} is not a partitioned table`,
        );
      }
      const lines = catalog.partitionsOf(database, name).map(({ values }) => partitionName(table, values));
      return listed(texts("partition"), lines);
    }
    case "show table properties": {
      const parameters = Object.entries(tableParameters(tableOf(statement.table, session, catalog)));
      const { property } = statement;
      const lines =
        property === undefined
          ? parameters.map((entry) => entry.join("\t"))
          : parameters.flatMap(([name, value]) => (name === property ? [value] : []));
      return listed(texts("prpt_name", "prpt_value"), lines);
    }
    case "show create table": {
      const table = tableOf(statement.table, session, catalog);
      return { columns: texts("createtab_stmt"), lines: showCreateTable(table, statement.table) };
    }
    case "describe table":
      return {
        columns: texts("col_name", "data_type", "comment"),
        lines: described(tableOf(statement.table, session, catalog)),
      };
    case "msck repair":
      return { columns: [], lines: repairTable(tableOf(statement.table, session, catalog), ports) };
    default:
      change(statement, session, ports);
      return NOTHING;
  }
}

/** The statements that change the catalog and answer nothing. */
type Change = Extract<
  CatalogStatement,
  { kind: `create ${string}` | "drop database" | "drop table" | `${string} partition` }
>;

function change(
  statement: Change,
  session: string | undefined,
  { catalog, now = Date.now }: CatalogPorts,
): void {
  switch (statement.kind) {
    case "create database": {
      const { name, ifNotExists } = statement;
      if (!catalog.hasDatabase(name)) {
        changed(() => catalog.createDatabase(name));
        return;
      }
      if (ifNotExists) return;
      throw ddlFailure(`Database ${name.toLowerCase()} already exists`);
    }
    case "drop database": {
      const { name, ifExists, cascade } = statement;
      if (!catalog.hasDatabase(name)) {
        if (ifExists) return;
        throw new QueryFailure("FAILED", `SemanticException [Error 10072]: Database does not exist: ${name}`);
      }
      if (!cascade && catalog.tablesOf(name).length > 0) {
        throw ddlFailure(
          `InvalidOperationException(message:Database ${name} is not empty. One or more tables exist.)`,
        );
      }
      changed(() => catalog.deleteDatabase(name));
      return;
    }
    case "create table": {
      const { table, ifNotExists, definition } = statement;
      const database = databaseOf(table, session);
      if (!catalog.hasDatabase(database)) {
        throw new QueryFailure(
          "FAILED",
          `SemanticException [Error 10072]: Database does not exist: ${database}`,
        );
      }
      if (catalog.findTable(database, table.name)) {
        if (ifNotExists) return;
        throw ddlFailure(`AlreadyExistsException(message:Table ${table.name} already exists.)`);
      }
      const parameters = {
        ...definition.parameters,
        transient_lastDdlTime: String(Math.floor(now() / 1000)),
      };
      changed(() => catalog.createTable({ ...definition, database, name: table.name, parameters }));
      return;
    }
    case "drop table": {
      const { table, ifExists } = statement;
      const database = databaseOf(table, session);
      if (catalog.findTable(database, table.name)) {
        changed(() => catalog.deleteTable(database, table.name));
        return;
      }
      if (!ifExists) throw notFound(table);
      return;
    }
    case "add partition": {
      const table = tableOf(statement.table, session, catalog);
      const fresh = statement.partitions
        .map((partition) => ({ partition, values: inOrder(partition, table.partitionKeys) }))
        .filter(
          ({ values }) => !(statement.tolerant && catalog.findPartition(table.database, table.name, values)),
        );
      changed(() =>
        catalog.createPartitions(
          table.database,
          table.name,
          fresh.map(({ partition, values }) => partitionInput(table, values, partition)),
        ),
      );
      return;
    }
    case "drop partition": {
      const { database, name, partitionKeys } = tableOf(statement.table, session, catalog);
      for (const partition of statement.partitions) {
        const values = inOrder(partition, partitionKeys);
        if (statement.tolerant && !catalog.findPartition(database, name, values)) continue;
        changed(() => catalog.deletePartition(database, name, values));
      }
    }
  }
}

/** The table that a statement names. @throws QueryFailure */
function tableOf(table: TableName, session: string | undefined, catalog: Catalog): CatalogTable {
  const known = catalog.findTable(databaseOf(table, session), table.name);
  if (!known) throw notFound(table);
  return known;
}

export function databaseOf(
  { database }: { readonly database?: string },
  session: string | undefined,
): string {
  const name = database ?? session;
  if (name !== undefined) return name;
  throw new QueryFailure("MISSING_SCHEMA_NAME", "Schema must be specified when session schema is not set");
}

function notFound({ name }: TableName): QueryFailure {
  return new QueryFailure("FAILED", `SemanticException [Error 10001]: Table not found ${name}`);
}

function ddlFailure(message: string): QueryFailure {
  const task = "Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask";
  return new QueryFailure("FAILED", `${task}. ${message}`);
}

/** Turns a missing catalog entry into a query failure. */
function found<T>(look: () => T): T {
  return withFailure(look, (message) => new QueryFailure("FAILED", `SemanticException ${message}`));
}

function changed(apply: () => void): void {
  withFailure(apply, ddlFailure);
}

function withFailure<T>(run: () => T, failure: (message: string) => QueryFailure): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof AwsError) throw failure(error.message);
    throw error;
  }
}

/** The lines of DESCRIBE, with the partition keys once more under a heading of their own. */
function described({ columns, partitionKeys, format }: CatalogTable): string[] {
  // Hive asks a JSON SerDe for the columns, and it knows no comments.
  const own = columns.map((column) =>
    format === "json" ? { ...column, comment: "from deserializer" } : column,
  );
  const lines = [...own, ...partitionKeys].map(describedColumn);
  if (partitionKeys.length === 0) return lines;
  return [
    ...lines,
    "\t \t ",
    "# Partition Information\t \t ",
    `# ${["col_name", "data_type", "comment"].map(padded).join("\t")}`,
    "\t \t ",
    ...partitionKeys.map(describedColumn),
  ];
}

/** A comment is not padded, but its absence is. */
function describedColumn({ name, type, comment }: CatalogColumn): string {
  return [padded(name), padded(type), comment ?? padded("")].join("\t");
}

function padded(text: string): string {
  return text.padEnd(COLUMN_WIDTH);
}

/** Hive's pattern: `*` for any characters, `|` between alternatives. */
function likePattern(pattern = "*"): RegExp {
  const escaped = pattern.replace(/[.+?^${}()[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^(?:${escaped})$`, "i");
}

function listed(columns: readonly ResultColumn[], lines: readonly string[]): CatalogAnswer {
  return { columns, lines, updateCount: 0 };
}

function texts(...names: string[]): ResultColumn[] {
  return names.map((name) => ({ name, type: "string", precision: 0, scale: 0 }));
}
