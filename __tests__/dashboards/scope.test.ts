import { retailTransaction } from "../../contract/retail-transaction";
import { panelSql } from "../../dashboards/athena";
import { defaultPanels } from "../../dashboards/default-panels";
import type { Row } from "../../dashboards/rows";
import {
  type Filter,
  filterFields,
  intervalAt,
  intervalEnd,
  intervalOf,
  intervalStart,
  panelInRange,
  readBar,
  readScope,
  type Scope,
  ScopeError,
  type ScopeRequest,
  scopeConditions,
} from "../../dashboards/scope";
import { panelSearch } from "../../dashboards/search";
import {
  type DataPanel,
  type FiguresPanel,
  isDataPanel,
  type LinesPanel,
  type Panel,
} from "../../dashboards/spec";
import { everyKind } from "../support/kinds";
import { type Line, PanelBench } from "../support/panel-bench";

const PANELS = defaultPanels(everyKind).filter((panel) => isDataPanel(panel));
const DAY_MS = 86_400_000;
const read = (request: Record<string, unknown>, panels: readonly DataPanel[] = []): Scope =>
  readScope(everyKind, panels, request as Record<keyof ScopeRequest, unknown>);

describe("the interval of a range", () => {
  test.each([
    [1 / 24, "hour"],
    [2, "hour"],
    [2.01, "day"],
    [100, "day"],
    [101, "month"],
    [365, "month"],
  ])("of %d days is a %s", (days, interval) => {
    expect(intervalOf({ fromMs: 0, toMs: days * DAY_MS })).toBe(interval);
  });

  test("a bar of an hour, a day and a month has its bounds in UTC; another text is the start of none", () => {
    const utc = (...parts: [number, number, number?, number?]): number => Date.UTC(...parts);
    expect(intervalAt("2026-02-01 23:00:00", "hour")).toEqual({
      fromMs: utc(2026, 1, 1, 23),
      toMs: utc(2026, 1, 2),
    });
    expect(intervalAt("2024-02-29", "day")).toEqual({ fromMs: utc(2024, 1, 29), toMs: utc(2024, 2, 1) });
    expect(intervalAt("2026-12-01", "month")).toEqual({ fromMs: utc(2026, 11, 1), toMs: utc(2027, 0, 1) });
    for (const text of ["2026-12-02", "2026-02-30", "", "x", "2026-12-01T00:00:00"])
      expect(intervalAt(text, "month")).toBeUndefined();
    const late = Date.UTC(2026, 11, 31, 23, 59, 59);
    expect(intervalStart(late, "month")).toBe(Date.UTC(2026, 11));
    expect(intervalEnd(late, "month")).toBe(Date.UTC(2027, 0));
    expect(intervalEnd(late, "hour")).toBe(Date.UTC(2027, 0));
  });

  test("a panel over time takes it; any other panel, and a panel without a range, stays as it is", () => {
    const overTime = PANELS.find(({ id }) => id === "lines-over-time") as FiguresPanel;
    const range = { fromMs: 0, toMs: DAY_MS };
    expect(panelInRange(overTime, range)).toEqual({
      ...overTime,
      dimension: { ...overTime.dimension, interval: "hour" },
    });
    const byMonth: FiguresPanel = {
      ...overTime,
      dimension: { kind: "time", field: "At", interval: "month" },
    };
    expect(panelInRange(byMonth, range)).toBe(byMonth);
    expect(panelInRange(overTime, undefined)).toBe(overTime);
    const others = PANELS.filter((panel) => !("dimension" in panel && panel.dimension.kind === "time"));
    expect(others.map(({ chart }) => chart)).toEqual(expect.arrayContaining(["table", "headline"]));
    for (const panel of others) expect(panelInRange(panel, range)).toBe(panel);
  });
});

