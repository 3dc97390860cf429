import fc from "fast-check";
import { boolean, decimal, double, integer, text, timestamp } from "../../contract/column";
import { type Contract, defineContract } from "../../contract/define";
import { retailTransaction } from "../../contract/retail-transaction";
import { defaultPanels } from "../../dashboards/default-panels";
import { quickSightDefinition } from "../../dashboards/quick-sight";
import { PanelsError, readPanels } from "../../dashboards/read-panels";
import { savedObjects } from "../../dashboards/saved-objects";
import { isDataPanel, type PanelOf } from "../../dashboards/spec";
import { RETAIL_PANELS } from "../../presets/retail/panels";
import { everyKind } from "../support/kinds";
import { meterReadings } from "../support/meter-readings";

const FIGURES = {
  id: "units",
  title: "Units",
  layer: "speed",
  chart: "bars",
  measures: [{ id: "quantity", title: "Quantity", factors: ["Quantity"] }],
  dimension: { kind: "time", field: "InvoiceDate", interval: "day" },
} satisfies PanelOf<typeof retailTransaction>;
const TABLE = {
  id: "latest",
  title: "Latest",
  layer: "speed",
  chart: "table",
  fields: ["Invoice", "record_id"],
  newestBy: "arrived_at",
  limit: 5,
} satisfies PanelOf<typeof retailTransaction>;
const [MEASURE] = FIGURES.measures;
const PRODUCT = { ...MEASURE, factors: ["Quantity", "Price"] };
const DISTINCT = { id: "countries", title: "Countries", distinct: "Country" } as const;
const HEADLINE = { id: "figures", title: "Figures", layer: "speed", chart: "headline", measures: [MEASURE] };
const SHARES = {
  ...HEADLINE,
  chart: "shares",
  dimension: { kind: "values", field: "Country", limit: 5 },
};
const CONTROLS = {
  id: "filters",
  title: "Filters",
  chart: "controls",
  fields: [{ field: "Country", title: "Country" }],
};
const CLASSES = {
  id: "kind",
  title: "Kind",
  condition: { kind: "begins", field: "Invoice", prefix: "C" },
  fulfilled: "Yes",
  otherwise: "No",
};

