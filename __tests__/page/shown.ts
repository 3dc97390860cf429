import axe from "axe-core";
import type { Page } from "playwright-core";
import { retailTransaction } from "../../contract/retail-transaction";
import { panelColumns, type Row } from "../../dashboards/rows";
import type { DataPanel } from "../../dashboards/spec";

/** A figure as the page writes it: `£1,234.50`, `-£3`, `1,234 lines`. */
export function parsed(text: string): number {
  const digits = text.replaceAll(/[£,%\s]|lines/g, "").replace("−", "-");
  if (!/^-?\d+(\.\d+)?$/.test(digits)) throw new Error(`"${text}" is no figure`);
  return Number(digits);
}

/** A row as the page shows it: blanks at the ends do not show, and what is empty says so. */
export function shownAs(panel: DataPanel, row: Row): Row {
  const text = (value: string): string => value.trim().replaceAll(/\s+/g, " ") || "none";
  return Object.fromEntries(
    panelColumns(retailTransaction, panel).map(({ id }) => {
      const value = row[id] ?? "";
      return [id, typeof value === "string" ? text(value) : value];
    }),
  );
}

/** The cells of a table, row by row. */
export function shownCells(page: Page, table: string): Promise<string[][]> {
  const rows = `[...document.querySelectorAll(${JSON.stringify(`${table} tbody tr`)})]`;
  return page.evaluate(`${rows}.map(({ cells }) => [...cells].map(({ innerText }) => innerText.trim()))`);
}

/** Waits until the run is live: one that seems to hang for a moment, on a busy machine, has its controls disabled. */
export function isLive(page: Page): Promise<void> {
  return page.locator("#status[data-state=live]").waitFor();
}

/** What axe finds wrong with the page as it is shown now. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** A panel's rows as they are shown; those of a chart stand in the table beside it. */
export async function shownRows(page: Page, panel: DataPanel): Promise<Row[]> {
  const details = page.locator(`#${panel.id} details:not([open]) summary`);
  if ((await details.count()) > 0) await details.click();
  const columns = panelColumns(retailTransaction, panel);
  const rows =
    panel.chart === "headline"
      ? [await page.locator(`#${panel.id} dd`).allInnerTexts()]
      : await shownCells(page, `#${panel.id}`);
  return rows.map((cells) =>
    Object.fromEntries(
      columns.map(({ id, holds }, at) => {
        const text = cells[at] ?? "";
        return [id, holds === "number" ? parsed(text) : text];
      }),
    ),
  );
}