describe("a scope that arrives as JSON", () => {
  const BARS: FiguresPanel = {
    id: "noted",
    title: "Noted",
    layer: "batch",
    chart: "bars",
    measures: [{ id: "lines", title: "Lines", factors: [] }],
    dimension: {
      kind: "classes",
      classification: {
        id: "noted",
        title: "Noted",
        condition: { kind: "blank", field: "Note" },
        fulfilled: "without",
        otherwise: "with",
      },
    },
  };
  const TABLE = PANELS.find(({ chart }) => chart === "table");

  test("has each value in the kind of its column", () => {
    const filters = {
      Order: ["A1", ""],
      Note: ["Two Words"],
      Count: ["-7"],
      Total: ["9223372036854775807"],
      Open: ["true", "false"],
      record_id: ["shard-1"],
    };
    expect(read({ from: "2026-11-24 00:00:00", to: "2026-11-25 00:00:01", filters })).toEqual({
      range: { fromMs: Date.UTC(2026, 10, 24), toMs: Date.UTC(2026, 10, 25, 0, 0, 1) },
      filters: [
        { field: "Order", values: ["A1", undefined] },
        { field: "Note", values: ["Two Words"] },
        { field: "Count", values: [-7] },
        { field: "Total", values: [9_223_372_036_854_775_807n] },
        { field: "Open", values: [true, false] },
        { field: "record_id", values: ["shard-1"] },
      ],
      bars: [],
    });
    expect(read({})).toEqual({ filters: [], bars: [] });
    expect(read({ bars: { noted: "with" } }, [BARS])).toEqual({
      filters: [],
      bars: [{ panel: BARS, value: "with" }],
    });
  });

  const REFUSED: readonly [Record<string, unknown>, string][] = [
    [{ from: "2026-11-24 00:00:00" }, "to is missing; a time such as 2026-11-24 00:00:00 is wanted"],
    [{ from: "2026-11-24", to: "2026-11-25" }, 'from is "2026-11-24"; a time such as'],
    [{ from: 1, to: 2 }, "from is 1; a time such as"],
    [
      { from: "2026-11-25 00:00:00", to: "2026-11-25 00:00:00" },
      'from is "2026-11-25 00:00:00", and to is "2026-11-25 00:00:00": to must be later',
    ],
    [{ filters: [] }, "filters is []; an object is wanted"],
    [{ filters: "Order" }, 'filters is "Order"; an object is wanted'],
    [
      { filters: { Nothing: ["x"] } },
      '"Nothing" is no column to filter by; Order, group, Note, Count, Total, Open are',
    ],
    [{ filters: { Weight: ["1"] } }, '"Weight" is no column to filter by'],
    [{ filters: { Amount: ["1"] } }, '"Amount" is no column to filter by'],
    [{ filters: { extra: ["{}"] } }, '"extra" is no column to filter by'],
    [{ filters: { Order: "A1" } }, 'filters.Order is "A1"; a list of values is wanted'],
    [{ filters: { Order: [] } }, "filters.Order is []; a list of values is wanted"],
    [{ filters: { Order: [1] } }, "filters.Order has 1; a text is wanted"],
    [{ filters: { Order: ["x".repeat(1_001)] } }, "a text of at most 1000 characters is wanted"],
    [{ filters: { Order: Array(101).fill("x") } }, "the filters have 101 values; at most 100 are possible"],
    [
      { filters: { Count: ["2147483648"] } },
      'filters.Count has "2147483648"; a whole number of 32 bits is wanted',
    ],
    [{ filters: { Count: ["1.5"] } }, "a whole number of 32 bits is wanted"],
    [{ filters: { Count: ["1 OR 1=1"] } }, "a whole number of 32 bits is wanted"],
    [{ filters: { Total: ["9223372036854775808"] } }, "a whole number of 64 bits is wanted"],
    [{ filters: { Open: ["yes"] } }, 'filters.Open has "yes"; true or false is wanted'],
    [{ bars: { nothing: "x" } }, 'there is no panel "nothing"'],
    [{ bars: { noted: "perhaps" } }, 'noted: "perhaps" is no class; without and with are'],
    [{ bars: { noted: 1 } }, "noted: the bar is 1; a text is wanted"],
    [{ bars: { "latest-lines": "x" } }, "the panel latest-lines has no bars"],
    [{ bars: { "lines-over-time": "x" } }, 'lines-over-time: "x" is no start of a day'],
  ];
  test.each(REFUSED.map(([request, message]) => ({ request, message })))("refused: $message", (refused) => {
    const { request, message } = refused;
    const panels = [...PANELS, BARS];
    expect(TABLE?.id).toBe("latest-lines");
    expect(() => read(request, panels)).toThrow(ScopeError);
    expect(() => read(request, panels)).toThrow(message);
  });

  test("can be filtered by what is exact: the controls first, then the columns of the panels", () => {
    const panels: Panel[] = [
      { ...BARS, dimension: { kind: "values", field: "group", limit: 5 } },
      { id: "controls", title: "Controls", chart: "controls", fields: [{ field: "Note", title: "Noted" }] },
    ];
    expect(filterFields(everyKind, panels)).toEqual([
      { field: "Note", title: "Noted" },
      ...["group", "Order", "Count", "Total", "Open"].map((field) => ({ field, title: field })),
    ]);
  });
});

const HOSTILE = 'O\'Reilly "100 %_\\" -- ;\u00e9\u{1f600}';

