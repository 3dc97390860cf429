import { checksum } from "../../contract/checksum";
import { retailTransaction } from "../../contract/retail-transaction";
import { EXTRA_COLUMN } from "../../contract/stored-columns";
import type { LayerLine, QuarantinedLine } from "./compare";
import type { Sql } from "./sql";
import { arrivalCondition, partitionCondition, type Window } from "./window";

/** Marks a text that is not NULL, so that NULL and the empty text differ in a CSV. */
const PRESENT = "=";

/** Sums of one country. Revenue in pounds, to the cent. */
export interface CountrySums {
  readonly rows: number;
  readonly quantity: number;
  readonly revenue: number;
}

/** Selects every line of a table with its identity and values. */
function linesQuery(table: string, window?: Window): string {
  const columns = [...retailTransaction.columns, EXTRA_COLUMN].map(({ field, kind, required }) => {
    const name = field.toLowerCase();
    return kind === "text" && !required ? `'${PRESENT}' || ${name} AS ${name}` : name;
  });
  return `SELECT record_id, arrived_at, ${columns.join(", ")} FROM "${table}"${where(window)}`;
}

/** Sums by country over a table, each line once, without its duplicates. */
function countryQuery(table: string, window?: Window): string {
  return `SELECT coalesce(country, '') AS country, count(*) AS line_count, sum(quantity) AS quantity, round(sum(quantity * price), 2) AS revenue
FROM (SELECT DISTINCT record_id, country, quantity, price FROM "${table}"${where(window)}) AS lines
GROUP BY 1 ORDER BY revenue DESC, 1`;
}

function where(window: Window | undefined): string {
  return window === undefined ? "" : ` WHERE ${partitionCondition(window)} AND ${arrivalCondition(window)}`;
}

/** Distinct lines of a table. */
function countQuery(table: string): string {
  return `SELECT count(DISTINCT record_id) AS line_count FROM "${table}"`;
}

/** The lines of a table by identity. */
export async function readTable(sql: Sql, table: string, window?: Window): Promise<Map<string, LayerLine>> {
  const lines = new Map<string, { checksums: string[]; arrivedAt: string }>();
  await sql.query(linesQuery(table, window), (row) => {
    const id = row["record_id"] ?? "";
    const arrivedAt = row["arrived_at"] ?? "";
    const sum = checksum(
      retailTransaction.columns,
      rowValues(row),
      arrivedAt,
      textOrNull(row[EXTRA_COLUMN.field]),
    );
    const line = lines.get(id);
    if (line) line.checksums.push(sum);
    else lines.set(id, { checksums: [sum], arrivedAt });
  });
  return lines;
}

function textOrNull(cell = ""): string | null {
  return cell === "" ? null : cell.slice(PRESENT.length);
}

function rowValues(row: Readonly<Record<string, string>>): Record<string, string | number | null> {
  const values: Record<string, string | number | null> = {};
  for (const { field, kind, required } of retailTransaction.columns) {
    const cell = row[field.toLowerCase()] ?? "";
    if (kind === "integer" || kind === "double") values[field] = cell === "" ? null : Number(cell);
    else if (kind === "text" && !required) values[field] = textOrNull(cell);
    else values[field] = cell;
  }
  return values;
}

/** The quarantine by identity. */
export async function readQuarantine(
  sql: Sql,
  table: string,
  window?: Window,
): Promise<Map<string, QuarantinedLine>> {
  const lines = new Map<string, QuarantinedLine>();
  const condition = window === undefined ? "" : ` WHERE ${arrivalCondition(window)}`;
  await sql.query(
    `SELECT record_id, arrived_at, layer, reason, detail FROM "${table}"${condition}`,
    (row) => {
      const id = row["record_id"] ?? "";
      const layer = row["layer"] ?? "";
      const known = lines.get(id);
      lines.set(id, {
        reason: known?.reason ?? row["reason"] ?? "",
        detail: known?.detail ?? row["detail"] ?? "",
        arrivedAt: row["arrived_at"] ?? "",
        layers: [...new Set([...(known?.layers ?? []), layer])],
      });
    },
  );
  return lines;
}

/** Sums by country of a table. */
export async function readCountries(
  sql: Sql,
  table: string,
  window?: Window,
): Promise<Record<string, CountrySums>> {
  const countries: Record<string, CountrySums> = {};
  await sql.query(countryQuery(table, window), (row) => {
    countries[row["country"] ?? ""] = {
      rows: Number(row["line_count"]),
      quantity: Number(row["quantity"]),
      revenue: Number(row["revenue"]),
    };
  });
  return countries;
}

/** Distinct lines of a table. */
export async function countLines(sql: Sql, table: string): Promise<number> {
  let count = 0;
  await sql.query(countQuery(table), (row) => {
    count = Number(row["line_count"]);
  });
  return count;
}
