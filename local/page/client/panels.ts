import type { DataPanel, FiguresPanel } from "../../../dashboards/spec";
import type { DashboardPanel, DashboardState, LayerState, LiveState, PanelRows, PanelsState } from "../state";
import { el, setText } from "./dom";
import { barsTable, rowsTable } from "./tables";
import { TimeChart, type TimePanel } from "./time-chart";
import { gapText } from "./words";

const LAYER_TITLES = { speed: "Speed layer", batch: "Batch layer" } as const;

/** The panels of the run, each with the source and the age of its figures. */
export class Panels {
  private cards: ReadonlyMap<string, PanelCard> = new Map();
  private defined = "";

  public constructor(private readonly parent: HTMLElement) {}

  /** Makes the panels, at first and when a connection brings others: the same ones keep what they show. */
  public define({ panels }: DashboardState): void {
    const defined = JSON.stringify(panels);
    if (defined === this.defined) return;
    this.defined = defined;
    this.cards = new Map(panels.map((one) => [one.panel.id, new PanelCard(one)]));
    this.parent.replaceChildren(...[...this.cards.values()].map(({ element }) => element));
  }

  public show({ layer, panels }: PanelsState): void {
    for (const panel of panels) this.cards.get(panel.id)?.show(panel, layer);
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
  private readonly panel: DataPanel;
  private readonly columns: DashboardPanel["columns"];
  private readonly chart: TimeChart | undefined;
  private readonly details: HTMLDetailsElement | undefined;
  private state: PanelRows | undefined;
  private layer: LayerState | undefined;

  public constructor({ panel, columns }: DashboardPanel) {
    this.panel = panel;
    this.columns = columns;
    const titleId = `${panel.id}-title`;
    const isWide = panel.chart === "table";
    this.element = el(
      "article",
      { class: isWide ? "card panel wide" : "card panel", id: panel.id, "aria-labelledby": titleId },
      el(
        "header",
        {},
        el("h3", { id: titleId }, panel.title),
        el("p", { class: "origin" }, this.badge, this.freshness),
      ),
      this.body,
    );
    if (isOverTime(panel)) {
      this.chart = new TimeChart(panel);
      this.details = el("details", {}, el("summary", {}, "As a table"));
      this.details.addEventListener("toggle", () => this.fillDetails());
      this.element.append(this.details);
    }
  }

  public show(state: PanelRows, layer: LayerState): void {
    this.state = state;
    this.layer = layer;
    this.element.dataset["layer"] = layer.layer;
    setText(this.badge, LAYER_TITLES[layer.layer]);
    this.badge.title = layer.source;
    setText(this.freshness, gapText(layer, layer.asOfMs));
    if (state.error !== undefined) {
      this.body.replaceChildren(el("p", { class: "problem" }, state.error));
    } else if (state.rows.length === 0) {
      this.body.replaceChildren(el("p", { class: "muted empty" }, "No lines yet."));
    } else {
      this.draw(state);
    }
    this.fillDetails();
  }

  /** The rows have the layer's newest time as long as its version is the same. */
  public tick({ layers, nowMs }: LiveState): void {
    if (this.layer === undefined) return;
    const now = layers.find(({ layer }) => layer === this.layer?.layer);
    if (now?.version === this.layer.version) this.layer = now;
    setText(this.freshness, gapText(this.layer, nowMs));
  }

  private draw({ rows }: PanelRows): void {
    const { panel, columns, chart } = this;
    if (chart) {
      if (chart.element.parentNode !== this.body) this.body.replaceChildren(chart.element);
      chart.show(rows);
      return;
    }
    // Keeps the scroll position.
    const top = this.body.querySelector(".scroll")?.scrollTop ?? 0;
    this.body.replaceChildren(
      panel.chart === "bars" || panel.chart === "horizontal-bars" || panel.chart === "line"
        ? barsTable(panel, columns, rows)
        : rowsTable(panel, columns, rows),
    );
    this.body.querySelector(".scroll")?.scrollTo({ top });
  }

  private fillDetails(): void {
    const { details, state } = this;
    const [summary] = details?.children ?? [];
    if (details === undefined || summary === undefined) return;
    details.replaceChildren(
      summary,
      ...(details.open && state ? [rowsTable(this.panel, this.columns, state.rows)] : []),
    );
  }
}

function isOverTime(panel: DataPanel): panel is FiguresPanel & TimePanel {
  return "dimension" in panel && panel.dimension.kind === "time";
}