describe("panels in a scope", () => {
  const line = (number: number, at: string, more: Line): Line => ({
    Order: `A${number}`,
    At: at,
    Count: number,
    record_id: `shard-${number}`,
    arrived_at: "2026-11-24 03:00:00.123",
    extra: "{}",
    ...more,
  });
  const LINES: readonly Line[] = [
    line(1, "2026-11-24 00:00:00", { group: HOSTILE, Note: "Two Words", Open: true, Total: 5 }),
    line(2, "2026-11-24 10:59:59", { group: "", Note: null, Open: false, Total: 9_007_199_254_740_991 }),
    line(3, "2026-11-24 11:00:00", { group: HOSTILE, Note: "Two" }),
    line(4, "2026-11-25 00:00:00", { group: "x", Note: "", Seen: "2026-11-24 09:59:59.250" }),
    // Of the smoke test.
    line(5, "2026-11-24 11:00:00", { Order: "SMOKE", Count: 0, Seen: "2020-01-01 23:00:00.000" }),
  ];
  const LINES_BY: FiguresPanel = {
    id: "lines-by",
    title: "Lines",
    layer: "batch",
    chart: "bars",
    measures: [{ id: "lines", title: "Lines", factors: [] }],
    dimension: { kind: "time", field: "At", interval: "day" },
  };
  const BY_MONTH: FiguresPanel = { ...LINES_BY, dimension: { kind: "time", field: "At", interval: "month" } };
  const BY_GROUP: FiguresPanel = { ...LINES_BY, dimension: { kind: "values", field: "group", limit: 9 } };
  const BY_NOTE: FiguresPanel = {
    ...LINES_BY,
    dimension: {
      kind: "classes",
      classification: {
        id: "noted",
        title: "Noted",
        condition: { kind: "begins", field: "Note", prefix: "Two" },
        fulfilled: "two",
        otherwise: "other",
      },
    },
  };
  const LATEST: LinesPanel = {
    id: "latest",
    title: "Latest",
    layer: "speed",
    chart: "table",
    fields: ["record_id"],
    newestBy: "At",
    limit: 10,
  };
  const range = (from: string, to: string) => read({ from, to });
  const filter = (...filters: Filter[]): Scope => ({ filters });

  let bench: PanelBench;
  beforeAll(async () => {
    bench = await PanelBench.with(everyKind, LINES);
  }, 60_000);
  afterAll(() => bench.close());

  const CASES: readonly [string, Scope, FiguresPanel, Row[]][] = [
    [
      "a range of a day, by hour, without its end",
      range("2026-11-24 00:00:01", "2026-11-25 00:00:00"),
      LINES_BY,
      [
        { At: "2026-11-24 10:00:00", lines: 1 },
        { At: "2026-11-24 11:00:00", lines: 1 },
      ],
    ],
    [
      "a range of a week, by day, with its start",
      range("2026-11-24 00:00:00", "2026-12-01 00:00:00"),
      LINES_BY,
      [
        { At: "2026-11-24", lines: 3 },
        { At: "2026-11-25", lines: 1 },
      ],
    ],
    [
      "a range of a year, by month",
      range("2026-01-01 00:00:00", "2027-01-01 00:00:00"),
      LINES_BY,
      [{ At: "2026-11-01", lines: 4 }],
    ],
    ["a range without lines", range("2025-01-01 00:00:00", "2026-01-01 00:00:00"), LINES_BY, []],
    [
      "a value with all that a language quotes",
      filter({ field: "group", values: [HOSTILE] }),
      BY_GROUP,
      [{ group: HOSTILE, lines: 2 }],
    ],
    [
      "two values, one of them none",
      filter({ field: "group", values: [HOSTILE, undefined] }),
      BY_GROUP,
      [
        { group: HOSTILE, lines: 2 },
        { group: "", lines: 1 },
      ],
    ],
    [
      "a whole text of a column of words",
      filter({ field: "Note", values: ["Two"] }),
      BY_GROUP,
      [{ group: HOSTILE, lines: 1 }],
    ],
    ["a boolean", filter({ field: "Open", values: [false] }), BY_GROUP, [{ group: "", lines: 1 }]],
    [
      "no boolean",
      filter({ field: "Open", values: [undefined] }),
      BY_MONTH,
      [{ At: "2026-11-01", lines: 2 }],
    ],
    [
      "whole numbers",
      filter({ field: "Count", values: [1, 4] }, { field: "Total", values: [5n] }),
      BY_GROUP,
      [{ group: HOSTILE, lines: 1 }],
    ],
    [
      "a number of 64 bits",
      filter({ field: "Total", values: [9_007_199_254_740_991n] }),
      BY_GROUP,
      [{ group: "", lines: 1 }],
    ],
    [
      "a record id",
      filter({ field: "record_id", values: ["shard-4"] }),
      BY_GROUP,
      [{ group: "x", lines: 1 }],
    ],
    ["a bar of values", { bars: [{ panel: BY_GROUP, value: "" }] }, BY_NOTE, [{ noted: "other", lines: 1 }]],
    [
      "a bar of a class",
      { bars: [{ panel: BY_NOTE, value: "two" }] },
      BY_GROUP,
      [{ group: HOSTILE, lines: 2 }],
    ],
    [
      "a bar of the other class, with the lines without a value",
      { bars: [{ panel: BY_NOTE, value: "other" }] },
      BY_GROUP,
      [
        { group: "", lines: 1 },
        { group: "x", lines: 1 },
      ],
    ],
    [
      "a bar of a month",
      { bars: [{ panel: BY_MONTH, value: "2026-11-01" }] },
      BY_MONTH,
      [{ At: "2026-11-01", lines: 4 }],
    ],
  ];

  test.each(CASES)("%s: index and table give the same, and so many lines", async (_, scope, panel, rows) => {
    const shown = panelInRange(panel, scope.range);
    const conditions = scopeConditions(everyKind, scope);
    expect(await bench.fromIndex(shown, conditions)).toEqual(rows);
    expect(await bench.fromTable(shown, conditions)).toEqual(rows);
    const lines = rows.reduce((sum, row) => sum + Number(row["lines"]), 0);
    expect(await bench.fromIndex(LATEST, conditions)).toHaveLength(lines);
    expect(await bench.fromTable(LATEST, conditions)).toHaveLength(lines);
    expect(await bench.count(conditions)).toBe(lines);
  });

  test("a typed prefix finds texts in upper and lower case", async () => {
    const conditions = [{ kind: "begins-like", field: "group", prefix: "o'reilly \"100 %_" }] as const;
    const rows = [{ group: HOSTILE, lines: 2 }];
    expect(await bench.fromIndex(BY_GROUP, conditions)).toEqual(rows);
    expect(await bench.fromTable(BY_GROUP, conditions)).toEqual(rows);
    const none = [{ kind: "begins-like", field: "group", prefix: "%" }] as const;
    expect(await bench.fromIndex(BY_GROUP, none)).toEqual([]);
    expect(await bench.fromTable(BY_GROUP, none)).toEqual([]);
  });
});

