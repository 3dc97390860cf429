import type { Contract } from "../../contract/define";
import type { Row } from "../../dashboards/rows";
import type { LineCondition } from "../../dashboards/scope";
import { panelSearch, rowsFromSearch } from "../../dashboards/search";
import type { DataPanel } from "../../dashboards/spec";
import { indexPattern, monthlyIndex } from "../../lambdas/shared/search";
import type { Search } from "../../lambdas/shared/search-client";

const TIMEOUT_MS = 60_000;
/** Keeps a request below the engine's size limit. */
const LINES_PER_BULK = 5_000;

/** Indexes lines into the indices of their months, as UpsertToES does, and makes them searchable. */
export async function indexLines(
  search: Search,
  { index, eventTime }: Pick<Contract, "index" | "eventTime">,
  lines: readonly Readonly<Record<string, string | number | boolean | null>>[],
): Promise<void> {
  for (let at = 0; at < lines.length; at += LINES_PER_BULK) {
    const actions = lines.slice(at, at + LINES_PER_BULK).flatMap((line) => {
      const action = {
        _index: monthlyIndex(index, String(line[eventTime])),
        _id: line["record_id"],
      };
      return [JSON.stringify({ index: action }), JSON.stringify(line)];
    });
    const { status, body } = await search({
      method: "POST",
      path: "/_bulk",
      lines: `${actions.join("\n")}\n`,
      timeoutMs: TIMEOUT_MS,
    });
    const errors = typeof body === "object" && body !== null && "errors" in body ? body.errors : "unknown";
    if (status !== 200 || errors !== false)
      throw new Error(`_bulk: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  }
  await search({ method: "POST", path: `/${indexPattern(index)}/_refresh`, timeoutMs: TIMEOUT_MS });
}

/** The rows of a panel, by its query of the index on any engine. */
export async function panelRowsFromIndex(
  search: Search,
  contract: Contract,
  panel: DataPanel,
  conditions: readonly LineCondition[] = [],
): Promise<Row[]> {
  const { status, body } = await search({
    method: "POST",
    path: `/${indexPattern(contract.index)}/_search`,
    body: panelSearch(contract, panel, conditions),
    timeoutMs: TIMEOUT_MS,
  });
  if (status !== 200) throw new Error(`${panel.id}: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  return rowsFromSearch(contract, panel, body);
}
