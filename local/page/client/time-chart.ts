import uPlot from "uplot";
import { DAY_MS } from "../../../contract/timestamp";
import { COLORS, DEFAULT_COLOR } from "../../../dashboards/colors";
import { measureColumn, type Row } from "../../../dashboards/rows";
import { intervalAt, intervalEnd, intervalStart, type TimeRange } from "../../../dashboards/scope";
import type { FiguresPanel, Measure, TimeDimension } from "../../../dashboards/spec";
import { announce, el, setText } from "./dom";
import { axisText, cellText } from "./format";
import { secondsText } from "./view-state";

const HEIGHT = 220;
const AXIS_WIDTH = 58;
const AXIS_HEIGHT = 34;
/** Least pixels between labels of the time axis. */
const LABEL_SPACE = 70;
/** The shortest month. */
const MONTH_MS = 28 * DAY_MS;
const FONT = "11px system-ui, sans-serif";
/** Part of an interval that a bar fills, and its most pixels. */
const BAR_SIZE: [number, number] = [0.72, 36];
/** Pixels from which a drag is a brush and no click. */
const BRUSH_FROM = 6;
const LINE_WIDTH = 1.75;
/** From the cursor to the text beside it. */
const TIP_DISTANCE = 12;
/** Room above the largest value, as a part of the scale. */
const HEADROOM = 0.06;

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
  readonly value: number;
}

/**
 * A measure over time. Pointer and arrow keys show the value of an interval, which a click or a key keeps; otherwise the sum is
 * shown. A drag is a range.
 */
export class TimeChart {
  public readonly element: HTMLElement;
  private readonly measure: Measure;
  private readonly when = el("span", { class: "when" });
  private readonly readout = el("strong");
  private readonly actions = el("span", { class: "chart-actions" });
  private readonly frame: HTMLElement;
  private readonly tip = el("div", { class: "chart-tip", "aria-hidden": true, hidden: true });
  private readonly closing = new AbortController();
  private readonly sizes: ResizeObserver;
  private plot: uPlot | undefined;
  private points: readonly Point[] = [];
  private shown: TimePanel;
  private range: TimeRange | undefined;
  /** The label under the pointer, and the one that a click or a key has kept. */
  private hovered: string | undefined;
  private kept: string | undefined;
  private isOver = false;

