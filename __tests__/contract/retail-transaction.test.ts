import type { Column } from "../../contract/column";
import * as glue from "../../contract/glue-columns";
import { gluePartitionColumns } from "../../contract/glue-columns";
import * as mapping from "../../contract/index-mapping";
import { COLUMNS, glueColumns, indexMapping } from "../support/retail";

describe("the record contract", () => {
  test("gives the lab's table columns, money as an exact decimal", () => {
    expect(glueColumns().map(({ name, type }) => `${name} ${type}`)).toEqual([
      "invoice string",
      "stockcode string",
      "description string",
      "quantity int",
      "invoicedate timestamp",
      "price decimal(12,4)",
      "customer_id string",
      "country string",
      "record_id string",
      "arrived_at timestamp",
      "extra string",
    ]);
    expect(gluePartitionColumns().map(({ name, type }) => `${name} ${type}`)).toEqual([
      "year int",
      "month int",
      "day int",
      "hour int",
    ]);
  });

  test("explains every column, within the 255 characters that Glue takes", () => {
    for (const { comment } of [...glueColumns(), ...gluePartitionColumns()]) {
      expect(comment).toMatch(/^[A-Z].{9,254}$/);
    }
  });

  test("has no two columns that a table without regard to case would confuse", () => {
    const names = [...glueColumns(), ...gluePartitionColumns()].map(({ name }) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
  });

  test("gives the index explicit fields and formats, and no others become searchable", () => {
    const exact = { type: "keyword", ignore_above: 8191 };
    expect(indexMapping()).toEqual({
      dynamic: false,
      properties: {
        Invoice: exact,
        StockCode: exact,
        Description: { type: "text", fields: { keyword: exact } },
        Quantity: { type: "integer" },
        InvoiceDate: { type: "date", format: "yyyy-MM-dd HH:mm:ss" },
        Price: { type: "scaled_float", scaling_factor: 10_000 },
        Customer_ID: exact,
        Country: exact,
        record_id: exact,
        arrived_at: { type: "date", format: "yyyy-MM-dd HH:mm:ss.SSS" },
        extra: { type: "keyword", index: false, doc_values: false },
      },
    });
  });

  test("keeps exact-match fields below the longest term that Lucene takes", () => {
    const longest = "😀".repeat(8191 / 2);
    expect(Buffer.byteLength(longest)).toBeLessThanOrEqual(32_766);
    expect(8191 * Buffer.byteLength("€")).toBeLessThanOrEqual(32_766);
  });

  test("a column added to it reaches table and index", () => {
    const gift: Column = { field: "Gift_Wrap", kind: "text", required: false, search: "exact", comment: "" };
    const columns = [...COLUMNS, gift];
    expect(glue.glueColumns(columns)).toContainEqual({ name: "gift_wrap", type: "string", comment: "" });
    expect(mapping.indexMapping(columns).properties).toHaveProperty("Gift_Wrap.type", "keyword");
    expect(indexMapping().properties).not.toHaveProperty("Gift_Wrap");
  });
});
