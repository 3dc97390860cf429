import { QueryFailure } from "../../protocol/errors";
import type { Fragment, OpenTable, QueryContext } from "../engine";
import {
  type CatalogRelation,
  INFORMATION_SCHEMA,
  informationSchema,
  partitionsOf,
} from "./catalog-relations";
import { evaluate, UNKNOWN } from "./partition-filter";
import { listOf, type Members, nameOf, placeOf, quotedIdentifier } from "./syntax-tree";

/** What the translated query reads through a view: the files of a table, or rows of the catalog. */
export type Relation = TableRelation | (CatalogRelation & { readonly view: string });

export interface TableRelation {
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

  /**
   * @param path whether the query selects `"$path"`
   * @param hidden whether it selects the columns of information_schema that `*` does not show
   */
  constructor(
    private readonly context: Pick<QueryContext, "database" | "tables">,
    private readonly path: boolean,
    private readonly hidden: boolean,
  ) {}

  /** The reference by the view's name, with the table's name as its alias. @throws QueryFailure */
  resolve(body: Members, scope: QueryScope | undefined): unknown {
    const name = nameOf(body["name"]) ?? "";
    const view = `table ${this.relations.length}`;
    const open = this.open(body, name);
    const alias = nameOf(body["alias"]) ?? name;
    assertAliases(body, alias, open);
    this.relations.push(
      "rows" in open
        ? { view, ...open }
        : { view, open, fragments: needed(open, alias, scope), path: this.path },
    );
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

  private open(body: Members, name: string): OpenTable | CatalogRelation {
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
    const { tables } = this.context;
    const full = `${CATALOG}.${database}.${name}`.toLowerCase();
    const missing = (): QueryFailure =>
      new QueryFailure("TABLE_NOT_FOUND", `${place}Table '${full}' does not exist`);
    if (database.toLowerCase() === INFORMATION_SCHEMA) {
      const relation = informationSchema(name.toLowerCase(), tables, this.hidden);
      if (!relation) throw missing();
      return relation;
    }
    if (!tables.hasDatabase(database)) {
      throw new QueryFailure("SCHEMA_NOT_FOUND", `${place}Schema '${database.toLowerCase()}' does not exist`);
    }
    const open = tables.open(database, name);
    if (open) return open;
    const partitioned = tables.open(database, partitionsOf(name) ?? "");
    if (!partitioned || partitioned.table.partitionKeys.length === 0) throw missing();
    const { partitionKeys } = partitioned.table;
    const rows = partitioned.fragments.map(({ values }) =>
      partitionKeys.map((key) => values[key.name] ?? null),
    );
    return { columns: partitionKeys, rows };
  }
}

/** @throws QueryFailure for another number of column aliases than of columns */
function assertAliases(body: Members, alias: string, open: OpenTable | CatalogRelation): void {
  const aliases = listOf(body["column_aliases"]).length;
  const columns =
    "rows" in open ? open.columns.length : open.table.columns.length + open.table.partitionKeys.length;
  if (aliases === 0 || aliases === columns) return;
  throw new QueryFailure(
    "MISMATCHED_COLUMN_ALIASES",
    `Column alias list has ${aliases} entries but '${alias}' has ${columns} columns available`,
  );
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
