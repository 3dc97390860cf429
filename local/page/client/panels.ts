import { dimensionColumn, type PanelColumn, type Row } from "../../../dashboards/rows";
import { type GroupsPanel, panelInRange, type ScopeRequest, type TimeRange } from "../../../dashboards/scope";
import type { DataPanel, FiguresPanel, Width } from "../../../dashboards/spec";
import type { DashboardPanel, DashboardState, LayerState, LiveState, PanelRows, PanelsState } from "../state";
import { csvText } from "./csv";
import { el, setText } from "./dom";
import { download } from "./download";
import { cellText } from "./format";
import { type RowAction, RowsTable } from "./tables";
import { colorOf, TimeChart, type TimePanel } from "./time-chart";
import { gapText } from "./words";

const LAYER_TITLES = { speed: "Speed layer", batch: "Batch layer" } as const;

/** What panels ask of the page. */
export interface PanelActions {
  brush(range: TimeRange): void;
  back(): void;
  /** Shows only the lines of a bar. */
  filter(panel: GroupsPanel, cell: string): void;
  /** Lists the lines behind a bar. @param scope of the figures that the panel shows */
  lines(panel: DataPanel, cell: string, scope: ScopeRequest): void;
}

/** What the figures of panels are of. */
export interface ShownView {
  /** Absent for all times. */
  readonly range?: TimeRange;
  readonly scope: ScopeRequest;
}

/** The panels of the run, each with the source and the age of its figures. */
export class Panels {
  private cards: ReadonlyMap<string, PanelCard> = new Map();
  private defined = "";

  public constructor(
    private readonly parent: HTMLElement,
    private readonly actions: PanelActions,
  ) {}

  /** Makes the panels, at first and when a connection brings others: the same ones keep what they show. */
  public define({ panels }: DashboardState): void {
    const defined = JSON.stringify(panels);
    if (defined === this.defined) return;
    this.defined = defined;
    for (const card of this.cards.values()) card.destroy();
    this.parent.replaceChildren();
    this.cards = new Map(panels.map((one) => [one.panel.id, new PanelCard(one, this.actions)]));
    this.parent.replaceChildren(...[...this.cards.values()].map(({ element }) => element));
  }

  public show({ layer, panels }: PanelsState, view: ShownView): void {
    for (const panel of panels) this.cards.get(panel.id)?.show(panel, layer, view);
  }

  /** The rows that panels show are of another view than the one that is asked for. */
  public ask({ panels }: PanelsState): void {
    for (const { id } of panels) this.cards.get(id)?.ask();
  }

  /** Panels have no answer. */
  public fail({ panels }: PanelsState, message: string): void {
    for (const { id } of panels) this.cards.get(id)?.fail(message);
  }

  public tick(live: LiveState): void {
    for (const card of this.cards.values()) card.tick(live);
  }
}

class PanelCard {
  public readonly element: HTMLElement;
  private readonly body = el("div", { class: "panel-body" }, el("p", { class: "muted empty" }, "asking …"));
  private readonly badge = el("span", { class: "badge" });
  private readonly freshness = el("span", { class: "freshness muted" });
  private readonly csv = el("button", { type: "button", class: "small" }, "CSV");
  private readonly panel: DataPanel;
  private readonly columns: readonly PanelColumn[];
  private readonly chart: TimeChart | undefined;
  private readonly table: RowsTable;
  private readonly headline: Headline | undefined;
  private readonly details: HTMLDetailsElement | undefined;
  private rows: readonly Row[] = [];
  /** Of the rows; undefined where there are none, but an error. */
  private state: LayerState | undefined;
  private scope: ScopeRequest = { filters: {}, bars: {} };

  public constructor({ panel, columns }: DashboardPanel, actions: PanelActions) {
    this.panel = panel;
    this.columns = columns;
    const id = freeId(panel.id);
    const titleId = freeId(`${id}-title`);
    this.csv.setAttribute("aria-label", `${panel.title} as CSV`);
    this.csv.addEventListener("click", () => this.save());
    this.element = el(
      "article",
      { class: "card panel", id, "aria-labelledby": titleId, "data-width": widthOf(panel) },
      el(
        "header",
        {},
        el("h3", { id: titleId }, panel.title),
        el("p", { class: "origin" }, this.badge, this.freshness, this.csv),
        ...(panel.description === undefined
          ? []
          : [el("p", { class: "muted description" }, panel.description)]),
      ),
      this.body,
    );
    const lines = (cell: string): void => actions.lines(panel, cell, this.scope);
    if (isOverTime(panel)) {
      const { brush, back } = actions;
      this.chart = new TimeChart(panel, { brush, back, lines });
      this.details = el("details", {}, el("summary", {}, "As a table"));
      this.details.addEventListener("toggle", () => this.fillDetails());
      this.element.append(this.details);
    }
    this.table = new RowsTable({
      title: panel.title,
      columns,
      ...("dimension" in panel && {
        actions: rowActions(panel, (cell) => actions.filter(panel, cell), lines),
        ...(this.chart === undefined && {
          bars: { id: panel.measures[0].id, color: colorOf(panel.measures[0]) },
        }),
      }),
    });
    if (panel.chart === "headline") this.headline = new Headline(columns, () => lines(""));
  }

