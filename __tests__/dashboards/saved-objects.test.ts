import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { retailTransaction } from "../../contract/retail-transaction";
import { COLORS } from "../../dashboards/colors";
import { defaultPanels } from "../../dashboards/default-panels";
import {
  DASHBOARD_ID,
  INDEX_PATTERN_ID,
  initialSettings,
  REQUIRED_SETTINGS,
  type SavedObject,
  savedObjects,
} from "../../dashboards/saved-objects";
import { setUpDashboards } from "../../lambdas/search-setup/dashboards";
import { withRetry } from "../../lambdas/search-setup/with-retry";
import { createSearch, type Search } from "../../lambdas/shared/search-client";
import type { Json } from "../../lib/json";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import type { SearchHttpRequest } from "../../local/services/opensearch/request";
import type { Fault, SearchDouble } from "../../local/services/opensearch/service";
import { RETAIL_PANELS, RETAIL_TITLE } from "../../presets/retail/panels";
import { aggregationsOf, patternFields } from "../support/dashboards-queries";
import { meterReadings } from "../support/meter-readings";
import { indexMapping } from "../support/retail";
import { startSearchDouble } from "../support/search-double";

const OPTIONS = { indexName: "retail", title: RETAIL_TITLE };
const OBJECTS = savedObjects(retailTransaction, RETAIL_PANELS, OPTIONS);
const NAMES = OBJECTS.map(({ type, id }) => `${type} ${id}`);

const pattern = OBJECTS.find(({ type }) => type === "index-pattern") as SavedObject;
const visualizations = OBJECTS.filter(({ type }) => type === "visualization");
const dashboard = OBJECTS.find(({ id }) => id === DASHBOARD_ID) as SavedObject;

function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value));
}

function find(id: string): SavedObject {
  const found = OBJECTS.find((one) => one.id === id);
  if (!found) throw new Error(`there is no saved object ${id}`);
  return found;
}

function json(object: SavedObject, attribute: string) {
  return JSON.parse(String(object.attributes[attribute]));
}

