import { retailTransaction } from "../../contract/retail-transaction";
import { COLORS } from "../../dashboards/colors";
import { quickSightDefinition } from "../../dashboards/quick-sight";
import { type FiguresPanel, isDistinct, type Panel } from "../../dashboards/spec";
import { RETAIL_PANELS, RETAIL_TITLE } from "../../presets/retail/panels";
import { glueColumns } from "../support/retail";

const ARN = "arn:aws:quicksight:eu-west-1:123456789012:dataset/retail";
const OPTIONS = { dataSetArn: ARN, title: RETAIL_TITLE };
const TYPES = new Map(glueColumns().map(({ name, type }) => [name, type]));

/** Any part of the definition, to be asked without knowing its shape. */
type Part = { readonly [key: string]: Part } & readonly Part[] & string;

const definitionOf = (panels: readonly Panel[]) =>
  quickSightDefinition(retailTransaction, panels, OPTIONS) as unknown as Part;
const DEFINITION = definitionOf(RETAIL_PANELS);
const CALCULATED = new Map(
  DEFINITION["calculated_fields"]?.map((one) => [one["name"], one["expression"]] as const),
);

const FIGURES = ["revenue", "quantity", "invoices", "customers", "lines"].map((id) => `figures_${id}`);

/** Every object below a part, itself included. */
function* objects(part: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof part !== "object" || part === null) return;
  if (!Array.isArray(part)) yield part as Readonly<Record<string, unknown>>;
  for (const inner of Object.values(part)) yield* objects(inner);
}

function chartOf(id: string, definition = DEFINITION): Part {
  for (const visual of definition["sheets"]?.[0]?.["visuals"] ?? []) {
    for (const [kind, charts] of Object.entries(visual) as unknown as [string, object[]][]) {
      const chart = { kind, ...charts[0] } as unknown as Part;
      if (chart["visual_id"] === id) return chart;
    }
  }
  throw new Error(`there is no visual ${id}`);
}

function filterGroup(id: string): Part | undefined {
  return DEFINITION["filter_groups"]?.find((group) => (group["filter_group_id"] as string) === id);
}

function wellsOf(id: string): Part {
  const wells = chartOf(id)["chart_configuration"]?.[0]?.["field_wells"]?.[0];
  const [well] = Object.values(wells ?? {}) as unknown as Part[];
  return well?.[0] as Part;
}

