import uPlot from "uplot";
import { measureColumn, type Row } from "../../../dashboards/rows";
import {
  intervalAt,
  intervalEnd,
  intervalOf,
  intervalStart,
  type TimeRange,
} from "../../../dashboards/scope";
import type { Dimension, FiguresPanel, Measure } from "../../../dashboards/spec";
import { announce, el, setText } from "./dom";
import { axisText, cellText } from "./format";

/** Heights of a chart: one of several measures, and a single one. */
const FACET_HEIGHT = 140;
const ONLY_FACET_HEIGHT = 220;
const AXIS_WIDTH = 58;
const AXIS_HEIGHT = 30;
const FONT = "11px system-ui, sans-serif";
/** Part of an interval that a bar fills, and its most pixels. */
const BAR_SIZE: [number, number] = [0.72, 36];
/** Pixels from which a drag is a brush and no click. */
const BRUSH_FROM = 6;
/** Room above the largest value, as a part of the scale. */
const HEADROOM = 0.06;

type TimeDimension = Extract<Dimension, { readonly kind: "time" }>;

/** A panel over time. */
export type TimePanel = FiguresPanel & { readonly dimension: TimeDimension };

/** What a chart asks of the page. */
export interface ChartActions {
  /** Shows a range only. */
  brush(range: TimeRange): void;
  /** Goes back to the range before the brush. */
  back(): void;
  /** Lists the lines of an interval, by its cell. */
  lines(cell: string): void;
}

interface Point {
  readonly atMs: number;
  readonly label: string;
  readonly row: Row;
}

/**
 * Measures over time, one chart above the other on the same axis: they have different units. Pointer and arrow keys show
 * the values of an interval, which a click or a key keeps; otherwise the sums are shown. A drag is a range.
 */
export class TimeChart {
  public readonly element: HTMLElement;
  private readonly readouts: ReadonlyMap<string, HTMLElement>;
  private readonly when = el("span", { class: "when" });
  private readonly actions = el("span", { class: "chart-actions" });
  private readonly frame: HTMLElement;
  private readonly tip = el("div", { class: "chart-tip", "aria-hidden": true, hidden: true });
  private readonly plots: uPlot[] = [];
  private readonly closing = new AbortController();
  private readonly sizes: ResizeObserver;
  private points: readonly Point[] = [];
  private shown: TimePanel;
  private range: TimeRange | undefined;
  /** The label under the pointer, and the one that a click or a key has kept. */
  private hovered: string | undefined;
  private kept: string | undefined;
  private isMoving = false;

