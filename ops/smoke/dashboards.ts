import type { PanelContract } from "../../dashboards/fields";
import { savedObjects } from "../../dashboards/saved-objects";
import { panelSearch, rowsFromSearch } from "../../dashboards/search";
import { isDataPanel, type Panel } from "../../dashboards/spec";
import { changedObjects } from "../../lambdas/search-setup/dashboards";
import type { SearchAnswer, SearchRequest } from "../../lambdas/shared/search-client";
import { messageOf } from "../../lib/message-of";
import { isBusy, whenReady } from "../reconcile/search-answer";

/** What the deploy put into OpenSearch Dashboards. */
export interface Shown {
  readonly contract: PanelContract;
  readonly panels: readonly Panel[];
  readonly title: string;
}

const TIMEOUT_MS = 30_000;

/**
 * Reads every saved object of the deploy, and asks every panel's own search.
 * @param searchUrl of the domain or a tunnel
 * @throws Error when Dashboards cannot be reached, or answers with anything but JSON
 */
export async function readDashboards(
  { contract, panels, title }: Shown,
  indexName: string,
  searchUrl: string,
): Promise<{ readonly objects: number; readonly faults: readonly string[] }> {
  const search = (request: Omit<SearchRequest, "timeoutMs">): Promise<SearchAnswer> =>
    whenReady(
      () => ask(searchUrl, request),
      ({ status }) => isBusy(status),
    );
  const objects = savedObjects(contract, panels, { indexName, title });
  const faults = [...(await changedObjects(objects, search))];
  for (const panel of panels.filter((one) => isDataPanel(one))) {
    const path = `/${indexName}*/_search`;
    const { status, body } = await search({ method: "POST", path, body: panelSearch(contract, panel) });
    try {
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)?.slice(0, 300)}`);
      rowsFromSearch(contract, panel, body);
    } catch (error) {
      faults.push(`the search of panel ${panel.id} is not answered: ${messageOf(error)}`);
    }
  }
  return { objects: objects.length, faults };
}

/** One request; the engine or the tunnel decides whether it is allowed. */
async function ask(origin: string, request: Omit<SearchRequest, "timeoutMs">): Promise<SearchAnswer> {
  const { method, path, body, content, headers } = request;
  const answer = await fetch(new URL(path, origin), {
    method,
    headers: { "content-type": content?.type ?? "application/json", ...headers },
    ...(content !== undefined && { body: content.text }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await answer.text();
  try {
    return { status: answer.status, body: JSON.parse(text) };
  } catch {
    return { status: answer.status, body: text };
  }
}
