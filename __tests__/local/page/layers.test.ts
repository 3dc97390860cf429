import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GlueClient } from "@aws-sdk/client-glue";
import { retailTransaction } from "../../../contract/retail-transaction";
import { formatTimestamp } from "../../../contract/timestamp";
import { type DataPanel, isDataPanel } from "../../../dashboards/spec";
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
    const { lines, panels, arrivals } = await speed().read(NOON, 0);
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
    jest.spyOn(client, "search").mockResolvedValue({ body: answer } as never);
    await expect(speed().read(NOON, 0)).rejects.toThrow(
      'partial result: {"timed_out":false,"_shards":{"total":2,"failed":1}}',
    );
  });
});

describe("the batch layer", () => {
  const tables = { json: "j", parquet: "p", quarantine: "q" };

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
      },
    };
    return { asked, layer: new BatchLayer(glue, "db", { sql, tables }, retailTransaction, BATCH) };
  }

  test("asks each panel once while the table stands still, and then not again", async () => {
    const { asked, layer } = bench(["r1"]);
    const first = await layer.read(NOON + 300, 0);
    expect(first).toMatchObject({ asOfMs: NOON, lines: 3, version: "1 r1" });
    expect(Object.fromEntries(first.arrivals.buckets)).toEqual({ [NOON - 2_000]: 3 });
    expect(asked).toHaveLength(1 + BATCH.length);
    const second = await layer.read(NOON + 5_300, 0);
    expect(asked).toHaveLength(1 + BATCH.length);
    expect(second).toEqual({ ...first, asOfMs: NOON + 5_000 });
  });

  test("a merge between two panels: all of them are asked again, so that all are of one moment", async () => {
    const { asked, layer } = bench(["r1", "r2", "r2"]);
    expect((await layer.read(NOON, 0)).version).toBe("1 r2");
    expect(asked).toHaveLength(2 * (1 + BATCH.length));
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
