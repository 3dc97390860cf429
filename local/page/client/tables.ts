import { measureColumn, type PanelColumn, panelColumns, type Row } from "../../../dashboards/rows";
import type { FiguresPanel, Panel } from "../../../dashboards/spec";
import { el, scrolling } from "./dom";
import { cellText } from "./format";

/** A panel's rows as they are. */
export function rowsTable(panel: Panel, rows: readonly Row[]): HTMLElement {
  const columns = panelColumns(panel);
  return scrolling(
    panel.title,
    table(columns, rows, (column, row) => el("td", {}, cellText(column, row[column.id] ?? ""))),
  );
}

/** A panel's rows with a bar for the first measure beside the name. */
export function barsTable(panel: FiguresPanel, rows: readonly Row[]): HTMLElement {
  const [first] = panel.measures;
  const most = Math.max(...rows.map((row) => Math.abs(Number(row[first.id]))), Number.MIN_VALUE);
  const [named] = panelColumns(panel);
  return scrolling(
    panel.title,
    table(panelColumns(panel), rows, (column, row) => {
      const text = cellText(column, row[column.id] ?? "");
      if (column.id !== named?.id) return el("td", {}, text);
      const value = Number(row[first.id]);
      const bar = el("span", { class: value < 0 ? "share negative" : "share" });
      bar.style.setProperty("--share", `${(Math.abs(value) / most) * 100}%`);
      return el("th", { scope: "row" }, el("span", { class: "label" }, text), bar);
    }),
  );
}

/** A legend: each class with its colour and all its measures. */
export function classesTable(panel: FiguresPanel, rows: readonly Row[]): HTMLElement {
  const columns = panelColumns(panel);
  const [named] = columns;
  const [first] = panel.measures.map(measureColumn);
  const all = rows.reduce((sum, row) => sum + Number(row[first?.id ?? ""]), 0);
  return table(columns, rows, (column, row, at) => {
    const value = row[column.id] ?? "";
    const text = cellText(column, value);
    if (column.id === named?.id) {
      return el("th", { scope: "row" }, el("span", { class: `swatch class-${at}` }), text);
    }
    if (column.id !== first?.id) return el("td", {}, text);
    const share = all === 0 ? 0 : (Number(value) / all) * 100;
    return el("td", {}, text, el("span", { class: "muted percent" }, ` ${share.toFixed(1)} %`));
  });
}

function table(
  columns: readonly PanelColumn[],
  rows: readonly Row[],
  cell: (column: PanelColumn, row: Row, at: number) => HTMLTableCellElement,
): HTMLTableElement {
  const head = columns.map(({ title, holds }) => el("th", { scope: "col", class: kindOf(holds) }, title));
  const body = rows.map((row, at) =>
    el(
      "tr",
      {},
      ...columns.map((column) => {
        const made = cell(column, row, at);
        made.classList.add(kindOf(column.holds));
        return made;
      }),
    ),
  );
  return el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body));
}

/** Numbers stand on the right. */
function kindOf(holds: PanelColumn["holds"]): string {
  return holds === "number" || holds === "pounds" ? "number" : "text";
}
