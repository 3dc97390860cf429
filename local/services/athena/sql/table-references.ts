import { QueryFailure } from "../../protocol/errors";
import type { Fragment, OpenTable, QueryContext } from "../engine";
import { evaluate, UNKNOWN } from "./partition-filter";
import { type Members, nameOf, placeOf, quotedIdentifier } from "./syntax-tree";

/** A table that the translated query reads through a view. */
export interface Relation {
  /** Name of the view in the translated query. */
  readonly view: string;
  readonly open: OpenTable;
  /** The fragments that can contribute rows to the query. */
  readonly fragments: readonly Fragment[];
  /** Whether the query selects the pseudo-column `"$path"`. */
  readonly path: boolean;
}

/** The SELECT around a table, used to prune partitions. */
export interface QueryScope {
  /** Its WHERE condition; undefined when it has none. */
  readonly where: unknown;
  /** Whether an unqualified column can only belong to the one table. */
  readonly soleTable: boolean;
}

const CATALOG = "awsdatacatalog";

/** Finds the tables that a query names, and gives each reference its own view. */
export class TableReferences {
  readonly relations: Relation[] = [];

  /** @param path whether the query selects `"$path"` */
  constructor(
    private readonly context: Pick<QueryContext, "database" | "tables">,
    private readonly path: boolean,
  ) {}

  /** The reference by the view's name, with the table's name as its alias. @throws QueryFailure */
  resolve(body: Members, scope: QueryScope | undefined): unknown {
    const name = nameOf(body["name"]) ?? "";
    const open = this.open(body, name);
    const view = `table ${this.relations.length}`;
    const alias = nameOf(body["alias"]) ?? name;
    this.relations.push({ view, open, fragments: needed(open, alias, scope), path: this.path });
    return {
      table: {
        ...body,
        name: quotedIdentifier(view),
        schema: null,
        catalog: null,
        alias: body["alias"] ?? quotedIdentifier(name),
      },
    };
  }

  private open(body: Members, name: string): OpenTable {
    const place = placeOf(body["catalog"] ?? body["schema"] ?? body["name"]);
    const catalog = nameOf(body["catalog"]);
    if (catalog !== undefined && catalog.toLowerCase() !== CATALOG) {
      throw new QueryFailure("CATALOG_NOT_FOUND", `${place}Catalog '${catalog}' not found`);
    }
    const database = nameOf(body["schema"]) ?? this.context.database;
    if (database === undefined) {
      const reason = "Schema must be specified when session schema is not set";
      throw new QueryFailure("MISSING_SCHEMA_NAME", place + reason);
    }
    if (!this.context.tables.hasDatabase(database)) {
      throw new QueryFailure("SCHEMA_NOT_FOUND", `${place}Schema '${database.toLowerCase()}' does not exist`);
    }
    const open = this.context.tables.open(database, name);
    if (open) return open;
    const full = `${CATALOG}.${database}.${name}`.toLowerCase();
    throw new QueryFailure("TABLE_NOT_FOUND", `${place}Table '${full}' does not exist`);
  }
}

/** The fragments whose partition values the WHERE around the table does not rule out. */
function needed(
  { table, fragments }: OpenTable,
  alias: string,
  scope: QueryScope | undefined,
): readonly Fragment[] {
  if (scope?.where === undefined || table.partitionKeys.length === 0) return fragments;
  const { where, soleTable } = scope;
  return fragments.filter(({ values }) => {
    const verdict = evaluate(where, (name, qualifier) => {
      if (qualifier === undefined ? !soleTable : qualifier !== alias.toLowerCase()) return UNKNOWN;
      return values[name] ?? UNKNOWN;
    });
    return verdict !== false && verdict !== null;
  });
}