  public constructor(
    private readonly panel: TimePanel,
    private readonly page: ChartActions,
  ) {
    this.shown = panel;
    this.readouts = new Map(panel.measures.map(({ id }) => [id, el("strong")]));
    this.frame = el("div", {
      class: "chart-frame",
      tabindex: 0,
      role: "application",
      "aria-roledescription": "chart",
      "aria-describedby": `${panel.id}-readout`,
    });
    const readout = el("p", { class: "readout", id: `${panel.id}-readout` }, this.when);
    for (const [at, { id, title }] of panel.measures.entries()) {
      const value = this.readouts.get(id);
      if (!value) continue;
      const swatch = el("span", { class: "swatch", "data-at": at, "aria-hidden": true });
      readout.append(
        el("span", { class: "figure", "data-measure": id }, swatch, value, ` ${title.toLowerCase()}`),
      );
    }
    this.element = el("div", {}, readout, this.actions, this.frame);
    this.frame.append(this.tip);
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.actions.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.keep(undefined);
    });
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.frame);
    const { signal } = this.closing;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw(), { signal });
  }

  public destroy(): void {
    this.closing.abort();
    this.sizes.disconnect();
    for (const plot of this.plots.splice(0)) plot.destroy();
  }

  /** @param panel as it is shown, with the interval of the range */
  public show(rows: readonly Row[], panel: TimePanel, range: TimeRange | undefined): void {
    const { field } = panel.dimension;
    this.shown = panel;
    this.range = range;
    this.points = rows.flatMap((row) => {
      const label = String(row[field]);
      const at = intervalAt(label, panel.dimension.interval);
      return at === undefined ? [] : [{ atMs: at.fromMs, label, row }];
    });
    // The interval that somebody reads stays, unless it is no longer shown.
    if (this.indexOf(this.kept) === undefined) this.keep(undefined);
    const titles = panel.measures.map(({ title }) => title).join(" and ");
    const span = `${this.points.at(0)?.label ?? ""} to ${this.points.at(-1)?.label ?? ""}`;
    this.frame.setAttribute(
      "aria-label",
      this.points.length === 0
        ? `${titles}: no lines`
        : `${titles} by ${panel.dimension.interval}, ${this.points.length} from ${span}. Arrow keys read the values, Enter keeps one.`,
    );
    this.draw();
    this.tell();
  }

  private key(event: KeyboardEvent): void {
    const last = this.points.length - 1;
    if (event.target !== this.frame || last < 0) return;
    const at = this.indexOf(this.kept);
    const next: Readonly<Record<string, number | undefined>> = {
      ArrowRight: at === undefined ? 0 : Math.min(last, at + 1),
      ArrowLeft: at === undefined ? last : Math.max(0, at - 1),
      Home: 0,
      End: last,
      Escape: undefined,
    };
    if (!(event.key in next)) return;
    event.preventDefault();
    // A first Escape lets the value go, a second one the range.
    if (event.key === "Escape" && this.kept === undefined) this.page.back();
    const index = next[event.key];
    this.keep(index === undefined ? undefined : this.points[index]?.label);
    announce(this.text());
  }

  private indexOf(label: string | undefined): number | undefined {
    const index = label === undefined ? -1 : this.points.findIndex((point) => point.label === label);
    return index < 0 ? undefined : index;
  }

  private keep(label: string | undefined): void {
    if (this.kept !== label) {
      this.kept = label;
      this.showActions();
    }
    this.point();
    this.tell();
  }

  /** The buttons of the interval that is kept. */
  private showActions(): void {
    const label = this.kept;
    if (label === undefined) {
      const hadFocus = this.actions.contains(document.activeElement);
      this.actions.replaceChildren();
      if (hadFocus) this.frame.focus();
      return;
    }
    const { interval } = this.shown.dimension;
    const lines = el("button", { type: "button", class: "small" }, "Lines");
    lines.setAttribute("aria-label", `Lines of ${label}`);
    lines.addEventListener("click", () => this.page.lines(label));
    const only = el("button", { type: "button", class: "small" }, `Only this ${interval}`);
    only.addEventListener("click", () => {
      const range = intervalAt(label, interval);
      if (range) this.page.brush(range);
    });
    this.actions.replaceChildren(lines, only);
  }

  /** Puts the cursor of every chart on the selected interval, or takes it away. */
  private point(): void {
    const point = this.selected();
    this.isMoving = true;
    for (const plot of this.plots) {
      const left = point === undefined ? -10 : plot.valToPos(point.atMs, "x");
      plot.setCursor({ left, top: point === undefined ? -10 : 1 }, false);
    }
    this.isMoving = false;
    this.placeTip();
  }

  private selected(): Point | undefined {
    const index = this.indexOf(this.hovered) ?? this.indexOf(this.kept);
    return index === undefined ? undefined : this.points[index];
  }

  private tell(): void {
    const point = this.selected();
    setText(this.when, point?.label ?? "In all");
    for (const measure of this.panel.measures) {
      const readout = this.readouts.get(measure.id);
      if (readout) setText(readout, this.value(measure, point));
    }
  }

  private value(measure: Measure, point: Point | undefined): string {
    const value = point ? valueAt(point, measure) : sum(this.points.map((one) => valueAt(one, measure)));
    return cellText(measureColumn(measure), value);
  }

  private text(): string {
    const point = this.selected();
    const figures = this.panel.measures.map((one) => `${this.value(one, point)} ${one.title.toLowerCase()}`);
    return `${point?.label ?? "In all"}: ${figures.join(", ")}`;
  }

  private placeTip(): void {
    const point = this.selected();
    const [plot] = this.plots;
    this.tip.hidden = point === undefined || plot === undefined;
    if (point === undefined || plot === undefined) return;
    this.tip.replaceChildren(
      el("strong", {}, point.label),
      ...this.panel.measures.map((one) => el("span", {}, `${one.title} ${this.value(one, point)}`)),
    );
    const at = AXIS_WIDTH + plot.valToPos(point.atMs, "x");
    const isRight = at > this.frame.clientWidth / 2;
    this.tip.style.left = isRight ? "auto" : `${at + 12}px`;
    this.tip.style.right = isRight ? `${this.frame.clientWidth - at + 12}px` : "auto";
  }

  private resize(): void {
    const width = this.frame.clientWidth;
    if (width === 0) return;
    if (this.plots.length === 0) this.draw();
    for (const plot of this.plots) plot.setSize({ width, height: this.height() });
    this.point();
  }

  private redraw(): void {
    for (const plot of this.plots) plot.redraw(false, true);
  }

  private height(): number {
    return this.panel.measures.length === 1 ? ONLY_FACET_HEIGHT : FACET_HEIGHT;
  }

  private draw(): void {
    const width = this.frame.clientWidth;
    if (width === 0) return;
    for (const [index, measure] of this.panel.measures.entries()) {
      const data: uPlot.AlignedData = [
        this.points.map(({ atMs }) => atMs),
        this.points.map((point) => valueAt(point, measure)),
      ];
      const known = this.plots[index];
      if (known) known.setData(data);
      else this.plots.push(new uPlot(this.options(measure, index, width), data, this.frame));
    }
    this.point();
  }

  private options(measure: Measure, index: number, width: number): uPlot.Options {
    const column = measureColumn(measure);
    const isLine = this.panel.chart === "line";
    const axis = { stroke: () => colour("--muted"), font: FONT, ticks: { show: false } };
    return {
      width,
      height: this.height(),
      ms: 1,
      tzDate: (ms) => uPlot.tzDate(new Date(ms), "Etc/UTC"),
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: isLine, size: 8, fill: () => colour("--accent"), stroke: () => colour("--surface") },
        drag: { x: true, y: false, setScale: false, dist: BRUSH_FROM },
        bind: {
          dblclick: () => () => {
            this.page.back();
            return null;
          },
        },
      },
      scales: {
        x: { time: true, range: () => this.timeScale() },
        y: { range: (_, low, high) => valueScale(low, high) },
      },
      axes: [
        { ...axis, size: AXIS_HEIGHT, grid: { show: false } },
        {
          ...axis,
          size: AXIS_WIDTH,
          grid: { stroke: () => colour("--border"), width: 1 },
          values: (_, values) => values.map((value) => axisText(column, value)),
        },
      ],
      series: [
        {},
        {
          stroke: () => colour(seriesColour(index)),
          fill: () => colour(isLine ? "--accent-soft" : seriesColour(index)),
          width: isLine ? 1.75 : 0,
          points: { show: isLine && this.points.length === 1 },
          ...(!isLine && uPlot.paths.bars && { paths: uPlot.paths.bars({ size: BAR_SIZE }) }),
        },
      ],
      hooks: {
        ready: [(plot) => this.listen(plot)],
        setCursor: [(plot) => this.hover(plot)],
        setSelect: [(plot) => this.brushed(plot)],
      },
    };
  }

  private listen(plot: uPlot): void {
    plot.over.addEventListener("click", () => {
      if (this.hovered !== undefined) this.keep(this.hovered);
    });
    plot.over.addEventListener("mouseleave", () => {
      this.hovered = undefined;
      this.point();
      this.tell();
    });
  }

  private hover({ cursor }: uPlot): void {
    if (this.isMoving) return;
    const index = (cursor.left ?? -1) < 0 ? undefined : cursor.idx;
    const label = typeof index === "number" ? this.points[index]?.label : undefined;
    if (label === this.hovered) return;
    this.hovered = label;
    this.tell();
    this.placeTip();
  }

  private brushed(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width <= 0) return;
    const half = this.slotMs() / 2;
    const { interval } = this.shown.dimension;
    const range = {
      // An interval is drawn around its start.
      fromMs: intervalStart(plot.posToVal(left, "x") + half, interval),
      toMs: intervalEnd(plot.posToVal(left + width, "x") + half, interval),
    };
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.page.brush(range);
  }

  private slotMs(): number {
    const first = this.points[0]?.atMs ?? 0;
    return intervalEnd(first, this.shown.dimension.interval) - first;
  }

  /** From the first to the last interval of the range; without one, of the rows. */
  private timeScale(): [number, number] {
    const { interval } = this.shown.dimension;
    const own = this.shown.dimension.field === this.panel.dimension.field ? this.range : undefined;
    const isOfRange = own !== undefined && intervalOf(own) === interval;
    const first = isOfRange ? intervalStart(own.fromMs, interval) : (this.points.at(0)?.atMs ?? 0);
    const last = isOfRange ? intervalStart(own.toMs - 1, interval) : (this.points.at(-1)?.atMs ?? 0);
    const half = this.slotMs() / 2;
    return [first - half, last + half];
  }
}

function seriesColour(index: number): string {
  return index === 0 ? "--accent" : "--accent-faint";
}

/** A colour of the page's theme: the chart is a canvas, which no style sheet reaches. */
function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The scale always has zero. */
function valueScale(low: number | null, high: number | null): [number, number] {
  const [least, most] = [Math.min(0, low ?? 0), Math.max(0, high ?? 0)];
  const room = (most - least) * HEADROOM;
  if (room === 0) return [0, 1];
  return [least < 0 ? least - room : 0, most > 0 ? most + room : 0];
}

function valueAt({ row }: Point, { id }: Measure): number {
  return Number(row[id]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