  public destroy(): void {
    this.chart?.destroy();
  }

  public show({ rows, error }: PanelRows, layer: LayerState, { range, scope }: ShownView): void {
    this.state = error === undefined ? layer : undefined;
    this.scope = scope;
    this.rows = error === undefined ? rows : [];
    this.element.dataset["layer"] = layer.layer;
    delete this.element.dataset["asking"];
    setText(this.badge, LAYER_TITLES[layer.layer]);
    this.badge.title = layer.source;
    setText(this.freshness, error === undefined ? gapText(layer, layer.asOfMs) : "");
    this.csv.disabled = this.rows.length === 0;
    if (error !== undefined) this.problem(error);
    else if (rows.length === 0) this.put(el("p", { class: "muted empty" }, "No lines."));
    else this.draw(range);
    this.fillDetails();
  }

  public ask(): void {
    this.element.dataset["asking"] = "";
    setText(this.freshness, "asking …");
    if (this.state === undefined) this.put(el("p", { class: "muted empty" }, "asking …"));
  }

  /** Shows nothing of another view. */
  public fail(message: string): void {
    this.state = undefined;
    this.rows = [];
    setText(this.freshness, "");
    this.csv.disabled = true;
    delete this.element.dataset["asking"];
    this.problem(message);
    this.fillDetails();
  }

  /** The rows have the layer's newest time as long as its version is the same. */
  public tick({ layers, nowMs }: LiveState): void {
    if (this.state === undefined || this.element.dataset["asking"] !== undefined) return;
    const now = layers.find(({ layer }) => layer === this.state?.layer);
    if (now?.version === this.state.version) this.state = now;
    setText(this.freshness, gapText(this.state, nowMs));
  }

  private draw(range: TimeRange | undefined): void {
    const { panel, chart, headline, table } = this;
    this.put(chart?.element ?? headline?.element ?? table.element);
    const [first] = this.rows;
    if (headline && first) headline.show(first);
    else if (!chart) table.show(this.rows);
    const shown = panelInRange(panel, range);
    if (chart && isOverTime(shown)) chart.show(this.rows, shown, range);
  }

  private problem(message: string): void {
    this.put(el("p", { class: "problem" }, message));
  }

  private put(content: HTMLElement): void {
    if (this.body.firstChild !== content) this.body.replaceChildren(content);
  }

  /** The rows of a chart, for those who do not see it. */
  private fillDetails(): void {
    const { details, table } = this;
    if (!details?.open) return;
    if (table.element.parentNode !== details) details.append(table.element);
    table.show(this.rows);
  }

  private save(): void {
    const header = this.columns.map(({ title }) => title);
    const rows = this.rows.map((row) => this.columns.map(({ id }) => row[id] ?? ""));
    download(`${this.panel.id}.csv`, csvText(header, rows), "text/csv");
  }
}

/** A panel's id names its element, unless the page itself has one of that name. */
function freeId(id: string): string {
  return document.getElementById(id) === null ? id : freeId(`panel-${id}`);
}

/** A bar of values or classes is a filter, one of a time is a range. */
function rowActions(panel: GroupsPanel, filter: RowAction["run"], lines: RowAction["run"]): RowAction[] {
  return [
    {
      text: "Filter",
      label: (name) => `Filter by ${dimensionColumn(panel.dimension).title} ${name}`,
      run: filter,
    },
    {
      text: "Lines",
      label: (name) => `Lines of ${name}`,
      run: lines,
    },
  ];
}

function isOverTime(panel: DataPanel): panel is FiguresPanel & TimePanel {
  return "dimension" in panel && panel.dimension.kind === "time";
}

function widthOf({ chart, width }: DataPanel): Width {
  return width ?? (chart === "table" || chart === "headline" ? "full" : "half");
}

/** Numbers over all lines of the view. */
class Headline {
  public readonly element: HTMLElement;
  private readonly values: ReadonlyMap<PanelColumn, HTMLElement>;

  public constructor(columns: readonly PanelColumn[], lines: () => void) {
    this.values = new Map(columns.map((column) => [column, el("dd")]));
    const figures = [...this.values].map(([{ title }, value]) => el("div", {}, el("dt", {}, title), value));
    const button = el("button", { type: "button", class: "small" }, "Lines");
    button.addEventListener("click", lines);
    this.element = el("div", { class: "headline" }, el("dl", {}, ...figures), button);
  }

  public show(row: Row): void {
    for (const [column, value] of this.values) setText(value, cellText(column, row[column.id] ?? ""));
  }
}
