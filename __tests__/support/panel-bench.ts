import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contract } from "../../contract/define";
import { glueColumns } from "../../contract/glue-columns";
import { countSql, panelSql, rowsFromSql } from "../../dashboards/athena";
import type { Row } from "../../dashboards/rows";
import type { LineCondition } from "../../dashboards/scope";
import type { DataPanel } from "../../dashboards/spec";
import { indexTemplate } from "../../lambdas/search-setup/index-template";
import { createSearch, type Search } from "../../lambdas/shared/search-client";
import type { SearchDouble } from "../../local/services/opensearch/service";
import { SqlBench, sqlPlane, table } from "../local/support/sql";
import { indexLines, panelRowsFromIndex } from "./panel-engines";
import { startSearchDouble } from "./search-double";

/** A line as it is stored. */
export type Line = Readonly<Record<string, string | number | boolean | null>>;

/** The embedded engines, both with the same lines of a contract. */
export class PanelBench {
  private constructor(
    private readonly contract: Contract,
    private readonly folder: string,
    private readonly double: SearchDouble,
    readonly search: Search,
    private readonly sql: SqlBench,
  ) {}

  static async with(contract: Contract, lines: readonly Line[]): Promise<PanelBench> {
    process.env["AWS_ACCESS_KEY_ID"] = "local";
    process.env["AWS_SECRET_ACCESS_KEY"] = "local";
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-panels-"));
    const double = await startSearchDouble({ dataDir: folder });
    const search = createSearch(double.url, "eu-west-1");
    const template = indexTemplate(contract.index, contract.columns, { shards: 1, replicas: 0 });
    await search({ method: "PUT", path: template.path, body: template.wanted(undefined), timeoutMs: 10_000 });
    await indexLines(search, contract, lines);
    const sql = await SqlBench.start(sqlPlane([table("lines", glueColumns(contract.columns))]));
    await sql.put("lines/1.json", lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return new PanelBench(contract, folder, double, search, sql);
  }

  async close(): Promise<void> {
    await this.sql.close();
    await this.double.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  fromIndex(panel: DataPanel, conditions: readonly LineCondition[] = []): Promise<Row[]> {
    return panelRowsFromIndex(this.search, this.contract, panel, conditions);
  }

  /** The number of lines by SQL. */
  async count(conditions: readonly LineCondition[]): Promise<number> {
    const { rows } = await this.sql.query(countSql(this.contract, "lines", conditions));
    return Number(rows[1]?.[0]);
  }

  async fromTable(panel: DataPanel, conditions: readonly LineCondition[] = []): Promise<Row[]> {
    const sql = panelSql(this.contract, panel, "lines", conditions);
    const { state, reason, rows } = await this.sql.query(sql);
    if (state !== "SUCCEEDED") throw new Error(`${panel.id}: ${state} ${reason}\n${sql}`);
    const [header = [], ...answer] = rows;
    return rowsFromSql(
      this.contract,
      panel,
      answer.map((cells) => Object.fromEntries(header.map((name, at) => [name ?? "", cells[at] ?? null]))),
    );
  }
}