describe("the QuickSight definition", () => {
  test("names only columns of the tables and its own calculated fields, of the one data set", () => {
    const named = [...objects(DEFINITION)].filter((one) => "column_name" in one);
    expect(named.length).toBeGreaterThan(20);
    for (const { column_name: name, data_set_identifier: set } of named) {
      expect([name, TYPES.has(String(name)) || CALCULATED.has(name as Part)]).toEqual([name, true]);
      expect(set).toBe("lines");
    }
    expect(DEFINITION["data_set_identifiers_declarations"]).toEqual([
      { data_set_arn: ARN, identifier: "lines" },
    ]);
  });

  test("computes the same as SQL and the engine: products, classes, and null as the empty text", () => {
    expect(Object.fromEntries(CALCULATED)).toEqual({
      Revenue: "{quantity} * {price}",
      "Country or none": "coalesce({country}, '')",
      "Description or none": "coalesce({description}, '')",
      "Customer_ID or none": "coalesce({customer_id}, '')",
      Invoices: "nullIf({invoice}, '')",
      Customers: "nullIf({customer_id}, '')",
      "Share of Revenue": "percentOfTotal(sum({Revenue}), [])",
      "Kind of stock": expect.stringMatching(
        /^ifelse\(in\({stockcode}, \['POST', 'DOT', .*'CRUK'\]\), 'Charges', 'Products'\)$/,
      ),
      "Kind of invoice": "ifelse(startsWith({invoice}, 'C'), 'Cancelled', 'Sold')",
      "Kind of customer": "ifelse(isNull({customer_id}) OR {customer_id} = '', 'Guests', 'Known customers')",
      "Kind of line":
        "ifelse({stockcode} = 'SMOKE' AND {quantity} = 0 AND {price} = 0, 'Smoke test', 'Line')",
    });
    for (const expression of CALCULATED.values()) {
      for (const [, column = ""] of String(expression).matchAll(/\{([^}]+)\}/g)) {
        expect([column, TYPES.has(column) || column === "Revenue"]).toEqual([column, true]);
      }
    }
  });

  test("has a visual for each panel, each at its own place of the grid", () => {
    const [sheet] = DEFINITION["sheets"] ?? [];
    const elements =
      sheet?.["layouts"]?.[0]?.["configuration"]?.[0]?.["grid_layout"]?.[0]?.["elements"] ?? [];
    expect(elements.map((element) => element["element_id"])).toEqual(
      RETAIL_PANELS.flatMap(({ id, chart }) => {
        if (chart === "controls") return [];
        return chart === "headline" ? FIGURES : [id];
      }),
    );
    expect(
      elements.map((element) => element["element_type"]).filter((type) => (type as string) !== "VISUAL"),
    ).toEqual(["TEXT_BOX"]);
    const cells = [...elements].flatMap((element) => {
      const of = (key: string) => Number(element[key]);
      expect(of("column_index") + of("column_span")).toBeLessThanOrEqual(36);
      return Array.from({ length: of("column_span") * of("row_span") }, (_, at) => {
        const column = of("column_index") + (at % of("column_span"));
        return `${column},${of("row_index") + Math.floor(at / of("column_span"))}`;
      });
    });
    expect(new Set(cells).size).toBe(cells.length);
    const shown = (text: string) => [{ visibility: "VISIBLE", format_text: [{ plain_text: text }] }];
    for (const { id, title, chart, description } of RETAIL_PANELS) {
      if (["text", "controls", "headline"].includes(chart)) continue;
      expect(chartOf(id)["title"]).toEqual(shown(title));
      expect(chartOf(id)["subtitle"]).toEqual(description && shown(description));
    }
  });

  test("a headline is a figure for each measure, money with its currency, and different values without the empty one", () => {
    expect(FIGURES.map((id) => [chartOf(id)["kind"], Object.keys(wellsOf(id))[0]])).toEqual([
      ["kpi_visual", "numerical_measure_field"],
      ["kpi_visual", "numerical_measure_field"],
      ["kpi_visual", "categorical_measure_field"],
      ["kpi_visual", "categorical_measure_field"],
      ["kpi_visual", "categorical_measure_field"],
    ]);
    expect([...objects(wellsOf("figures_revenue"))]).toContainEqual({
      symbol: "GBP",
      decimal_places_configuration: [{ decimal_places: 2 }],
    });
    expect(wellsOf("figures_customers")["categorical_measure_field"]).toMatchObject([
      { aggregation_function: "DISTINCT_COUNT", column: [{ column_name: "Customers" }] },
    ]);
  });

  test("a share table has the percentage of all lines beside the first measure", () => {
    const id = "guests-and-known-customers";
    expect(chartOf(id)["kind"]).toBe("table_visual");
    const { group_by, values } = wellsOf(id) as unknown as { group_by: Part[]; values: Part[] };
    expect([...objects([group_by, values])].map((one) => one["column_name"]).filter(Boolean)).toEqual([
      "Kind of customer",
      "Revenue",
      "Share of Revenue",
      "record_id",
    ]);
    // It is aggregated already.
    expect(values[1]?.["numerical_measure_field"]?.[0]).not.toHaveProperty("aggregation_function");
  });

  test("the text is one of the sheet's, without the marks of markdown", () => {
    const [box, ...others] = DEFINITION["sheets"]?.[0]?.["text_boxes"] ?? [];
    expect(others).toEqual([]);
    expect(box).toMatchObject({
      sheet_text_box_id: "about",
      content: expect.stringMatching(
        /^<text-box><inline font-size="20px">Retail transactions<\/inline><br\/>Each line .* Days are UTC, .*<\/text-box>$/,
      ),
    });
    const panel = { id: "x", title: "A & B", chart: "text", text: "[a](b) `c` **d** <e>\n_f_" } as const;
    expect(definitionOf([panel])["sheets"]?.[0]?.["text_boxes"]?.[0]?.["content"]).toBe(
      '<text-box><inline font-size="20px">A &amp; B</inline><br/>a c d &lt;e&gt;<br/>f</text-box>',
    );
  });

  test("controls filter every visual, each by its field", () => {
    const [sheet] = DEFINITION["sheets"] ?? [];
    const controls = sheet?.["filter_controls"]?.map((one) => one["dropdown"]?.[0]) ?? [];
    expect(controls.map((one) => one?.["title"])).toEqual(["Country", "Product", "Customer"]);
    const groups = new Map(
      DEFINITION["filter_groups"]?.map((group) => {
        const filter = group["filters"]?.[0]?.["category_filter"]?.[0];
        return [filter?.["filter_id"], { group, column: filter?.["column"]?.[0]?.["column_name"] }] as const;
      }),
    );
    expect(controls.map((one) => groups.get(one?.["source_filter_id"])?.column)).toEqual([
      "Country or none",
      "Description or none",
      "Customer_ID or none",
    ]);
    for (const one of controls) {
      expect([...objects(groups.get(one?.["source_filter_id"])?.group)]).toContainEqual({
        sheet_id: "panels",
        scope: "ALL_VISUALS",
      });
    }
    const places =
      sheet?.["sheet_control_layouts"]?.[0]?.["configuration"]?.[0]?.["grid_layout"]?.[0]?.["elements"];
    expect(places?.map((place) => place["element_id"])).toEqual(
      controls.map((one) => one?.["filter_control_id"]),
    );
  });

  test("each chart has the colour of its measure", () => {
    const color = (id: string) =>
      chartOf(id)["chart_configuration"]?.[0]?.["visual_palette"]?.[0]?.["chart_color"];
    expect(color("revenue-over-time")).toBe(COLORS.green);
    expect(color("cancellations")).toBe(COLORS.orange);
  });

  test.each(
    RETAIL_PANELS.filter(
      (panel): panel is Extract<(typeof RETAIL_PANELS)[number], { readonly measures: readonly [unknown] }> =>
        panel.chart === "bars" || panel.chart === "horizontal-bars" || panel.chart === "line",
    ),
  )("$id: groups, measures and order are the panel's", ({ id, chart, dimension, measures }) => {
    const { category, values } = wellsOf(id) as unknown as { category: Part[]; values: Part[] };
    const kinds = {
      bars: "bar_chart",
      "horizontal-bars": "bar_chart",
      line: "line_chart",
    };
    expect(chartOf(id)["kind"]).toBe(`${kinds[chart]}_visual`);
    expect(category).toHaveLength(1);
    if (dimension.kind === "time") {
      expect(category[0]?.["date_dimension_field"]?.[0]).toMatchObject({
        date_granularity: dimension.interval.toUpperCase(),
        column: [{ column_name: "invoicedate" }],
      });
    }
    expect(values.map((value) => Object.keys(value)[0])).toEqual(
      measures.map((one) =>
        isDistinct(one) || one.factors.length === 0 ? "categorical_measure_field" : "numerical_measure_field",
      ),
    );
    const fields = [...objects([category, values])].map((one) => one["field_id"]).filter(Boolean);
    expect(new Set(fields).size).toBe(1 + measures.length);
    const [sort] = chartOf(id)["chart_configuration"]?.[0]?.["sort_configuration"] ?? [];
    const [by] = sort?.["category_sort"]?.[0]?.["field_sort"] ?? [];
    const isByValue = dimension.kind === "values";
    expect(by).toEqual({ field_id: fields[isByValue ? 1 : 0], direction: isByValue ? "DESC" : "ASC" });
    const limits = [...objects(sort)].map((one) => one["items_limit"]).filter((limit) => limit !== undefined);
    expect(limits).toEqual(isByValue ? [dimension.limit] : []);
  });

  test("cancellations are those lines alone, and only in their own visual", () => {
    const group = filterGroup("only-cancellations");
    expect([...objects(group)]).toContainEqual({
      match_operator: "CONTAINS",
      category_values: ["Cancelled"],
    });
    expect([...objects(group)]).toContainEqual({
      sheet_id: "panels",
      scope: "SELECTED_VISUALS",
      visual_ids: ["cancellations"],
    });
  });

  test("charges are no top products, and no other visual leaves them out", () => {
    const group = filterGroup("except-top-products");
    expect([...objects(group)]).toContainEqual({ match_operator: "CONTAINS", category_values: ["Products"] });
    expect([...objects(group)]).toContainEqual({
      sheet_id: "panels",
      scope: "SELECTED_VISUALS",
      visual_ids: ["top-products"],
    });
  });

  test("ids of filters, visuals and controls are QuickSight's, and each is used once", () => {
    const ids = [...objects(DEFINITION)].flatMap((one) =>
      ["filter_id", "filter_group_id", "visual_id", "filter_control_id"].map((key) => one[key]),
    );
    const texts = ids.filter((id) => id !== undefined).map(String);
    expect(new Set(texts).size).toBe(texts.length);
    for (const id of texts) expect(id).toMatch(/^[\w-]+$/);
  });

  test("the lines of the smoke test are in no visual", () => {
    const group = filterGroup("no-smoke-test");
    expect([...objects(group)]).toContainEqual({ match_operator: "CONTAINS", category_values: ["Line"] });
    expect([...objects(group)]).toContainEqual({ sheet_id: "panels", scope: "ALL_VISUALS" });
  });

  test("the latest are the lines themselves, the newest first", () => {
    const { values } = wellsOf("latest-transactions") as unknown as { values: { column: Part[] }[] };
    expect(values.map(({ column }) => column[0]?.["column_name"])).toEqual([
      "invoicedate",
      "invoice",
      "stockcode",
      "description",
      "quantity",
      "price",
      "customer_id",
      "country",
    ]);
    expect([...objects(chartOf("latest-transactions"))]).toContainEqual({
      field_id: "latest-transactions.invoicedate",
      direction: "DESC",
    });
  });

  test("a text that would end early is refused", () => {
    const [panel] = RETAIL_PANELS.filter(({ id }) => id === "cancellations");
    const { only } = panel as FiguresPanel;
    const changed = { ...panel, only: { ...only, fulfilled: "Can't" } } as Panel;
    expect(() => quickSightDefinition(retailTransaction, [changed], OPTIONS)).toThrow(/Can't holds a quote/);
  });
});
