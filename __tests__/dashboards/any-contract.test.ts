import { defaultPanels } from "../../dashboards/default-panels";
import type { FieldNamesOf } from "../../dashboards/fields";
import { readPanels } from "../../dashboards/read-panels";
import type { Row } from "../../dashboards/rows";
import { type DataPanel, isDataPanel, type PanelOf, type Sum } from "../../dashboards/spec";
import { everyKind } from "../support/kinds";
import { type Line, PanelBench } from "../support/panel-bench";

const line = (number: number, day: string, more: Line): Line => ({
  Order: `A${number}`,
  At: `${day} 10:00:00`,
  Count: number,
  record_id: `shard-${number}`,
  arrived_at: "2026-11-24 03:00:00.123",
  extra: "{}",
  ...more,
});
const SMOKE = { Order: "SMOKE", Count: 0, Seen: "2020-01-01 23:00:00.000" };
const LINES: readonly Line[] = [
  line(1, "2026-11-24", {
    ...{ group: "x", Note: "Two Words", Seen: "2026-11-24 09:59:59.250", Total: 9_007_199_254_740_991 },
    ...{ Weight: 0.1, Amount: 1.0001, Open: true },
  }),
  line(2, "2026-11-24", { group: "", Note: null, Weight: 0.2, Amount: 2.5, Total: null, Open: false }),
  line(3, "2026-11-25", { group: "y" }),
  line(4, "2026-11-25", SMOKE),
  line(5, "2026-12-01", { ...SMOKE, Seen: null, Weight: 1000.5 }),
];

const WEIGHED: Sum<FieldNamesOf<typeof everyKind>> = {
  id: "order",
  title: "Weighed",
  factors: ["Count", "Weight"],
  digits: 1,
  unit: { text: "kg" },
};
const OWN: readonly PanelOf<typeof everyKind>[] = [
  {
    id: "weighed-by-group",
    title: "Weighed by group",
    layer: "batch",
    chart: "shares",
    measures: [
      WEIGHED,
      { id: "key", title: "Amount", factors: ["Amount"], digits: 4 },
      { id: "orders", title: "Orders", distinct: "Order" },
    ],
    // Another value is not shown, and still a part of the whole.
    dimension: { kind: "values", field: "group", limit: 1 },
  },
  {
    id: "nothing",
    title: "No whole",
    layer: "batch",
    chart: "shares",
    measures: [{ id: "count", title: "Count", factors: ["Count"] }],
    dimension: { kind: "values", field: "Order", limit: 5 },
    only: {
      id: "fifth",
      title: "Fifth",
      condition: { kind: "one-of", field: "Order", values: ["SMOKE"] },
      fulfilled: "Fifth",
      otherwise: "Others",
    },
  },
  {
    id: "except",
    title: "Groups but x",
    layer: "speed",
    chart: "headline",
    measures: [
      { id: "lines", title: "Lines", factors: [] },
      { id: "notes", title: "Notes", distinct: "Note" },
    ],
    except: {
      id: "xs",
      title: "Xs",
      condition: { kind: "one-of", field: "group", values: ["x", "z"] },
      fulfilled: "X",
      otherwise: "Other",
    },
  },
  {
    id: "seen",
    title: "Seen by month",
    layer: "speed",
    chart: "line",
    measures: [{ id: "lines", title: "Lines", factors: [] }],
    dimension: { kind: "time", field: "arrived_at", interval: "month" },
    only: {
      id: "noted",
      title: "Noted",
      condition: { kind: "begins", field: "Note", prefix: "Two W" },
      fulfilled: "Noted",
      otherwise: "Not noted",
    },
  },
];

const LATEST: readonly Row[] = [
  {
    ...{ At: "2026-12-01 10:00:00", Order: "SMOKE", group: "", Note: "", Seen: "", Count: 0 },
    ...{ Total: "", Weight: 1000.5, Amount: "", Open: "" },
  },
  {
    ...{ At: "2026-11-25 10:00:00", Order: "A3", group: "y", Note: "", Seen: "", Count: 3 },
    ...{ Total: "", Weight: "", Amount: "", Open: "" },
  },
  {
    ...{ At: "2026-11-24 10:00:00", Order: "A2", group: "", Note: "", Seen: "", Count: 2 },
    ...{ Total: "", Weight: 0.2, Amount: 2.5, Open: "false" },
  },
  {
    ...{ At: "2026-11-24 10:00:00", Order: "A1", group: "x", Note: "Two Words", Seen: "2026-11-24 09:59:59" },
    ...{ Count: 1, Total: 9_007_199_254_740_991, Weight: 0.1, Amount: 1.0001, Open: "true" },
  },
];

/** What each panel shows, by hand. The fourth line is one of the smoke test, the fifth is not: it differs in one column. */
const WANTED: Readonly<Record<string, readonly Row[]>> = {
  figures: [
    {
      lines: 4,
      "sum-of-count": 6,
      "sum-of-total": 9_007_199_254_740_991,
      "sum-of-weight": 1000.8,
      "values-of-order": 4,
      "values-of-group": 2,
    },
  ],
  "lines-over-time": [
    { At: "2026-11-24", lines: 2 },
    { At: "2026-11-25", lines: 1 },
    { At: "2026-12-01", lines: 1 },
  ],
  "sum-of-count": [
    { At: "2026-11-24", "sum-of-count": 3 },
    { At: "2026-11-25", "sum-of-count": 3 },
    { At: "2026-12-01", "sum-of-count": 0 },
  ],
  "sum-of-total": [
    { At: "2026-11-24", "sum-of-total": 9_007_199_254_740_991 },
    { At: "2026-11-25", "sum-of-total": 0 },
    { At: "2026-12-01", "sum-of-total": 0 },
  ],
  "sum-of-weight": [
    { At: "2026-11-24", "sum-of-weight": 0.3 },
    { At: "2026-11-25", "sum-of-weight": 0 },
    { At: "2026-12-01", "sum-of-weight": 1000.5 },
  ],
  "top-order": ["A1", "A2", "A3", "SMOKE"].map((Order) => ({ Order, lines: 1 })),
  "top-group": [
    { group: "", lines: 2 },
    { group: "x", lines: 1 },
    { group: "y", lines: 1 },
  ],
  "latest-lines": LATEST,
  "weighed-by-group": [{ group: "", order: 0.4, share: 80, key: 2.5, orders: 2 }],
  nothing: [{ Order: "SMOKE", count: 0, share: "" }],
  except: [{ lines: 3, notes: 0 }],
  seen: [{ arrived_at: "2026-11-01", lines: 1 }],
};

describe("the panels of a contract with every kind, reserved words for names, and a smoke test", () => {
  const all = [...defaultPanels(everyKind), ...OWN];
  const panels = all.filter((panel): panel is DataPanel => isDataPanel(panel));
  let bench: PanelBench;
  beforeAll(async () => {
    bench = await PanelBench.with(everyKind, LINES);
  }, 60_000);
  afterAll(() => bench.close());

  test("are known by hand, each of them, and survive their JSON", () => {
    expect(panels.map(({ id }) => id)).toEqual(Object.keys(WANTED));
    const json: unknown = JSON.parse(JSON.stringify(all));
    expect(readPanels(everyKind, json)).toEqual(all);
  });

  test.each(panels)("$id: index and table say the same", async (panel) => {
    expect(await bench.fromIndex(panel)).toEqual(WANTED[panel.id]);
    expect(await bench.fromTable(panel)).toEqual(WANTED[panel.id]);
  });
});