test("the texts of a scope in both languages: values are quoted, never part of the language", () => {
  const panel: FiguresPanel = {
    id: "by-country",
    title: "By country",
    layer: "batch",
    chart: "bars",
    measures: [{ id: "lines", title: "Lines", factors: [] }],
    dimension: { kind: "values", field: "Country", limit: 3 },
  };
  const conditions = scopeConditions(retailTransaction, {
    range: { fromMs: Date.UTC(2010, 0), toMs: Date.UTC(2010, 1) },
    filters: [
      { field: "Description", values: ["IT'S \" OR 1=1 --"] },
      { field: "Customer_ID", values: [undefined, "12417"] },
    ],
    bars: [readBar([panel], undefined, "by-country", "France")],
  });
  expect(panelSql(retailTransaction, panel, "t", conditions)).toBe(
    [
      'SELECT coalesce("country", \'\') AS "country", count(*) AS "lines"',
      'FROM "t"',
      `WHERE "invoicedate" >= TIMESTAMP '2010-01-01 00:00:00.000' AND "invoicedate" < TIMESTAMP '2010-02-01 00:00:00.000'`,
      ` AND "description" = 'IT''S " OR 1=1 --' AND (coalesce("customer_id", '') = '' OR "customer_id" = '12417')`,
      ` AND "country" = 'France' AND NOT coalesce("stockcode" = 'SMOKE' AND "quantity" = 0 AND "price" = 0, false)`,
      '\nGROUP BY 1\nORDER BY "lines" DESC, 1\nLIMIT 3',
    ]
      .join("\n")
      .replaceAll("\n AND", " AND")
      .replaceAll("\n\n", "\n"),
  );
  const { query } = panelSearch(retailTransaction, panel, conditions);
  const term = (field: string, value: string) => ({ term: { [field]: { value } } });
  const should = (...queries: object[]) => ({ bool: { should: queries, minimum_should_match: 1 } });
  expect(query).toEqual({
    bool: {
      filter: [
        { range: { InvoiceDate: { gte: "2010-01-01 00:00:00", lt: "2010-02-01 00:00:00" } } },
        should(term("Description.keyword", "IT'S \" OR 1=1 --")),
        should(
          should({ bool: { must_not: [{ exists: { field: "Customer_ID" } }] } }, term("Customer_ID", "")),
          term("Customer_ID", "12417"),
        ),
        should(term("Country", "France")),
      ],
      must_not: [expect.anything()],
    },
  });
});