describe("panels that arrive as JSON", () => {
  test("are taken when the contract can have them", () => {
    const panels: unknown = JSON.parse(JSON.stringify(RETAIL_PANELS));
    expect(readPanels(retailTransaction, panels)).toEqual(RETAIL_PANELS);
    expect(readPanels(retailTransaction, [FIGURES, TABLE])).toEqual([FIGURES, TABLE]);
  });

  test.each<[unknown, string]>([
    [undefined, "a list of 1 to 30 panels is wanted, not missing"],
    [[], "a list of 1 to 30 panels is wanted, not []"],
    [Array(31).fill(FIGURES), "a list of 1 to 30 panels is wanted"],
    [["x"], 'panel 1: it is "x"; an object is wanted'],
    [[{ ...FIGURES, id: "Units" }], 'panel "Units": id is "Units"; lower-case letters'],
    [[{ ...FIGURES, id: "a_b" }], 'id is "a_b"; lower-case letters'],
    [[FIGURES, { ...TABLE, id: "units" }], 'panel "units": another panel has its id'],
    [[{ ...FIGURES, title: " " }], 'title is " "; 1 to 128 characters are wanted'],
    [[{ ...FIGURES, layer: "fast" }], 'layer is "fast"; speed, batch is wanted'],
    [
      [{ ...FIGURES, chart: "pie" }],
      'chart is "pie"; bars, horizontal-bars, line, shares, headline, table, text, controls is wanted',
    ],
    [[{ ...FIGURES, fields: [] }], 'it has a member "fields", which is not known'],
    [[{ ...FIGURES, measures: [] }], "measures is []; at least one is wanted"],
    [
      [{ ...FIGURES, measures: [{ ...MEASURE, factors: ["Qantity"] }] }],
      'measure "quantity" names "Qantity", which is none of the fields Invoice,',
    ],
    [
      [{ ...FIGURES, measures: [{ ...MEASURE, factors: ["Country"] }] }],
      'measure "quantity" names "Country", a text; integer, bigint, double, decimal is wanted',
    ],
    [
      [{ ...FIGURES, measures: [{ ...MEASURE, digits: 19 }] }],
      'digits of measure "quantity" is 19; a whole number from 0 to 18',
    ],
    [
      [{ ...FIGURES, measures: [{ ...MEASURE, unit: "kg" }] }],
      'unit of measure "quantity" is "kg"; an object is wanted',
    ],
    [[{ ...FIGURES, measures: [{ ...MEASURE, unit: { text: "" } }] }], 'unit of measure "quantity" is ""'],
    [
      [{ ...FIGURES, measures: [{ ...MEASURE, unit: { text: "£", position: "left" } }] }],
      'position of the unit of measure "quantity" is "left"',
    ],
    [[{ ...HEADLINE, measures: [MEASURE, MEASURE] }], 'measure "quantity" has the name of another column'],
    [[{ ...FIGURES, measures: [MEASURE, PRODUCT] }], "2 measures; a chart has one, shares and a headline"],
    [[{ ...HEADLINE, dimension: FIGURES.dimension }], 'it has a member "dimension", which is not known'],
    [[{ ...SHARES, dimension: FIGURES.dimension }], 'kind of the dimension is "time"; values, classes is'],
    [
      [{ ...SHARES, measures: [{ ...MEASURE, id: "share" }] }],
      'measure "share" has the name of another column',
    ],
    [[{ ...SHARES, measures: [DISTINCT] }], "the first measure counts different values"],
    [
      [{ ...SHARES, measures: [MEASURE, { ...DISTINCT, title: "Share of Quantity" }] }],
      '"Share of Quantity" stands for two things',
    ],
    [[{ ...HEADLINE, measures: [{ ...DISTINCT, distinct: "Price" }] }], '"Price", a decimal; text is wanted'],
    [[{ ...HEADLINE, measures: [{ ...DISTINCT, factors: [] }] }], "has both factors and distinct"],
    [[{ ...HEADLINE, measures: [{ ...DISTINCT, title: "Country" }] }], "has the name of a column"],
    [
      [{ ...HEADLINE, measures: [{ ...MEASURE, color: "red" }] }],
      'color of measure "quantity" is "red"; blue, green',
    ],
    [
      [{ ...HEADLINE, measures: [{ ...MEASURE, unit: { currency: "XYZ" } }] }],
      'is "XYZ"; EUR, GBP, JPY, USD is',
    ],
    [
      [{ ...HEADLINE, measures: [{ ...MEASURE, unit: { currency: "GBP", position: "after" } }] }],
      'has a member "position", which is not known',
    ],
    [
      [
        { ...HEADLINE, measures: [{ ...MEASURE, unit: { currency: "GBP" } }] },
        { ...TABLE, units: { Price: { currency: "EUR" } } },
      ],
      'panel "latest": currency of field "Price" is EUR; another measure has GBP',
    ],
    [[{ ...TABLE, units: { Invoice: { text: "x" } } }], 'units names "Invoice", a text'],
    [[{ ...FIGURES, width: "quarter" }], 'width is "quarter"; third, half, two-thirds, full is wanted'],
    [[{ ...FIGURES, description: "" }], 'description is ""; 1 to 500 characters are wanted'],
    [[{ ...FIGURES, except: { ...CLASSES, id: "A" } }], 'the id of except is "A"'],
    [
      [{ ...FIGURES, only: { ...CLASSES, condition: { kind: "one-of", field: "Invoice", values: [] } } }],
      "values of only is []; 1 to 100 are wanted",
    ],
    [
      [{ ...FIGURES, only: { ...CLASSES, condition: { kind: "one-of", field: "Invoice", values: ["a'"] } } }],
      `a value of only is "a'"; a quote would end it`,
    ],
    [[{ id: "a", title: "A", chart: "text" }], "text is missing; 1 to 2000 characters are wanted"],
    [[{ id: "a", title: "A", chart: "text", text: "x", layer: "speed" }], 'it has a member "layer"'],
    [[{ ...CONTROLS, fields: [] }], "fields is []; 1 to 5 controls are wanted"],
    [[{ ...CONTROLS, fields: [{ field: "Price", title: "P" }] }], 'a control names "Price", a decimal'],
    [
      [{ ...CONTROLS, fields: [...CONTROLS.fields, ...CONTROLS.fields] }],
      'panel "filters": a field is listed twice',
    ],
    [
      [{ ...FIGURES, measures: [{ ...MEASURE, id: "invoicedate" }] }],
      'measure "invoicedate" has the name of another column',
    ],
    [
      [{ ...FIGURES, measures: [{ ...PRODUCT, title: "price" }] }],
      '"price" is computed, and has the name of a column',
    ],
    [[{ ...FIGURES, measures: [{ ...PRODUCT, title: "{x}" }] }], '"{x}" has a brace'],
    [
      [
        {
          ...HEADLINE,
          measures: [
            { ...PRODUCT, title: "R" },
            { ...PRODUCT, id: "b", title: "R", factors: ["Price", "Price"] },
          ],
        },
      ],
      '"R" stands for two things',
    ],
    [
      [{ ...FIGURES, dimension: { kind: "time", field: "Country", interval: "day" } }],
      'dimension names "Country", a text; timestamp is wanted',
    ],
    [
      [{ ...FIGURES, dimension: { kind: "time", field: "InvoiceDate", interval: "week" } }],
      'interval is "week"; hour, day, month is wanted',
    ],
    [
      [{ ...FIGURES, dimension: { kind: "values", field: "Price", limit: 5 } }],
      'dimension names "Price", a decimal; text is wanted',
    ],
    [
      [{ ...FIGURES, dimension: { kind: "values", field: "extra", limit: 5 } }],
      'dimension names "extra", which is none of the fields',
    ],
    [
      [{ ...FIGURES, dimension: { kind: "values", field: "Country", limit: 0 } }],
      "limit of the dimension is 0",
    ],
    [
      [{ ...FIGURES, dimension: { kind: "all" } }],
      'kind of the dimension is "all"; time, values, classes is wanted',
    ],
    [
      [{ ...FIGURES, only: { ...CLASSES, condition: { kind: "begins", field: "Invoice", prefix: "C_" } } }],
      'prefix of only is "C_"; % and _ are wildcards',
    ],
    [[{ ...FIGURES, only: { ...CLASSES, fulfilled: "Can't" } }], 'fulfilled of only is "Can\'t"; a quote'],
    [[{ ...FIGURES, only: { ...CLASSES, otherwise: "Yes" } }], "both classes of only have one name"],
    [
      [{ ...FIGURES, only: { ...CLASSES, condition: { kind: "blank", field: "Price" } } }],
      'condition of only names "Price", a decimal; text is wanted',
    ],
    [[{ ...TABLE, fields: [] }], "fields is []; 1 to 100 fields are wanted"],
    [[{ ...TABLE, fields: ["Invoice", "Invoice"] }], "a field is listed twice"],
    [[{ ...TABLE, newestBy: "Invoice" }], 'newestBy names "Invoice", a text; timestamp is wanted'],
    [[{ ...TABLE, limit: 1001 }], "limit is 1001; a whole number from 1 to 1000"],
    [[TABLE, { ...TABLE, id: "other" }], 'panel "other": a second table of the speed layer'],
  ])("%#: are refused by panel and field: %j", (panels, message) => {
    expect(() => readPanels(retailTransaction, panels)).toThrow(PanelsError);
    expect(() => readPanels(retailTransaction, panels)).toThrow(message);
  });

  test("are refused with every fault at once", () => {
    const panels = [
      { ...FIGURES, title: "", measures: [{ ...MEASURE, factors: ["A"] }] },
      { ...TABLE, fields: ["B"] },
    ];
    expect(() => readPanels(retailTransaction, panels)).toThrow(
      /panel "units": title is "".*panel "units": measure "quantity" names "A".*panel "latest": fields names "B"/,
    );
  });

  test("a field that a known contract has not, or of another kind, does not compile", () => {
    const dimension = { kind: "values", field: "site", limit: 5 } as const;
    type Own = PanelOf<typeof meterReadings>;
    // @ts-expect-error no column of the contract
    const unknown: Own = { ...FIGURES, measures: [{ ...MEASURE, factors: ["Quantity"] }], dimension };
    // @ts-expect-error a text
    const wrongKind: Own = { ...FIGURES, measures: [{ ...MEASURE, factors: ["site"] }], dimension };
    const panels = [unknown, { ...wrongKind, id: "other" }];
    expect(() => readPanels(meterReadings, panels)).toThrow(/"Quantity", which is none.*"site", a text/);
  });
});