describe("the saved objects", () => {
  test("are a pattern, one for each panel, and a dashboard, which come after what they refer to", () => {
    expect(OBJECTS.map(({ type }) => type)).toEqual([
      "index-pattern",
      ...RETAIL_PANELS.map(({ chart }) => (chart === "table" ? "search" : "visualization")),
      "dashboard",
    ]);
    for (const [at, { references }] of OBJECTS.entries()) {
      const before = NAMES.slice(0, at);
      for (const { type, id } of references) expect(before).toContain(`${type} ${id}`);
    }
  });

  test("each reference is used by its name, and each name is a reference", () => {
    for (const { id, attributes, references } of OBJECTS) {
      const text = JSON.stringify(attributes).replaceAll("\\", "");
      const used = [...text.matchAll(/"(?:indexRefName|panelRefName|indexPatternRefName)":"([^"]+)"/g)].map(
        ([, name]) => name,
      );
      expect([id, used.sort()]).toEqual([id, references.map(({ name }) => name).sort()]);
    }
  });

  test("the pattern is the lab's", () => {
    expect(pattern.attributes).toMatchObject({ title: "retail*", timeFieldName: "InvoiceDate" });
    expect(REQUIRED_SETTINGS).toEqual({ "dateFormat:tz": "Etc/UTC" });
  });

  test("the pattern's fields are those of the index mapping, and one that a script computes", () => {
    const { properties } = indexMapping();
    const mapped = Object.entries(properties).flatMap(([name, { fields = {} }]) => [
      name,
      ...Object.keys(fields as object).map((key) => `${name}.${key}`),
    ]);
    const own = [...patternFields(pattern).values()].filter(({ name }) => !name.startsWith("_"));
    expect(own.filter(({ scripted }) => !scripted).map(({ name }) => name)).toEqual(mapped);
    const distinct = (name: string, field: string) =>
      expect.objectContaining({
        ...{ name, type: "string", lang: "painless", aggregatable: true },
        script: `doc['${field}'].size() == 0 || doc['${field}'].value == '' ? null : doc['${field}'].value`,
      });
    expect(own.filter(({ scripted }) => scripted)).toEqual([
      expect.objectContaining({
        name: "Revenue",
        type: "number",
        lang: "painless",
        script: "doc['Quantity'].value * doc['Price'].value",
      }),
      distinct("Invoices", "Invoice"),
      distinct("Customers", "Customer_ID"),
    ]);
  });

  test("a field that is only kept is neither searchable nor aggregated", () => {
    const fields = patternFields(pattern);
    const none = { searchable: false, aggregatable: false, readFromDocValues: false };
    expect(fields.get("extra")).toMatchObject(none);
    expect(fields.get("Country")).toMatchObject({
      searchable: true,
      aggregatable: true,
      readFromDocValues: true,
    });
    expect(fields.get("Description")).toMatchObject({ ...none, searchable: true });
  });

  test("every field that is aggregated, sorted by or shown is one of the pattern", () => {
    const fields = patternFields(pattern);
    const search = OBJECTS.find(({ type }) => type === "search")?.attributes as {
      columns: string[];
      sort: [string, string][];
    };
    const named = [
      ...visualizations.flatMap(aggregationsOf).map(({ params }) => params["field"]),
      ...search.columns,
      ...search.sort.map(([field]) => field),
    ].filter((name) => name !== undefined);
    expect(named.length).toBeGreaterThan(15);
    for (const name of named) expect([name, fields.has(String(name))]).toEqual([name, true]);
  });

  const stateOf = (id: string) => json(find(`retail-bi-${id}`), "visState");

  test.each(RETAIL_PANELS.filter((panel) => "measures" in panel))(
    "$id has the type, the schemas and the params that its plugin wants, and at most one series",
    ({ id, chart }) => {
      const { type, params, aggs } = stateOf(id);
      const kinds = { headline: "metric", shares: "table", bars: "histogram", line: "line" };
      expect(type).toBe({ ...kinds, "horizontal-bars": "horizontal_bar" }[chart]);
      const metrics = aggs.filter(({ schema }: { schema: string }) => schema === "metric");
      const buckets = { headline: [], shares: ["bucket"] }[String(chart)] ?? ["segment"];
      expect(aggs.map(({ schema }: { schema: string }) => schema)).toEqual([
        ...metrics.map(() => "metric"),
        ...buckets,
      ]);
      expect(new Set(aggs.map(({ id }: { id: string }) => id)).size).toBe(aggs.length);
      if (chart === "headline" || chart === "shares") return;
      expect(metrics).toHaveLength(1);
      const [series, ...others]: { data: { id: string; label: string }; valueAxis: string }[] =
        params.seriesParams;
      expect(others).toEqual([]);
      expect(series?.data.id).toBe(metrics[0].id);
      expect(params.valueAxes.map(({ id }: { id: string }) => id)).toEqual([series?.valueAxis]);
      expect(params.categoryAxes).toHaveLength(1);
      // Without a colour of its own, each series has the first of the palette.
      const colors = json(find(`retail-bi-${id}`), "uiStateJSON").vis.colors;
      expect(colors).toEqual({ [String(series?.data.label)]: expect.stringMatching(/^#[0-9A-F]{6}$/) });
    },
  );

  test("one measure has one colour in all panels, and what was given back another", () => {
    const color = (id: string) => Object.values(json(find(`retail-bi-${id}`), "uiStateJSON").vis.colors)[0];
    expect(color("revenue-over-time")).toBe(COLORS.green);
    expect(color("revenue-by-country")).toBe(COLORS.green);
    expect(color("cancellations")).toBe(COLORS.orange);
  });

  test("days are an interval of the time range, months stay months", () => {
    const interval = (id: string) => stateOf(id).aggs.at(-1).params.interval;
    expect([interval("revenue-over-time"), interval("cancellations")]).toEqual(["auto", "M"]);
  });

  test("money has its symbol behind the sign, by the locale; a line's price is not rounded", () => {
    expect(json(pattern, "fieldFormatMap")).toEqual({
      Revenue: { id: "number", params: { pattern: "$0,0.00" } },
      Price: { id: "number", params: { pattern: "$0,0.00[00]" } },
    });
    expect(initialSettings(RETAIL_PANELS)["format:number:defaultLocale"]).toBe("en-gb");
    expect(initialSettings(defaultPanels(meterReadings))).not.toHaveProperty("format:number:defaultLocale");
  });

  test("Dashboards opens with the dashboard, by its id", () => {
    const { defaultRoute, defaultIndex } = initialSettings(RETAIL_PANELS);
    expect(defaultRoute).toBe(`/app/dashboards#/view/${dashboard.id}`);
    expect(defaultIndex).toBe(pattern.id);
  });

  test("a share table gives the percentages of the first measure, of all values: the others are one more row", () => {
    const { params, aggs } = stateOf("guests-and-known-customers");
    expect(params).toMatchObject({ percentageCol: "Revenue", showTotal: true });
    expect(aggs[0].params.customLabel).toBe("Revenue");
    const shares = {
      id: "s",
      title: "S",
      layer: "speed",
      chart: "shares",
      measures: [
        { id: "lines", title: "Lines", factors: [] },
        { id: "customers", title: "Customers", distinct: "Customer_ID" },
      ],
      dimension: { kind: "values", field: "Country", limit: 3 },
    } as const;
    const [, table] = savedObjects(retailTransaction, [shares], OPTIONS) as [SavedObject, SavedObject];
    const state = json(table, "visState");
    expect(state.aggs.at(-1).params).toMatchObject({ otherBucket: true, size: 3 });
    // A customer may be in two groups.
    expect(state.params.showTotal).toBe(false);
    const chart = { ...shares, chart: "bars", measures: [shares.measures[0]] } as const;
    const [, bars] = savedObjects(retailTransaction, [chart], OPTIONS) as [SavedObject, SavedObject];
    expect(json(bars, "visState").aggs.at(-1).params.otherBucket).toBe(false);
  });

  test("charges are no top products", () => {
    const meta = find("retail-bi-top-products").attributes["kibanaSavedObjectMeta"] as {
      searchSourceJSON: string;
    };
    expect(JSON.parse(meta.searchSourceJSON).filter).toContainEqual(
      expect.objectContaining({
        meta: expect.objectContaining({ alias: "Charges", negate: true }),
        query: { terms: { StockCode: expect.arrayContaining(["POST", "DOT", "M"]) } },
      }),
    );
  });

  test("the header is markdown, the controls are over whole values", () => {
    expect(stateOf("about")).toMatchObject({
      type: "markdown",
      params: { markdown: expect.stringMatching(/^### Retail transactions\n\nEach line .*\*\*UTC\*\*/) },
    });
    const { type, params } = stateOf("filters");
    expect(type).toBe("input_control_vis");
    expect(params.controls.map(({ fieldName }: { fieldName: string }) => fieldName)).toEqual([
      "Country",
      "Description.keyword",
      "Customer_ID",
    ]);
    expect(find("retail-bi-filters").references.map(({ id }) => id)).toEqual(Array(3).fill(INDEX_PATTERN_ID));
  });

  test("descriptions are those of the panels", () => {
    for (const { id, description = "" } of RETAIL_PANELS) {
      expect(find(`retail-bi-${id}`).attributes["description"]).toBe(description);
    }
  });

  test("the dashboard shows each panel once, and none over another", () => {
    const panels: { panelRefName: string; gridData: { x: number; y: number; w: number; h: number } }[] = json(
      dashboard,
      "panelsJSON",
    );
    expect(panels.map(({ panelRefName }) => panelRefName)).toEqual(
      dashboard.references.map(({ name }) => name),
    );
    expect(dashboard.references.map(({ id }) => id)).toEqual(
      RETAIL_PANELS.map(({ id }) => `retail-bi-${id}`),
    );
    const cells = panels.flatMap(({ gridData: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    // No row has a gap.
    expect(cells).toHaveLength(48 * Math.max(...panels.map(({ gridData }) => gridData.y + gridData.h)));
    for (const { gridData } of panels) expect(gridData.x + gridData.w).toBeLessThanOrEqual(48);
  });
});

describe("set-up of Dashboards", () => {
  let folder: string;
  let double: SearchDouble;
  let search: Search;
  let requests: SearchHttpRequest[];
  let fault: (request: SearchHttpRequest) => Fault | undefined;

  const start = async () => {
    double = await startSearchDouble({
      dataDir: folder,
      interceptor: {
        onRequest: (request) => {
          requests.push(request);
          return fault(request);
        },
      },
    });
    search = createSearch(double.url, "eu-west-1");
  };
  const setUp = (objects: readonly SavedObject[] = OBJECTS) =>
    setUpDashboards(
      objects,
      initialSettings(RETAIL_PANELS),
      withRetry(search, { timeLeftMs: () => 0, sleep: async () => {} }),
    );
  const HEADERS = { securitytenant: "global", "osd-xsrf": "true" };
  const form = (object: object, retries: string) => ({
    type: "multipart/form-data; boundary=b",
    text: [
      '--b\r\nContent-Disposition: form-data; name="file"; filename="x.ndjson"\r\n',
      `${JSON.stringify(object)}\r\n--b`,
      `Content-Disposition: form-data; name="retries"\r\n\r\n${retries}\r\n--b--\r\n`,
    ].join("\r\n"),
  });
  /** Saves an object as a person's browser does, whatever is there. */
  const save = async (object: SavedObject): Promise<void> => {
    const { type, id } = object;
    const { body } = await search({
      method: "POST",
      path: "/_dashboards/api/saved_objects/_resolve_import_errors",
      headers: HEADERS,
      content: form(object, JSON.stringify([{ type, id, overwrite: true }])),
      timeoutMs: 10_000,
    });
    expect(body).toMatchObject({ success: true, successCount: 1 });
  };
  const isImport = ({ path }: { readonly path: string }) => path.endsWith("/_resolve_import_errors");
  const imported = () =>
    requests
      .filter(isImport)
      .map(({ body }) => [...body.matchAll(/"type":"([a-z-]+)","id":"([^"]+)","attributes"/g)])
      .map((objects) => objects.map(([, type, id]) => `${type} ${id}`));

  beforeAll(() => {
    process.env["AWS_ACCESS_KEY_ID"] = "local";
    process.env["AWS_SECRET_ACCESS_KEY"] = "local";
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "retail-bi-dashboards-"));
    requests = [];
    fault = () => undefined;
    await start();
  });
  afterEach(async () => {
    await double.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("imports everything into the global tenant; a second time it writes nothing", async () => {
    expect(await setUp()).toEqual({ created: ["Dashboards settings", ...NAMES], updated: [], unchanged: [] });
    for (const { headers } of requests) {
      expect(headers).toMatchObject({ securitytenant: "global", "osd-xsrf": "true" });
      expect(headers.authorization).toMatch(/SignedHeaders=[^,]*osd-xsrf;securitytenant/);
    }
    const stored = await search({
      method: "POST",
      path: "/_dashboards/api/saved_objects/_bulk_get",
      body: OBJECTS.map(({ type, id }) => ({ type, id })),
      headers: { securitytenant: "global", "osd-xsrf": "true" },
      timeoutMs: 10_000,
    });
    expect(stored.body).toMatchObject({ saved_objects: OBJECTS });

    requests = [];
    expect(await setUp()).toEqual({ created: [], updated: [], unchanged: ["Dashboards settings", ...NAMES] });
    expect(requests.map(({ method, path }) => `${method} ${path.slice(path.lastIndexOf("/"))}`)).toEqual([
      "GET /settings",
      "POST /_bulk_get",
    ]);
  });

  test("what was kept is there after a restart", async () => {
    await setUp();
    await double.close();
    await start();
    expect((await setUp()).unchanged).toHaveLength(NAMES.length + 1);
    await double.close();
    await start();
    expect((await setUp()).unchanged).toHaveLength(NAMES.length + 1);
  });

  test("a changed panel changes only that", async () => {
    await setUp();
    const changed = RETAIL_PANELS.map((panel) =>
      panel.id === "top-products" && panel.chart === "horizontal-bars"
        ? { ...panel, dimension: { kind: "values" as const, field: "Description" as const, limit: 20 } }
        : panel,
    );
    requests = [];
    const outcome = await setUp(savedObjects(retailTransaction, changed, OPTIONS));
    expect(outcome.updated).toEqual(["visualization retail-bi-top-products"]);
    expect(outcome.created).toEqual([]);
    expect(imported()).toEqual([["visualization retail-bi-top-products"]]);
  });

  test("no write has a query parameter: a server that ignores those of a POST gets the changed panel alone", async () => {
    await setUp();
    requests = [];
    const ignored: string[] = [];
    fault = ({ method, query }) => {
      if (method !== "POST") return undefined;
      for (const name of [...query.keys()]) {
        ignored.push(name);
        query.delete(name);
      }
      return undefined;
    };
    const changed = RETAIL_PANELS.map((panel) =>
      panel.id === "revenue-by-country" ? { ...panel, title: "Countries" } : panel,
    );
    const outcome = await setUp(savedObjects(retailTransaction, changed, OPTIONS));
    expect(outcome).toMatchObject({ created: [], updated: ["visualization retail-bi-revenue-by-country"] });
    expect(imported()).toEqual([["visualization retail-bi-revenue-by-country"]]);
    expect(ignored).toEqual([]);
    expect(await setUp(savedObjects(retailTransaction, changed, OPTIONS))).toMatchObject({
      created: [],
      updated: [],
    });
  });

  describe("a second time, after", () => {
    const [firstField, ...otherFields] = json(pattern, "fields");
    const panels = json(dashboard, "panelsJSON");
    const panel = visualizations.find(({ id }) => id === "retail-bi-top-products") as SavedObject;
    const formats = json(pattern, "fieldFormatMap");
    const search = OBJECTS.find(({ type }) => type === "search") as SavedObject;
    /** As Dashboards saves it. */
    const saved = (object: SavedObject, attributes: object, references = object.references): SavedObject => ({
      ...object,
      attributes: { ...object.attributes, ...attributes },
      references,
    });
    const text = (attribute: string, value: unknown) => ({ [attribute]: JSON.stringify(value) });
    const backwards = (value: object) => Object.fromEntries(Object.entries(value).reverse());

    test.each<[string, SavedObject]>([
      [
        "fields were looked at, and Dashboards found another",
        saved(
          pattern,
          text("fields", [{ ...firstField, count: 7 }, ...otherFields, { ...firstField, name: "another" }]),
        ),
      ],
      [
        "the field list was refreshed: empty lists are dropped, _type is added, keys and fields in another order",
        saved(
          pattern,
          text("fields", [
            ...[firstField, ...otherFields].reverse().map(({ esTypes, ...field }) => ({
              ...(esTypes?.length > 0 && { esTypes }),
              ...backwards(field),
            })),
            { ...firstField, name: "_type" },
          ]),
        ),
      ],
      [
        "a column was added in Discover: each format knows the page, and params that are the default are left out",
        saved(
          pattern,
          text(
            "fieldFormatMap",
            Object.fromEntries(
              Object.entries<{ id: string; params: object }>(formats).map(([name, { id, params }]) => [
                name,
                {
                  id,
                  params: {
                    parsedUrl: { origin: "https://host", pathname: "/_dashboards/app/discover" },
                    ...params,
                  },
                },
              ]),
            ),
          ),
        ),
      ],
      [
        "a panel was saved: its texts are spelled anew",
        saved(panel, text("visState", backwards(json(panel, "visState")))),
      ],
      [
        "the dashboard was saved by another version, its references in another order",
        saved(
          dashboard,
          text(
            "panelsJSON",
            panels.map((one: object) => ({ ...backwards(one), version: "2.19.4" })),
          ),
          [...dashboard.references].reverse(),
        ),
      ],
      ["a description was emptied", saved(search, { description: null })],
      ["Dashboards added an attribute", saved(search, { ownedByDashboards: true })],
    ])("%s, it writes nothing", async (_, object) => {
      await setUp();
      await save(object);
      requests = [];
      expect(await setUp()).toEqual({
        created: [],
        updated: [],
        unchanged: ["Dashboards settings", ...NAMES],
      });
      expect(imported()).toEqual([]);
    });

    test.each<[string, SavedObject]>([
      ["the dashboard's time", saved(dashboard, { timeFrom: "now-7d" })],
      [
        "the place of a panel",
        saved(
          dashboard,
          text("panelsJSON", [
            { ...panels[0], gridData: { ...panels[0].gridData, h: 30 } },
            ...panels.slice(1),
          ]),
        ),
      ],
      [
        "a panel taken away",
        saved(dashboard, text("panelsJSON", panels.slice(1)), dashboard.references.slice(1)),
      ],
      [
        "a reference",
        saved(panel, {}, [
          ...panel.references.slice(1),
          { ...panel.references[0], type: "dashboard", id: DASHBOARD_ID } as never,
        ]),
      ],
      [
        "the query of a panel",
        saved(panel, { kibanaSavedObjectMeta: text("searchSourceJSON", { query: "x" }) }),
      ],
      ["the chart", saved(panel, text("visState", { ...json(panel, "visState"), type: "pie" }))],
      ["a text that is not JSON", saved(panel, { visState: "{" })],
      ["fields that are not JSON", saved(pattern, { fields: "[" })],
      ["a field less", saved(pattern, text("fields", otherFields))],
      [
        "a field of another type",
        saved(pattern, text("fields", [{ ...firstField, type: "ip" }, ...otherFields])),
      ],
      [
        "the order of the columns",
        saved(search, { columns: [...(search.attributes["columns"] as string[])].reverse() }),
      ],
      ["a format less", saved(pattern, text("fieldFormatMap", {}))],
      [
        "a format's digits",
        saved(
          pattern,
          text("fieldFormatMap", { ...formats, Revenue: { id: "number", params: { pattern: "0" } } }),
        ),
      ],
      [
        "a format that is not wanted",
        saved(pattern, text("fieldFormatMap", { ...formats, Country: { id: "truncate" } })),
      ],
    ])("a change of %s, it puts the wanted one back", async (_, object) => {
      await setUp();
      await save(object);
      requests = [];
      expect((await setUp()).updated).toEqual([`${object.type} ${object.id}`]);
      expect(imported()).toEqual([[`${object.type} ${object.id}`]]);
      expect((await setUp()).updated).toEqual([]);
    });
  });

  test("a number pattern that is Dashboards' own default may be left out", async () => {
    const measures = [{ id: "kwh", title: "Energy", factors: ["reading_kwh"], digits: 3 }] as const;
    const panels = defaultPanels(meterReadings).map((panel) =>
      panel.chart === "line" ? { ...panel, measures } : panel,
    );
    const objects = savedObjects(meterReadings, panels, { indexName: "meters", title: "Meters" });
    const [first] = objects as [SavedObject];
    expect(first.attributes["fieldFormatMap"]).toContain("0,0.[000]");
    await setUp(objects);
    const fieldFormatMap = JSON.stringify({ reading_kwh: { id: "number" } });
    await save({ ...first, attributes: { ...first.attributes, fieldFormatMap } });
    expect((await setUp(objects)).updated).toEqual([]);
  });

  test("an import that fails is an error, though its status is 200", async () => {
    await expect(setUp([dashboard])).rejects.toThrow(
      /imported 0 of 1 saved objects: dashboard retail-bi-dashboard: .*missing_references/,
    );
    await expect(setUp([{ ...pattern, type: "lens" as "search" }])).rejects.toThrow(
      /lens retail-bi-transactions: .*unsupported_type/,
    );
  });

  test.each([
    ["half", { success: true, successCount: 1 }, /imported 1 of \d+ saved objects: {"success":true,/],
    [
      "no success",
      { success: false, errors: [] },
      /imported nothing of \d+ saved objects: {"success":false,/,
    ],
    [
      "all, but no success",
      { success: false, successCount: NAMES.length },
      /imported (\d+) of \1 saved objects: {/,
    ],
    ["something else", { ok: true }, /imported nothing of \d+ saved objects: {"ok":true}/],
  ])("an import whose answer says %s is an error with the answer", async (_, body, message) => {
    fault = (request) => (isImport(request) ? { status: 200, body } : undefined);
    await expect(setUp()).rejects.toThrow(message);
  });

  test.each([
    [
      "a page of HTML",
      "text/html",
      "<!DOCTYPE html>\n<title>Sign in</title>",
      "200 <!DOCTYPE html> <title>Sign in</title> (a JSON",
    ],
    [
      "half a JSON text",
      "application/json; charset=utf-8",
      '{"success":true,"succ',
      '200 {"success":true,"succ (a JSON',
    ],
    ["nothing", "application/json", "", "200 nothing (a JSON"],
  ])(
    "%s in the place of an answer is an error with its status and beginning",
    async (_, type, text, shown) => {
      const server = createServer((request, response) => {
        request.resume().once("end", () => response.writeHead(200, { "content-type": type }).end(text));
      });
      const url = await listenOnLoopback(server, 0, "proxy");
      try {
        search = createSearch(url, "eu-west-1");
        await expect(setUp()).rejects.toThrow(
          `GET /_dashboards/api/opensearch-dashboards/settings: ${shown}`,
        );
      } finally {
        await closeServer(server);
      }
    },
  );

  test("an answer about some of the objects only is an error, and nothing is written", async () => {
    await setUp();
    fault = ({ path }) =>
      path.endsWith("_bulk_get")
        ? { status: 200, body: { saved_objects: asJson(OBJECTS.slice(1)) } }
        : undefined;
    requests = [];
    await expect(setUp()).rejects.toThrow(`Dashboards does not say whether it has ${NAMES[0]}: {`);
    expect(imported()).toEqual([]);
  });

  test.each([
    ["no settings", { status: 200, body: {} }, "Dashboards does not say its settings: {}"],
    [
      "other settings",
      {
        status: 200,
        body: {
          settings: {
            ...{ "dateFormat:tz": { userValue: "Browser", isOverridden: true } },
            ...{ defaultIndex: { userValue: "another" } },
            ...Object.fromEntries(
              Object.entries(initialSettings(RETAIL_PANELS))
                .filter(([name]) => name !== "defaultIndex")
                .map(([name, userValue]) => [name, { userValue }]),
            ),
          },
        },
      },
      "Dashboards did not take the settings defaultIndex, dateFormat:tz: {",
    ],
  ])("%s in the answer to a change of them are an error", async (_, answer, message) => {
    fault = ({ method, path }) => (method === "POST" && path.endsWith("/settings") ? answer : undefined);
    await expect(setUp()).rejects.toThrow(message);
  });

  test("an object that cannot be read is an error, and nothing is written", async () => {
    const error = { statusCode: 403, message: "Unable to bulk_get" };
    const found = asJson(OBJECTS.map((one) => (one.id === DASHBOARD_ID ? { ...one, error } : one)));
    fault = ({ path }) =>
      path.endsWith("_bulk_get") ? { status: 200, body: { saved_objects: found } } : undefined;
    await setUp().then(
      () => expect("success").toBe("an error"),
      (thrown) => expect(String(thrown)).toMatch(/dashboard retail-bi-dashboard cannot be read: .*403/),
    );
    expect(imported()).toEqual([]);
  });

  test("an operator's choice of what is only a beginning stays; what figures need is put right", async () => {
    const path = "/_dashboards/api/opensearch-dashboards/settings";
    const headers = { securitytenant: "global", "osd-xsrf": "true" };
    const change = (changes: object) =>
      search({ method: "POST", path, body: { changes }, headers, timeoutMs: 10_000 });
    const settings = async () =>
      Object.fromEntries(
        Object.entries(
          ((await search({ method: "GET", path, headers, timeoutMs: 10_000 })).body as { settings: object })
            .settings,
        ).map(([name, { userValue }]) => [name, userValue]),
      );
    await change({ "dateFormat:tz": "Browser", "theme:darkMode": true, defaultRoute: "/app/discover" });
    expect((await setUp()).updated).toEqual(["Dashboards settings"]);
    expect(await settings()).toEqual({
      "dateFormat:tz": "Etc/UTC",
      "theme:darkMode": true,
      defaultRoute: "/app/discover",
      defaultIndex: INDEX_PATTERN_ID,
      "timepicker:timeDefaults": '{"from":"now-90d","to":"now"}',
      "format:number:defaultLocale": "en-gb",
    });
    await change({ "timepicker:timeDefaults": '{"from":"now-1y","to":"now"}', defaultIndex: "theirs" });
    expect((await setUp()).unchanged).toContain("Dashboards settings");
    expect(await settings()).toMatchObject({
      "timepicker:timeDefaults": '{"from":"now-1y","to":"now"}',
      defaultIndex: "theirs",
    });
  });

  test("the double refuses what Dashboards refuses, and names what it does not serve", async () => {
    const call = async (request: Partial<Parameters<Search>[0]>) => {
      const { status, body } = await search({
        method: "POST",
        path: "/_dashboards/api/saved_objects/_resolve_import_errors",
        headers: { securitytenant: "global", "osd-xsrf": "true" },
        timeoutMs: 10_000,
        ...request,
      });
      return `${status} ${JSON.stringify(body)}`;
    };
    expect(await call({ headers: { securitytenant: "global" } })).toMatch(/^400 .*osd-xsrf/);
    expect(await call({ headers: { securitytenant: "private", "osd-xsrf": "true" } })).toMatch(
      /^501 .*tenant private/,
    );
    expect(await call({ body: {} })).toMatch(/^400 .*multipart/);
    const [object = pattern] = OBJECTS;
    const own = { type: object.type, id: object.id };
    expect(await call({ content: form(object, "[]") })).toMatch(/^400 .*retries/);
    expect(await call({ content: form(object, JSON.stringify([{ ...own, id: "another" }])) })).toMatch(
      /^200 .*"successCount":0/,
    );
    expect(await call({ content: form(object, JSON.stringify([own])) })).toMatch(/^200 .*"successCount":1/);
    expect(await call({ content: form(object, JSON.stringify([own])) })).toMatch(
      /^200 .*"success":false.*"conflict"/,
    );
    expect(await call({ content: form(object, JSON.stringify([{ ...own, overwrite: true }])) })).toMatch(
      /^200 .*"successCount":1/,
    );
    expect(await call({ path: "/_dashboards/api/saved_objects/_find" })).toMatch(
      /^501 .*POST \/_dashboards\/api\/saved_objects\/_find/,
    );
  });
});
