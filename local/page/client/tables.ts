import type { PanelColumn, Row } from "../../../dashboards/rows";
import { el, scrolling, setText } from "./dom";
import { cellText } from "./format";
import { journeyLink } from "./journey-link";

/** Column of a line's identity, which is shown as a link to its journey. */
const IDENTITY = "record_id";

/** A button of a row. */
export interface RowAction {
  readonly text: string;
  /** What a screen reader says of it. @param name the row's first cell */
  label(name: string): string;
  /** @param cell the first cell, as the rows have it */
  run(cell: string): void;
}

/** Options of {@link RowsTable}. */
interface TableOptions {
  readonly title: string;
  readonly columns: readonly PanelColumn[];
  /** Column of numbers that the first column draws as bars, and their colour. */
  readonly bars?: { readonly id: string; readonly color: string };
  readonly actions?: readonly RowAction[];
}

/**
 * Rows as a table. New rows change the cells that differ, so that focus, selection and scroll position stay while data
 * flows.
 */
export class RowsTable {
  public readonly element: HTMLElement;
  private readonly body = el("tbody");
  private readonly rows = new Map<string, HTMLTableRowElement>();

  public constructor(private readonly options: TableOptions) {
    const { title, columns, actions = [] } = options;
    const head = columns.map((column) =>
      el("th", { scope: "col", class: kindOf(column) }, column.id === IDENTITY ? "Journey" : column.title),
    );
    if (actions.length > 0) head.push(el("th", { scope: "col" }, el("span", { class: "hidden" }, "Actions")));
    const table = el("table", {}, el("thead", {}, el("tr", {}, ...head)), this.body);
    this.element = scrolling(title, table);
    if (options.bars) this.element.style.setProperty("--measure", options.bars.color);
  }

  public show(rows: readonly Row[]): void {
    const most = this.most(rows);
    const wanted = rows.map((row, at) => [this.keyOf(row, at), row] as const);
    const keys = new Set(wanted.map(([key]) => key));
    const focused = document.activeElement;
    for (const [key, row] of this.rows) {
      if (keys.has(key)) continue;
      row.remove();
      this.rows.delete(key);
    }
    for (const [at, [key, row]] of wanted.entries()) {
      const element = this.rows.get(key) ?? this.made(row);
      this.rows.set(key, element);
      this.fill(element, row, most);
      const there = this.body.children[at];
      if (there !== element) this.body.insertBefore(element, there ?? null);
    }
    // A row that moved has lost it.
    if (focused instanceof HTMLElement && this.body.contains(focused)) focused.focus();
  }

  private most(rows: readonly Row[]): number {
    const { bars } = this.options;
    if (bars === undefined) return 0;
    return rows.reduce((most, row) => Math.max(most, Math.abs(Number(row[bars.id]))), Number.MIN_VALUE);
  }

  /** A line is known by its identity, a group by its value. */
  private keyOf(row: Row, at: number): string {
    const [first] = this.options.columns;
    const isLines = this.options.columns.some(({ id }) => id === IDENTITY);
    if (isLines) return String(row[IDENTITY] || at);
    return String(first === undefined ? at : row[first.id]);
  }

  private made(row: Row): HTMLTableRowElement {
    const { columns, actions = [], bars } = this.options;
    const cells: HTMLTableCellElement[] = columns.map((column, at) => {
      if (column.id === IDENTITY) return el("td", {}, journeyLink(String(row[IDENTITY] ?? "")));
      if (at > 0 || (bars === undefined && actions.length === 0)) return el("td", { class: kindOf(column) });
      const head = el("th", { scope: "row", class: kindOf(column) }, el("span", { class: "label" }));
      if (bars !== undefined) head.append(el("span", { class: "share" }));
      return head;
    });
    if (actions.length > 0) {
      const cell = String(row[columns[0]?.id ?? ""]);
      const buttons = actions.map(({ text, label, run }) => {
        const button = el("button", { type: "button", class: "small" }, text);
        button.setAttribute("aria-label", label(cell === "" ? "none" : cell));
        button.addEventListener("click", () => run(cell));
        return button;
      });
      cells.push(el("td", { class: "actions" }, ...buttons));
    }
    return el("tr", {}, ...cells);
  }

  private fill(element: HTMLTableRowElement, row: Row, most: number): void {
    const { columns, bars } = this.options;
    for (const [at, column] of columns.entries()) {
      const cell = element.cells[at];
      if (cell === undefined || column.id === IDENTITY) continue;
      setText(cell.querySelector(".label") ?? cell, cellText(column, row[column.id] ?? ""));
      const share = cell.querySelector<HTMLElement>(".share");
      if (share === null || bars === undefined) continue;
      const value = Number(row[bars.id]);
      share.classList.toggle("negative", value < 0);
      share.style.setProperty("--share", `${(Math.abs(value) / most) * 100}%`);
    }
  }
}

/** Numbers are aligned right. */
function kindOf({ holds }: PanelColumn): string {
  return holds === "number" ? "number" : "text";
}