describe("default panels", () => {
  const ids = (contract: Contract) => defaultPanels(contract).map(({ id }) => id);

  test("their ids follow from the columns, so a further column leaves the others' ids", () => {
    expect(ids(meterReadings)).toEqual([
      "about",
      "filters",
      "figures",
      "lines-over-time",
      "sum-of-reading-kwh",
      "top-meter-id",
      "top-site",
      "latest-lines",
    ]);
    expect(ids(retailTransaction)).toEqual([
      "about",
      "filters",
      "figures",
      "lines-over-time",
      "sum-of-quantity",
      "sum-of-price",
      "top-invoice",
      "top-stockcode",
      "latest-lines",
    ]);
  });

  test("a contract of its event time alone has lines over time and the latest lines", () => {
    const one = defineContract({ name: "one", eventTime: "at", columns: { at: timestamp() } });
    expect(ids(one)).toEqual(["about", "figures", "lines-over-time", "latest-lines"]);
  });

  test("a column with a name of any length is none of their faults", () => {
    const [long, longest] = ["m".repeat(50), "m".repeat(255)];
    const columns = {
      at: timestamp(),
      [long]: integer(),
      [longest]: integer(),
      [`t${longest.slice(1)}`]: text(),
    };
    const contract = defineContract({ name: "long", eventTime: "at", columns });
    expect(ids(contract)).toEqual(["about", "figures", "lines-over-time", `sum-of-${long}`, "latest-lines"]);
    expect(readPanels(contract, JSON.parse(JSON.stringify(defaultPanels(contract))))).toHaveLength(5);
  });

  test("a decimal is shown with all of its digits, and of many columns the first twelve", () => {
    const columns = Object.fromEntries(Array.from({ length: 98 }, (_, at) => [`c${at}`, decimal(9, 4)]));
    const wide = defineContract({ name: "wide", eventTime: "at", columns: { ...columns, at: timestamp() } });
    const panels = defaultPanels(wide);
    expect(panels).toHaveLength(7);
    expect(panels[3]).toMatchObject({ measures: [{ digits: 4, factors: ["c0"] }] });
    expect(panels.at(-1)).toMatchObject({
      fields: ["at", ...Array.from({ length: 11 }, (_, at) => `c${at}`)],
    });
  });

  test("every contract can have them, and every rendering takes them", () => {
    const types = [
      text(),
      text().search("words"),
      integer(),
      double(),
      decimal(18, 18),
      boolean(),
      timestamp(),
    ];
    const names = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,12}$/);
    const reserved = ["record_id", "arrived_at", "extra", "year", "month", "day", "hour", "event_at"];
    const columns = fc.uniqueArray(fc.tuple(names, fc.constantFrom(...types), fc.boolean()), {
      selector: ([name]) => name.toLowerCase(),
      maxLength: 30,
    });
    fc.assert(
      fc.property(columns, (chosen) => {
        const own = chosen
          .filter(([name]) => !reserved.includes(name.toLowerCase()))
          .map(([name, type, isOptional]) => [name, isOptional ? type.optional() : type] as const);
        const contract = defineContract({
          name: "any",
          eventTime: "event_at",
          columns: { ...Object.fromEntries(own), event_at: timestamp() },
        });
        const panels = readPanels(contract, defaultPanels(contract));
        expect(savedObjects(contract, panels, { indexName: "any", title: "Any" })).toHaveLength(
          panels.length + 2,
        );
        expect(quickSightDefinition(contract, panels, { dataSetArn: "arn", title: "Any" })).toBeDefined();
      }),
      { numRuns: 50 },
    );
  });
});

