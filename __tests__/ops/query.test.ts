import fc from "fast-check";
import Papa from "papaparse";
import { csvText } from "../../ops/query/csv";
import { errorPlace, errorPosition } from "../../ops/query/error-position";

describe("the place of an error", () => {
  test("by line and column", () => {
    expect(
      errorPosition("SELECT a,\n\tb FROM t", "COLUMN_NOT_FOUND: line 2:2: Column 'b' cannot be resolved"),
    ).toBe("\tb FROM t\n\t^");
  });

  test("of a long line shows what is around it", () => {
    const sql = `SELECT ${"a, ".repeat(100)}nope FROM t`;
    const column = sql.indexOf("nope") + 1;
    const [line = "", mark = ""] = errorPosition(sql, `line 1:${column}: x`)?.split("\n") ?? [];
    expect(line.length).toBeLessThanOrEqual(70);
    expect(line.slice(mark.indexOf("^"))).toMatch(/^nope FROM t/);
  });

  test("by the name that is not known, if it is there once", () => {
    const message = "COLUMN_NOT_FOUND: Column 'nope' cannot be resolved";
    expect(errorPosition("SELECT country,\n nope FROM t", message)).toBe(" nope FROM t\n ^");
    expect(errorPosition("SELECT nope, NOPE FROM t", message)).toBeUndefined();
    expect(errorPosition("SELECT nopes FROM t", message)).toBeUndefined();
  });

  test("is not guessed", () => {
    expect(errorPosition("SELECT 1", "the query was cancelled")).toBeUndefined();
    expect(errorPosition("SELECT 1", "line 7:1: x")).toBeUndefined();
  });
});

test("the place of an error, for an editor", () => {
  const sql = "SELECT a,\n  nope\nFROM t";
  expect(errorPlace(sql, "COLUMN_NOT_FOUND: line 2:3: Column 'nope' cannot be resolved")).toEqual({
    line: 2,
    column: 3,
  });
  expect(errorPlace(sql, "COLUMN_NOT_FOUND: Column 'nope' cannot be resolved")).toEqual({
    line: 2,
    column: 3,
  });
  expect(errorPlace(sql, "line 4:1: x")).toBeUndefined();
});

describe("CSV", () => {
  test("tells NULL from the empty text", () => {
    expect(
      csvText([
        ["a", "b"],
        [null, ""],
        ['x "y", z', " two\nlines"],
      ]),
    ).toBe('a,b\n,""\n"x ""y"", z"," two\nlines"');
  });

  test("is read back by another reader, whatever a cell holds", () => {
    const cell = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(",", '"', "\r", "\n", " ", "a") }));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell), { minLength: 1 }).map((rows) => rows.map((row) => [...row])),
        (rows) => {
          expect(Papa.parse(csvText(rows), { delimiter: ",", newline: "\n" }).data).toEqual(rows);
        },
      ),
    );
  });
});