  public constructor(
    private readonly panel: TimePanel,
    private readonly page: ChartActions,
  ) {
    this.shown = panel;
    [this.measure] = panel.measures;
    const { id, title } = this.measure;
    this.frame = el("div", {
      class: "chart-frame",
      tabindex: 0,
      role: "application",
      "aria-roledescription": "chart",
      "aria-describedby": `${panel.id}-readout`,
    });
    const swatch = el("span", { class: "swatch", "aria-hidden": true });
    const figure = el(
      "span",
      { class: "figure", "data-measure": id },
      swatch,
      this.readout,
      ` ${title.toLowerCase()}`,
    );
    const readout = el("p", { class: "readout", id: `${panel.id}-readout` }, this.when, figure, this.actions);
    this.element = el("div", { class: "chart" }, readout, this.frame);
    this.element.style.setProperty("--measure", colorOf(this.measure));
    this.frame.append(this.tip);
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.actions.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.keep(undefined);
    });
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.frame);
    const { signal } = this.closing;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.plot?.redraw(false, true), { signal });
  }

  public destroy(): void {
    this.closing.abort();
    this.sizes.disconnect();
    this.plot?.destroy();
  }

  /** @param panel as it is shown, with the interval of the range */
  public show(rows: readonly Row[], panel: TimePanel, range: TimeRange | undefined): void {
    const { field, interval } = panel.dimension;
    // A month and its first day have the same label.
    if (interval !== this.shown.dimension.interval) {
      this.hovered = undefined;
      this.keep(undefined);
    }
    this.shown = panel;
    this.range = range;
    this.points = rows.flatMap((row) => {
      const label = String(row[field]);
      const at = intervalAt(label, interval);
      return at === undefined ? [] : [{ atMs: at.fromMs, label, value: Number(row[this.measure.id]) }];
    });
    // The interval that somebody reads stays, unless it is no longer shown.
    if (this.indexOf(this.kept) === undefined) this.keep(undefined);
    const span = `${this.points.at(0)?.label ?? ""} to ${this.points.at(-1)?.label ?? ""}`;
    this.frame.setAttribute(
      "aria-label",
      this.points.length === 0
        ? `${this.measure.title}: no lines`
        : `${this.measure.title} by ${interval}, ${this.points.length} from ${span}. Arrow keys read the values.`,
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
    if (event.key === "Escape" && this.kept === undefined) {
      this.page.back();
      return;
    }
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
    const lines = el(
      "button",
      { type: "button", class: "small", "aria-label": `Lines of ${label}` },
      "Lines",
    );
    lines.addEventListener("click", () => this.page.lines(label));
    const only = el("button", { type: "button", class: "small" }, `Only this ${interval}`);
    only.addEventListener("click", () => {
      const range = intervalAt(label, interval);
      if (range) this.page.brush(range);
    });
    this.actions.replaceChildren(lines, only);
  }

  /** Puts the cursor on the selected interval, or takes it away. */
  private point(): void {
    const { plot } = this;
    if (plot === undefined) return;
    this.placeTip();
    if (this.isOver) return;
    const point = this.selected();
    const left = point === undefined ? -10 : plot.valToPos(point.atMs, "x");
    plot.setCursor({ left, top: point === undefined ? -10 : 1 }, false);
  }

  private selected(): Point | undefined {
    const index = this.indexOf(this.hovered) ?? this.indexOf(this.kept);
    return index === undefined ? undefined : this.points[index];
  }

  private tell(): void {
    const point = this.selected();
    setText(this.when, point?.label ?? "In all");
    setText(this.readout, this.value(point));
  }

  private value(point: Point | undefined): string {
    const value = point?.value ?? this.points.reduce((total, one) => total + one.value, 0);
    return cellText(measureColumn(this.measure), value);
  }

  private text(): string {
    const point = this.selected();
    return `${point?.label ?? "In all"}: ${this.value(point)} ${this.measure.title.toLowerCase()}`;
  }

  private placeTip(): void {
    const point = this.selected();
    const { plot } = this;
    this.tip.hidden = point === undefined || plot === undefined;
    if (point === undefined || plot === undefined) return;
    this.tip.replaceChildren(
      el("strong", {}, point.label),
      el("span", {}, `${this.measure.title} ${this.value(point)}`),
    );
    const width = this.frame.clientWidth;
    const at = AXIS_WIDTH + plot.valToPos(point.atMs, "x");
    const isRight = at > width / 2;
    this.tip.style.left = isRight ? "auto" : `${at + TIP_DISTANCE}px`;
    this.tip.style.right = isRight ? `${width - at + TIP_DISTANCE}px` : "auto";
  }

  private resize(): void {
    const width = this.frame.clientWidth;
    if (width === 0) return;
    if (this.plot === undefined) this.draw();
    else this.plot.setSize({ width, height: HEIGHT });
    this.point();
  }

  private draw(): void {
    const width = this.frame.clientWidth;
    if (width === 0) return;
    const data: uPlot.AlignedData = [
      this.points.map(({ atMs }) => atMs),
      this.points.map(({ value }) => value),
    ];
    if (this.plot) this.plot.setData(data);
    else this.plot = new uPlot(this.options(width), data, this.frame);
    this.point();
  }

  private options(width: number): uPlot.Options {
    const column = measureColumn(this.measure);
    const color = colorOf(this.measure);
    const isLine = this.panel.chart === "line";
    const axis = { stroke: () => themed("--muted"), font: FONT, ticks: { show: false } };
    return {
      width,
      height: HEIGHT,
      ms: 1,
      tzDate: (ms) => uPlot.tzDate(new Date(ms), "Etc/UTC"),
      padding: [8, 20, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: isLine, size: 8, fill: color, stroke: () => themed("--surface") },
        drag: { x: true, y: false, setScale: false, dist: BRUSH_FROM },
        bind: {
          dblclick: () => () => {
            // Its two clicks have kept an interval.
            this.keep(undefined);
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
        {
          ...axis,
          size: AXIS_HEIGHT,
          space: LABEL_SPACE,
          grid: { show: false },
          values: (_, times, __, ___, increment) =>
            times.map((ms, at) =>
              timeText(ms, this.panel.dimension.interval === "month" ? MONTH_MS : increment, at === 0),
            ),
          ...(this.panel.dimension.interval === "month" && { splits: () => this.months() }),
        },
        {
          ...axis,
          size: AXIS_WIDTH,
          grid: { stroke: () => themed("--border"), width: 1 },
          values: (_, values) => values.map((value) => axisText(column, value)),
        },
      ],
      series: [
        {},
        {
          stroke: color,
          fill: isLine ? `${color}22` : color,
          width: isLine ? LINE_WIDTH : 0,
          points: { show: () => isLine && this.points.length === 1 },
          ...(!isLine && uPlot.paths.bars && { paths: uPlot.paths.bars({ size: BAR_SIZE }) }),
        },
      ],
      hooks: {
        ready: [(plot) => this.listen(plot)],
        setCursor: [(plot) => this.hover(plot)],
        // The scale is known only when it is drawn.
        draw: [() => this.point()],
        setSelect: [(plot) => this.brushed(plot)],
      },
    };
  }

  /** Starts of months at which labels fit: a month is no fixed number of milliseconds. */
  private months(): number[] {
    const [low, high] = this.timeScale();
    const starts: number[] = [];
    for (let ms = intervalEnd(low, "month"); ms <= high; ms = intervalEnd(ms, "month")) starts.push(ms);
    const most = Math.max(1, Math.floor((this.frame.clientWidth - AXIS_WIDTH) / LABEL_SPACE));
    const step = Math.ceil(starts.length / most);
    return starts.filter((_, at) => at % step === 0);
  }

  private listen(plot: uPlot): void {
    plot.over.addEventListener("click", () => {
      if (this.hovered !== undefined) this.keep(this.hovered);
    });
    plot.over.addEventListener("mouseenter", () => {
      this.isOver = true;
    });
    plot.over.addEventListener("mouseleave", () => {
      this.isOver = false;
      this.hovered = undefined;
      this.point();
      this.tell();
    });
  }

  private hover({ cursor }: uPlot): void {
    // New data move the cursor, too.
    if (!this.isOver) return;
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
    // An interval is drawn around its start.
    const half = this.slotMs() / 2;
    const { interval } = this.shown.dimension;
    const range = {
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
    const { range } = this;
    const first = range ? intervalStart(range.fromMs, interval) : (this.points.at(0)?.atMs ?? 0);
    const last = range ? intervalStart(range.toMs - 1, interval) : (this.points.at(-1)?.atMs ?? 0);
    const half = this.slotMs() / 2;
    return [first - half, last + half];
  }
}

/** The colour of a measure's bars or line. */
export function colorOf({ color = DEFAULT_COLOR }: Measure): string {
  return COLORS[color];
}

/** A colour of the page's theme: the chart is a canvas, which no style sheet reaches. */
function themed(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A label of the time axis, as exact as its increment in milliseconds; the first one has the rest of the date. */
function timeText(ms: number, increment: number, isFirst: boolean): string {
  const text = secondsText(ms);
  const [date = "", time = ""] = text.split(" ");
  if (increment >= MONTH_MS) return date.slice(0, "YYYY-MM".length);
  if (increment >= DAY_MS)
    return `${date.slice("YYYY-".length)}${isFirst ? `\n${date.slice(0, "YYYY".length)}` : ""}`;
  const minute = time.slice(0, "HH:MM".length);
  return isFirst || minute === "00:00" ? `${minute}\n${date}` : minute;
}

/** The scale always has zero. */
function valueScale(low: number | null, high: number | null): [number, number] {
  const [least, most] = [Math.min(0, low ?? 0), Math.max(0, high ?? 0)];
  const room = (most - least) * HEADROOM;
  if (room === 0) return [0, 1];
  return [least < 0 ? least - room : 0, most > 0 ? most + room : 0];
}
