import type { PanelColumn, Row } from "../../../dashboards/rows";
import type { DataPanel, FiguresPanel } from "../../../dashboards/spec";
import { el, scrolling } from "./dom";
import { cellText } from "./format";

/** A panel's rows as a table. */
export function rowsTable(
  panel: DataPanel,
  columns: readonly PanelColumn[],
  rows: readonly Row[],
): HTMLElement {
  return scrolling(
    panel.title,
    table(columns, rows, (column, row) => el("td", {}, cellText(column, row[column.id] ?? ""))),
  );
}

/** A panel's rows as a table with a bar for the first measure. */
export function barsTable(
  panel: FiguresPanel,
  columns: readonly PanelColumn[],
  rows: readonly Row[],
): HTMLElement {
  const [first] = panel.measures;
  const most = rows.reduce((most, row) => Math.max(most, Math.abs(Number(row[first.id]))), Number.MIN_VALUE);
  const [named] = columns;
  return scrolling(
    panel.title,
    table(columns, rows, (column, row) => {
      const text = cellText(column, row[column.id] ?? "");
      if (column.id !== named?.id) return el("td", {}, text);
      const value = Number(row[first.id]);
      const bar = el("span", { class: value < 0 ? "share negative" : "share" });
      bar.style.setProperty("--share", `${(Math.abs(value) / most) * 100}%`);
      return el("th", { scope: "row" }, el("span", { class: "label" }, text), bar);
    }),
  );
}

function table(
  columns: readonly PanelColumn[],
  rows: readonly Row[],
  cell: (column: PanelColumn, row: Row) => HTMLTableCellElement,
): HTMLTableElement {
  const head = columns.map(({ title, holds }) => el("th", { scope: "col", class: kindOf(holds) }, title));
  const body = rows.map((row) =>
    el(
      "tr",
      {},
      ...columns.map((column) => {
        const made = cell(column, row);
        made.classList.add(kindOf(column.holds));
        return made;
      }),
    ),
  );
  return el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body));
}

/** Numbers are aligned right. */
function kindOf(holds: PanelColumn["holds"]): string {
  return holds === "number" ? "number" : "text";
}
