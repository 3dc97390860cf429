import { AthenaNamedQuery } from "@cdktf/provider-aws/lib/athena-named-query";
import { Construct } from "constructs";
import type { Contract, TableNames } from "../../contract/define";
import type { Catalog } from "./catalog";
import type { Workgroup } from "./workgroup";

export interface SavedQueriesProps {
  /** What a record is. */
  readonly contract: Contract;
  readonly catalog: Catalog;
  readonly workgroup: Workgroup;
}

interface SavedQuery {
  /** Construct id, permanent. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

function revenueByCountry(table: string): string {
  return `SELECT country, count(*) AS line_count, sum(quantity) AS quantity, sum(quantity * price) AS revenue
FROM ${table}
GROUP BY country
ORDER BY revenue DESC`;
}

function filesByHour(table: string): string {
  return `SELECT year, month, day, hour, count(DISTINCT "$path") AS file_count, count(*) AS line_count
FROM ${table}
GROUP BY year, month, day, hour
ORDER BY year, month, day, hour`;
}

/** The lab's queries, ready to run. */
const queriesOf = (tables: TableNames): readonly SavedQuery[] => [
  {
    id: "FirstTen",
    name: "First ten transactions",
    description: "The lab's first look at the raw table",
    sql: `SELECT * FROM ${tables.raw} LIMIT 10`,
  },
  {
    id: "FirstTenMerged",
    name: "First ten merged transactions",
    description: "The same query on the Parquet table",
    sql: `SELECT * FROM ${tables.merged} LIMIT 10`,
  },
  {
    id: "RevenueByCountryRaw",
    name: "Revenue by country, raw",
    description: "From the lines as delivered; the raw table is at-least-once, so a duplicate counts twice",
    sql: revenueByCountry(tables.raw),
  },
  {
    id: "RevenueByCountry",
    name: "Revenue by country",
    description: "From the merged table, each line once",
    sql: revenueByCountry(tables.merged),
  },
  {
    id: "QuantityAndPriceByInvoiceDate",
    name: "Quantity and price by invoice date",
    description: "Values of the lab's vertical bar chart",
    sql: `SELECT invoicedate, sum(quantity) AS quantity, sum(price) AS price
FROM ${tables.merged}
GROUP BY invoicedate
ORDER BY invoicedate`,
  },
  {
    id: "Quarantine",
    name: "Refused lines, each once",
    description: "Both layers may refuse a line; only its first entry is shown",
    sql: `SELECT record_id, arrived_at, layer, reason, detail, original
FROM (
  SELECT *, row_number() OVER (PARTITION BY record_id ORDER BY layer, reason, detail) AS entry
  FROM ${tables.quarantine}
) AS entries
WHERE entry = 1
ORDER BY arrived_at, record_id`,
  },
  {
    id: "FilesByHourRaw",
    name: "Small files by hour",
    description: "Objects that the delivery stream wrote, by hour",
    sql: filesByHour(tables.raw),
  },
  {
    id: "FilesByHour",
    name: "Merged files by hour",
    description: "Files after the merge, by hour",
    sql: filesByHour(tables.merged),
  },
];

/** The queries that analysts find in the workgroup. */
export class SavedQueries extends Construct {
  public constructor(scope: Construct, id: string, props: SavedQueriesProps) {
    super(scope, id);
    for (const query of queriesOf(props.contract.tables)) {
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
