import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { panelSql, rowsFromSql } from "../../dashboards/athena";
import { PANELS } from "../../dashboards/panels";
import type { Row } from "../../dashboards/rows";
import type { Panel } from "../../dashboards/spec";
import { indexTemplate } from "../../lambdas/search-setup/index-template";
import { createSearch, type Search } from "../../lambdas/shared/search-client";
import { type SearchDouble, startSearchDouble } from "../../local/search/search-double";
import { SqlBench, sqlPlane, TRANSACTION_COLUMNS, table } from "../local/support/sql";
import { indexLines, panelRowsFromIndex } from "../support/panel-engines";
import { realFigures, realLines } from "../support/real-panels";
import { describeRealRows } from "../support/real-rows";

type Line = Readonly<Record<string, string | number | null>>;

/** The embedded engines, both with the same lines. */
class Engines {
  private constructor(
    private readonly folder: string,
    private readonly double: SearchDouble,
    readonly search: Search,
    private readonly sql: SqlBench,
  ) {}

  static async with(lines: readonly Line[]): Promise<Engines> {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-panels-"));
    const double = await startSearchDouble({ dataDir: folder });
    const search = createSearch(double.url, "eu-west-1");
    const template = indexTemplate("retail", { shards: 1, replicas: 0 });
    await search({ method: "PUT", path: template.path, body: template.wanted(undefined), timeoutMs: 10_000 });
    await indexLines(search, "retail", lines);
    const sql = await SqlBench.start(sqlPlane([table("lines", TRANSACTION_COLUMNS)]));
    await sql.put("lines/1.json", lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return new Engines(folder, double, search, sql);
  }

  async close(): Promise<void> {
    await this.sql.close();
    await this.double.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  fromIndex(panel: Panel): Promise<Row[]> {
    return panelRowsFromIndex(this.search, "retail", panel);
  }

  async fromTable(panel: Panel): Promise<Row[]> {
    const sql = panelSql(panel, "lines");
    const { state, reason, rows } = await this.sql.query(sql);
    if (state !== "SUCCEEDED") throw new Error(`${panel.id}: ${state} ${reason}\n${sql}`);
    const [header = [], ...answer] = rows;
    return rowsFromSql(
      panel,
      answer.map((cells) => Object.fromEntries(header.map((name, at) => [name ?? "", cells[at] ?? null]))),
    );
  }
}

beforeAll(() => {
  process.env["AWS_ACCESS_KEY_ID"] = "local";
  process.env["AWS_SECRET_ACCESS_KEY"] = "local";
});

describeRealRows("the panels of the real rows", () => {
  let engines: Engines;
  const figures = realFigures();
  beforeAll(async () => {
    engines = await Engines.with(realLines());
  }, 60_000);
  afterAll(() => engines.close());

  test("each panel has figures to be compared with, of more than nothing", () => {
    expect(Object.keys(figures)).toEqual(PANELS.map(({ id }) => id));
    expect(Object.values(figures).map(({ length }) => length)).toEqual([245, 245, 9, 10, 13, 2, 50]);
  });

  test.each(PANELS)("$id: the index says what the CSV says", async (panel) => {
    expect(await engines.fromIndex(panel)).toEqual(figures[panel.id]);
  });

  test.each(PANELS)("$id: the table says what the CSV says", async (panel) => {
    expect(await engines.fromTable(panel)).toEqual(figures[panel.id]);
  });
});
