import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GlueClient } from "@aws-sdk/client-glue";
import { retailTransaction } from "../../../contract/retail-transaction";
import { formatTimestamp } from "../../../contract/timestamp";
import { type DataPanel, isDataPanel, type LinesPanel } from "../../../dashboards/spec";
import { indexTemplate } from "../../../lambdas/search-setup/index-template";
import { createSearch, type Search } from "../../../lambdas/shared/search-client";
import { BatchLayer, SpeedLayer } from "../../../local/page/layers";
import { panelsSearch } from "../../../local/page/panels";
import { localSearch } from "../../../local/services/clients";
import type { SearchDouble } from "../../../local/services/opensearch/service";
import type { Sql } from "../../../ops/reconcile/sql";
import { RETAIL_PANELS } from "../../../presets/retail/panels";
import { GOOD_ROW } from "../../support/good-row";
import { indexLines, panelRowsFromIndex } from "../../support/panel-engines";
import { COLUMNS } from "../../support/retail";
import { startSearchDouble } from "../../support/search-double";

const NOON = Date.UTC(2026, 10, 25, 12);
const DATA_PANELS = RETAIL_PANELS.filter((panel) => isDataPanel(panel));
const SPEED = DATA_PANELS.filter(({ layer }) => layer === "speed");
const BATCH = DATA_PANELS.filter(({ layer }) => layer === "batch");

