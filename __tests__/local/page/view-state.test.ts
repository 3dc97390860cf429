import { answerCsv, csvText } from "../../../local/page/client/csv";
import {
  bound,
  isWhole,
  rangeOf,
  readView,
  scopeOf,
  secondsText,
  toggled,
  type ViewState,
  WHOLE_VIEW,
  writeView,
} from "../../../local/page/client/view-state";

describe("a view in the address", () => {
  const VIEWS: readonly [string, ViewState][] = [
    ["", WHOLE_VIEW],
    ["range=7d", { ...WHOLE_VIEW, range: { kind: "preset", id: "7d" } }],
    [
      "from=2010-01-04T00%3A00%3A00&to=2010-02-01T12%3A30%3A00&filter.Country=France&filter.Country=&bar.kinds=A+%26+B",
      {
        range: { kind: "between", from: "2010-01-04 00:00:00", to: "2010-02-01 12:30:00" },
        filters: { Country: ["France", ""] },
        bars: { kinds: "A & B" },
      },
    ],
  ];

  test.each(VIEWS)("%j is read and written", (fragment, view) => {
    expect(readView(`#${fragment}`)).toEqual(view);
    expect(writeView(view, "")).toBe(fragment);
    expect(isWhole(view)).toBe(view === WHOLE_VIEW);
  });

  test("keys of others stay when the view changes", () => {
    const fragment = "#journey=shard-1&range=7d&filter.Country=France&from=x";
    expect(writeView(WHOLE_VIEW, fragment)).toBe("journey=shard-1");
    expect(readView("#figures-title")).toEqual(WHOLE_VIEW);
  });

  test("an unknown range is all, and bounds that are none are left to the server to refuse", () => {
    expect(readView("#range=9y").range).toEqual({ kind: "all" });
    const view = readView("#from=yesterday");
    expect(view.range).toEqual({ kind: "between", from: "yesterday", to: "" });
    expect(rangeOf(view, 0)).toBeUndefined();
    expect(scopeOf(view, 0)).toEqual({ from: "yesterday", to: "", filters: {}, bars: {} });
  });

  test("a value is added to a filter, and taken away", () => {
    const one = toggled(WHOLE_VIEW, "Country", "France");
    expect(toggled(one, "Country", "").filters).toEqual({ Country: ["France", ""] });
    expect(toggled(one, "Country", "France").filters).toEqual({});
  });

  test.each([
    ["2010-01-04", "2010-01-04 00:00:00"],
    ["2010-01-04T10:30", "2010-01-04 10:30:00"],
    ["2010-01-04T10:30:15.000", "2010-01-04 10:30:15"],
    ["x", "x"],
    [null, ""],
  ])("the bound %p is %p", (text, wanted) => {
    expect(bound(text)).toBe(wanted);
  });
});

describe("a range that ends with the newest line", () => {
  const newest = Date.UTC(2010, 11, 9, 14, 55);
  test.each([
    ["24h", "2010-12-08 15:00:00", "2010-12-09 15:00:00"],
    ["7d", "2010-12-03 00:00:00", "2010-12-10 00:00:00"],
    ["30d", "2010-11-10 00:00:00", "2010-12-10 00:00:00"],
    ["90d", "2010-09-11 00:00:00", "2010-12-10 00:00:00"],
    ["1y", "2010-01-01 00:00:00", "2011-01-01 00:00:00"],
  ])("%s is of whole intervals", (id, from, to) => {
    const view = readView(`#range=${id}`);
    expect(scopeOf(view, newest)).toEqual({ from, to, filters: {}, bars: {} });
    const range = rangeOf(view, newest);
    expect(range && [secondsText(range.fromMs), secondsText(range.toMs)]).toEqual([from, to]);
    expect(rangeOf(view, undefined)).toBeUndefined();
  });
});

describe("CSV", () => {
  test("is by RFC 4180: CRLF, and quotes where they are needed", () => {
    expect(
      csvText(
        ["Name", "A, B"],
        [
          ['say "x"', 1.5],
          ["two\r\nlines", null],
          ["plain; é", ""],
        ],
      ),
    ).toBe('Name,"A, B"\r\n"say ""x""",1.5\r\n"two\r\nlines",\r\nplain; é,\r\n');
  });

  test("a text that a spreadsheet would compute is a text, a negative number is a number", () => {
    const texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "x=1"];
    expect(csvText(["t"], [...texts.map((text) => [text]), [-1]])).toBe(
      "t\r\n'=1+1\r\n'+1\r\n'-1\r\n'@SUM(A1)\r\n'\tx\r\nx=1\r\n-1\r\n",
    );
  });
});

test("an answer of SQL tells NULL from the empty text, and its numbers stay numbers", () => {
  const columns = [
    { name: "n", type: "decimal(10,2)" },
    { name: "text", type: "varchar" },
  ];
  const rows = [
    ["-1.50", "=1+1"],
    [null, ""],
    ["2.00", null],
  ];
  expect(answerCsv({ columns, rows })).toBe('n,text\n-1.50,\'=1+1\n,""\n2.00,\n');
});
