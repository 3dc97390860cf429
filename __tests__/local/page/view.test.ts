import { retailTransaction } from "../../../contract/retail-transaction";
import type { DataPanel, Layer } from "../../../dashboards/spec";
import { isDataPanel } from "../../../dashboards/spec";
import type { ScopedReader } from "../../../local/page/layers";
import { HttpError } from "../../../local/page/server";
import type { LayerState } from "../../../local/page/state";
import { View } from "../../../local/page/view";
import { RETAIL_PANELS } from "../../../presets/retail/panels";

const PANELS = RETAIL_PANELS.filter((panel) => isDataPanel(panel));
const NOON = Date.UTC(2026, 10, 25, 12);
const OPEN = new AbortController().signal;

/** Layers that note what they are asked, and answer when they are let. */
function bench(layers: readonly Layer[] = ["speed", "batch"]) {
  const asked: {
    readonly layer: Layer;
    readonly panels: readonly DataPanel[];
    readonly conditions: unknown;
  }[] = [];
  const states = new Map<Layer, LayerState>(
    layers.map((layer) => [
      layer,
      { layer, source: `${layer}-source`, asOfMs: NOON, lines: 3, version: "v1" },
    ]),
  );
  let error: string | undefined;
  let gate: Promise<void> = Promise.resolve();
  const reader = (layer: Layer): ScopedReader => ({
    layer,
    panelsIn: async (panels, conditions, asOfMs) => {
      asked.push({ layer, panels, conditions });
      expect(asOfMs).toBe(NOON);
      await gate;
      const rows = [{ Country: "France", lines: 3 }];
      return {
        panels: panels.map(({ id }) => ({ id, rows, ...(error !== undefined && { error }) })),
        ...(layer === "batch" && { version: "v2" }),
      };
    },
    linesIn: async (panel, conditions) => {
      asked.push({ layer, panels: [panel], conditions });
      return { rows: [{ Invoice: "1", record_id: "shard-1" }], total: 7 };
    },
  });
  return {
    asked,
    states,
    view: new View({
      contract: retailTransaction,
      panels: PANELS,
      readers: layers.map(reader),
      stateOf: (layer) => states.get(layer),
    }),
    fail: (text: string | undefined): void => {
      error = text;
    },
    close: (): (() => void) => {
      let open = (): void => undefined;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
  };
}

const FRANCE = { filters: { Country: ["France"] } };
const IS_FRENCH = { kind: "equals", field: "Country", values: ["France"] };

describe("POST /view", () => {
  test("asks a layer for its panels, over time by the interval of the range, only for the scope's lines", async () => {
    const { asked, view } = bench();
    const range = { from: "2026-11-24 00:00:00", to: "2026-11-25 00:00:00" };
    const answer = await view.panels({ layer: "speed", ...range, ...FRANCE }, OPEN);
    expect(answer.layer).toMatchObject({ layer: "speed", version: "v1", asOfMs: NOON });
    const [{ panels, conditions } = { panels: [], conditions: [] }] = asked;
    expect(answer.panels.map(({ id }) => id)).toEqual(panels.map(({ id }) => id));
    expect(panels.map(({ id }) => id)).toEqual(
      PANELS.filter(({ layer }) => layer === "speed").map(({ id }) => id),
    );
    expect(panels).toContainEqual(
      expect.objectContaining({
        id: "quantity-and-price-by-invoice-date",
        dimension: { kind: "time", field: "InvoiceDate", interval: "hour" },
      }),
    );
    expect(conditions).toEqual([
      { kind: "range", field: "InvoiceDate", fromMs: Date.UTC(2026, 10, 24), toMs: Date.UTC(2026, 10, 25) },
      IS_FRENCH,
    ]);
  });

  test("asks again only when the layer has changed, and for another view", async () => {
    const { asked, states, view } = bench();
    const ask = (more: object = {}) => view.panels({ layer: "speed", ...FRANCE, ...more }, OPEN);
    await Promise.all([ask(), ask()]);
    await ask();
    expect(asked).toHaveLength(1);
    await ask({ filters: { Country: ["Spain"] } });
    expect(asked).toHaveLength(2);
    states.set("speed", { ...(states.get("speed") as LayerState), version: "v2" });
    await ask();
    expect(asked).toHaveLength(3);
  });

  test("keeps no answer in which a panel has an error", async () => {
    const { asked, view, fail } = bench();
    fail("no such column");
    const [first] = (await view.panels({ layer: "speed" }, OPEN)).panels;
    expect(first?.error).toBe("no such column");
    fail(undefined);
    expect((await view.panels({ layer: "speed" }, OPEN)).panels[0]?.error).toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  test("a layer that has changed since says so, and not how many lines are missing", async () => {
    const { states, view } = bench();
    states.set("batch", {
      ...(states.get("batch") as LayerState),
      gap: { missing: 0, surplus: 0 },
    });
    const { layer } = await view.panels({ layer: "batch" }, OPEN);
    expect(layer).toEqual({ layer: "batch", source: "batch-source", asOfMs: NOON, lines: 3, version: "v2" });
  });

  test("a layer that is alone answers all panels", async () => {
    const { view } = bench(["batch"]);
    const { panels } = await view.panels({ layer: "batch" }, OPEN);
    expect(panels.map(({ id }) => id)).toEqual(PANELS.map(({ id }) => id));
  });

  test.each([
    [{}, 400, "layer is missing; this stack has speed and batch"],
    [{ layer: "fast" }, 400, 'layer is "fast"; this stack has speed and batch'],
    [
      { layer: "speed", from: "x", to: "y" },
      400,
      'from is "x"; a time such as 2026-11-24 00:00:00 is wanted',
    ],
    [{ layer: "speed", filters: { Price: ["1"] } }, 400, '"Price" is no column to filter by'],
  ])("%j is refused", async (body, status, message) => {
    const refused = bench().view.panels(body, OPEN);
    await expect(refused).rejects.toThrow(HttpError);
    await expect(refused).rejects.toMatchObject({ status, message: expect.stringContaining(message) });
  });

  test("a layer that was not read yet is no empty one", async () => {
    const { states, view } = bench();
    states.delete("speed");
    await expect(view.panels({ layer: "speed" }, OPEN)).rejects.toMatchObject({ status: 503 });
  });

  test("one question at a time, a few wait, and who has gone is not answered", async () => {
    const { asked, view, close } = bench();
    const open = close();
    const of = (country: string, signal = OPEN) =>
      view.panels({ layer: "speed", filters: { Country: [country] } }, signal);
    const gone = new AbortController();
    const first = of("first");
    const abandoned = of("abandoned", gone.signal);
    const shared = of("abandoned");
    const others = Array.from({ length: 14 }, (_, at) => of(String(at)));
    await expect(of("too many")).rejects.toMatchObject({ status: 503 });
    expect(asked).toHaveLength(1);
    gone.abort();
    open();
    await expect(abandoned).rejects.toMatchObject({ status: 499 });
    await Promise.all([first, shared, ...others]);
    expect(asked).toHaveLength(16);
  });
});

describe("POST /lines", () => {
  test("lists the newest lines of a bar with all columns and their identity, and counts them", async () => {
    const { asked, view } = bench();
    const body = { panel: "top-products", value: "MUG", ...FRANCE };
    const { rows, total, columns, layer } = await view.lines(body, OPEN);
    expect([rows, total, layer.layer]).toEqual([[{ Invoice: "1", record_id: "shard-1" }], 7, "batch"]);
    expect(columns.map(({ id }) => id)).toEqual([
      ...[
        "InvoiceDate",
        "Invoice",
        "StockCode",
        "Description",
        "Quantity",
        "Price",
        "Customer_ID",
        "Country",
      ],
      "record_id",
    ]);
    expect(asked).toEqual([
      {
        layer: "batch",
        panels: [expect.objectContaining({ chart: "table", newestBy: "InvoiceDate", limit: 200 })],
        conditions: [
          IS_FRENCH,
          // The panel's own exception: postage is no product.
          { kind: "not", condition: expect.objectContaining({ kind: "one-of", field: "StockCode" }) },
          { kind: "equals", field: "Description", values: ["MUG"] },
        ],
      },
    ]);
  });

  test("of headline figures: all lines that they count", async () => {
    const { asked, view } = bench();
    await view.lines({ panel: "figures", ...FRANCE }, OPEN);
    expect(asked[0]?.conditions).toEqual([IS_FRENCH]);
  });

  test.each([
    [{ panel: "nothing", value: "x" }, 'there is no panel "nothing"'],
    [{ panel: "latest-transactions", value: "x" }, "the panel latest-transactions has no bars"],
    [{ panel: "cancellations", value: "2026-11-02" }, '"2026-11-02" is no start of a month'],
    [{ panel: "top-products" }, "top-products: the bar is missing; a text is wanted"],
  ])("%j is refused", async (body, message) => {
    await expect(bench().view.lines(body, OPEN)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(message),
    });
  });
});

describe("POST /values", () => {
  test("offers what begins like the text, under all filters but the column's own", async () => {
    const { asked, view } = bench();
    const filters = { Country: ["Spain"], StockCode: ["1"] };
    const { values } = await view.values({ field: "Country", prefix: "fr", filters }, OPEN);
    expect(values).toEqual([{ value: "France", lines: 3 }]);
    expect(asked[0]?.conditions).toEqual([
      { kind: "equals", field: "StockCode", values: ["1"] },
      { kind: "begins-like", field: "Country", prefix: "fr" },
    ]);
  });

  test("of numbers offers nothing, and asks nobody", async () => {
    const { asked, view } = bench();
    expect(await view.values({ field: "Quantity" }, OPEN)).toEqual({ values: [] });
    expect(asked).toEqual([]);
  });

  test.each([
    [{ field: "Price" }, '"Price" is no column to filter by'],
    [{ field: "Country", prefix: 1 }, "prefix must be a text of at most 200 characters"],
    [{ field: "Country", prefix: "x".repeat(201) }, "prefix must be a text of at most 200 characters"],
  ])("%j is refused", async (body, message) => {
    await expect(bench().view.values(body, OPEN)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(message),
    });
  });
});