describe("the smoke test's lines", () => {
  const panels = defaultPanels(everyKind);

  test("are filtered out of every saved object, by a reference of its own", () => {
    const objects = savedObjects(everyKind, panels, { indexName: "every-kind", title: "Every kind" });
    const asking = panels.filter((panel) => isDataPanel(panel)).map(({ id }) => `retail-bi-${id}`);
    const shown = objects.filter(({ id }) => asking.includes(id));
    expect(shown).toHaveLength(panels.length - 2);
    for (const { attributes, references } of shown) {
      const { kibanaSavedObjectMeta } = attributes as unknown as {
        kibanaSavedObjectMeta: { searchSourceJSON: string };
      };
      const { filter } = JSON.parse(kibanaSavedObjectMeta.searchSourceJSON);
      expect(filter).toMatchObject([
        {
          meta: { alias: "Smoke test", negate: true, disabled: false },
          query: {
            bool: {
              filter: [
                { term: { Order: { value: "SMOKE" } } },
                { term: { Count: { value: 0 } } },
                { term: { Seen: { value: "2020-01-01 23:00:00.000" } } },
              ],
            },
          },
        },
      ]);
      expect(references.map(({ name }) => name)).toContain(filter[0].meta.indexRefName);
    }
  });

  test("are filtered out of every visual of QuickSight", () => {
    const definition = quickSightDefinition(everyKind, panels, { dataSetArn: "arn", title: "Every kind" });
    expect(definition["calculated_fields"]).toContainEqual({
      data_set_identifier: "lines",
      name: "Kind of line",
      expression:
        "ifelse({order} = 'SMOKE' AND {count} = 0 AND {seen} = parseDate('2020-01-01 23:00:00', 'yyyy-MM-dd HH:mm:ss'), 'Smoke test', 'Line')",
    });
    expect(definition["filter_groups"]).toContainEqual(
      expect.objectContaining({
        filters: [
          {
            category_filter: [
              {
                filter_id: "kind-of-line",
                column: [{ data_set_identifier: "lines", column_name: "Kind of line" }],
                configuration: [
                  {
                    filter_list_configuration: [{ match_operator: "CONTAINS", category_values: ["Line"] }],
                  },
                ],
              },
            ],
          },
        ],
        scope_configuration: [
          {
            selected_sheets: [
              { sheet_visual_scoping_configurations: [{ sheet_id: "panels", scope: "ALL_VISUALS" }] },
            ],
          },
        ],
      }),
    );
  });

  test.each([
    ["no date", { Seen: "yesterday" }, 'the smoke test\'s Seen is "yesterday", which no line can have'],
    ["an object", { Order: {} }, "the smoke test's Order is {}, which no line can have"],
  ])("%s is refused by its column", (_, smoke, message) => {
    expect(() => savedObjects({ ...everyKind, smoke }, panels, { indexName: "x", title: "X" })).toThrow(
      message,
    );
  });
});
