import { AthenaNamedQuery } from "@cdktf/provider-aws/lib/athena-named-query";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import type { Catalog } from "./catalog";
import { smokeFilter } from "./smoke-filter";
import type { Workgroup } from "./workgroup";

/** A query that analysts find in their workgroup. */
export interface SavedQuery {
  /** Construct id, permanent; unique among those of the workgroup, {@link defaultQueries} included. */
  readonly id: string;
  /** Name that analysts read. */
  readonly name: string;
  /** What the query is for. */
  readonly description: string;
  /** One statement of Athena's SQL. */
  readonly sql: string;
}

export interface SavedQueriesProps {
  /** What a record is. */
  readonly contract: Contract;
  /** Tables that the queries read. */
  readonly catalog: Catalog;
  /** Workgroup in which analysts find them. */
  readonly workgroup: Workgroup;
  /** Queries beside those that follow from any contract. @default none */
  readonly queries?: readonly SavedQuery[];
}

/** The queries that follow from any contract. */
export function defaultQueries(contract: Contract): readonly SavedQuery[] {
  const { raw, merged, quarantine } = contract.tables;
  return [
    {
      id: "FirstTen",
      name: "First ten transactions",
      description: "A first look at the raw table",
      sql: firstTen(raw, contract),
    },
    {
      id: "FirstTenMerged",
      name: "First ten merged transactions",
      description: "The same query on the Parquet table",
      sql: firstTen(merged, contract),
    },
    {
      id: "Quarantine",
      name: "Refused lines, each once",
      description: "Both layers may refuse a line; only its first entry is shown",
      sql: `SELECT record_id, arrived_at, layer, reason, detail, original
FROM (
  SELECT *, row_number() OVER (PARTITION BY record_id ORDER BY layer, reason, detail) AS entry
  FROM ${quarantine}
) AS entries
WHERE entry = 1
ORDER BY arrived_at, record_id`,
    },
    {
      id: "FilesByHourRaw",
      name: "Small files by hour",
      description: "Objects that the delivery stream wrote, by hour",
      sql: filesByHour(raw),
    },
    {
      id: "FilesByHour",
      name: "Merged files by hour",
      description: "Files after the merge, by hour",
      sql: filesByHour(merged),
    },
  ];
}

function firstTen(table: string, contract: Contract): string {
  return `SELECT * FROM ${table}${smokeFilter(contract)} LIMIT 10`;
}

function filesByHour(table: string): string {
  return `SELECT year, month, day, hour, count(DISTINCT "$path") AS file_count, count(*) AS line_count
FROM ${table}
GROUP BY year, month, day, hour
ORDER BY year, month, day, hour`;
}

/** The queries that analysts find in the workgroup. */
export class SavedQueries extends Construct {
  /** @throws Error when two queries have one id */
  public constructor(scope: Construct, id: string, props: SavedQueriesProps) {
    super(scope, id);
    for (const query of [...defaultQueries(props.contract), ...(props.queries ?? [])]) {
      new AthenaNamedQuery(this, query.id, {
        name: query.name,
        description: query.description,
        database: props.catalog.database.name,
        workgroup: props.workgroup.resource.name,
        query: query.sql,
      });
    }
  }
}
