import { retailTransaction } from "../../contract/retail-transaction";
import { INDEX_PATTERN_ID, savedObjects } from "../../dashboards/saved-objects";
import { isDataPanel } from "../../dashboards/spec";
import type { Search } from "../../lambdas/shared/search-client";
import { RETAIL_PANELS, RETAIL_TITLE } from "../../presets/retail/panels";
import { shownLines, shownRows } from "./dashboards-queries";
import { panelRowsFromIndex } from "./panel-engines";
import { realFigures } from "./real-panels";

/**
 * Declares tests that an engine with the real rows in its indices gives the CSV's figures for the panels: by the
 * panel's own query, and by the query that Dashboards derives from the panel's saved object.
 */
export function testPanelsOnEngine(client: () => Search): void {
  let figures: ReturnType<typeof realFigures>;
  beforeAll(() => {
    figures = realFigures();
  });
  const indexName = retailTransaction.index;
  const objects = savedObjects(retailTransaction, RETAIL_PANELS, { indexName, title: RETAIL_TITLE });
  const object = (id: string) => {
    const found = objects.find((one) => one.id === id);
    if (!found) throw new Error(`there is no saved object ${id}`);
    return found;
  };

  const panels = RETAIL_PANELS.filter((panel) => isDataPanel(panel));
  test.each(panels)("$id: the panel's query says what the CSV says", async (panel) => {
    expect(await panelRowsFromIndex(client(), retailTransaction, panel)).toEqual(figures[panel.id]);
  });

  test.each(panels)("$id: the saved object shows what the CSV says", async ({ id, chart }) => {
    const saved = object(`retail-bi-${id}`);
    const pattern = object(INDEX_PATTERN_ID);
    const shown =
      chart === "table"
        ? await shownLines(client(), indexName, saved, pattern, 50)
        : await shownRows(client(), indexName, saved, pattern);
    const expected = (figures[id] ?? []).map((row) => {
      // Dashboards computes the percentages.
      if (chart !== "table")
        return Object.values({ ...row, share: undefined }).filter((one) => one !== undefined);
      const { InvoiceDate = "", ...others } = row;
      return [InvoiceDate, ...Object.values(others)];
    });
    expect(shown).toEqual(expected);
  });
}
