import { DuckDBInstance } from "@duckdb/node-api";
import type { LineValues } from "../../contract/checksum";
import { decimal, integer, text, timestamp } from "../../contract/column";
import { defineContract } from "../../contract/define";
import { glueColumns } from "../../contract/glue-columns";
import { retailTransaction } from "../../contract/retail-transaction";
import type { LayerSums } from "../../ops/reconcile/reconcile";
import { summaryText } from "../../ops/reconcile/report";
import { retailSummary } from "../../ops/reconcile/retail-summary";
import { Summariser, type Summary, type Sums, totals } from "../../ops/reconcile/summary";
import { everyKind } from "../support/any-contract";

/** Sums of the lines by SQL, over a table that holds the first one twice. */
async function bySql(summariser: Summariser, rows: readonly LineValues[]): Promise<Sums> {
  const connection = await (await DuckDBInstance.create()).connect();
  const columns = glueColumns(everyKind.columns).filter(({ name }) => name !== "record_id");
  const types = columns.map(({ name, type }) => `"${name}" ${type === "string" ? "varchar" : type}`);
  await connection.run(`CREATE TABLE "lines" (record_id varchar, ${types.join(", ")})`);
  for (const [index, row] of [...rows.slice(0, 1), ...rows].entries()) {
    const values = columns.map(({ name }) => {
      const column = everyKind.columns.find(({ field }) => field.toLowerCase() === name);
      const value = column && row[column.field];
      return value === undefined || value === null ? "NULL" : `'${value}'`;
    });
    await connection.run(`INSERT INTO "lines" VALUES ('${Math.max(index - 1, 0)}', ${values.join(", ")})`);
  }
  const result = await connection.runAndReadAll(summariser.sql("lines", ""));
  const names = result.columnNames();
  const groups = result.getRows().map((cells) => {
    return summariser.groupOf(
      Object.fromEntries(cells.map((cell, at) => [names[at], cell === null ? "" : String(cell)])),
    );
  });
  connection.closeSync();
  return Object.fromEntries(groups);
}

function oneByOne(summariser: Summariser, rows: readonly LineValues[]): Sums {
  const sums = summariser.accumulate();
  for (const row of rows) sums.add(row);
  return sums.sums();
}

const ROWS: readonly LineValues[] = [
  { site: "north", order: 3, serial: "9223372036854775807", ratio: 0.1, amount: "0.1", opt_amount: null },
  {
    site: "north",
    order: -1,
    serial: "9223372036854775807",
    ratio: 0.2,
    amount: "0.2",
    opt_amount: "0.0001",
  },
  { site: null, order: 2147483647, serial: "-5", ratio: 1e300, amount: "-12345678901234.5678" },
];

describe("sums in SQL and line by line are the same", () => {
  test("of every column of numbers", async () => {
    const summariser = new Summariser(everyKind, totals(everyKind));

    const found = oneByOne(summariser, ROWS);

    expect(found).toEqual({
      all: {
        rows: 3,
        "sum(order)": 2147483649,
        "sum(opt_integer)": 0,
        "sum(serial)": "18446744073709551609",
        "sum(opt_serial)": 0,
        "sum(ratio)": 1e300,
        "sum(opt_ratio)": 0,
        "sum(amount)": "-12345678901234.2678",
        "sum(opt_amount)": 0.0001,
      },
    });
    expect(await bySql(summariser, ROWS)).toEqual(found);
  });

  test("of a product, by group", async () => {
    const summary: Summary = {
      groupBy: "site",
      measures: [{ name: "value", product: ["order", "amount"], decimals: 2 }],
    };
    const summariser = new Summariser(everyKind, summary);

    const found = oneByOne(summariser, ROWS);

    expect(found).toEqual({
      north: { rows: 2, value: 0.1 },
      "": { rows: 1, value: Number(`${2147483647n * -123456789012345678n}e-4`) },
    });
    expect(await bySql(summariser, ROWS)).toEqual(found);
  });
});

test("a value that is no number adds nothing, as NULL does in SQL", () => {
  const summariser = new Summariser(everyKind, totals(everyKind));

  expect(oneByOne(summariser, [{ order: 1, amount: "none", ratio: null }])).toMatchObject({
    all: { rows: 1, "sum(order)": 1, "sum(amount)": 0, "sum(ratio)": 0 },
  });
});

test("a summary of columns that the contract has not is refused", () => {
  expect(() => new Summariser(everyKind, retailSummary)).toThrow(
    "the summary's Country is none of the columns",
  );
});

describe("as text", () => {
  const readings = defineContract({
    name: "meter_readings",
    eventTime: "read_at",
    columns: { meter_id: text(), reading_kwh: decimal(12, 3), floor: integer(), read_at: timestamp() },
  });
  const rowsOf = (summary: LayerSums): string[][] =>
    summaryText(summary)
      .split("\n")
      .filter((line) => line.startsWith("│"))
      .map((line) =>
        line
          .split("│")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );

  test("sales are summed up by country", () => {
    const sums = (revenue: number): Sums => ({ Belgium: { rows: 1234, quantity: 5678, revenue } });

    expect(
      rowsOf({ definition: retailSummary, json: sums(1234.5), parquet: sums(1234.5), index: sums(1) }),
    ).toEqual([
      ["country", "lines", "quantity", "revenue, JSON", "Parquet", "index"],
      ["Belgium", "1,234", "5,678", "1,234.50", "1,234.50", "1.00"],
    ]);
    expect(new Summariser(retailTransaction, retailSummary)).toBeDefined();
  });

  test("any other contract has the sum of each column of numbers, a layer beside the other", () => {
    const sums = (kwh: number | string): Sums => ({
      all: { rows: 2000, "sum(reading_kwh)": kwh, "sum(floor)": -3 },
    });

    expect(
      rowsOf({
        definition: totals(readings),
        json: sums(1234.125),
        parquet: sums(7),
        index: sums("9007199254740993.125"),
      }),
    ).toEqual([
      ["", "JSON", "Parquet", "index"],
      ["lines", "2,000", "2,000", "2,000"],
      ["sum(reading_kwh)", "1,234.125", "7", "9,007,199,254,740,993.125"],
      ["sum(floor)", "-3", "-3", "-3"],
    ]);
  });

  test("without a line there is no sum", () => {
    expect(rowsOf({ definition: totals(readings), json: {}, parquet: {}, index: {} })).toEqual([
      ["", "JSON", "Parquet", "index"],
      ["lines", "", "", ""],
      ["sum(reading_kwh)", "", "", ""],
      ["sum(floor)", "", "", ""],
    ]);
  });
});
