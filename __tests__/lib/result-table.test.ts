import { outputWidth, resultTable } from "../../lib/result-table";

describe("a table of a result", () => {
  const columns = [
    { name: "country", type: "varchar" },
    { name: "n", type: "bigint" },
  ];

  test("has numbers to the right, and NULL", () => {
    expect(
      resultTable(
        columns,
        [
          ["France", "2728"],
          [null, "1"],
        ],
        80,
      ),
    ).toBe(
      [
        "┌─────────┬──────┐",
        "│ country │    n │",
        "├─────────┼──────┤",
        "│ France  │ 2728 │",
        "│ NULL    │    1 │",
        "└─────────┴──────┘",
      ].join("\n"),
    );
  });

  test("is no wider than the terminal, and its widest column is cut", () => {
    const rows = [["x".repeat(200), "123456789"]];
    const lines = resultTable(columns, rows, 40).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBe(40);
    expect(lines.join("\n")).toContain("123456789");
    expect(lines.join("\n")).toContain("x…");
    expect(resultTable(columns, rows, Number.POSITIVE_INFINITY)).toContain("x".repeat(200));
  });

  test("leaves out the last columns of a narrow terminal, and names them", () => {
    const many = ["one", "two", "three", "four"].map((name) => ({ name, type: "varchar" }));
    const lines = resultTable(many, [["x".repeat(200), "y".repeat(12), "z".repeat(12), "w"]], 40).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(lines.at(-1)).toBe("too wide for the terminal: four");
    expect(lines[3]).toBe(`│ ${"x".repeat(9)}… │ ${"y".repeat(9)}… │ ${"z".repeat(9)}… │`);
  });

  test("is not broken by what a cell holds", () => {
    expect(resultTable(columns, [["a\nb\u001b[2J", "1"]], 80)).toContain("│ a b [2J │");
  });
});

test("the output has a width only where it is a terminal", () => {
  expect(outputWidth({ isTTY: true, columns: 80 })).toBe(80);
  expect(outputWidth({ isTTY: false, columns: 80 })).toBe(Number.POSITIVE_INFINITY);
});

test("a terminal that does not say its size cuts nothing", () => {
  expect(outputWidth({ isTTY: true, columns: 0 })).toBe(Number.POSITIVE_INFINITY);
});
