import type { Catalog } from "../../glue/service";
import { AwsError, QueryFailure } from "../../protocol/errors";
import type { Cell, ResultColumn } from "../engine";
import type { SqlStatement, TableName } from "./statement";

/** SHOW, DESCRIBE and DROP. */
export type CatalogStatement = Exclude<SqlStatement, { kind: "select" | "create table as" | "refused" }>;

/** An answer; every cell is a text. */
export interface CatalogAnswer {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * Answers a statement about the catalog.
 * @param session the database for names without one @throws QueryFailure
 */
export function answerFromCatalog(
  statement: CatalogStatement,
  session: string | undefined,
  catalog: Catalog,
): CatalogAnswer {
  switch (statement.kind) {
    case "show databases":
      return { columns: texts("database_name"), rows: catalog.databaseNames().map((name) => [name]) };
    case "show tables": {
      const database = databaseOf({ ...statement, name: "" }, session);
      const pattern = likePattern(statement.pattern ?? "*");
      const names = found(() => catalog.tablesOf(database)).map(({ name }) => name);
      return {
        columns: texts("tab_name"),
        rows: names.filter((name) => pattern.test(name)).map((name) => [name]),
      };
    }
    case "show partitions": {
      const { table } = statement;
      const database = databaseOf(table, session);
      const { partitionKeys } = found(() => catalog.table(database, table.name));
      const rows = catalog
        .partitionsOf(database, table.name)
        .map(({ values }) => [partitionKeys.map(({ name }, index) => `${name}=${values[index]}`).join("/")]);
      return { columns: texts("partition"), rows };
    }
    case "describe": {
      const { table } = statement;
      const { columns, partitionKeys } = found(() => catalog.table(databaseOf(table, session), table.name));
      const line = ({ name, type }: { name: string; type: string }) => [name, type, ""];
      const keys =
        partitionKeys.length === 0
          ? []
          : [
              ["", "", ""],
              ["# Partition Information", "", ""],
              ["# col_name", "data_type", "comment"],
              ...partitionKeys.map(line),
            ];
      return {
        columns: texts("col_name", "data_type", "comment"),
        rows: [...columns.map(line), ...partitionKeys.map(line), ...keys],
      };
    }
    case "drop table": {
      const { table, ifExists } = statement;
      const database = databaseOf(table, session);
      if (!ifExists || catalog.findTable(database, table.name)) {
        found(() => catalog.deleteTable(database, table.name));
      }
      return { columns: [], rows: [] };
    }
  }
}

function databaseOf({ database }: TableName, session: string | undefined): string {
  const name = database ?? session;
  if (name !== undefined) return name;
  throw new QueryFailure("MISSING_SCHEMA_NAME", "Schema must be specified when session schema is not set");
}

/** Turns a missing catalog entry into a query failure. */
function found<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof AwsError) throw new QueryFailure("SemanticException", error.message);
    throw error;
  }
}

/** Hive's pattern: `*` for any characters, `|` between alternatives. */
function likePattern(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^(?:${escaped})$`, "i");
}

function texts(...names: string[]): ResultColumn[] {
  return names.map((name) => ({ name, type: "string", precision: 0, scale: 0 }));
}
