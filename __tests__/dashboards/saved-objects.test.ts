import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { retailTransaction } from "../../contract/retail-transaction";
import {
  ADVANCED_SETTINGS,
  DASHBOARD_ID,
  type SavedObject,
  savedObjects,
} from "../../dashboards/saved-objects";
import { setUpDashboards } from "../../lambdas/search-setup/dashboards";
import { withRetry } from "../../lambdas/search-setup/with-retry";
import { createSearch, type Search } from "../../lambdas/shared/search-client";
import type { SearchHttpRequest } from "../../local/services/opensearch/request";
import type { Fault, SearchDouble } from "../../local/services/opensearch/service";
import { RETAIL_PANELS, RETAIL_TITLE } from "../../presets/retail/panels";
import { aggregationsOf, patternFields } from "../support/dashboards-queries";
import { indexMapping } from "../support/retail";
import { startSearchDouble } from "../support/search-double";

const OPTIONS = { indexName: "retail", title: RETAIL_TITLE };
const OBJECTS = savedObjects(retailTransaction, RETAIL_PANELS, OPTIONS);
const NAMES = OBJECTS.map(({ type, id }) => `${type} ${id}`);

const pattern = OBJECTS.find(({ type }) => type === "index-pattern") as SavedObject;
const visualizations = OBJECTS.filter(({ type }) => type === "visualization");
const dashboard = OBJECTS.find(({ id }) => id === DASHBOARD_ID) as SavedObject;

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
      const used = [...text.matchAll(/"(?:indexRefName|panelRefName)":"([^"]+)"/g)].map(([, name]) => name);
      expect([id, used.sort()]).toEqual([id, references.map(({ name }) => name).sort()]);
    }
  });

  test("the pattern is the lab's", () => {
    expect(pattern.attributes).toMatchObject({ title: "retail*", timeFieldName: "InvoiceDate" });
    expect(ADVANCED_SETTINGS["dateFormat:tz"]).toBe("Etc/UTC");
  });

  test("the pattern's fields are those of the index mapping, and one that a script computes", () => {
    const { properties } = indexMapping();
    const mapped = Object.entries(properties).flatMap(([name, { fields = {} }]) => [
      name,
      ...Object.keys(fields as object).map((key) => `${name}.${key}`),
    ]);
    const own = [...patternFields(pattern).values()].filter(({ name }) => !name.startsWith("_"));
    expect(own.filter(({ scripted }) => !scripted).map(({ name }) => name)).toEqual(mapped);
    expect(own.filter(({ scripted }) => scripted)).toEqual([
      expect.objectContaining({
        name: "Revenue",
        type: "number",
        lang: "painless",
        script: "doc['Quantity'].value * doc['Price'].value",
      }),
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
    expect(named.length).toBeGreaterThan(20);
    for (const name of named) expect([name, fields.has(String(name))]).toEqual([name, true]);
  });

  test.each(visualizations)(
    "$id has the type, the schemas and the params that vis_type_vislib wants",
    (one) => {
      const { type, params, aggs } = json(one, "visState");
      expect(["histogram", "horizontal_bar", "line", "pie"]).toContain(type);
      const metrics = aggs.filter(({ schema }: { schema: string }) => schema === "metric");
      expect(aggs.map(({ schema }: { schema: string }) => schema)).toEqual([
        ...metrics.map(() => "metric"),
        "segment",
      ]);
      expect(new Set(aggs.map(({ id }: { id: string }) => id)).size).toBe(aggs.length);
      const series: { data: { id: string }; valueAxis: string }[] = params.seriesParams;
      expect(series.map(({ data }) => data.id)).toEqual(metrics.map(({ id }: { id: string }) => id));
      const axes = params.valueAxes.map(({ id }: { id: string }) => id);
      for (const { valueAxis } of series) expect(axes).toContain(valueAxis);
      expect(params.categoryAxes).toHaveLength(1);
    },
  );

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
    setUpDashboards(objects, withRetry(search, { timeLeftMs: () => 0, sleep: async () => {} }));
  const writes = () => requests.map(({ path }) => path).filter((path) => /_import$|settings$/.test(path));

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
      panel.id === "top-products" && panel.chart !== "table"
        ? { ...panel, dimension: { kind: "values" as const, field: "Description" as const, limit: 20 } }
        : panel,
    );
    requests = [];
    const outcome = await setUp(savedObjects(retailTransaction, changed, OPTIONS));
    expect(outcome.updated).toEqual(["visualization retail-bi-top-products"]);
    expect(outcome.created).toEqual([]);
    const [form] = requests.filter(({ path }) => path.endsWith("_import"));
    expect(form?.body.match(/"type":"[a-z-]+","id":"[^"]+","attributes"/g)).toEqual([
      '"type":"visualization","id":"retail-bi-top-products","attributes"',
    ]);
  });

  test("what a person changed is put back; fields that Dashboards found or counted are left alone", async () => {
    await setUp();
    const [first, ...others] = json(pattern, "fields");
    const looked = [{ ...first, count: 7 }, ...others, { ...first, name: "another" }];
    await setUp([{ ...pattern, attributes: { ...pattern.attributes, fields: JSON.stringify(looked) } }]);
    expect((await setUp()).updated).toEqual([]);

    const edited = { ...dashboard, attributes: { ...dashboard.attributes, timeFrom: "now-7d" } };
    await setUp([edited]);
    expect((await setUp()).updated).toEqual([`dashboard ${DASHBOARD_ID}`]);
  });

  test("an import that fails is an error, though its status is 200", async () => {
    await expect(setUp([dashboard])).rejects.toThrow(
      /imported 0 of 1 saved objects: dashboard retail-bi-dashboard: .*missing_references/,
    );
    await expect(setUp([{ ...pattern, type: "lens" as "search" }])).rejects.toThrow(
      /lens retail-bi-transactions: .*unsupported_type/,
    );
    fault = ({ path }) =>
      path.endsWith("_import") ? { status: 200, body: { success: true, successCount: 1 } } : undefined;
    await expect(setUp()).rejects.toThrow(`imported 1 of ${NAMES.length} saved objects`);
  });

  test("an object that cannot be read is an error, and nothing is written", async () => {
    const error = { statusCode: 403, message: "Unable to bulk_get" };
    fault = ({ path }) =>
      path.endsWith("_bulk_get")
        ? { status: 200, body: { saved_objects: [{ type: "dashboard", id: DASHBOARD_ID, error }] } }
        : undefined;
    await setUp().then(
      () => expect("success").toBe("an error"),
      (thrown) => expect(String(thrown)).toMatch(/dashboard retail-bi-dashboard cannot be read: .*403/),
    );
    expect(writes().filter((path) => path.endsWith("_import"))).toEqual([]);
  });

  test("settings of other people stay, a wrong one of ours is put right", async () => {
    const path = "/_dashboards/api/opensearch-dashboards/settings";
    const headers = { securitytenant: "global", "osd-xsrf": "true" };
    const changes = { "dateFormat:tz": "Browser", "theme:darkMode": true };
    await search({ method: "POST", path, body: { changes }, headers, timeoutMs: 10_000 });
    expect((await setUp()).updated).toEqual(["Dashboards settings"]);
    const { body } = await search({ method: "GET", path, headers, timeoutMs: 10_000 });
    expect(body).toEqual({
      settings: {
        "dateFormat:tz": { userValue: "Etc/UTC" },
        "theme:darkMode": { userValue: true },
        "histogram:maxBars": { userValue: 1000 },
      },
    });
  });

  test("the double refuses what Dashboards refuses, and names what it does not serve", async () => {
    const call = async (request: Partial<Parameters<Search>[0]>) => {
      const { status, body } = await search({
        method: "POST",
        path: "/_dashboards/api/saved_objects/_import",
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
    expect(await call({ path: "/_dashboards/api/saved_objects/_find" })).toMatch(
      /^501 .*POST \/_dashboards\/api\/saved_objects\/_find/,
    );
  });
});
