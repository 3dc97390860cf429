import { retailTransaction } from "../../contract/retail-transaction";
import { rowsFromSql } from "../../dashboards/athena";
import type { Row } from "../../dashboards/rows";
import { rowsFromSearch } from "../../dashboards/search";
import { type DataPanel, isDataPanel } from "../../dashboards/spec";
import { RETAIL_PANELS } from "../../presets/retail/panels";
import { type Line, PanelBench } from "../support/panel-bench";
import { testPanelsOnEngine } from "../support/panel-checks";
import { realFigures, realLines } from "../support/real-panels";
import { describeRealRows } from "../support/real-rows";

const DATA_PANELS = RETAIL_PANELS.filter((panel) => isDataPanel(panel));

describeRealRows("the panels of the real rows", () => {
  let engines: PanelBench;
  let figures: ReturnType<typeof realFigures>;
  beforeAll(async () => {
    figures = realFigures();
    engines = await PanelBench.with(retailTransaction, realLines());
  }, 60_000);
  afterAll(() => engines.close());

  test("each panel has figures to be compared with, of more than nothing", () => {
    expect(Object.keys(figures)).toEqual(DATA_PANELS.map(({ id }) => id));
    expect(Object.values(figures).map(({ length }) => length)).toEqual([1, 245, 245, 9, 10, 13, 13, 2, 50]);
  });

  testPanelsOnEngine(() => engines.search);

  test.each(DATA_PANELS)("$id: the table says what the CSV says", async (panel) => {
    expect(await engines.fromTable(panel)).toEqual(figures[panel.id]);
  });
});

describe("lines without a value", () => {
  let engines: PanelBench;
  const line = (number: number, change: Line): Line => ({
    Invoice: "490397",
    StockCode: "21844",
    Description: "MUG",
    Quantity: 1,
    InvoiceDate: "2026-11-24 23:59:59",
    Price: 0.1,
    Customer_ID: "12417",
    Country: "France",
    record_id: `shard-${number}`,
    arrived_at: "2026-11-24 03:00:00.123",
    ...change,
  });
  const without = ({ Country: _, Customer_ID: __, ...others }: Line): Line => others;
  beforeAll(async () => {
    engines = await PanelBench.with(retailTransaction, [
      line(1, { Country: "", Customer_ID: "" }),
      line(2, { Country: null, Customer_ID: null }),
      without(line(3, {})),
      line(4, {}),
      line(5, { Price: 0.2, InvoiceDate: "2026-11-25 00:00:00" }),
      line(6, { Invoice: "c1", Quantity: -1, InvoiceDate: "2026-11-25 00:00:00" }),
    ]);
  }, 60_000);
  afterAll(() => engines.close());

  const panel = (id: string): DataPanel => {
    const found = DATA_PANELS.find((one) => one.id === id);
    if (!found) throw new Error(`there is no panel ${id}`);
    return found;
  };

  test.each<[string, Row[]]>([
    [
      "revenue-by-country",
      [
        { Country: "", revenue: 0.3 },
        { Country: "France", revenue: 0.2 },
      ],
    ],
    [
      "guests-and-known-customers",
      [
        { "customer-kind": "Guests", revenue: 0.3, share: 60, lines: 3 },
        { "customer-kind": "Known customers", revenue: 0.2, share: 40, lines: 3 },
      ],
    ],
    [
      "revenue-over-time",
      [
        { InvoiceDate: "2026-11-24", revenue: 0.4 },
        { InvoiceDate: "2026-11-25", revenue: 0.1 },
      ],
    ],
    ["figures", [{ revenue: 0.5, quantity: 4, invoices: 2, customers: 1, lines: 6 }]],
    ["cancellations", []],
  ])(
    "%s: the same from both engines; null, absent and empty are one, and nothing is no row",
    async (id, rows) => {
      expect(await engines.fromIndex(panel(id))).toEqual(rows);
      expect(await engines.fromTable(panel(id))).toEqual(rows);
    },
  );

  test("latest: the later in the stream first, and an absent text is empty", async () => {
    const fromIndex = await engines.fromIndex(panel("latest-transactions"));
    expect(fromIndex.map(({ Invoice, Customer_ID }) => [Invoice, Customer_ID])).toEqual([
      ["c1", "12417"],
      ["490397", "12417"],
      ["490397", "12417"],
      ["490397", ""],
      ["490397", ""],
      ["490397", ""],
    ]);
    expect(await engines.fromTable(panel("latest-transactions"))).toEqual(fromIndex);
  });
});

describe("an answer that does not fit", () => {
  const [panel] = DATA_PANELS.filter(({ chart }) => chart === "bars");
  const whole = { timed_out: false, _shards: { failed: 0 } };
  const aggregations = (bucket: object) => ({ ...whole, aggregations: { groups: { buckets: [bucket] } } });

  test.each([
    ["a shard that failed", { timed_out: false, _shards: { failed: 1 } }, "no whole answer"],
    ["time that ran out", { timed_out: true, _shards: { failed: 0 } }, "no whole answer"],
    ["no aggregation", whole, "no buckets"],
    [
      "no number",
      aggregations({ key_as_string: "2026-11-24", doc_count: 1 }),
      "column quantity holds number",
    ],
    ["no date", aggregations({ key_as_string: "1.1.", doc_count: 1 }), "column InvoiceDate holds date"],
  ])("%s is an error that names the panel", (_, answer, message) => {
    expect(() => rowsFromSearch(retailTransaction, panel as DataPanel, answer)).toThrow(message);
    expect(() => rowsFromSearch(retailTransaction, panel as DataPanel, answer)).toThrow(
      "quantity-and-price-by-invoice-date: ",
    );
  });

  test("a cell of SQL that is empty is no number", () => {
    expect(() =>
      rowsFromSql(retailTransaction, panel as DataPanel, [{ invoicedate: "2026-11-24", quantity: "" }]),
    ).toThrow("column quantity holds number");
  });
});