describe("the speed layer", () => {
  let folder: string;
  let double: SearchDouble;
  let search: Search;
  let client: ReturnType<typeof localSearch>;

  beforeEach(async () => {
    process.env["AWS_ACCESS_KEY_ID"] = "local";
    process.env["AWS_SECRET_ACCESS_KEY"] = "local";
    folder = mkdtempSync(join(tmpdir(), "retail-bi-layers-"));
    double = await startSearchDouble({ dataDir: folder });
    search = createSearch(double.url, "eu-west-1");
    client = localSearch(double.url, "eu-west-1");
    const template = indexTemplate("retail", COLUMNS, { shards: 1, replicas: 0 });
    await search({ method: "PUT", path: template.path, body: template.wanted(undefined), timeoutMs: 10_000 });
  });

  afterEach(async () => {
    await client.close();
    await double.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const speed = (panels: readonly DataPanel[] = SPEED) =>
    new SpeedLayer({ client, indexPattern: "retail*" }, retailTransaction, panels);
  const line = (number: number, arrivedAtMs: number) => ({
    ...GOOD_ROW,
    Invoice: number % 3 === 0 ? `C${number}` : String(number),
    Customer_ID: number % 4 === 0 ? null : GOOD_ROW.Customer_ID,
    record_id: `id-${number}`,
    arrived_at: formatTimestamp(arrivedAtMs),
  });

  test("an index that is not there yet has no lines, and no error", async () => {
    const { lines, panels, arrivals, eventTimes } = await speed().read(NOON, 0);
    expect(eventTimes).toBeUndefined();
    expect((await speed().panelsIn(SPEED, [], NOON)).panels).toEqual(panels);
    expect([lines, arrivals.buckets.size]).toEqual([0, 0]);
    expect(panels).toEqual(SPEED.map(({ id }) => ({ id, rows: [] })));
  });

  test("count, arrivals and every panel are of the same lines: those that arrived before the moment", async () => {
    const before = [NOON - 3_600_000, NOON - 60_000, NOON - 59_500, NOON - 1, NOON - 1];
    await indexLines(
      search,
      retailTransaction,
      before.map((ms, at) => line(at, ms)),
    );
    const wanted = await Promise.all(
      SPEED.map((panel) => panelRowsFromIndex(search, retailTransaction, panel)),
    );
    await indexLines(search, retailTransaction, [line(5, NOON), line(6, NOON + 400)]);

    const found = await speed().read(NOON + 700, NOON - 7_200_000);

    expect([found.asOfMs, found.lines]).toEqual([NOON, 5]);
    expect(Object.fromEntries(found.arrivals.buckets)).toEqual({
      [NOON - 3_600_000]: 1,
      [NOON - 60_000]: 2,
      [NOON - 1_000]: 2,
    });
    // Each panel by a query of its own said this before the two came that are too new.
    expect(found.panels).toEqual(SPEED.map(({ id }, at) => ({ id, rows: wanted[at] })));
    expect((await speed().read(NOON + 1_700, 0)).version).not.toBe(found.version);
  });

  test("panels and lines under conditions are of the lines that arrived before the moment", async () => {
    const lines = [NOON - 2_000, NOON - 1_000, NOON - 1, NOON].map((ms, at) => line(at, ms));
    await indexLines(search, retailTransaction, [
      ...lines.map((one, at) => ({ ...one, Country: at === 0 ? "Spain" : "France" })),
      // Of the smoke test, which is no line.
      { ...line(9, NOON - 1), StockCode: "SMOKE", Quantity: 0, Price: 0, Country: "France" },
    ]);
    const conditions = [{ kind: "equals", field: "Country", values: ["France"] }] as const;
    const layer = speed();
    const { panels } = await layer.panelsIn(SPEED, conditions, NOON);
    const figures = panels.find(({ id }) => id === "figures");
    expect(figures?.rows).toEqual([expect.objectContaining({ lines: 2 })]);
    const table: LinesPanel = {
      ...{ id: "lines", title: "Lines", layer: "speed", chart: "table" },
      ...{ fields: ["record_id"], newestBy: "InvoiceDate", limit: 1 },
    };
    expect(await layer.linesIn(table, conditions, NOON)).toEqual({ rows: [{ record_id: "id-2" }], total: 2 });
    const times = Date.parse(`${GOOD_ROW.InvoiceDate.replace(" ", "T")}Z`);
    expect((await layer.read(NOON, 0)).eventTimes).toEqual({ firstMs: times, lastMs: times });
  });

  test("two panels that list lines do not go into one search", () => {
    const table = SPEED.filter(({ chart }) => chart === "table");
    expect(() => panelsSearch(retailTransaction, [...SPEED, ...table])).toThrow(
      "not for latest-transactions, latest-transactions",
    );
  });

  test("an answer without a part of the shards is an error, no smaller number", async () => {
    const answer = {
      timed_out: false,
      _shards: { total: 2, failed: 1 },
      hits: { total: { value: 3 }, hits: [] },
    };
    jest.spyOn(client, "search").mockResolvedValue({ statusCode: 200, body: answer } as never);
    await expect(speed().read(NOON, 0)).rejects.toThrow(
      'partial result: {"timed_out":false,"_shards":{"total":2,"failed":1}}',
    );
  });
});

describe("the batch layer", () => {
  const tables = { json: "j", parquet: "p", quarantine: "q" };

  /** Queries of a reading: arrivals, event times, and each panel. */
  const QUERIES = 2 + BATCH.length;

  /** A table that was merged anew before each of some readings of the catalog. */
  function bench(runs: readonly string[]) {
    const asked: string[] = [];
    let catalog = 0;
    const partitions = () => {
      const run = runs[Math.min(catalog++, runs.length - 1)];
      return run === "" ? [] : [{ Values: ["2026", "11", "25", "11"], Parameters: { rows: "3", run } }];
    };
    const glue = { send: async () => ({ Partitions: partitions() }) } as unknown as GlueClient;
    const sql: Sql = {
      query: async (text, onRow) => {
        asked.push(text);
        if (text.includes("AS bucket")) onRow({ bucket: "2026-11-25 11:59:58.000", line_count: "3" });
        else if (text.includes("line_count")) onRow({ line_count: "7" });
        else if (text.includes("last_event"))
          onRow({ first_event: "2010-01-04 09:00:00.000", last_event: "2010-12-09 14:55:00.000" });
        else if (text.includes("record_id")) onRow({ record_id: "shard-1" });
      },
    };
    return { asked, layer: new BatchLayer(glue, "db", { sql, tables }, retailTransaction, BATCH) };
  }

  test("asks each panel once while the table stands still, and then not again", async () => {
    const { asked, layer } = bench(["r1"]);
    const first = await layer.read(NOON + 300, 0);
    expect(first).toMatchObject({ asOfMs: NOON, lines: 3, version: "1 r1" });
    expect(Object.fromEntries(first.arrivals.buckets)).toEqual({ [NOON - 2_000]: 3 });
    expect(first.eventTimes).toEqual({
      firstMs: Date.UTC(2010, 0, 4, 9),
      lastMs: Date.UTC(2010, 11, 9, 14, 55),
    });
    expect(asked).toHaveLength(QUERIES);
    const second = await layer.read(NOON + 5_300, 0);
    expect(asked).toHaveLength(QUERIES);
    expect(second).toEqual({ ...first, asOfMs: NOON + 5_000 });
  });

  test("a merge between two panels: all of them are asked again, so that all are of one moment", async () => {
    const { asked, layer } = bench(["r1", "r2", "r2"]);
    expect((await layer.read(NOON, 0)).version).toBe("1 r2");
    expect(asked).toHaveLength(2 * QUERIES);
  });

  const FRENCH = [{ kind: "equals", field: "Country", values: ["France"] }] as const;
  const LINES: LinesPanel = {
    ...{ id: "lines", title: "Lines", layer: "batch", chart: "table" },
    ...{ fields: ["record_id"], newestBy: "InvoiceDate", limit: 9 },
  };

  test("panels and lines under conditions are of one version, and are asked again when it changes", async () => {
    const { asked, layer } = bench(["r1", "r2", "r2"]);
    const { panels, version } = await layer.panelsIn(BATCH, FRENCH, NOON);
    expect(panels.map(({ id }) => id)).toEqual(BATCH.map(({ id }) => id));
    expect(version).toBe("1 r2");
    expect(asked).toHaveLength(2 * BATCH.length);
    for (const sql of asked) expect(sql).toContain(`"country" = 'France'`);
    const lines = await layer.linesIn(LINES, FRENCH, NOON);
    expect(lines).toEqual({ version: "1 r2", rows: [{ record_id: "shard-1" }], total: 7 });
  });

  test("without rows nothing is asked", async () => {
    const { asked, layer } = bench([""]);
    const { panels } = await layer.panelsIn(BATCH, FRENCH, NOON);
    expect(panels).toEqual(BATCH.map(({ id }) => ({ id, rows: [] })));
    expect(await layer.linesIn(LINES, FRENCH, NOON)).toMatchObject({ rows: [], total: 0 });
    expect(asked).toEqual([]);
  });

  test("a table that never stands still is no reading", async () => {
    const { layer } = bench(["r1", "r2", "r3", "r4", "r5"]);
    await expect(layer.read(NOON, 0)).rejects.toThrow("p was merged anew while it was read, 3 times");
  });

  test("a partition that was dropped is a change", async () => {
    const { layer } = bench(["r1", "r1", ""]);
    expect((await layer.read(NOON, 0)).lines).toBe(3);
    expect((await layer.read(NOON, 0)).lines).toBe(0);
  });
});
